"""The command line of nmt, one module or folder per command; installed as the package nmt_cli."""
