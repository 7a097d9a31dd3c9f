"""The command line of nmt, one file a command; installed as the package nmt_cli."""
