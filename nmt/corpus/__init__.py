"""Parallel text in files: pairs, blocks, selection, and operations on whole corpora."""
