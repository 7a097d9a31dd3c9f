"""The published model directory: save, load, verify. Nothing in it is executed or unpickled."""
