import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from nmt.model.config import ModelConfig
from nmt.model.transformer import Transformer
from nmt.special_ids import BOS, EOS, PAD
from tests.conftest import once_for_all_workers

LENGTHS = range(1, 12)


def ambiguous_copy(generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """32 sentences of one length and their copies, in which each subword is left out, once in four, or said otherwise.

    Nothing tells when, so that a model which has learnt it is unsure and a search has something to do.
    """
    length = int(torch.randint(LENGTHS.start, LENGTHS.stop, (1,), generator=generator))
    source = torch.randint(4, 32, (32, length), generator=generator)
    otherwise = torch.rand(source.shape, generator=generator)
    copies = torch.where(otherwise < 0.4, source + 28, source).masked_fill(otherwise > 0.75, PAD)
    order = (copies == PAD).sort(dim=1, stable=True).indices
    target = F.pad(copies.gather(1, order), (0, 1))
    target.scatter_(1, (copies != PAD).sum(1, keepdim=True), EOS)
    return F.pad(source, (0, 1), value=EOS), target


@pytest.fixture(scope="session")
def transformer(tmp_path_factory: pytest.TempPathFactory) -> Transformer:
    """A small Transformer that has learned the ambiguous copy well enough to end most of its hypotheses."""
    return once_for_all_workers(tmp_path_factory, "transformer", lambda _: _train_ambiguous_copy())


def _train_ambiguous_copy() -> Transformer:
    torch.manual_seed(7)
    generator = torch.Generator().manual_seed(7)
    shape = {"vocabulary_size": 60, "dimension": 32, "heads": 4, "feed_forward": 64, "dropout": 0.0}
    model = Transformer(ModelConfig(encoder_layers=2, decoder_layers=2, **shape))
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(300):
        source, target = ambiguous_copy(generator)
        logits = model(source, F.pad(target[:, :-1], (1, 0), value=BOS))
        loss = F.cross_entropy(logits.flatten(0, 1), target.flatten(), ignore_index=PAD)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    model.requires_grad_(False)
    return model
