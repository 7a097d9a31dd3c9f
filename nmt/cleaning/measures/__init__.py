"""What the checks and filters of parallel text measure."""
