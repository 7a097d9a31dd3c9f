"""How many tokens a batch has if that is not set."""

import gc
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch

from nmt.data.batching import Batch, make_batch, plan_batches
from nmt.data.encoded_corpus import EncodedCorpus
from nmt.errors import out_of_memory
from nmt.models.architectures import create_model
from nmt.models.config import ModelConfig
from nmt.runtime.device import release_memory
from nmt.training.config import TrainingConfig
from nmt.training.update.learner import Learner

SMALLEST = 512
LARGEST = {"cpu": 4096}  # on a CPU, time grows with the tokens
LARGEST_ELSEWHERE = 32_768  # the paper's batches have about 25,000 tokens a side (section 5.1)
UPDATES_PER_EPOCH = {"cpu": 200}  # at least: small corpora learn more from many small updates
UPDATES_ELSEWHERE = 100  # a GPU takes as long for a small update as for a much larger one
WORST = 3  # of the longest and of the largest batches, which must fit
LATER = 3  # times the weights: the optimizer's two moments and the moving average come after the first gradient


def settle_batch_tokens(
    corpus: EncodedCorpus, model: ModelConfig, training: TrainingConfig, device: torch.device
) -> int:
    """The tokens of a batch: as many as suit the corpus and, on a GPU, fit into its memory, which is tried out."""
    wanted = batch_tokens_for(corpus, device.type)
    if device.type == "cpu":
        return wanted
    trial = replace(training, batch_tokens=wanted)
    return largest_that_fits(corpus, wanted, _Trial(Learner(create_model(model).to(device), trial)))


def batch_tokens_for(corpus: EncodedCorpus, device_type: str) -> int:
    """A power of two that gives a corpus of this size enough updates per epoch."""
    tokens = max(int(side.lengths.sum(dtype=np.int64)) + len(corpus) for side in (corpus.source, corpus.target))
    most = tokens / UPDATES_PER_EPOCH.get(device_type, UPDATES_ELSEWHERE)
    batch = SMALLEST
    while 2 * batch <= min(most, LARGEST.get(device_type, LARGEST_ELSEWHERE)):
        batch *= 2
    return batch


def largest_that_fits(corpus: EncodedCorpus, wanted: int, fits: Callable[[Batch], bool]) -> int:
    """The largest of ``wanted``, its half, its quarter… at which the worst batches of an epoch fit into memory.

    The worst batches are those with the longest sentences and those with the most positions.
    """
    while wanted > SMALLEST:
        plan = plan_batches(corpus, batch_tokens=wanted, seed=0, epoch=0)
        longest = [sum(int(side.lengths[rows].max()) for side in (corpus.source, corpus.target)) for rows in plan]
        positions = [length * len(rows) for length, rows in zip(longest, plan, strict=True)]
        worst = {int(index) for sizes in (longest, positions) for index in np.argsort(sizes)[-WORST:]}
        if all(fits(make_batch(corpus, plan[index])) for index in sorted(worst)):
            break
        wanted //= 2
    return wanted


class _Trial:
    """Whether the gradient of a batch fits into memory, together with everything that a training keeps there."""

    def __init__(self, learner: Learner) -> None:
        self.learner = learner

    def __call__(self, batch: Batch) -> bool:
        parameters = sum(parameter.numel() for parameter in self.learner.model.parameters())
        try:
            reserved = torch.empty(LATER * parameters, device=self.learner.device)
            self.learner.try_gradient(batch)
            del reserved
        except RuntimeError as error:
            if not out_of_memory(error):
                raise
            return False
        finally:
            self.learner.optimizer.zero_grad()
            gc.collect()
            release_memory(self.learner.device)
        return True
