"""How fast this machine trains and translates, measured for a few seconds each."""

import random
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nmt.doctor.check_result import CheckResult, run_check
from nmt.special_ids import EOS

if TYPE_CHECKING:
    from nmt.decoding.config import SearchConfig
    from nmt.decoding.engines import Engine

SPEED = "speed"
SECONDS = 4.0  # of each measurement, without the warm-up
VOCABULARY, LENGTH, PAIRS = 8000, 16, 512  # of the reference model and its random sentences
BATCH_TOKENS = 1024
HARMLESS_RATE = 1e-9
WINDOW = 16  # sentences between two readings of the clock
REMEDY = "see the lines with ✗ above; nmt doctor --no-speed skips this"


def measure_speed(model: Path | None) -> Iterator[CheckResult]:
    """Measure training with a reference model, the same everywhere, and translation with ``model`` or that one."""
    yield run_check(SPEED, "training", _training, remedy=REMEDY)
    yield run_check(SPEED, "translation", lambda: _translation(model), remedy=REMEDY)


def _training() -> str:
    import torch

    from nmt.data.encoded_corpus import encoded_in_memory
    from nmt.data.prefetch import BatchPrefetcher
    from nmt.models.architectures import create_model
    from nmt.models.config import preset
    from nmt.runtime.device import choose_device
    from nmt.runtime.memory import keep_freed_memory
    from nmt.runtime.threads import set_threads
    from nmt.training.config import TrainingConfig
    from nmt.training.update.learner import Learner

    keep_freed_memory()
    set_threads(None)
    config = TrainingConfig(batch_tokens=BATCH_TOKENS)
    corpus = encoded_in_memory(list(zip(_sentences(VOCABULARY), _sentences(VOCABULARY), strict=True)))
    model = create_model(replace(preset("small"), vocabulary_size=VOCABULARY)).to(choose_device("auto"))
    learner = Learner(model, config)
    prefetcher = BatchPrefetcher(corpus, seed=config.seed)
    plan = prefetcher.plan(batch_tokens=BATCH_TOKENS, epoch=0)
    learner.update_from(prefetcher, plan[:1], rate=HARMLESS_RATE, epoch=0)
    tokens, start = 0, time.monotonic()
    while True:
        for batch in plan:
            tokens += learner.update_from(prefetcher, [batch], rate=HARMLESS_RATE, epoch=0).target_tokens
            if time.monotonic() - start > SECONDS:
                if learner.device.type == "cuda":
                    torch.cuda.synchronize(learner.device)
                rate = tokens / (time.monotonic() - start)
                return f"{rate:,.0f} target tokens/s, preset small, {BATCH_TOKENS:,} tokens a batch"


def _translation(model: Path | None) -> str:
    from nmt.decoding.config import SearchConfig

    if model is None:
        search, vocabulary = SearchConfig(), VOCABULARY
        engine, name = _reference_engine(), "preset small with random weights"
    else:
        from nmt.translation.loading import open_model

        opened = open_model(model)
        search, vocabulary = opened.info.search, opened.info.model.vocabulary_size
        engine, name = opened.engine, f"this model by {_engine_name(opened.engine)}"
    rate = _subwords_per_second(engine, search, vocabulary)
    return f"{rate:,.0f} subwords/s, {name}, beam {search.beam_size}"


def _engine_name(engine: "Engine") -> str:
    return "CTranslate2" if engine.name in ("auto", "ctranslate2") else engine.name


def _reference_engine() -> "Engine":
    from nmt.decoding.engines.batching import BatchingEngine
    from nmt.decoding.engines.torch import TorchEngine
    from nmt.models.architectures import create_model
    from nmt.models.config import preset
    from nmt.runtime.device import choose_device
    from nmt.runtime.threads import set_threads

    set_threads(None)
    device = choose_device("auto")
    model = create_model(replace(preset("small"), vocabulary_size=VOCABULARY)).to(device).eval()
    return BatchingEngine(TorchEngine(model, device), batch_sentences=WINDOW)


def _subwords_per_second(engine: "Engine", search: "SearchConfig", vocabulary: int) -> float:
    """Subwords of the best hypotheses per second, for random sources, whose translations are the longest."""
    from nmt.decoding.hypothesis import SearchInput

    sources = [SearchInput(ids) for ids in _sentences(vocabulary)]
    engine.search(sources[:1], search)
    subwords, start = 0, time.monotonic()
    for first in range(0, len(sources), WINDOW):
        subwords += sum(len(best.ids) + 1 for best, *_ in engine.search(sources[first : first + WINDOW], search))
        if time.monotonic() - start > SECONDS:
            break
    return subwords / (time.monotonic() - start)


def _sentences(vocabulary: int) -> list[list[int]]:
    """Sentences of random ids, the same on every machine."""
    generator = random.Random(1)  # noqa: S311 - nothing secret
    first = min(EOS + 1, vocabulary - 1)
    return [
        [generator.randrange(first, vocabulary) for _ in range(generator.randint(LENGTH // 2, LENGTH * 3 // 2))]
        for _ in range(PAIRS)
    ]
