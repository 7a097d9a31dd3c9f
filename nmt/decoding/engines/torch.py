"""The search run by torch, on whatever device the model is on."""

from collections.abc import Sequence

import torch

from nmt.decoding.config import SearchConfig
from nmt.decoding.search import EncoderDecoder, Hypothesis, beam_search
from nmt.special_ids import EOS, PAD


class TorchEngine:
    """Beam search with a model of this project."""

    def __init__(self, model: EncoderDecoder, device: torch.device) -> None:
        self.model = model
        self.device = device

    def search(self, sources: Sequence[Sequence[int]], config: SearchConfig) -> list[list[Hypothesis]]:
        """The hypotheses for each source (ids without BOS and EOS), best first."""
        if not sources:
            return []
        with torch.inference_mode():
            return beam_search(self.model, pad_sources(sources).to(self.device), config)


def pad_sources(sources: Sequence[Sequence[int]]) -> torch.Tensor:
    """The sources with EOS after each, filled up with PAD: (B, S)."""
    longest = max(len(source) for source in sources)
    return torch.tensor([[*source, EOS, *[PAD] * (longest - len(source))] for source in sources])
