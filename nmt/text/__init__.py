"""Characters of text: controls, scripts, words, sentences, and languages. No ids and no tensors."""
