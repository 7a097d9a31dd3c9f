"""What is in order on this machine and in a model directory, what is not, and how to mend it."""
