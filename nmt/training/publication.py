"""What a run publishes: the model directory with its record of settings and scores."""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from nmt.conversion.export import export
from nmt.corpus.pairs import Pair
from nmt.ctranslate2.copy import read_copy
from nmt.errors import NMTError
from nmt.evaluation.metrics import MetricScore
from nmt.files.atomic import atomic_writer
from nmt.files.lines import open_binary
from nmt.model_dir.info import ModelInfo, load_info
from nmt.model_dir.layout import TRAINING, WORD_COUNTS
from nmt.model_dir.load import load_model
from nmt.model_dir.save import save_model
from nmt.models.config import ModelConfig
from nmt.models.transformer import Transformer
from nmt.settings import to_mapping
from nmt.training.preparation.fine_tuning import Parent
from nmt.training.preparation.prepared import PreparedCorpus
from nmt.training.recipe import Recipe
from nmt.training.reporting.reporter import Reporter, Validation
from nmt.training.run_directory.snapshots import MOVING_AVERAGE
from nmt.training.state import TrainState
from nmt.training.validation import TranslationValidator
from nmt.translation.alignment_heads import choose_alignment_heads

SHORTEST_LIMIT = 32  # subwords; lines are divided only above it, however short the training sentences were
FINAL_METRICS = ("bleu", "chrf")
FINAL_DECODING = "beam search"  # in the record of scores: no longer those of greedy validation
NO_TIME_TO_SCORE = "no time is left in the budget to score by beam search"
SHOWN_ELSEWHERE = ("model", "search")  # parts of the recipe that a model's record holds in full by themselves


class Publisher:
    """The published model of one run."""

    def __init__(
        self,
        output: Path,
        recipe: Recipe,
        prepared: PreparedCorpus,
        model_config: ModelConfig,
        languages: tuple[str | None, str | None],
        parent: Parent | None = None,
        *,
        devices: int = 1,
    ) -> None:
        """``devices`` train together, of which an update's number of batches is a multiple."""
        self.output = output
        self.recipe = recipe
        self.prepared = prepared
        self.model_config = model_config
        self.languages = languages
        self.parent = parent
        self.devices = devices

    def max_source_length(self) -> int:
        """The longest source the model learns from: a longer line to translate is divided."""
        inherited = 0 if self.parent is None else self.parent.info.max_source_length
        return max(SHORTEST_LIMIT, inherited, int(self.prepared.corpus.source.lengths.max()))

    def publish(self, model: Transformer, state: TrainState, validation: Validation | None) -> None:
        """``model`` becomes the one that translates; ``validation`` is what was found of it, if there was time."""
        scores: dict[str, Any] = {"step": state.step, "weights": state.best.weights}
        if validation is not None:
            scores |= {
                "bleu": {"name": "BLEU", "score": validation.bleu, "signature": validation.signature},
                "validation_loss": round(validation.loss, 4),
                "decoding": "greedy",
            }
            if validation.chrf is not None:
                scores["chrf"] = {
                    "name": "chrF2++",
                    "score": validation.chrf,
                    "signature": validation.chrf_signature,
                }
        save_model(
            self.output,
            info=self._info(state, scores),
            tokenizer=self.prepared.tokenizer,
            weights=model.state_dict(),
        )
        self._leave_word_counts()

    def _leave_word_counts(self) -> None:
        """Put the counts of the training text's words beside the model; text prepared long ago has none."""
        counted, goal = self.output / TRAINING / WORD_COUNTS, self.output / WORD_COUNTS
        if not counted.exists():
            goal.unlink(missing_ok=True)
        elif not goal.exists() or goal.read_bytes() != counted.read_bytes():
            with open_binary(counted) as file, atomic_writer(goal) as copy:
                copy.write(file.read())

    def restore_if_lost(
        self, average: Transformer, state: TrainState, validator: TranslationValidator, reporter: Reporter
    ) -> None:
        """Where a finished model was deleted or damaged, publish the averaged weights of the last update again."""
        try:
            load_model(self.output, device="cpu")
        except NMTError as error:
            reporter.stage(f"the published model cannot be used ({error}); publishing the last averaged weights")
            state.best.step, state.best.weights = state.step, MOVING_AVERAGE
            self.publish(average, state, validator.validate(average, state))

    def final_scores(
        self,
        state: TrainState,
        validator: TranslationValidator,
        reporter: Reporter,
        device: torch.device,
        deadline: float | None,
    ) -> list[MetricScore]:
        """Score the published model as users will run it, and write that into its record, once.

        Where time.monotonic() would pass ``deadline`` the scores of validation stay.
        """
        info = load_info(self.output)
        if info.scores.get("decoding") == FINAL_DECODING:
            return _stored(info.scores)
        if deadline is not None and time.monotonic() >= deadline:
            reporter.stage(NO_TIME_TO_SCORE)
            return _stored(info.scores)
        reporter.stage(f"scoring the best model ({state.best.weights} of step {state.best.step:,}) by beam search")
        model, _, _ = load_model(self.output, device=device)
        began = time.monotonic()
        scores = validator.scores(model, self.recipe.search, metrics=FINAL_METRICS, deadline=deadline)
        if scores is None:
            reporter.stage(NO_TIME_TO_SCORE)
            return _stored(info.scores)
        record = self._final_record(state, scores, info.scores, time.monotonic() - began)
        final = replace(info, scores=record, training=self._info(state, {}).training)
        aligning = choose_alignment_heads(model, self.prepared.corpus, self.prepared.encode_validation(), device=device)
        if aligning is not None:
            record |= {"anchors_aligned": round(aligning.share, 3), "anchors": aligning.anchors}
            final = replace(final, scores=record, alignment_heads=aligning.heads)
        save_model(self.output, info=final, tokenizer=self.prepared.tokenizer, weights=model.state_dict())
        return scores

    def leave_fast_copy(self, reporter: Reporter, device: torch.device, deadline: float | None) -> None:
        """Put an int8 copy for CTranslate2 beside the published model, compared with it as far as there is time.

        It is only a help: where it cannot be made, that is said and the model translates without.
        """
        try:
            if read_copy(self.output) is not None:
                return
        except NMTError:
            pass  # of other weights, or damaged: it is made again
        try:
            made = export(self.output, self._pairs_to_compare(deadline), device=str(device))
        except NMTError as error:
            reporter.stage(f"no copy for CTranslate2 is left, so translating is slower: {error}")
            return
        reporter.stage(f"{made.path} translates several times as fast: {made.comparison or 'compared on no sentences'}")

    def _pairs_to_compare(self, deadline: float | None) -> Sequence[Pair]:
        """The validation pairs, or as many as can be translated twice in half the time left."""
        pairs = self.prepared.validation
        if deadline is None:
            return pairs
        rate = float(load_info(self.output).scores.get("sentences_per_second", 0.0))
        number = int(max(0.0, deadline - time.monotonic()) * rate / 4)
        return pairs[: min(number, len(pairs))]

    def _final_record(
        self, state: TrainState, scores: list[MetricScore], stored: dict[str, Any], seconds: float
    ) -> dict[str, Any]:
        record: dict[str, Any] = {
            key: {"name": score.name, "score": score.score, "signature": score.signature}
            for key, score in zip(FINAL_METRICS, scores, strict=True)
        }
        return record | {
            "step": state.best.step,
            "weights": state.best.weights,
            "validation_loss": stored.get("validation_loss"),
            "beam_size": self.recipe.search.beam_size,
            "sentences_per_second": round(len(self.prepared.validation) / seconds, 1),
            "decoding": FINAL_DECODING,
        }

    def tags(self) -> tuple[str, ...]:
        """All tags that the model knows."""
        return tuple(dict.fromkeys([*(self.parent.info.tags if self.parent else ()), *self.prepared.tags]))

    def _info(self, state: TrainState, scores: dict[str, Any]) -> ModelInfo:
        settings = {name: value for name, value in to_mapping(self.recipe).items() if name not in SHOWN_ELSEWHERE}
        settings["preset"] = self.recipe.preset_for(len(self.prepared.corpus))
        chosen = self.recipe.training
        settings["training"] |= {"learning_rate": chosen.peak_rate, "weight_decay": chosen.settled_weight_decay}
        training: dict[str, Any] = {
            "settings": settings,
            "corpus": self.prepared.facts,
            "steps": state.step,
            "epochs": round(state.data.epochs, 2),
            "target_tokens": state.data.target_tokens,
            "minutes": round(state.timing.seconds / 60, 1),
        }
        if self.devices > 1:
            training["devices"] = self.devices
        if self.parent is not None:
            training["parent"] = {"weights_sha256": self.parent.digest, "steps": self.parent.info.training.get("steps")}
        if state.instability.all_skipped:
            training |= {"skipped_updates": state.instability.all_skipped, "rollbacks": state.instability.rollbacks}
        profile = self.prepared.profile()
        return ModelInfo(
            source_language=self.languages[0],
            target_language=self.languages[1],
            model=self.model_config,
            search=self.recipe.search,
            max_source_length=self.max_source_length(),
            sentences_per_line=profile.sentences_per_line,
            all_caps=profile.all_caps,
            tags=self.tags(),
            training=training,
            scores=scores,
        )


def _stored(scores: dict[str, Any]) -> list[MetricScore]:
    """The scores in a model's record."""
    return [MetricScore(**scores[name]) for name in FINAL_METRICS if name in scores]
