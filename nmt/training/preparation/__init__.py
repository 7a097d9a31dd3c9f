"""From text files to prepared token ids."""
