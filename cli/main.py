"""Placeholder replaced by the command group."""


def main() -> None:
    """Run the command line."""
