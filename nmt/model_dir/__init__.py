"""The published model directory: its files, how they are written, verified and read. Nothing in it is executed.

    config.json           format version, languages, model, search defaults, resolved training settings, scores
    tokenizer.model       SentencePiece, as trained
    weights.safetensors   float32, with a checksum
    README.md             the model card
    word_counts.tsv.gz    optional: how often each word occurs in the training text (nmt.corpus.word_counts)
    ctranslate2/          optional, derived: see nmt.ctranslate2.fast_copy
    training/             only for resuming

``layout`` names these files and finds the directory, ``weights`` is the file format of the tensors, ``info`` is
config.json, ``load`` and ``save`` read and publish a whole model, ``card`` writes README.md.

A reader never sees half a publication. Each file appears at once under its name, in the order tokenizer, weights,
config. The header of the weights holds a copy of the config. Where config.json names other weights than those in the
directory (a publication was cut short between the two, or is in progress), the copy describes the weights. Otherwise
config.json counts, so that people can edit its search defaults; the settings that fix what the weights mean must equal
the copy, so that a flipped bit is found. No order of files can make a change of the tokenizer safe, so a publication
with another tokenizer removes the old config.json first.
"""
