"""``nmt train``: two text files in, a translator out."""

import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nmt.errors import NMTError

from ..console.signals import stopping_on_signals
from ..options import (
    PATH,
    config_option,
    device_option,
    examples,
    output_option,
    read_toml,
    source_option,
    target_option,
    threads_option,
    verbosity_options,
)
from .option_checks import RunSettings, is_started, refuse_unused_settings
from .recipe_options import WHOLE_NUMBER_OR_AUTO, given_settings, setting

if TYPE_CHECKING:
    from nmt.training.context import RunOptions
    from nmt.training.preparation.data_config import DataConfig
    from nmt.training.recipe import Recipe


@click.command(
    epilog=examples(
        "nmt train -s train.de -t train.en -o model",
        "nmt train -s train.de -t train.en --valid-source dev.de --valid-target dev.en --max-steps 20000",
        "nmt train -s train.de -t train.en --budget 20m",
        "nmt train --tsv pairs.tsv --preset base --seed 7",
        "nmt train --from model -s medical.de -t medical.en -o medical-model",
    )
)
@source_option(
    multiple=True, help="Source text, one sentence per line, plain or compressed; repeat -s for several files."
)
@target_option(
    multiple=True, help="Target text: line N is the translation of source line N. Repeat -t in the same order."
)
@click.option(
    "--tsv",
    metavar="FILE",
    type=PATH,
    multiple=True,
    help="Text with source, a tab and target on each line; can be repeated.",
)
@click.option(
    "--weight",
    metavar="X",
    type=float,
    multiple=True,
    help="How many times a corpus is used in an epoch, such as 3 or 0.5: one X for each -s and -t, then each --tsv.",
)
@click.option(
    "--tag",
    metavar="NAME",
    multiple=True,
    help="Tag in front of the sources of a corpus, '' for none: one NAME for each -s and -t, then for each --tsv.",
)
@click.option(
    "--valid-source", metavar="FILE", type=PATH, multiple=True, show_default="held out", help="Validation text."
)
@click.option("--valid-target", metavar="FILE", type=PATH, multiple=True, help="Translations of the validation text.")
@click.option(
    "--valid-tag",
    metavar="NAME",
    show_default="the one all corpora share",
    help="Tag of the validation text, '' for none.",
)
@output_option(metavar="DIR", default="model", show_default=True, help="Model directory to create, or to resume.")
@click.option("--from", "parent", metavar="DIR", type=PATH, help="Start from this model and train it on other text.")
@setting(
    "training",
    "--mix-old",
    "With --from: share of each epoch for the text that model learned from.",
    kind=float,
)
@click.option("--dry-run", is_flag=True, help="Do not train; report what it would take: text, memory, speed and time.")
@click.option("--overwrite", is_flag=True, help="Remove the model in DIR and start over.")
@click.option("--preset", metavar="NAME", show_default="by corpus size", help="Model size: tiny, small, base or big.")
@click.option(
    "--source-language", metavar="CODE", show_default="as file names end", help="Language of the source, such as de."
)
@click.option(
    "--target-language", metavar="CODE", show_default="as file names end", help="Language of the target, such as zh."
)
@setting("training", "--budget", "Time for the whole command, such as 20m, 2h or 1d.", kind=str, metavar="TIME")
@setting("training", "--max-steps", "End after this many updates; the learning rate falls to zero there.")
@setting("training", "--max-epochs", "End after this many passes over the corpus, in the same way.")
@setting(
    "training", "--validate-every", "Updates between validations; not with --budget, which validates as time allows."
)
@setting("training", "--checkpoint-every", "Updates between checkpoints.")
@setting("training", "--keep", "Number of checkpoints to keep for resuming.")
@setting(
    "training",
    "--patience",
    "Validations without a better score before the rate falls and training ends; not with --budget.",
)
@setting("training", "--valid-metric", "What ranks checkpoints: bleu, chrf (chrF2++) or loss.", kind=str)
@setting("training", "--seed", "Seed of everything random.")
@setting(
    "training",
    "--batch-tokens",
    "Tokens in a batch, padding included; an update uses that many x accumulate x devices.",
    kind=WHOLE_NUMBER_OR_AUTO,
)
@setting(
    "training",
    "--precision",
    "Matrix products in float32, bfloat16, or auto: as suits the device.",
    kind=str,
)
@setting("training", "--accumulate", "Batches per update.")
@setting("training", "--optimizer", "Optimizer: muon (with AdamW for embeddings, norms and biases) or adamw.", kind=str)
@setting(
    "training",
    "--learning-rate",
    "Peak of the learning rate, after warm-up.",
    kind=float,
    default="0.005 for muon, 0.0015 for adamw; a fifth of that with --from",
)
@setting(
    "training",
    "--weight-decay",
    "Share of the weights, times the learning rate, that an update takes away.",
    kind=float,
    default="0.6 for muon, less after 3,000 updates; 0.01 for adamw and with --from",
)
@setting("training", "--warmup", "Updates until the learning rate peaks; at most a tenth of the run.")
@setting("training", "--schedule", "Rate after warm-up: auto, linear, cosine, inverse-sqrt or trapezoid.", kind=str)
@setting("training", "--label-smoothing", "Share of the probability that is spread over all subwords.", kind=float)
@setting("training", "--word-dropout", "Share of input words hidden from the model.", kind=float)
@setting("training", "--curriculum", "Share of the run in which sentences get longer; needs a known end.", kind=float)
@setting(
    "training", "--subword-sampling", "Strength of sampling other subwords for the text in each epoch.", kind=float
)
@setting(
    "training",
    "--r-drop",
    "Weight of the agreement of two passes under dropout; 5 suits small text.",
    kind=float,
)
@click.option(
    "--tokenizer",
    metavar="FILE",
    type=PATH,
    show_default="learned from the text",
    help="Existing tokenizer: a file by nmt tokenizer train, or tokenizer.model of a model.",
)
@setting("tokenizer", "--vocabulary-size", "Number of subwords.", kind=WHOLE_NUMBER_OR_AUTO)
@setting("tokenizer", "--model-type", "Type of tokenizer: unigram, bpe, char or word.", kind=str)
@setting("filters", "--max-length", "Most subwords on a side of a training pair.")
@setting("filters", "--max-ratio", "Largest length ratio of a training pair, not counting 60 bytes.", kind=float)
@setting("model", "--dropout", "Share of values dropped in training.", kind=float)
@setting(
    "training",
    "--dropout-passes",
    "Passes over the text in which dropout grows to that, from 0 or, if many passes are planned, from more.",
    kind=float,
    default="8, or 0 with --from",
)
@setting("model", "--encoder-layers", "Layers of the encoder.")
@setting("model", "--decoder-layers", "Layers of the decoder.")
@setting("model", "--dimension", "Width of the model.")
@setting("model", "--heads", "Attention heads.")
@setting("model", "--feed-forward", "Width of the feed-forward layers.")
@setting("model", "--norm", "Position of layer norm: pre, or post as in the paper.", kind=str)
@click.option("--tensorboard", is_flag=True, help="Write curves for TensorBoard into DIR/training/tensorboard.")
@config_option()
@click.option("--show-config", is_flag=True, help="Print all settings as a TOML file and exit.")
@device_option()
@click.option(
    "--devices",
    metavar="N",
    type=click.IntRange(min=1),
    show_default="1",
    help="Devices of this machine that train together: GPUs, or processes that share the CPU.",
)
@threads_option()
@verbosity_options
@click.pass_context
def train(ctx: click.Context, /, **options: Any) -> None:
    """Train a translator from parallel text: two line-aligned files (or a TSV) in, a model directory out.

    The command filters the text, trains a tokenizer, chooses a model size, validates the model as it learns, and keeps
    the best averaged weights in DIR. If it is stopped or killed, the same command resumes from the last checkpoint. A
    finished training continues if --budget, --max-steps, --max-epochs or --patience is raised.
    """
    start = time.monotonic()  # a budget counts from here, the imports below included
    from nmt.training.distributed.follower import follow_torchrun
    from nmt.training.distributed.placement import is_follower

    if is_follower():
        ctx.exit(0 if options["dry_run"] else follow_torchrun(options["device"], options["threads"]))
    if options["dry_run"] and (options["devices"] or 1) > 1:
        raise NMTError("--dry-run measures one device; leave --devices out")

    from nmt.settings import error_context
    from nmt.training.preparation.data_config import KEYS, DataConfig, data_as_toml, data_from
    from nmt.training.recipe import Recipe, merge_recipe, recipe_as_toml

    recipe, data = Recipe(), DataConfig()
    file_settings: dict[str, Any] = {}
    if options["config"] is not None:
        with error_context(options["config"]):
            file_settings = read_toml(options["config"])
            data = data_from(file_settings.get("data", {}), where=options["config"])
            settings = {name: value for name, value in file_settings.items() if name != "data"}
            recipe = merge_recipe(recipe, settings, where=options["config"])
    given = given_settings(ctx)
    if options["preset"] is not None:
        given["preset"] = options["preset"]
    recipe = merge_recipe(recipe, given, where="options")
    named_data = {key: options[key] for key in KEYS if options[key] not in (None, ())}
    data = data.overridden(named_data)
    if options["show_config"]:
        click.echo(f"{recipe_as_toml(recipe)}\n{data_as_toml(data)}", nl=False)
        return
    if not is_started(options["output"], overwrite=options["overwrite"]):
        run_settings = RunSettings(recipe=recipe, data=data, parent=options["parent"] is not None)
        refuse_unused_settings(run_settings, {**given, "data": named_data}, file_settings, options["config"])
    if options["parent"] is not None:
        from nmt.training.preparation.fine_tuning import with_fine_tuning_defaults

        recipe = with_fine_tuning_defaults(recipe)

    from nmt.model_dir.layout import TRAINING
    from nmt.training.context import RunOptions
    from nmt.training.reporting.reporter import Reporter, Reporters
    from nmt.training.reporting.tensorboard import TensorBoard
    from nmt.training.run import train as run_training

    from .progress import TrainingProgress

    run_options = RunOptions(
        device=options["device"],
        devices=options["devices"],
        threads=options["threads"],
        overwrite=options["overwrite"],
        parent=None if options["parent"] is None else Path(options["parent"]),
        start=start,
    )
    output = Path(options["output"])
    if options["dry_run"]:
        _estimate(data, output, recipe, run_options)
        return
    with stopping_on_signals() as stop, TrainingProgress(stop) as progress:
        reporter: Reporter = progress
        if options["tensorboard"]:
            board = TensorBoard(output / TRAINING / "tensorboard")
            progress.stage(f"to watch the curves: tensorboard --logdir {board.directory}")
            reporter = Reporters(progress, board)
        report = run_training(
            data, output, recipe, replace(run_options, stop_requested=stop.requested), reporter=reporter
        )
    progress.summarize(report)
    if not report.finished:
        ctx.exit(128 + (stop.signal or signal.SIGINT))


def _estimate(data: "DataConfig", output: Path, recipe: "Recipe", options: "RunOptions") -> None:
    """Print the result of --dry-run."""
    from nmt.training.sizing.dry_run import estimate_run

    from .dry_run import describe
    from .progress import TrainingProgress

    with stopping_on_signals() as stop, TrainingProgress(stop) as progress:
        estimate = estimate_run(data, output, recipe, options, reporter=progress)
    click.echo(describe(estimate))
