"""One training run from files to a published model: prepare, train or go on, judge, publish."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from nmt.data.encoded_corpus import encoded_in_memory
from nmt.errors import NMTError
from nmt.evaluation.metrics import MetricScore
from nmt.files.atomic import atomic_writer
from nmt.model_dir.layout import TRAINING
from nmt.models.config import ModelConfig
from nmt.models.transformer import Transformer
from nmt.runtime.device import Precision, choose_precision, set_threads
from nmt.runtime.memory import keep_freed_memory
from nmt.tokenization.tags import tag_ids
from nmt.training.budget import Clock
from nmt.training.config import TrainingConfig
from nmt.training.context import TrainerContext
from nmt.training.distributed.follower import FollowerTask, begin_together
from nmt.training.distributed.group import Group
from nmt.training.distributed.leader import Leader
from nmt.training.distributed.placement import choose_world
from nmt.training.extension import extended_at
from nmt.training.preparation.corpus_files import CorpusFiles
from nmt.training.preparation.fine_tuning import Parent, load_parent
from nmt.training.preparation.preflight import preflight
from nmt.training.preparation.prepare import prepare
from nmt.training.preparation.prepared import PreparedCorpus, is_prepared
from nmt.training.publication import Publisher
from nmt.training.recipe import Recipe
from nmt.training.reporting.log import LOG, JsonLog
from nmt.training.reporting.reporter import Reporter, ValidationStoppedError
from nmt.training.run_directory.checkpoints import CheckpointStore
from nmt.training.run_directory.claim import SETTINGS, open_run_directory
from nmt.training.run_directory.lock import sole_training
from nmt.training.run_directory.snapshots import Snapshots
from nmt.training.sizing.batch_size import settle_batch_tokens
from nmt.training.sizing.model_size import settle_model
from nmt.training.sizing.thread_choice import ThreadChoice
from nmt.training.state import TrainState, state_to_flat
from nmt.training.trainer import Trainer
from nmt.training.validation import TranslationValidator


@dataclass(frozen=True, kw_only=True)
class RunReport:
    """How a run ended; ``scores`` are those of the published model on the validation text, by beam search.

    Where a budget left no time for that they are the greedy ones, or none.
    """

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
    devices: int | None = None,
    threads: int | None = None,
    overwrite: bool = False,
    stop_requested: Callable[[], bool] = lambda: False,
    began: float | None = None,
    parent: Path | None = None,
) -> RunReport:
    """Train a translator from ``files`` into the model directory ``output``, or go on with the run that began there.

    ``began`` is the reading of time.monotonic() from which the run's time is counted; None: now. ``parent`` is the
    directory of a model to begin with instead of random weights. Raises NMTError for anything wrong with files,
    settings or directories, before anything slow where possible.
    """
    clock = Clock(began)
    recipe.training.check_end()
    world = choose_world(device, devices)
    processes = set_threads(world.total_threads(threads))
    with Leader(world) as leader:
        files.check()
        with sole_training(output):
            ancestor = None if parent is None else load_parent(parent, recipe, files, output)
            digests = output / TRAINING / "digests.json"
            fingerprint = files.fingerprint(digests)
            if overwrite or not is_prepared(output / TRAINING):
                preflight(files, ancestor)
            digest = ancestor.digest if ancestor else None
            directory = open_run_directory(
                output, files, recipe, fingerprint=fingerprint, overwrite=overwrite, parent=digest
            )
            files.remember(digests, fingerprint)
            prepared = prepare(
                files,
                recipe,
                directory,
                fingerprint=fingerprint,
                reporter=reporter,
                processes=processes,
                parent=ancestor,
            )
            set_threads(world.threads(threads))
            keep_freed_memory()  # of training; preparation is better off giving it back
            run = _Run(
                files,
                output,
                directory,
                recipe,
                prepared,
                reporter,
                world.device,
                clock,
                ancestor,
                leader.group(),
                stop_requested,
            )
            return run.go(choose_threads=threads is None)


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
        clock: Clock,
        parent: Parent | None,
        group: Group,
        stop_requested: Callable[[], bool],
    ) -> None:
        self.output = output
        self.directory = directory
        self.recipe = recipe
        self.prepared = prepared
        self.device = device
        self.clock = clock
        self.parent = parent
        self.group = group
        self.stop_requested = stop_requested
        budget = recipe.training.budget_seconds
        left = None if budget is None else budget - clock.seconds()
        if parent is None:
            self.model_config = settle_model(
                recipe, prepared, device, seconds=left, directory=directory, processes=group.size
            )
        else:
            self.model_config = parent.model_config(recipe)
        self.log = JsonLog(directory / LOG, reporter)
        languages = files.languages() if parent is None else parent.languages(files)
        self.publisher = Publisher(output, recipe, prepared, self.model_config, languages, parent, devices=group.size)
        self.validator = TranslationValidator(
            pairs=prepared.validation,
            encoded=encoded_in_memory(prepared.encode_validation()),
            tokenizer=prepared.tokenizer,
            search=replace(recipe.search, beam_size=1, n_best=1),
            max_source_length=self.publisher.max_source_length(),
            source_language=languages[0],
            target_language=languages[1],
            profile=prepared.profile(),
            source_prefix=prepared.validation_first_ids(),
            metric=recipe.training.valid_metric,
            publish=self.publisher.publish,
            group=group,
            stop_requested=stop_requested,
        )

    def go(self, *, choose_threads: bool) -> RunReport:
        """Train to the end or to a stop; at the end, score the published model by beam search.

        ``choose_threads``: fewer threads may be used where they are faster, in a run that a budget ends.
        """
        training = self._settled()
        precision = choose_precision(training.precision, self.device).name
        self.publisher.recipe = replace(self.recipe, training=replace(training, precision=precision))  # as it was run
        for note in self.validator.notes():
            self.log.stage(note)
        torch.manual_seed(training.seed)
        model = Transformer(self.model_config)
        if self.parent is not None:
            model.load_state_dict(self.parent.weights)
        model.to(self.device)
        context = TrainerContext(
            checkpoints=CheckpointStore(self.directory, keep=training.keep, every=training.checkpoint_every),
            snapshots=Snapshots(self.directory, number=training.averaged),
            validator=self.validator,
            reporter=self.log,
            stop_requested=self.stop_requested,
            clock=self.clock,
            resampler=self.prepared.resampler(training.subword_sampling, self.publisher.tags()),
            beam_size=self.recipe.search.beam_size,
            validate_first_weights=self.parent is not None,
            group=self.group,
            threads=self._thread_choice(training) if choose_threads else None,
        )
        self._begin_together(training)
        trainer = Trainer(model, self.prepared.corpus, training, context)
        resumed = trainer.resume(extended_at(self.directory / SETTINGS))
        self.log.forget_after(trainer.state.step if resumed else -1)
        self._announce(model, trainer.learner.precision, training)
        if not resumed:
            self._check_budget()
        elif trainer.state.step:
            self.log.stage(f"going on after step {trainer.state.step:,}")
            if trainer.state.extension.step == trainer.state.step:
                self.log.stage("this run had ended there: the learning rate warms up again, for the longer run")
        state = trainer.run()
        scores: list[MetricScore] | None = None
        if state.finished and not self.stop_requested():
            with suppress(ValidationStoppedError):
                scores = self._conclude(trainer)
        parameters = sum(parameter.numel() for parameter in model.parameters())
        return RunReport(
            state=state,
            model_dir=self.output,
            parameters=parameters,
            scores=scores or [],
            finished=scores is not None,
        )

    def _thread_choice(self, training: TrainingConfig) -> ThreadChoice | None:
        """Only for one process on a processor, and for a run that nobody expects to repeat bit for bit."""
        most = torch.get_num_threads()
        alone = self.device.type == "cpu" and self.group.size == 1
        return ThreadChoice(most) if alone and most > 1 and training.budget is not None else None

    def _conclude(self, trainer: Trainer) -> list[MetricScore]:
        """Score the published model, and make a copy of it that translates fast."""
        state = trainer.state
        self.publisher.restore_if_lost(trainer.average, state, self.validator, self.log)
        deadline = trainer.planner.scoring_deadline(state)
        scores = self.publisher.final_scores(state, self.validator, self.log, self.device, deadline)
        record = {score.name: {"score": score.score, "signature": score.signature} for score in scores}
        self.publisher.leave_fast_copy(self.log, self.device, deadline)
        self.log.write({"event": "finished", "reason": state.finished, **state_to_flat(state), "scores": record})
        return scores

    def _settled(self) -> TrainingConfig:
        """The settings of training with the tokens of a batch, which are settled once and for all commands of a run."""
        training = self.recipe.training
        if training.batch_tokens is not None:
            return training
        path, key = self.directory / "batch.json", self.prepared.key
        try:
            stored = json.loads(path.read_text("utf-8"))
            usable = stored["corpus"] == key and int(stored["batch_tokens"]) > 0
        except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
            usable = False
        if not usable:
            tokens = settle_batch_tokens(self.prepared.corpus, self.model_config, training, self.device)
            stored = {"corpus": key, "batch_tokens": tokens}
            with atomic_writer(path) as file:
                file.write(json.dumps(stored).encode("utf-8"))
        return replace(training, batch_tokens=int(stored["batch_tokens"]))

    def _begin_together(self, training: TrainingConfig) -> None:
        """Tell the processes that follow what this run is about."""
        tags = tuple(number for tag in self.publisher.tags() for number in tag_ids(self.prepared.tokenizer, tag))
        validator, precision = self.validator, choose_precision(training.precision, self.device)
        task = FollowerTask(
            directory=self.directory.resolve(),
            corpus_key=self.prepared.key,
            training=replace(training, precision=precision.name),
            model=self.model_config,
            validation=self.prepared.validation,
            encoded_validation=self.prepared.encode_validation(),
            max_source_length=validator.max_source_length,
            source_language=validator.source_language,
            target_language=validator.target_language,
            profile=validator.profile,
            source_prefix=validator.source_prefix,
            tags=tags,
            control_symbols=self.prepared.tokenizer.control_symbols,
        )
        begin_together(self.group, task)

    def _check_budget(self) -> None:
        """NMTError if nothing of the budget is left before the first update."""
        training, used = self.recipe.training, self.clock.seconds()
        if training.budget_seconds is not None and used >= training.budget_seconds:
            raise NMTError(
                f"getting ready took {used:.0f} s, all of the budget of {training.budget}; give more time "
                "with --budget (the prepared text is kept, so the next command is ready sooner)"
            )

    def _announce(self, model: Transformer, precision: Precision, training: TrainingConfig) -> None:
        config: ModelConfig = self.model_config
        parameters = sum(parameter.numel() for parameter in model.parameters())
        threads = torch.get_num_threads()
        self.log.stage(
            f"model: {config.encoder_layers}+{config.decoder_layers} layers, dimension {config.dimension}, "
            f"{parameters:,} parameters"
        )
        devices = str(self.device) if self.group.size == 1 else f"{self.group.size} x {self.device.type}"
        each = "" if self.group.size == 1 else " each"
        self.log.stage(
            f"on {devices}, {threads} {'thread' if threads == 1 else 'threads'}{each}; products in {precision}; "
            f"batches of {training.settled_batch_tokens:,} tokens"
        )
