"""One training run from files to a published model: prepare, train or go on, judge, publish."""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch

from nmt.data.encoded_corpus import encoded_in_memory
from nmt.errors import NMTError
from nmt.evaluation.metrics import MetricScore
from nmt.model.config import ModelConfig
from nmt.model.transformer import Transformer
from nmt.model_dir import (
    CARD,
    CONFIG,
    LEFTOVER,
    TOKENIZER,
    TRAINING,
    WEIGHTS,
    ModelInfo,
    load_info,
    load_model,
    save_model,
)
from nmt.runtime import choose_device, keep_freed_memory, set_threads
from nmt.settings import to_mapping
from nmt.text.lines import atomic_writer
from nmt.training.checkpoint import CheckpointStore
from nmt.training.config import Recipe
from nmt.training.log import JsonLog
from nmt.training.preparation import CorpusFiles, PreparedCorpus, prepare
from nmt.training.reporter import Reporter, Validation
from nmt.training.state import TrainState
from nmt.training.trainer import Surroundings, Trainer
from nmt.training.validation import TranslationValidator

SHORTEST_LIMIT = 32  # subwords; lines are divided only above it, however short the training sentences were
FINAL_METRICS = ("bleu", "chrf")
FINAL_DECODING = "beam search"  # in the record of scores: no longer those of greedy validation
SHOWN_ELSEWHERE = ("model", "search")  # parts of the recipe that a model's record holds in full by themselves


@dataclass(frozen=True, kw_only=True)
class RunReport:
    """How a run ended; ``scores`` are those of the published model on the validation text, by beam search."""

    state: TrainState
    model_dir: Path
    parameters: int
    scores: list[MetricScore]
    finished: bool  # False: stopped on the way, and the same command goes on


def train(
    files: CorpusFiles,
    output: Path,
    recipe: Recipe,
    *,
    reporter: Reporter,
    device: str = "auto",
    threads: int | None = None,
    overwrite: bool = False,
    stop_requested: Callable[[], bool] = lambda: False,
) -> RunReport:
    """Train a translator from ``files`` into the model directory ``output``, or go on with the run that began there.

    Raises NMTError for anything wrong with files, settings or the directory, before anything slow where possible.
    """
    place = choose_device(device)
    set_threads(threads)
    keep_freed_memory()
    files.check()
    fingerprint = files.fingerprint()
    directory = _claim(output, files, recipe, fingerprint, overwrite)
    prepared = prepare(files, recipe, directory, fingerprint=fingerprint, reporter=reporter)
    run = _Run(files, output, directory, recipe, prepared, reporter, place)
    return run.go(stop_requested)


def _claim(output: Path, files: CorpusFiles, recipe: Recipe, fingerprint: dict[str, str], overwrite: bool) -> Path:
    """The directory ``output``/training, new or with the settings of this very run; anything else is an NMTError.

    A run that ended before its first checkpoint has nothing to lose, so other settings or mended text replace it.
    """
    directory = output / TRAINING
    settings = {**to_mapping(recipe), "languages": list(files.languages()), "text": fingerprint}
    stored_path = directory / "settings.json"
    if output.exists() and not output.is_dir():
        raise NMTError(f"{output} is a file; -o names the directory that the model goes into")
    has_weights = (output / WEIGHTS).exists()
    begun = stored_path.exists() and (has_weights or CheckpointStore(directory, keep=1).paths())
    if output.exists() and not (has_weights or begun) and any(path.name != TRAINING for path in output.iterdir()):
        raise NMTError(f"{output} already holds other files; choose another -o")
    if overwrite and (has_weights or begun):
        _remove_model(output)
    elif begun:
        _compare(stored_path, settings)
        for leftover in directory.glob(LEFTOVER):
            leftover.unlink()
        return directory
    elif has_weights:
        raise NMTError(f"{output} already holds a model; choose another -o, or --overwrite to replace it")
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NMTError(f"{output} cannot be made: {error.strerror}") from error
    with atomic_writer(stored_path) as file:
        file.write(json.dumps(settings, ensure_ascii=False, indent=1).encode("utf-8"))
    return directory


def _remove_model(output: Path) -> None:
    """Remove what a training leaves in a directory, and nothing else that may be there."""
    try:
        if (output / TRAINING).exists():
            shutil.rmtree(output / TRAINING)
        for name in (CONFIG, WEIGHTS, TOKENIZER, CARD):
            (output / name).unlink(missing_ok=True)
    except OSError as error:
        raise NMTError(f"{error.filename} cannot be removed: {error.strerror}") from error


def _compare(path: Path, settings: dict[str, Any]) -> None:
    """NMTError naming every setting in which this command differs from the one that began the run."""
    try:
        stored = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise NMTError(f"{path} cannot be read ({error}); --overwrite starts afresh") from error
    before, now = dict(_flat(stored)), dict(_flat(settings))
    differences = [
        f"{name} was {_shown(before.get(name))}, now {_shown(now.get(name))}"
        for name in dict.fromkeys([*before, *now])
        if before.get(name) != now.get(name) and not name.startswith("text.")
    ]
    differences += [
        f"the {name.removeprefix('text.').removesuffix('s').replace('_', ' ')} text has changed"
        for name in now
        if name.startswith("text.") and before.get(name) != now[name]
    ]
    if differences:
        raise NMTError(
            f"{path.parent.parent} holds a training with other settings: {'; '.join(differences)}; "
            "give the same command to go on, choose another -o, or --overwrite to start afresh"
        )


def _flat(mapping: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in mapping.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def _shown(value: Any) -> str:
    return "not set" if value is None else json.dumps(value, ensure_ascii=False)


class _Run:
    """The parts of one run and how they are tied together."""

    def __init__(
        self,
        files: CorpusFiles,
        output: Path,
        directory: Path,
        recipe: Recipe,
        prepared: PreparedCorpus,
        reporter: Reporter,
        device: torch.device,
    ) -> None:
        self.output = output
        self.directory = directory
        self.recipe = recipe
        self.prepared = prepared
        self.device = device
        self.languages = files.languages()
        vocabulary = prepared.tokenizer.vocabulary_size
        self.model_config = recipe.model_config(pairs=len(prepared.corpus), vocabulary_size=vocabulary)
        self.log = JsonLog(directory / "log.jsonl", reporter)
        self.validator = TranslationValidator(
            pairs=prepared.validation,
            encoded=encoded_in_memory(prepared.encode_validation()),
            tokenizer=prepared.tokenizer,
            search=replace(recipe.search, beam_size=1, n_best=1),
            max_source_length=self._max_source_length(),
            target_language=self.languages[1],
            publish=self._publish,
        )

    def go(self, stop_requested: Callable[[], bool]) -> RunReport:
        """Train to the end or to a stop; at the end, score the published model by beam search."""
        torch.manual_seed(self.recipe.training.seed)
        model = Transformer(self.model_config).to(self.device)
        surroundings = Surroundings(
            checkpoints=CheckpointStore(self.directory, keep=self.recipe.training.keep),
            validator=self.validator,
            reporter=self.log,
            stop_requested=stop_requested,
        )
        trainer = Trainer(model, self.prepared.corpus, self.recipe.training, surroundings)
        self._announce(model)
        if trainer.resume():
            self.log.forget_after(trainer.state.step)
            self.log.stage(f"going on after step {trainer.state.step:,}")
        state = trainer.state if trainer.state.finished else trainer.run()
        scores: list[MetricScore] = []
        if state.finished:
            self._restore_if_lost(trainer)
            scores = self._final_scores(state)
        parameters = sum(parameter.numel() for parameter in model.parameters())
        return RunReport(
            state=state,
            model_dir=self.output,
            parameters=parameters,
            scores=scores,
            finished=bool(state.finished),
        )

    def _announce(self, model: Transformer) -> None:
        config: ModelConfig = self.model_config
        parameters = sum(parameter.numel() for parameter in model.parameters())
        threads = torch.get_num_threads()
        self.log.stage(
            f"model: {config.encoder_layers}+{config.decoder_layers} layers, dimension {config.dimension}, "
            f"{parameters:,} parameters; on {self.device}, {threads} {'thread' if threads == 1 else 'threads'}"
        )

    def _max_source_length(self) -> int:
        """The longest source the model learns from: a longer line to translate is divided."""
        return max(SHORTEST_LIMIT, int(self.prepared.corpus.source.lengths.max()))

    def _info(self, state: TrainState, scores: dict[str, Any]) -> ModelInfo:
        settings = {name: value for name, value in to_mapping(self.recipe).items() if name not in SHOWN_ELSEWHERE}
        settings["preset"] = self.recipe.preset_for(len(self.prepared.corpus))
        training = {
            "settings": settings,
            "corpus": self.prepared.facts,
            "steps": state.step,
            "epochs": round(state.epochs, 2),
            "target_tokens": state.target_tokens,
            "minutes": round(state.seconds / 60, 1),
        }
        return ModelInfo(
            source_language=self.languages[0],
            target_language=self.languages[1],
            model=self.model_config,
            search=self.recipe.search,
            max_source_length=self._max_source_length(),
            training=training,
            scores=scores,
        )

    def _publish(self, model: Transformer, state: TrainState, validation: Validation) -> None:
        """The averaged weights become the model that translates."""
        scores = {
            "bleu": {"name": "BLEU", "score": validation.bleu, "signature": validation.signature},
            "step": validation.step,
            "validation_loss": round(validation.loss, 4),
            "decoding": "greedy",
        }
        save_model(
            self.output,
            info=self._info(state, scores),
            tokenizer=self.prepared.tokenizer,
            weights=model.state_dict(),
        )

    def _restore_if_lost(self, trainer: Trainer) -> None:
        """Where a finished model was deleted or damaged, publish the averaged weights of the last update again."""
        try:
            load_model(self.output, device="cpu")
        except NMTError as error:
            self.log.stage(f"the published model cannot be used ({error}); publishing the last averaged weights")
            validation = self.validator.validate(trainer.average, trainer.state)
            self.validator.publish(trainer.average, trainer.state, validation)

    def _final_scores(self, state: TrainState) -> list[MetricScore]:
        """Score the published model as users will run it, and write that into its record, once."""
        info = load_info(self.output)
        stored = info.scores
        if stored.get("decoding") == FINAL_DECODING:
            return [MetricScore(**stored[name]) for name in FINAL_METRICS]
        self.log.stage(f"scoring the best model (step {state.best_step:,}) by beam search")
        model, _, _ = load_model(self.output, device=self.device)
        began = time.monotonic()
        scores = self.validator.scores(model, self.recipe.search, metrics=FINAL_METRICS)
        seconds = time.monotonic() - began
        record: dict[str, Any] = {
            key: {"name": score.name, "score": score.score, "signature": score.signature}
            for key, score in zip(FINAL_METRICS, scores, strict=True)
        }
        record |= {
            "step": state.best_step,
            "validation_loss": stored.get("validation_loss"),
            "beam_size": self.recipe.search.beam_size,
            "sentences_per_second": round(len(self.prepared.validation) / seconds, 1),
            "decoding": FINAL_DECODING,
        }
        final = replace(info, scores=record, training=self._info(state, {}).training)
        save_model(self.output, info=final, tokenizer=self.prepared.tokenizer, weights=model.state_dict())
        self.log.write({"event": "finished", "reason": state.finished, **asdict(state), "scores": record})
        return scores
