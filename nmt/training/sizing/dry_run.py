"""An estimate of a training without training: the text is prepared, a few updates are measured, nothing is kept."""

import math
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from nmt.data.prefetch import BatchPrefetcher
from nmt.errors import NMTError
from nmt.model_dir.layout import TRAINING
from nmt.models.architectures import create_model
from nmt.models.config import ModelConfig
from nmt.runtime.device import choose_device
from nmt.runtime.memory import keep_freed_memory
from nmt.runtime.threads import set_threads
from nmt.training.budget import Clock, Horizon
from nmt.training.context import RunOptions
from nmt.training.planner import Planner
from nmt.training.preparation.data_config import DataConfig
from nmt.training.preparation.fine_tuning import load_parent
from nmt.training.preparation.prepare import prepare
from nmt.training.preparation.prepared import PreparedCorpus, find_prepared
from nmt.training.preparation.run_input import RunInput
from nmt.training.preparation.training_data import resolve_data
from nmt.training.recipe import Recipe
from nmt.training.reporting.reporter import Reporter
from nmt.training.sizing.batch_size import settle_batch_tokens
from nmt.training.sizing.model_size import SizingConditions, settle_model
from nmt.training.sizing.speed import measured_speed
from nmt.training.update.learner import Learner

SECONDS = 10.0  # in which updates are measured
COPIES = 5  # of the weights: themselves, gradients, two moments of the optimizer, the moving average


@dataclass(frozen=True, kw_only=True)
class DryRun:
    """What is known about a training before it."""

    corpus: dict[str, Any]  # counts
    model: ModelConfig
    parameters: int
    device: torch.device
    threads: int
    epoch_tokens: int  # target tokens
    epoch_updates: int
    tokens_per_second: float  # target tokens
    update_seconds: float
    state_bytes: int  # weights, gradients, optimizer and average
    peak_bytes: int | None  # the most memory used, of the GPU if there is one, else of this process; None: not known
    preparation_seconds: float  # 0 if the text had been prepared before
    horizon: Horizon

    @property
    def epoch_seconds(self) -> float:
        """Seconds for the updates of an epoch."""
        return self.epoch_updates * self.update_seconds

    @property
    def updates(self) -> int | None:
        """The updates of the training, without time for validation; None if no end is known."""
        ends = [] if self.horizon.updates is None else [self.horizon.updates]
        if self.horizon.seconds is not None:
            ends.append(math.floor(max(0.0, self.horizon.seconds - self.preparation_seconds) / self.update_seconds))
        return min(ends, default=None)


def estimate_run(
    data: DataConfig,
    output: Path,
    recipe: Recipe,
    options: RunOptions = RunOptions(),  # noqa: B008 - frozen
    *,
    reporter: Reporter,
) -> DryRun:
    """Prepare as ``train`` would with the same arguments, measure some updates on one device, and keep nothing.

    Text that a training in ``output`` has prepared is used; else it is prepared in a temporary directory beside it.
    Raises NMTError as ``train`` does.
    """
    recipe.training.check_end()
    device = choose_device(options.device)
    processes = set_threads(options.threads)
    resolved = resolve_data(data)
    parent = None if options.parent is None else load_parent(options.parent, recipe, resolved, output)
    run = RunInput(data=resolved.with_fingerprint(), recipe=recipe, parent=parent)
    clock = Clock()
    with ExitStack() as stack:
        prepared = find_prepared(run, output / TRAINING)
        preparation_seconds = 0.0
        if prepared is None:
            directory = Path(stack.enter_context(_temporary_directory(output)))
            prepared = prepare(run, directory, reporter=reporter, processes=processes)
            preparation_seconds = clock.seconds()
        keep_freed_memory()
        reporter.stage("measuring some updates")
        budget = recipe.training.budget_seconds
        conditions = SizingConditions(
            device=device,
            seconds=None if budget is None else budget - preparation_seconds,
            directory=output / TRAINING,
            store=False,
        )
        return replace(_measure(run, prepared, conditions), preparation_seconds=preparation_seconds)


def _temporary_directory(output: Path) -> "tempfile.TemporaryDirectory[str]":
    """On the disk that the model will be on, which must have room for the text anyway."""
    folder = next(folder for folder in (output.absolute(), *output.absolute().parents) if folder.is_dir())
    try:
        return tempfile.TemporaryDirectory(prefix=".nmt-dry-run-", dir=folder)
    except OSError as error:
        raise NMTError(f"{folder} cannot be written: {error.strerror}") from error


def _measure(run: RunInput, prepared: PreparedCorpus, conditions: SizingConditions) -> DryRun:
    training, device = run.recipe.training, conditions.device
    if run.parent is None:
        config = settle_model(run.recipe, prepared, conditions)
    else:
        config = run.parent.model_config(run.recipe)
    torch.manual_seed(training.seed)
    model = create_model(config).to(device)
    if training.batch_tokens is None:
        tokens = settle_batch_tokens(prepared.corpus, model.config, training, device)
        training = replace(training, batch_tokens=tokens)
    resampler = prepared.resampler(training.subword_sampling, run.tags())
    prefetcher = BatchPrefetcher(prepared.corpus, seed=training.seed, resampler=resampler)
    plan = prefetcher.plan(batch_tokens=training.settled_batch_tokens, epoch=0)
    speed, seconds = measured_speed(Learner(model, training), prefetcher, plan, seconds=SECONDS)
    epoch_updates = -(-len(plan) // training.accumulate)
    parameters = sum(parameter.numel() for parameter in model.parameters())
    return DryRun(
        corpus=prepared.facts,
        model=model.config,
        parameters=parameters,
        device=device,
        threads=torch.get_num_threads(),
        epoch_tokens=plan.target_tokens(),
        epoch_updates=epoch_updates,
        tokens_per_second=speed,
        update_seconds=seconds,
        state_bytes=COPIES * 4 * parameters,
        peak_bytes=_peak_bytes(device),
        preparation_seconds=0.0,
        horizon=Planner(training, Clock(), updates_per_epoch=epoch_updates).horizon,
    )


def _peak_bytes(device: torch.device) -> int | None:
    if device.type == "cuda":
        return int(torch.cuda.max_memory_allocated(device))
    if device.type != "cpu" or sys.platform == "win32":
        return None
    import resource  # POSIX only

    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(kilobytes if sys.platform == "darwin" else kilobytes * 1024)  # macOS counts bytes
