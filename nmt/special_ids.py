"""The four token ids that every vocabulary of this project begins with."""

PAD, UNK, BOS, EOS = 0, 1, 2, 3
