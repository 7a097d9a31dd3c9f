"""Subwords: settings of a tokenizer."""
