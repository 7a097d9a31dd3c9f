"""``nmt evaluate``: how good translations are, which system is better, and where each is weak."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from ..options import (
    PATH,
    beam_size_option,
    device_option,
    engine_option,
    examples,
    format_option,
    input_option,
    length_penalty_option,
    model_option,
    output_option,
    reference_option,
    source_option,
    threads_option,
    verbosity_options,
)
from ..unused_options import reject_given, reject_unused_search_options
from .inputs import EvaluationInputs
from .outputs import EvaluationOutputs

if TYPE_CHECKING:
    from nmt.evaluation.comet import Comet
    from nmt.evaluation.quality_gate import Gate

EXAMPLES = examples(
    "nmt evaluate -m model -s test.de -r test.en",
    "nmt evaluate -i translations.en -r test.en --format json",
    "nmt evaluate -i translations.en -r reference1.en -r reference2.en",
    "nmt evaluate -m old -m new -i other.en -s test.de -r test.en --report report.html",
    "nmt evaluate -m model -s news.de -r news.en -s talks.de -r talks.en",
    "nmt evaluate -m model --test-set wmt14 -l de-en --quality-gate bleu=25",
)
# The name of each metric on the command line, which is that of sacreBLEU, and in results.
METRICS = {"bleu": "bleu", "chrf": "chrf2", "chrf++": "chrf", "ter": "ter", "comet": "comet"}
TOKENIZERS = ("13a", "intl", "zh", "char", "ja-mecab", "ko-mecab", "none", "flores101", "flores200")
ORDER = "nmt.evaluate.order"


def _remember_order(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
    """Remember whether -m or -i came first; click calls this in the order of the command line."""
    if value:
        context.meta.setdefault(ORDER, []).append(parameter.name)
    return value


class _Command(click.Command):
    """Accepts ``--metrics bleu chrf ter``, as sacrebleu does, for ``--metrics bleu,chrf,ter``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Join the metric names that follow the first one."""
        joined: list[str] = []
        inside = False
        for argument in args:
            if inside and joined[-1] != "--metrics" and argument.lower() in METRICS:
                joined[-1] += f",{argument}"
                continue
            inside = argument.startswith("--metrics=") or argument == "--metrics" or joined[-1:] == ["--metrics"]
            joined.append(argument)
        return super().parse_args(ctx, joined)


def _metrics_of(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:  # noqa: ARG001
    """The metrics asked for, each once; a usage error, with the nearest name, for an unknown one."""
    names = [name.lower() for text in values for name in text.replace(",", " ").split()]
    for name in names:
        if name not in METRICS:
            from nmt.settings import did_you_mean

            raise click.BadParameter(
                f"there is no metric {name!r}, only {', '.join(METRICS)}{did_you_mean(name, METRICS)}"
            )
    return tuple(dict.fromkeys(METRICS[name] for name in names))


@click.command(cls=_Command, epilog=EXAMPLES)
@model_option(multiple=True, callback=_remember_order, help="Model directory; repeat -m to compare several.")
@source_option(multiple=True, help="Text to translate; several -s are several test sets, with one -r for each.")
@input_option(multiple=True, callback=_remember_order, help="Translations of any system; repeat -i to compare several.")
@reference_option(help="Reference translation, line-aligned; with one -s or none, several -r are several references.")
@click.option(
    "--test-set", "test_sets", metavar="NAME", multiple=True, help="Standard test set that sacreBLEU downloads."
)
@click.option("-l", "--language-pair", "pair", metavar="PAIR", help="Languages of --test-set, such as en-de.")
@output_option(show_default=None, help="File to write the translations of a single model to.")
@beam_size_option()
@length_penalty_option()
@click.option("--tag", metavar="NAME", default="", help="Begin each source with this tag of the models' training.")
@click.option(
    "--metrics",
    metavar="NAME,...",
    multiple=True,
    callback=_metrics_of,
    show_default="bleu,chrf++,ter",
    help=f"Scores to compute: {', '.join(METRICS)}. chrf is chrF2, chrf++ is chrF2++, which also counts words.",
)
@click.option(
    "--tokenize",
    metavar="NAME",
    type=click.Choice(TOKENIZERS),
    show_default="by the target language",
    help=f"BLEU's tokenizer: {', '.join(TOKENIZERS)}.",
)
@click.option("--lowercase", is_flag=True, help="Ignore the difference between upper and lower case.")
@click.option("--allow-empty-references", is_flag=True, help="Leave lines without a reference out of the scores.")
@click.option("--confidence", is_flag=True, help="Show 95% bootstrap intervals; the default for several systems.")
@click.option("--paired-bs", is_flag=True, help="Paired bootstrap against the first system; the default for several.")
@click.option("--paired-ar", is_flag=True, help="Paired approximate randomisation against the first system.")
@click.option(
    "--resamples",
    metavar="N",
    type=click.IntRange(min=2),
    show_default="1000, or 10000 for --paired-ar",
    help="Number of resampled test sets for intervals and tests.",
)
@click.option(
    "--comet",
    metavar="CHECKPOINT",
    help="Also score with COMET: a checkpoint file, or a name that is downloaded once. Checkpoints can run programs: "
    "name only those you trust.",
)
@click.option(
    "--details",
    is_flag=True,
    help="Show where systems are weak: long sentences, rare words, names, signs of errors, ...",
)
@click.option(
    "--report", metavar="FILE", type=PATH, help="Write a report: one .html file that makes no network requests."
)
@click.option("--plots", metavar="DIR", type=PATH, help="Write the charts as .png and .svg files for papers.")
@click.option(
    "--quality-gate",
    "gates",
    metavar="METRIC=X",
    multiple=True,
    help="Exit with status 1 if bleu, chrf or comet is below X, or ter above. Without --metrics, chrf is chrF2++.",
)
@format_option()
@engine_option()
@device_option()
@threads_option()
@verbosity_options
@click.pass_context
def evaluate(
    context: click.Context,
    /,
    model: tuple[str, ...],
    source: tuple[str, ...],
    input_file: tuple[str, ...],
    reference: tuple[str, ...],
    test_sets: tuple[str, ...],
    pair: str | None,
    output: str | None,
    report: str | None,
    plots: str | None,
    output_format: str,
    metrics: tuple[str, ...],
    tokenize: str | None,
    lowercase: bool,
    allow_empty_references: bool,
    confidence: bool,
    paired_bs: bool,
    paired_ar: bool,
    resamples: int | None,
    comet: str | None,
    details: bool,
    gates: tuple[str, ...],
    **translator_settings: Any,
) -> None:
    """Score translations with BLEU, chrF2++ and TER, as sacreBLEU computes them, with their signatures.

    Translate a source (-s) with models (-m), score files of translations (-i), or both. Several systems are compared
    with the first. With several test sets, each system has a file for each: all -i of one system, then all of the next.
    """
    from nmt.evaluation.evaluate import EvaluationConfig, evaluate_systems
    from nmt.evaluation.quality_gate import check_gates, parse_gate
    from nmt.evaluation.results import as_json
    from nmt.evaluation.systems import ModelSystem

    from .tables import details_text, scores_text

    inputs = EvaluationInputs(
        models=model,
        files=input_file,
        sources=source,
        references=reference,
        test_sets=test_sets,
        pair=pair,
        files_first=context.meta.get(ORDER, [])[:1] == ["input_file"],
    )
    inputs.check()
    if not inputs.uses_models():
        reject_given(
            context, translator_settings, "is for models: name one with -m and its text with -s, or leave it out."
        )
    outputs = EvaluationOutputs(translations=output, report=report, plots=plots)
    parsed = [parse_gate(gate, METRICS if metrics else {}) for gate in gates]
    if (paired_bs or paired_ar) and inputs.number_of_systems() < 2:
        raise click.UsageError("a paired test compares systems: give more than one with -m and -i.")
    _check_metrics(metrics, parsed, comet, inputs)
    if output_format == "json":
        reject_given(context, ["details"], "is for --format text; --format json always has them.")
    charts = outputs.have_charts()
    if not (confidence or charts or inputs.number_of_systems() > 1):
        reject_given(context, ["resamples"], "is for intervals and tests: add --confidence, or leave it out.")
    outputs.check(inputs)
    sets = inputs.open_sets()
    systems = inputs.open_systems(sets, translator_settings)
    infos = [each.info for each in systems if isinstance(each, ModelSystem)]
    reject_unused_search_options(context, [info.search.sample for info in infos])
    tests = tuple(test for test, given in (("bs", paired_bs), ("ar", paired_ar)) if given)
    config = EvaluationConfig(
        metrics=_metrics_to_compute(metrics, parsed),
        tokenize=tokenize,
        lowercase=lowercase,
        allow_empty_references=allow_empty_references,
        confidence=confidence or charts,
        tests=tests or None,
        resamples=resamples or 0,
        comet=_load_comet(comet),
    )
    results = evaluate_systems(sets, systems, config)
    outputs.write(results, systems)
    if output_format == "json":
        click.echo(json.dumps(as_json(results), ensure_ascii=False, indent=2))
    else:
        click.echo(scores_text(results, confidence=confidence))
        if details:
            click.echo("\n" + details_text(results))
    check_gates(parsed, results)


def _check_metrics(
    metrics: tuple[str, ...], gates: "Sequence[Gate]", comet: str | None, inputs: EvaluationInputs
) -> None:
    """Raise a usage error unless each metric and each gate has what it needs."""
    if comet is None and "comet" in metrics:
        raise click.UsageError("--metrics comet needs a checkpoint: name it with --comet.")
    if missing := [gate.metric for gate in gates if metrics and gate.metric not in (*metrics, "comet")]:
        names = {key: name for name, key in METRICS.items()}
        raise click.UsageError(f"--quality-gate {missing[0]}=X needs {names[missing[0]]} among --metrics.")
    if comet is None and any(gate.metric == "comet" for gate in gates):
        raise click.UsageError("--quality-gate comet=X needs --comet.")
    if comet is not None and not inputs.knows_sources():
        raise click.UsageError("COMET also needs the source: name it with -s.")


def _metrics_to_compute(metrics: tuple[str, ...], gates: "Sequence[Gate]") -> tuple[str, ...] | None:
    """The metrics to compute besides COMET; None: the default, unless a gate needs another one."""
    if not metrics and any(gate.metric in ("ter", "chrf2") for gate in gates):
        return tuple(dict.fromkeys(["bleu", "chrf", "ter", *(gate.metric for gate in gates if gate.metric != "comet")]))
    return tuple(key for key in metrics if key != "comet") if metrics else None


def _load_comet(checkpoint: str | None) -> "Comet | None":
    if checkpoint is None:
        return None
    from nmt.evaluation.comet import Comet

    return Comet(checkpoint)
