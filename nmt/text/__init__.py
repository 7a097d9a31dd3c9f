"""Subwords and lines: text in, ids out. No tensors here."""
