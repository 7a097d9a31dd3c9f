"""What a run reports: log, progress, TensorBoard, curves."""
