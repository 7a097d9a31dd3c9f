"""One training run from files to a published model: prepare, train or resume, validate, publish, score."""

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from nmt.errors import NMTError
from nmt.evaluation.metrics import MetricScore
from nmt.files.atomic import atomic_writer
from nmt.model_dir.layout import TRAINING
from nmt.models.architectures import create_model
from nmt.models.base import TrainableModel
from nmt.models.config import ModelConfig
from nmt.runtime.device import Precision, choose_precision
from nmt.runtime.memory import keep_freed_memory
from nmt.runtime.threads import set_threads
from nmt.tokenization.tags import tag_ids
from nmt.training.budget import Clock
from nmt.training.config import TrainingConfig
from nmt.training.context import RunContext, RunOptions, TrainerContext
from nmt.training.distributed.follower import open_followers
from nmt.training.distributed.follower_calls import FollowerTask, ValidationTask
from nmt.training.distributed.leader import Leader
from nmt.training.distributed.placement import choose_world
from nmt.training.extension import extended_at
from nmt.training.preparation.data_config import DataConfig
from nmt.training.preparation.fine_tuning import load_parent
from nmt.training.preparation.fingerprint import save_fingerprint
from nmt.training.preparation.preflight import preflight
from nmt.training.preparation.prepare import prepare
from nmt.training.preparation.prepared import is_prepared
from nmt.training.preparation.run_input import RunInput
from nmt.training.preparation.training_data import resolve_data
from nmt.training.publication import Publisher
from nmt.training.recipe import Recipe
from nmt.training.reporting.log import LOG, JsonLog
from nmt.training.reporting.reporter import Reporter, ValidationStoppedError
from nmt.training.run_directory.checkpoints import CheckpointStore
from nmt.training.run_directory.lock import sole_training
from nmt.training.run_directory.open_directory import SETTINGS, open_run_directory
from nmt.training.run_directory.snapshots import Snapshots
from nmt.training.sizing.batch_size import settle_batch_tokens
from nmt.training.sizing.model_size import SizingConditions, settle_model
from nmt.training.sizing.thread_trials import ThreadChoice
from nmt.training.state import TrainState, state_to_flat
from nmt.training.trainer import Trainer
from nmt.training.validation import TranslationValidator

DIGESTS = "digests.json"  # of the text, in the directory of the training


@dataclass(frozen=True, kw_only=True)
class RunReport:
    """How a run ended; ``scores`` are of the published model on the validation text, by beam search.

    If a budget left no time for that, they are by greedy search, or there are none.
    """

    state: TrainState
    model_dir: Path
    parameters: int
    scores: list[MetricScore]
    finished: bool  # False: it was stopped, and the same command resumes it


def train(
    data: DataConfig,
    output: Path,
    recipe: Recipe,
    options: RunOptions = RunOptions(),  # noqa: B008 - frozen
    *,
    reporter: Reporter,
) -> RunReport:
    """Train a translator from ``data`` into the model directory ``output``, or resume the run that was started there.

    Raises NMTError for anything wrong with files, settings or directories, before anything slow where possible.
    """
    clock = Clock(options.start)
    recipe.training.check_end()
    world = choose_world(options.device, options.devices)
    processes = set_threads(world.total_threads(options.threads))
    with Leader(world) as leader:
        resolved = resolve_data(data)
        with sole_training(output):
            parent = None if options.parent is None else load_parent(options.parent, recipe, resolved, output)
            digests = output / TRAINING / DIGESTS
            run = RunInput(data=resolved.with_fingerprint(digests), recipe=recipe, parent=parent)
            if options.overwrite or not is_prepared(output / TRAINING):
                preflight(run)
            directory = open_run_directory(output, run, overwrite=options.overwrite)
            save_fingerprint(run.data.files_by_role(), run.data.fingerprint, digests)
            prepared = prepare(run, directory, reporter=reporter, processes=processes)
            set_threads(world.threads(options.threads))
            keep_freed_memory()  # while training; preparation is better off returning it
            context = RunContext(
                input=run,
                output=output,
                prepared=prepared,
                device=world.device,
                group=leader.group(),
                clock=clock,
                reporter=reporter,
                stop_requested=options.stop_requested,
            )
            return _Run(context).finish(choose_threads=options.threads is None)


class _Run:
    """The parts of one run and how they are connected."""

    def __init__(self, context: RunContext) -> None:
        self.context = context
        self.recipe = context.input.recipe
        self.parent = context.input.parent
        self.prepared = context.prepared
        self.directory = context.directory
        self.device = context.device
        self.clock = context.clock
        self.group = context.group
        budget = self.recipe.training.budget_seconds
        if self.parent is None:
            conditions = SizingConditions(
                device=context.device,
                seconds=None if budget is None else budget - context.clock.seconds(),
                processes=context.group.size,
                directory=context.directory,
            )
            self.model_config = settle_model(self.recipe, context.prepared, conditions)
        else:
            self.model_config = self.parent.model_config(self.recipe)
        self.log = JsonLog(context.directory / LOG, context.reporter)
        self.publisher = Publisher(context, self.model_config)
        source_language, target_language = context.input.languages()
        self.validation = ValidationTask(
            pairs=context.prepared.validation,
            encoded=context.prepared.encode_validation(),
            search=replace(self.recipe.search, beam_size=1, n_best=1),
            max_source_length=self.publisher.max_source_length(),
            source_language=source_language,
            target_language=target_language,
            profile=context.prepared.profile,
            source_prefix=context.prepared.validation_prefixes(),
            metric=self.recipe.training.valid_metric,
        )
        self.validator = TranslationValidator(
            self.validation,
            context.prepared.tokenizer,
            publish=self.publisher.publish,
            group=context.group,
            stop_requested=context.stop_requested,
        )

    def finish(self, *, choose_threads: bool) -> RunReport:
        """Train to the end or to a stop; at the end, score the published model by beam search.

        ``choose_threads``: a run that a budget ends may use fewer threads where they are faster.
        """
        training = self._settle_batch_tokens()
        precision = choose_precision(training.precision, self.device).name
        self.publisher.recipe = replace(self.recipe, training=replace(training, precision=precision))  # as it was run
        for note in self.validator.notes():
            self.log.stage(note)
        torch.manual_seed(training.seed)
        model = create_model(self.model_config)
        if self.parent is not None:
            model.load_state_dict(self.parent.weights)
        model.to(self.device)
        context = TrainerContext(
            checkpoints=CheckpointStore(self.directory, keep=training.keep, every=training.checkpoint_every),
            snapshots=Snapshots(self.directory, number=training.averaged),
            validator=self.validator,
            reporter=self.log,
            stop_requested=self.context.stop_requested,
            clock=self.clock,
            resampler=self.prepared.resampler(training.subword_sampling, self.context.input.tags()),
            beam_size=self.recipe.search.beam_size,
            validate_first_weights=self.parent is not None,
            group=self.group,
            threads=self._thread_choice(training) if choose_threads else None,
        )
        self._start_followers(training)
        trainer = Trainer(model, self.prepared.corpus, training, context)
        resumed = trainer.resume(extended_at(self.directory / SETTINGS))
        self.log.forget_after(trainer.state.step if resumed else -1)
        self._announce(model, trainer.learner.precision, training)
        if not resumed:
            self._check_budget()
        elif trainer.state.step:
            self.log.stage(f"resuming after step {trainer.state.step:,}")
            if trainer.state.extension.step == trainer.state.step:
                self.log.stage("the run had ended there: the learning rate warms up again for the longer run")
        state = trainer.run()
        scores: list[MetricScore] | None = None
        if state.finished and not self.context.stop_requested():
            with suppress(ValidationStoppedError):
                scores = self._conclude(trainer)
        parameters = sum(parameter.numel() for parameter in model.parameters())
        return RunReport(
            state=state,
            model_dir=self.context.output,
            parameters=parameters,
            scores=scores or [],
            finished=scores is not None,
        )

    def _thread_choice(self, training: TrainingConfig) -> ThreadChoice | None:
        """Only for one process on a CPU, and for a run that nobody expects to repeat bit for bit."""
        most = torch.get_num_threads()
        alone = self.device.type == "cpu" and self.group.size == 1
        return ThreadChoice(most) if alone and most > 1 and training.budget is not None else None

    def _conclude(self, trainer: Trainer) -> list[MetricScore]:
        """Score the published model, and write a copy of it that translates fast."""
        state = trainer.state
        self.publisher.restore_if_lost(trainer.average, state, self.validator, self.log)
        deadline = trainer.planner.scoring_deadline(state)
        scores = self.publisher.final_scores(state, self.validator, self.log, deadline)
        record = {score.name: {"score": score.score, "signature": score.signature} for score in scores}
        self.publisher.write_fast_copy(self.log, deadline)
        self.log.write({"event": "finished", "reason": state.finished, **state_to_flat(state), "scores": record})
        return scores

    def _settle_batch_tokens(self) -> TrainingConfig:
        """The settings of training with the size of a batch, which is settled once for all commands of a run."""
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

    def _start_followers(self, training: TrainingConfig) -> None:
        """Give the follower processes what they need before the first update."""
        tokenizer = self.prepared.tokenizer
        precision = choose_precision(training.precision, self.device)
        task = FollowerTask(
            directory=self.directory.resolve(),
            corpus_key=self.prepared.key,
            training=replace(training, precision=precision.name),
            model=self.model_config,
            validation=self.validation,
            tags=tuple(number for tag in self.context.input.tags() for number in tag_ids(tokenizer, tag)),
            control_symbols=tokenizer.control_symbols,
        )
        open_followers(self.group, task)

    def _check_budget(self) -> None:
        """NMTError if nothing of the budget is left before the first update."""
        training, used = self.recipe.training, self.clock.seconds()
        if training.budget_seconds is not None and used >= training.budget_seconds:
            raise NMTError(
                f"preparation took {used:.0f} s, all of the budget of {training.budget}; give more time with --budget "
                "(the prepared text is kept, so the next command starts sooner)"
            )

    def _announce(self, model: TrainableModel, precision: Precision, training: TrainingConfig) -> None:
        config: ModelConfig = self.model_config
        parameters = sum(parameter.numel() for parameter in model.parameters())
        threads = torch.get_num_threads()
        self.log.stage(f"model: {config}, {parameters:,} parameters")
        devices = str(self.device) if self.group.size == 1 else f"{self.group.size} x {self.device.type}"
        per_device = "" if self.group.size == 1 else " each"
        self.log.stage(
            f"on {devices}, {threads} {'thread' if threads == 1 else 'threads'}{per_device}; "
            f"matrix products in {precision}; batches of {training.settled_batch_tokens:,} tokens"
        )
