"""Terminal functions that commands share: signals, progress and partial output files."""
