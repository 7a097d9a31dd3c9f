"""From token ids to hypotheses: search, sampling, scoring, and the engines that run them."""
