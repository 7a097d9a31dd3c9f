"""Self-contained HTML pages: one file, no network, light and dark, readable on a phone."""
