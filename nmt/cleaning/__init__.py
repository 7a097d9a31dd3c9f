"""Parallel text before training: what is wrong with it, and how it becomes clean."""
