"""The search run by torch, on whatever device the model is on."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch

from nmt.decoding.config import SearchConfig
from nmt.decoding.hypothesis import Hypothesis, Wish
from nmt.decoding.search import EncoderDecoder, Found, search
from nmt.special_ids import EOS, PAD

# Two candidates whose log-probabilities differ by less are a close call. The number of rows in a matrix product, the
# padding and the number of threads change the order of float32 sums and so the log-probability of a whole sentence:
# by up to 1e-5 in a model of 3 + 3 layers of 256 dimensions.
CLOSE_CALL = 1e-4


class TorchEngine:
    """Beam search with a model of this project.

    A sentence gets the same hypotheses whatever its batch and the number of threads: where rounding could have decided
    otherwise, it is searched again alone and with one thread, which sums in one order only.
    """

    name = "torch"

    def __init__(self, model: EncoderDecoder, device: torch.device) -> None:
        self.model = model
        self.device = device

    def search(
        self,
        sources: Sequence[Sequence[int]],
        config: SearchConfig,
        wishes: Sequence[Wish] | None = None,  # noqa: ARG002 - to come
        *,
        details: bool = False,  # noqa: ARG002 - to come
    ) -> list[list[Hypothesis]]:
        """See Engine.search."""
        if not sources:
            return []
        with torch.inference_mode():
            return [
                self._search_alone(source, config) if found.margin < CLOSE_CALL else found.hypotheses
                for source, found in zip(sources, self._search(sources, config), strict=True)
            ]

    def _search(self, sources: Sequence[Sequence[int]], config: SearchConfig) -> list[Found]:
        return search(self.model, pad_sources(sources).to(self.device), config)

    def _search_alone(self, source: Sequence[int], config: SearchConfig) -> list[Hypothesis]:
        with _one_thread():
            return self._search([source], config)[0].hypotheses


def pad_sources(sources: Sequence[Sequence[int]]) -> torch.Tensor:
    """The sources with EOS after each, filled up with PAD: (B, S)."""
    longest = max(len(source) for source in sources)
    return torch.tensor([[*source, EOS, *[PAD] * (longest - len(source))] for source in sources])


@contextmanager
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
