"""The one error that is shown to the user as it is."""


class NMTError(Exception):
    """One sentence for the user that names the file, line or setting at fault and the way out."""
