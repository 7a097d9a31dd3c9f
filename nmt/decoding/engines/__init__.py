"""Who runs the search: ids in, hypotheses out."""
