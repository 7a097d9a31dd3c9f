"""Encoded corpora and the batches drawn from them: token ids only."""
