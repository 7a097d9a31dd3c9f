"""Sizes chosen by measured speed: batch, model and threads."""
