"""Some blocks of a corpus, and how many of their pairs have words that do not translate each other."""

from dataclasses import dataclass, field

import numpy as np

from nmt.cleaning.association import Bag, Translations, words_of
from nmt.cleaning.block_text import SOURCE, TARGET, BlockText, Example
from nmt.cleaning.config import CleaningConfig
from nmt.text.blocks import Block

# The first blocks, then one of so many, and no more than this: a second for any corpus.
FIRST, EVERY, MOST = 2, 16, 5
TOLD_FROM = 0.01  # share of the pairs looked at; free translations and idioms are less


@dataclass
class TranslationSample:
    """Blocks spread over a corpus; the check looks at what they hold when it has seen all."""

    blocks: list[Block] = field(default_factory=list)
    bags: list[tuple[Bag, Bag]] = field(default_factory=list)
    seen: int = 0

    def add(self, block: Block) -> None:
        """Take in a block, or let it pass."""
        if (self.seen < FIRST or self.seen % EVERY == 0) and len(self.blocks) < MOST:
            text = BlockText(block)
            self.blocks.append(block)
            self.bags.append((words_of(text.sides[SOURCE]), words_of(text.sides[TARGET])))
        self.seen += 1

    @property
    def looked_at(self) -> int:
        """Pairs."""
        return sum(block.count for block in self.blocks)

    def unrelated(self, examples: int) -> tuple[int, list[Example]]:
        """How many pairs there are whose words come together by chance, if these are many, and some of them."""
        if not self.blocks:
            return 0, []
        translations = Translations(self.bags)
        count, found = 0, list[Example]()
        for block, bags in zip(self.blocks, self.bags, strict=True):
            rows = np.flatnonzero(translations.doubts(*bags, learnt=True) > CleaningConfig.chance_margin).tolist()
            count += len(rows)
            if rows and len(found) < examples:
                text = BlockText(block)
                found += [text.example(row, None) for row in rows[: examples - len(found)]]
        return (count, found) if count > TOLD_FROM * self.looked_at else (0, [])
