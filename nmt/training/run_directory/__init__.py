"""The files of a run: lock, checkpoints and snapshots."""
