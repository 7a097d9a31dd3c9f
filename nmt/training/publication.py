"""What a run publishes: the model directory with its record of settings and scores."""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from nmt.conversion.export import export
from nmt.corpus.pairs import Pair
from nmt.ctranslate2.fast_copy import read_copy
from nmt.errors import NMTError
from nmt.evaluation.metrics import MetricScore
from nmt.files.atomic import atomic_writer
from nmt.files.lines import open_binary
from nmt.model_dir.config_json import ModelInfo, load_info
from nmt.model_dir.layout import TRAINING, WORD_COUNTS
from nmt.model_dir.load import load_model
from nmt.model_dir.save import save_model
from nmt.models.base import TrainableModel
from nmt.models.config import ModelConfig
from nmt.settings import to_mapping
from nmt.training.context import RunContext
from nmt.training.reporting.reporter import Reporter, Validation
from nmt.training.run_directory.snapshots import MOVING_AVERAGE
from nmt.training.state import TrainState
from nmt.training.validation import TranslationValidator
from nmt.translation.alignment_heads import choose_alignment_heads

SHORTEST_LIMIT = 32  # subwords; lines are split only above it, however short the training sentences were
FINAL_METRICS = ("bleu", "chrf")
FINAL_DECODING = "beam search"  # in the record of scores: they are no longer those of greedy validation
NO_TIME_TO_SCORE = "no time is left in the budget to score by beam search"
SHOWN_ELSEWHERE = ("model", "search")  # parts of the recipe that have their own place in a model's record


class Publisher:
    """The published model of one run."""

    def __init__(self, context: RunContext, model_config: ModelConfig) -> None:
        self.context = context
        self.recipe = context.input.recipe
        self.output = context.output
        self.prepared = context.prepared
        self.parent = context.input.parent
        self.model_config = model_config

    def max_source_length(self) -> int:
        """The longest source (subwords) the model learns from: a longer line to translate is split."""
        inherited = 0 if self.parent is None else self.parent.info.max_source_length
        return max(SHORTEST_LIMIT, inherited, int(self.prepared.corpus.source.lengths.max()))

    def publish(self, model: TrainableModel, state: TrainState, validation: Validation | None) -> None:
        """Publish ``model``, with the scores of its ``validation`` if there was time for one."""
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
        self._copy_word_counts()

    def _copy_word_counts(self) -> None:
        """Put the word counts of the training text beside the model; if they are lost, the model has none."""
        counted, goal = self.output / TRAINING / WORD_COUNTS, self.output / WORD_COUNTS
        if not counted.exists():
            goal.unlink(missing_ok=True)
        elif not goal.exists() or goal.read_bytes() != counted.read_bytes():
            with open_binary(counted) as file, atomic_writer(goal) as copy:
                copy.write(file.read())

    def restore_if_lost(
        self, average: TrainableModel, state: TrainState, validator: TranslationValidator, reporter: Reporter
    ) -> None:
        """If a finished model was deleted or damaged, publish the averaged weights of the last update again."""
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
        deadline: float | None,
    ) -> list[MetricScore]:
        """Score the published model as users will run it, and write that into its record, once.

        If time.monotonic() would pass ``deadline``, the scores of validation stay.
        """
        device = self.context.device
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

    def write_fast_copy(self, reporter: Reporter, deadline: float | None) -> None:
        """Put an int8 copy for CTranslate2 beside the published model, and compare both if there is time.

        The model translates without the copy as well, so it is not an error if none can be written.
        """
        try:
            if read_copy(self.output) is not None:
                return
        except NMTError:
            pass  # of other weights, or damaged: it is replaced
        try:
            copy = export(self.output, self._pairs_to_compare(deadline), device=str(self.context.device))
        except NMTError as error:
            reporter.stage(f"there is no copy for CTranslate2, so translation is slower: {error}")
            return
        reporter.stage(f"{copy.path} translates several times as fast: {copy.comparison or 'compared on no sentences'}")

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
        if self.context.group.size > 1:
            training["devices"] = self.context.group.size
        if self.parent is not None:
            training["parent"] = {"weights_sha256": self.parent.digest, "steps": self.parent.info.training.get("steps")}
        if state.instability.all_skipped:
            training |= {"skipped_updates": state.instability.all_skipped, "rollbacks": state.instability.rollbacks}
        profile = self.prepared.profile
        source_language, target_language = self.context.input.languages()
        return ModelInfo(
            source_language=source_language,
            target_language=target_language,
            model=self.model_config,
            search=self.recipe.search,
            max_source_length=self.max_source_length(),
            sentences_per_line=profile.sentences_per_line,
            all_caps=profile.all_caps,
            tags=self.context.input.tags(),
            training=training,
            scores=scores,
        )


def _stored(scores: dict[str, Any]) -> list[MetricScore]:
    """The scores in a model's record."""
    return [MetricScore(**scores[name]) for name in FINAL_METRICS if name in scores]
