"""What ``nmt train --dry-run`` says of a training."""

from typing import TYPE_CHECKING

from nmt.text.sizes import readable_size

from .progress import duration

if TYPE_CHECKING:
    from nmt.training.sizing.dry_run import DryRun


def describe(found: "DryRun") -> str:
    """Lines for people, and for programs that look for a name at the beginning of a line."""
    from nmt.cleaning.report import pairs_text
    from nmt.corpus.drop_reasons import counts_from_disk

    corpus, model = found.corpus, found.model
    dropped = ", ".join(f"{count:,} {reason}" for reason, count in counts_from_disk(corpus["dropped"]).items())
    updates = "update" if found.epoch_updates == 1 else "updates"
    rows = [
        ("corpus", f"{pairs_text(corpus['read'])} read, {corpus['training_pairs']:,} to train on"),
        ("dropped", dropped or "none"),
        ("validation", f"{pairs_text(corpus['validation_pairs'])}, {_origin(corpus['validation'])}"),
        ("vocabulary", f"{model.vocabulary_size:,} subwords"),
        ("model", f"{model.encoder_layers}+{model.decoder_layers} layers, dimension {model.dimension}"),
        ("parameters", f"{found.parameters:,}"),
        ("epoch", f"{found.epoch_updates:,} {updates}, {found.epoch_tokens:,} target tokens"),
        ("device", f"{found.device}, {found.threads} {'thread' if found.threads == 1 else 'threads'}"),
        ("memory", _memory(found)),
        ("speed", f"{found.tokens_per_second:,.0f} target tokens/s, {found.update_seconds * 1000:,.0f} ms an update"),
        ("time", _time(found)),
    ]
    return "\n".join(f"{name:<12}{value}" for name, value in rows)


def _origin(validation: str) -> str:
    return "given in files" if validation == "files" else validation


def _memory(found: "DryRun") -> str:
    state = f"{readable_size(found.state_bytes)} for weights, gradients, optimizer and average"
    if found.peak_bytes is None:
        return state
    seen = "on the GPU" if found.device.type == "cuda" else "for the whole process"
    return f"{state}; at most {readable_size(found.peak_bytes)} {seen} was seen"


def _time(found: "DryRun") -> str:
    epoch = f"{duration(found.epoch_seconds)} an epoch"
    if found.updates is None:
        return f"{epoch}, until the score on validation text stops rising; validation comes on top"
    epochs = found.updates / found.epoch_updates
    if found.horizon.seconds is not None and found.updates != found.horizon.updates:
        return (
            f"{epoch}; the budget is enough for some {found.updates:,} updates ({epochs:,.1f} epochs), less validation"
        )
    whole = duration(found.updates * found.update_seconds)
    return f"{epoch}, {whole} for all {found.updates:,} updates ({epochs:,.1f} epochs); validation comes on top"
