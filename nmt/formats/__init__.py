"""Parallel text out of the formats in which translators and their tools keep it."""
