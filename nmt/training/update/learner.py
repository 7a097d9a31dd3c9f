"""One update at a time: batches in, better weights out; the trainer decides when to stop and what to keep."""

import itertools
import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from nmt.data.batching import Batch, Rows
from nmt.data.prefetch import BatchPrefetcher
from nmt.errors import NMTError, out_of_memory
from nmt.models.base import TrainableModel
from nmt.models.dropout import Dropout
from nmt.runtime.device import avoid_attention_planned_by_shape, choose_precision, release_memory
from nmt.runtime.memory import give_back_freed_memory
from nmt.special_ids import EOS
from nmt.training.config import TrainingConfig
from nmt.training.distributed.follower_calls import FollowerCalls
from nmt.training.distributed.group import ALONE, AgreedError, Group
from nmt.training.distributed.random_state import read_random_state, restore_random_state
from nmt.training.update.loss import Loss
from nmt.training.update.optimizer import make_optimizers

logger = logging.getLogger(__name__)
TRIM_EVERY = 100  # updates


@dataclass(frozen=True)
class Update:
    """The result of one update."""

    loss: Tensor  # plain cross-entropy in nats, summed over the target tokens; left on its device
    target_tokens: int
    gradient_norm: float  # before clipping
    applied: bool  # False: loss or gradient was not finite, so the weights were not changed


class Learner:
    """The model, its optimizer, and how a gradient is computed: by this process or by a group of processes together.

    All processes of a group use their learners in the same order. Weights and optimizer are then the same in all of
    them; the random numbers of dropout are not.
    """

    def __init__(self, model: TrainableModel, config: TrainingConfig, group: Group = ALONE) -> None:
        self.model = model
        self.config = config
        self.group = group
        self.device = model.device
        self.precision = choose_precision(config.precision, self.device)
        if self.device.type == "cuda":
            avoid_attention_planned_by_shape()
        self.optimizer = make_optimizers(model, config)
        self._updates = itertools.count(1)
        self.parts = 1  # into which a batch is cut so that it fits into memory
        self._parameters = list(model.parameters())
        self._dropouts = [module for module in model.modules() if isinstance(module, Dropout)]
        self._proven: tuple[int, ...] = (0, 0, 0)  # the largest sizes that have fitted into memory
        self.loss = Loss(model, config, self.precision)
        with group.call(FollowerCalls.create_learner):
            self._replica = group.replicate(self.loss)
            self._order_exchange()

    def update_from(
        self,
        prefetcher: BatchPrefetcher,
        rows: Sequence[Rows],
        *,
        rate: float,
        dropout: float | None = None,
        following: Sequence[Rows] = (),
        epoch: int,
    ) -> Update:
        """One update from the batches ``rows`` of ``epoch``, of which each process of the group takes its share.

        ``dropout`` is the share from this update on; None: unchanged. ``following`` are probably the batches of the
        next update, which are prepared meanwhile.
        """
        with self.group.call(FollowerCalls.update, rows, rate, dropout, following, epoch):
            if dropout is not None:
                for module in self._dropouts:
                    module.share = dropout
            share = slice(self.group.rank, None, self.group.size)
            return self.update(prefetcher.take(rows, following, epoch=epoch, share=share), rate=rate)

    def update(self, batches: Sequence[Batch], *, rate: float) -> Update:
        """One update with learning rate ``rate`` from the mean gradient over all target tokens of ``batches``.

        In a group, each process has its own batches, perhaps none, and the mean is over all of them.

        If memory runs out, each batch is cut into halves, as often as needed, from now on: the update is the same mean
        over the same tokens. A single sentence pair that does not fit is an NMTError. Once batches of this size are
        known to fit, a group exchanges gradients while they are computed, which is faster; running out of memory is
        then an NMTError too.
        """
        self.loss.train()
        shape = _largest_shape(batches)
        new = any(size > proven for size, proven in zip(shape, self._proven, strict=True))
        tokens, unproven = self.group.totals(sum(batch.target_tokens for batch in batches), int(new))
        complete = self.optimizer.started  # the first update allocates the optimizer's memory only at its end
        total = self._gradient(batches, tokens, careful=unproven > 0 or self.group.size == 1)
        if complete:
            self._proven = tuple(map(max, shape, self._proven))
        self.group.add_up(total)
        norm = float(torch.nn.utils.clip_grad_norm_(self._parameters, self.config.clip_norm))
        applied = math.isfinite(norm)
        if applied:
            self.optimizer.step(rate)
        if self.device.type == "cpu" and next(self._updates) % TRIM_EVERY == 0:
            give_back_freed_memory()
        return Update(total, tokens, norm, applied)

    def try_gradient(self, batch: Batch) -> None:
        """Compute the gradient of ``batch`` in this process alone, without a step; torch's error if memory runs out."""
        self.loss.train()
        self._add_gradient(batch, batch.target_tokens)

    def state_dict(self) -> dict[str, Any]:
        """All that ``load_state_dict`` needs to resume exactly: weights, optimizer and all random generators."""
        with self.group.call(FollowerCalls.save_state):
            random_state = read_random_state(self.device)
            followers = self.group.gather(random_state)[1:]
        return {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            **random_state,
            "followers": followers,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore a saved state, even if the number of processes has changed; followers get the leader's."""
        before = len(state.get("followers", [])) + 1
        if self.group.main and before != self.group.size:
            logger.warning(
                "this run had %d %s so far and continues with %d, so an update now has %g times as many batches",
                before,
                "process" if before == 1 else "processes",
                self.group.size,
                self.group.size / before,
            )
        with self.group.call(FollowerCalls.load_state):
            names = ("model", "optimizer", "random", "cuda_random", "mps_random", "followers")
            state = self.group.share_state({name: state[name] for name in names if name in state})
            self.model.load_state_dict(state["model"])
            self.optimizer.load_state_dict(state["optimizer"])
            restore_random_state(state, rank=self.group.rank, size=self.group.size, device=self.device)

    def _order_exchange(self) -> None:
        """Let torch see in which order gradients arrive, so that it settles now how they are grouped for the exchange.

        It would otherwise do so after the first update, and a resumed run would add some numbers in another order.
        """
        if self.group.size == 1:
            return
        self.loss.eval()
        sentence = torch.full((1, 2), EOS, device=self.device)
        with self.group.connection_errors():
            self._backward(self._replica(sentence, sentence, sentence)[0], 1)
            with self.group.without_sync(self._replica):
                self._replica(None)
        self.optimizer.zero_grad()

    def _gradient(self, batches: Sequence[Batch], tokens: int, *, careful: bool) -> Tensor:
        """Leave the mean gradient in the parameters; the summed plain loss of ``batches``."""
        while True:
            self.optimizer.zero_grad()
            parts = [part for batch in batches for part in batch.split(self.parts)]
            failed = False
            total = torch.zeros((), device=self.device)
            last = [] if careful else parts[-1:]
            try:
                with self.group.without_sync(self._replica):
                    for part in parts[: len(parts) - len(last)]:
                        total += self._add_gradient(part, tokens)
                for part in last:
                    with self.group.connection_errors():
                        total += self._add_gradient(part, tokens)
            except RuntimeError as error:
                if not out_of_memory(error):
                    raise
                if not careful:
                    raise NMTError(
                        f"out of memory on {self.device}: use fewer --batch-tokens with a larger --accumulate"
                    ) from error
                failed = True
            if not (careful and self.group.any(failed)):
                if not last:
                    self._exchange()
                return total
            self._cut_smaller(batches)

    def _exchange(self) -> None:
        """Replace the gradients by their mean over all processes, in a backward pass that adds nothing."""
        if self.group.size == 1:
            return
        with self.group.connection_errors():
            self._backward(self._replica(None)[0], 1)

    def _cut_smaller(self, batches: Sequence[Batch]) -> None:
        """Cut batches into halves from now on, after some process ran out of memory."""
        if self.group.largest(max((len(batch.source) for batch in batches), default=0)) <= self.parts:
            raise AgreedError(
                "not even one sentence pair fits into memory; train a smaller model (--preset, --dimension) or leave "
                "out long sentences (--max-length)"
            )
        self.parts *= 2
        release_memory(self.device)
        if self.group.main:
            logger.warning("out of memory: each batch is now computed in %d parts, with the same result", self.parts)

    def _add_gradient(self, batch: Batch, tokens: int) -> Tensor:
        """Add the gradient of one batch, divided by ``tokens``; the summed plain loss of the batch."""
        batch = batch.to(self.device)
        losses: tuple[Tensor, Tensor] = self._replica(batch.source, batch.target_in, batch.target_out)
        loss, plain = losses
        self._backward(loss, self.loss.passes * tokens)
        return plain.detach() / self.loss.passes

    def _backward(self, loss: Tensor, tokens: int) -> None:
        """Add the gradient of ``loss`` / ``tokens``, scaled so that the group's mean is the gradient of the sum."""
        (loss / (tokens / self.group.size)).backward()  # type: ignore[no-untyped-call]


def _largest_shape(batches: Sequence[Batch]) -> tuple[int, ...]:
    """The largest sizes in ``batches`` that memory depends on: the padded tokens of both sides, and the width."""
    shapes = [
        (batch.source.numel(), batch.target_in.numel(), max(batch.source.size(1), batch.target_in.size(1)))
        for batch in batches
    ]
    return tuple(map(max, zip(*shapes, strict=True))) if shapes else (0, 0, 0)
