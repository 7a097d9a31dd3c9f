"""The shape of a Transformer, and the presets people choose by name."""

from collections.abc import Sequence
from dataclasses import dataclass

from nmt.errors import NMTError
from nmt.settings import did_you_mean

Heads = Sequence[tuple[int, int]]  # (decoder layer, head) of the cross-attention, both counted from 0


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """The shape of an encoder-decoder Transformer (Vaswani et al. 2017, section 3 and table 3)."""

    vocabulary_size: int = 0  # V, one vocabulary for both sides; 0 until the tokenizer is known
    encoder_layers: int = 3
    decoder_layers: int = 3
    dimension: int = 256  # D
    heads: int = 4  # H; each head has D / H dimensions
    feed_forward: int = 1024
    dropout: float = 0.1  # on embeddings and on every sublayer's output, as in section 5.4
    norm: str = "pre"  # "pre": x + f(norm(x)), trains without care; "post": norm(x + f(x)), the paper's own

    def __post_init__(self) -> None:
        for name in ("encoder_layers", "decoder_layers", "dimension", "heads", "feed_forward"):
            if getattr(self, name) < 1:
                raise NMTError(f"model setting {name} must be at least 1, not {getattr(self, name)}")
        if self.vocabulary_size < 0:
            raise NMTError(f"model setting vocabulary_size must not be negative, not {self.vocabulary_size}")
        if self.dimension % (2 * self.heads):
            raise NMTError(
                f"model setting dimension must be a multiple of twice the heads, "
                f"but {self.dimension} is not a multiple of 2 x {self.heads}"
            )
        if not 0 <= self.dropout < 1:
            raise NMTError(f"model setting dropout must be at least 0 and below 1, not {self.dropout}")
        if self.norm not in ("pre", "post"):
            raise NMTError(f"model setting norm must be 'pre' or 'post', not {self.norm!r}")

    def __str__(self) -> str:
        return f"{self.encoder_layers}+{self.decoder_layers} layers, dimension {self.dimension}"

    def default_alignment_heads(self) -> Heads:
        """All heads of the last decoder layer but one, which aligns best (Garg et al. 2019, section 4.3)."""
        layer = max(0, self.decoder_layers - 2)
        return [(layer, head) for head in range(self.heads)]

    def check_alignment_heads(self, heads: Heads) -> None:
        """Raise an NMTError unless the model has all of ``heads``, at least one."""
        if not heads:
            raise NMTError("alignment_heads names no head")
        for layer, head in heads:
            if not (0 <= layer < self.decoder_layers and 0 <= head < self.heads):
                raise NMTError(
                    f"alignment_heads names head {head} of decoder layer {layer}, but the model has "
                    f"{self.decoder_layers} decoder layers of {self.heads} heads, counted from 0"
                )

    def can_have(self, *, tensors: int, largest_size: int) -> bool:
        """Whether such a model can have only ``tensors`` tensors, none of them wider than ``largest_size``.

        Asked before a model is created from a file, whose configuration may be damaged and demand any amount of memory.
        """
        widths = (self.vocabulary_size, self.dimension, self.feed_forward)
        return self.encoder_layers + self.decoder_layers <= tensors and max(widths) <= largest_size


PRESETS = {
    "tiny": ModelConfig(encoder_layers=3, decoder_layers=3, dimension=128, heads=4, feed_forward=512, dropout=0.1),
    "small": ModelConfig(encoder_layers=3, decoder_layers=3, dimension=256, heads=4, feed_forward=1024, dropout=0.2),
    # Table 3 of the paper, rows "base" and "big"; pre-norm, which needs less care with the learning rate.
    "base": ModelConfig(encoder_layers=6, decoder_layers=6, dimension=512, heads=8, feed_forward=2048, dropout=0.1),
    "big": ModelConfig(encoder_layers=6, decoder_layers=6, dimension=1024, heads=16, feed_forward=4096, dropout=0.3),
}


def preset(name: str) -> ModelConfig:
    """The preset ``name``; an unknown one is an NMTError that lists them."""
    if name not in PRESETS:
        raise NMTError(f"there is no model preset {name!r}, only {', '.join(PRESETS)}{did_you_mean(name, PRESETS)}")
    return PRESETS[name]


def choose_preset(pairs: int) -> str:
    """The preset for a corpus of ``pairs`` training pairs."""
    if pairs < 15_000:
        return "tiny"
    return "small" if pairs < 1_000_000 else "base"
