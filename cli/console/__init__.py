"""What all commands need of the terminal: signals, progress and partial output."""
