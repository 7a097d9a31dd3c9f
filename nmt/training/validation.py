"""Validation by loss and by detokenised BLEU or chrF2++, through the same Translator that users run."""

import math
import time
from collections.abc import Callable, Sequence
from functools import partial

import torch

from nmt.data.batching import batches_in_order, make_batch
from nmt.data.encoded_corpus import encoded_in_memory
from nmt.decoding.config import SearchConfig
from nmt.decoding.engines import Engine
from nmt.decoding.engines.batching import BatchingEngine
from nmt.decoding.engines.torch import TorchEngine
from nmt.evaluation.metrics import MetricScore, score_translations
from nmt.models.base import TrainableModel
from nmt.tokenization.tokenizer import Tokenizer
from nmt.training.distributed.follower_calls import FollowerCalls, ValidationTask
from nmt.training.distributed.group import ALONE, Group
from nmt.training.model_selection import is_improvement
from nmt.training.reporting.reporter import Validation, ValidationStoppedError
from nmt.training.state import TrainState
from nmt.training.update.loss import label_smoothed_cross_entropy
from nmt.translation.line_translator import LineTranslator, line_settings

LOSS_BATCH_TOKENS = 4096
FIRST_LINES, MOST_LINES = 4, 4096  # translated before the clock is read again, if there is a deadline
Publish = Callable[[TrainableModel, TrainState, Validation | None], None]


class TranslationValidator:
    """Translates the validation text greedily, which ranks checkpoints as a beam does at a fraction of the time."""

    def __init__(
        self,
        task: ValidationTask,
        tokenizer: Tokenizer,
        *,
        publish: Publish,
        group: Group = ALONE,
        stop_requested: Callable[[], bool] = lambda: False,
    ) -> None:
        """The work is shared among the processes of ``group``.

        A process that is alone raises ValidationStoppedError in the middle of it once ``stop_requested`` returns True.
        """
        self.task = task
        self.pairs = task.pairs
        # As the model learns to write them: it could never write the others.
        self.references = tokenizer.normalize([pair.target for pair in task.pairs])
        self.encoded = encoded_in_memory(task.encoded)
        self.tokenizer = tokenizer
        self.source_prefix = list(task.source_prefix) or [()] * len(task.pairs)
        self.group = group
        self._publish = publish
        self._stop_requested = stop_requested
        self.cost = 0.0  # seconds of the last validation; if it ran out of time, what it would have taken
        self._unfinished = 0.0  # seconds that all translations would take; 0 if there was none

    def validate(self, model: TrainableModel, state: TrainState, deadline: float | None = None) -> Validation | None:
        """Loss and scores of ``model``, better than ``state.best.score`` or not; None if ``deadline`` passes.

        The loss ranks as the geometric mean of the probabilities of tokens, in percent.
        """
        start = time.monotonic()
        metrics = ("bleu", "chrf") if self.task.metric == "chrf" else ("bleu",)
        scores = self.scores(model, self.task.search, metrics=metrics, deadline=deadline)
        if scores is None:
            self.cost = self._unfinished or self.cost
            return None
        bleu, *other = scores
        loss = self.loss(model)
        score = 100 * math.exp(-loss) if self.task.metric == "loss" else scores[-1].score
        self.cost = time.monotonic() - start
        return Validation(
            step=state.step,
            loss=loss,
            bleu=bleu.score,
            signature=bleu.signature,
            score=score,
            beam_size=self.task.search.beam_size,
            seconds=self.cost,
            improved=is_improvement(score, loss, state.best),
            chrf=other[0].score if other else None,
            chrf_signature=other[0].signature if other else "",
        )

    def notes(self) -> list[str]:
        """How many references are normalized before they are compared, as a sentence; empty if none is."""
        given = [pair.target.split() for pair in self.pairs]
        changed = sum(line != reference.split() for line, reference in zip(given, self.references, strict=True))
        if not changed:
            return []
        return [
            f"validation: {changed:,} of {len(given):,} references are compared in normalised form (Unicode), the only "
            "one that the model writes; nmt evaluate compares them as they are"
        ]

    def publish(self, model: TrainableModel, state: TrainState, validation: Validation | None) -> None:
        """Make ``model`` the one that translates."""
        self._publish(model, state, validation)

    def loss(self, model: TrainableModel) -> float:
        """Plain cross-entropy per target token, in nats; in a follower, of its own share only."""
        device = model.device
        total, tokens = 0.0, 0
        with self.group.call(FollowerCalls.measure_loss), torch.inference_mode():
            self.group.share(model.parameters())
            plan = batches_in_order(self.encoded, batch_tokens=LOSS_BATCH_TOKENS)
            for rows in plan[self.group.rank :: self.group.size]:
                self._stop_if_asked()
                batch = make_batch(self.encoded, rows).to(device)
                states = model.decode_states(batch.target_in, model.encode(batch.source))
                _, plain = label_smoothed_cross_entropy(states, model.output_layer, batch.target_out, smoothing=0.0)
                total += float(plain)
                tokens += batch.target_tokens
            shares = self.group.gather((total, tokens))
        return sum(total for total, _ in shares) / max(1, sum(tokens for _, tokens in shares))

    def scores(
        self, model: TrainableModel, search: SearchConfig, *, metrics: Sequence[str], deadline: float | None = None
    ) -> list[MetricScore] | None:
        """The detokenised translations of the validation text, scored; None if time runs out at ``deadline``."""
        hypotheses = self.translations(model, search, deadline)
        if len(hypotheses) < len(self.pairs):
            return None
        return score_translations(
            hypotheses, [self.references], metrics=metrics, target_language=self.task.target_language
        )

    def translations(self, model: TrainableModel, search: SearchConfig, deadline: float | None) -> list[str]:
        """The validation text as ``model`` translates it, or less if time runs out; in a follower, nothing useful."""
        seconds = None if deadline is None else deadline - time.monotonic()
        with self.group.call(FollowerCalls.translate, search, seconds):
            self.group.share(model.parameters())
            engine = BatchingEngine(TorchEngine(model, model.device), before_each=self._stop_if_asked)
            translators = {
                prefix: self._translator(engine, search, prefix) for prefix in dict.fromkeys(self.source_prefix)
            }
            translate = partial(self._translate, translators)
            rows = range(self.group.rank, len(self.pairs), self.group.size)
            share = translate(rows) if deadline is None else self._translate_until(deadline, translate, rows)
            shares = self.group.gather((share, self._unfinished))
        self._unfinished = max((seconds for _, seconds in shares), default=0.0)
        hypotheses: list[str | None] = [None] * len(self.pairs)
        for rank, (share, _) in enumerate(shares):
            hypotheses[rank : rank + self.group.size * len(share) : self.group.size] = share
        return [hypothesis for hypothesis in hypotheses if hypothesis is not None]

    def _stop_if_asked(self) -> None:
        if self.group.size == 1 and self._stop_requested():
            raise ValidationStoppedError

    def _translator(self, engine: Engine, search: SearchConfig, source_prefix: tuple[int, ...]) -> LineTranslator:
        return LineTranslator(
            self.tokenizer,
            engine,
            line_settings(
                max_source_length=self.task.max_source_length,
                languages=(self.task.source_language, self.task.target_language),
                profile=self.task.profile,
            ),
            search=search,
            source_prefix=source_prefix,
        )

    def _translate(self, translators: dict[tuple[int, ...], LineTranslator], rows: Sequence[int]) -> list[str]:
        """The translations of the pairs ``rows``, each by the translator for its source prefix."""
        done: dict[int, str] = {}
        for prefix, translator in translators.items():
            matching = [row for row in rows if self.source_prefix[row] == prefix]
            done |= zip(matching, translator.translate([self.pairs[row].source for row in matching]), strict=True)
        return [done[row] for row in rows]

    def _translate_until(
        self, deadline: float, translate: Callable[[Sequence[int]], list[str]], rows: Sequence[int]
    ) -> list[str]:
        """As many translations as fit before ``deadline``, a few at a time."""
        start = time.monotonic()
        done: list[str] = []
        lines = FIRST_LINES
        while len(done) < len(rows) and time.monotonic() < deadline:
            done += translate(rows[len(done) : len(done) + lines])
            pace = (time.monotonic() - start) / len(done)
            lines = min(MOST_LINES, max(FIRST_LINES, int((deadline - time.monotonic()) / 10 / max(pace, 1e-9))))
        self._unfinished = (time.monotonic() - start) * len(rows) / len(done) if done else 0.0
        return done
