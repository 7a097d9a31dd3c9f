"""From encoded pairs to a published model."""
