"""Models: ids to logits. Knows no text and no files."""
