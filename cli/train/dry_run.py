"""The output of ``nmt train --dry-run``."""

from typing import TYPE_CHECKING

from nmt.text.sizes import readable_size

from .progress import duration

if TYPE_CHECKING:
    from nmt.training.sizing.dry_run import DryRun


def describe(estimate: "DryRun") -> str:
    """Lines for people, and for programs that search for a name at the start of a line."""
    from nmt.cleaning.report import pairs_text
    from nmt.corpus.drop_reasons import counts_from_disk

    corpus, model = estimate.corpus, estimate.model
    dropped = ", ".join(f"{count:,} {reason}" for reason, count in counts_from_disk(corpus["dropped"]).items())
    updates = "update" if estimate.epoch_updates == 1 else "updates"
    rows = [
        ("corpus", f"{pairs_text(corpus['read'])} read, {corpus['training_pairs']:,} to train on"),
        ("dropped", dropped or "none"),
        ("validation", f"{pairs_text(corpus['validation_pairs'])}, {_origin(corpus['validation'])}"),
        ("vocabulary", f"{model.vocabulary_size:,} subwords"),
        ("model", str(model)),
        ("parameters", f"{estimate.parameters:,}"),
        ("epoch", f"{estimate.epoch_updates:,} {updates}, {estimate.epoch_tokens:,} target tokens"),
        ("device", f"{estimate.device}, {estimate.threads} {'thread' if estimate.threads == 1 else 'threads'}"),
        ("memory", _memory(estimate)),
        (
            "speed",
            f"{estimate.tokens_per_second:,.0f} target tokens/s, {1000 * estimate.update_seconds:,.0f} ms/update",
        ),
        ("time", _time(estimate)),
    ]
    return "\n".join(f"{name:<12}{value}" for name, value in rows)


def _origin(validation: str) -> str:
    return "given in files" if validation == "files" else validation


def _memory(estimate: "DryRun") -> str:
    state = f"{readable_size(estimate.state_bytes)} for weights, gradients, optimizer and average"
    if estimate.peak_bytes is None:
        return state
    owner = "on the GPU" if estimate.device.type == "cuda" else "for the whole process"
    return f"{state}; {readable_size(estimate.peak_bytes)} {owner} at the peak"


def _time(estimate: "DryRun") -> str:
    epoch = f"{duration(estimate.epoch_seconds)} per epoch"
    if estimate.updates is None:
        return f"{epoch}, until the score on validation text stops rising; validation takes extra time"
    epochs = estimate.updates / estimate.epoch_updates
    if estimate.horizon.seconds is not None and estimate.updates != estimate.horizon.updates:
        return (
            f"{epoch}; the budget is enough for about {estimate.updates:,} updates ({epochs:,.1f} epochs), "
            "minus the time for validation"
        )
    whole = duration(estimate.updates * estimate.update_seconds)
    return f"{epoch}, {whole} for all {estimate.updates:,} updates ({epochs:,.1f} epochs); validation takes extra time"
