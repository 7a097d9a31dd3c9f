"""Checks of the software, the machine and a model directory: what is broken and how to fix it."""
