import itertools
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from dataclasses import replace
from typing import Any

import pytest
import torch

from nmt.decoding.config import SearchConfig
from nmt.decoding.engines.ctranslate2 import CTranslate2Engine, unsupported
from nmt.decoding.engines.torch import TorchEngine
from nmt.decoding.hypothesis import Hypothesis, LexicalConstraint, SearchInput
from nmt.decoding.scoring import pad_rows, score_targets
from nmt.errors import NMTError
from nmt.models.config import ModelConfig
from nmt.models.transformer import Transformer
from nmt.special_ids import EOS, PAD, UNK

CONFIG = SearchConfig(beam_size=4, max_length_offset=20)  # so long that no hypothesis reaches it
MakeEngine = Callable[..., CTranslate2Engine]


def random_inputs(count: int = 60) -> list[SearchInput]:
    generator = torch.Generator().manual_seed(11)
    lengths = (1 + index % 11 for index in range(count))
    return [SearchInput(torch.randint(4, 32, (length,), generator=generator).tolist()) for length in lengths]


def forced(model: Transformer, source: Sequence[int], ids: Sequence[int]) -> float:
    """log P of ``ids`` and the end mark, by torch."""
    with torch.inference_mode():
        return float(score_targets(model, pad_rows([source]), torch.tensor([[*ids, EOS]])).sum())


def holds_special(hypotheses: list[list[str]]) -> bool:
    """Whether one of CTranslate2's own hypotheses has a special id, which those of torch never have."""
    return any(token in ("<pad>", "<unk>", "<s>") for tokens in hypotheses for token in tokens)


def same(ours: list[list[Hypothesis]], theirs: list[list[Hypothesis]]) -> bool:
    return [[each.ids for each in found] for found in ours] == [[each.ids for each in found] for found in theirs]


@pytest.mark.parametrize(
    "settings",
    [
        {"beam_size": 1},
        {"beam_size": 4},
        {"beam_size": 4, "n_best": 4},
        {"beam_size": 3, "n_best": 2, "length_penalty": 0.0},
        {"beam_size": 5, "length_penalty": 0.6},
        {"beam_size": 29},  # more candidates than subwords in the first step
    ],
    ids=str,
)
def test_it_gives_the_same_hypotheses_and_scores_as_torch(
    transformer: Transformer, fast_engine: MakeEngine, settings: dict[str, float]
) -> None:
    config = replace(CONFIG, **settings)
    inputs = random_inputs()
    engine = fast_engine(transformer)
    if config.beam_size == 29:  # of 60 subwords: so wide that <pad> can enter CTranslate2's beam
        everything = replace(config, n_best=29)
        inputs = [each for each in inputs if not holds_special(engine._translate([each.ids], everything)[0].hypotheses)]
    theirs = TorchEngine(transformer, torch.device("cpu")).search(inputs, config)
    ours = engine.search(inputs, config)
    assert same(ours, theirs)
    pairs = list(zip(itertools.chain(*ours), itertools.chain(*theirs), strict=True))
    assert len(pairs) >= (30 if config.beam_size == 29 else 60)
    assert max(abs(our.log_probability - their.log_probability) for our, their in pairs) < 1e-4
    assert max(abs(our.score - their.score) for our, their in pairs) < 1e-4


@pytest.mark.parametrize("norm", ["pre", "post"])
def test_log_probabilities_are_those_of_forced_decoding(fast_engine: MakeEngine, norm: str) -> None:
    torch.manual_seed(5)
    shape = {"vocabulary_size": 40, "dimension": 16, "heads": 2, "feed_forward": 32, "dropout": 0.0}
    model = (
        Transformer(ModelConfig(encoder_layers=2, decoder_layers=3, norm=norm, **shape)).eval().requires_grad_(False)
    )
    for parameter in model.parameters():  # norms and biases with an effect
        parameter.add_(torch.randn(parameter.shape), alpha=0.3)
    config = SearchConfig(beam_size=3, n_best=3, max_length_ratio=1.0, max_length_offset=2)
    inputs = random_inputs(20)
    found = fast_engine(model).search(inputs, config)
    for sentence, hypotheses in zip(inputs, found, strict=True):
        assert hypotheses
        for hypothesis in hypotheses:
            assert len(hypothesis.ids) <= config.length_limit(len(sentence.ids))
            assert min(hypothesis.ids, default=EOS + 1) > EOS
            assert hypothesis.log_probability == pytest.approx(forced(model, sentence.ids, hypothesis.ids), abs=1e-4)
            assert hypothesis.score == pytest.approx(hypothesis.log_probability / (len(hypothesis.ids) + 1))


@pytest.mark.parametrize("beam_size", [1, 4])
def test_at_the_length_limit_hypotheses_are_ended_by_force(
    transformer: Transformer, fast_engine: MakeEngine, beam_size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = SearchConfig(beam_size=beam_size, max_length_ratio=0.25, max_length_offset=0)
    inputs = random_inputs(33)
    again = []
    translate = CTranslate2Engine._translate

    def watched(self: CTranslate2Engine, sources: Any, config: SearchConfig, **options: Any) -> list[Any]:
        again.extend(sources if options else ())
        return translate(self, sources, config, **options)

    monkeypatch.setattr(CTranslate2Engine, "_translate", watched)
    ours = fast_engine(transformer).search(inputs, config)
    assert bool(again) == (beam_size > 1)  # greedy search has only one beam
    theirs = TorchEngine(transformer, torch.device("cpu")).search(inputs, config)
    at_limit = 0
    for sentence, our, their in zip(inputs, ours, theirs, strict=True):
        limit = config.length_limit(len(sentence.ids))
        at_limit += len(our[0].ids) == limit
        assert len(our[0].ids) <= limit
        assert our[0].log_probability == pytest.approx(forced(transformer, sentence.ids, our[0].ids), abs=1e-4)
        assert our[0].score <= their[0].score + 1e-4
        assert beam_size > 1 or our[0].ids == their[0].ids
    assert at_limit > 5


@pytest.mark.parametrize("beam_size", [1, 3])
def test_special_ids_are_never_written_and_probabilities_not_renormalised(
    transformer: Transformer, fast_engine: MakeEngine, beam_size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Transformer(transformer.config)
    model.load_state_dict(transformer.state_dict())
    model.eval().requires_grad_(False)
    model.embedding.weight[[PAD, UNK]] = model.embedding.weight[[20, 21]] * 1.1  # more probable than these
    search_again = CTranslate2Engine._search_again
    taken: list[Sequence[int]] = []

    def watched(self: CTranslate2Engine, source: Sequence[int], result: Any, config: SearchConfig) -> list[Hypothesis]:
        taken.append(source)
        return search_again(self, source, result, config)

    monkeypatch.setattr(CTranslate2Engine, "_search_again", watched)
    inputs = [SearchInput(ids) for ids in ([20, 21, 22], [20], [7, 8], [22, 5, 20, 6])]
    found = fast_engine(model).search(inputs, replace(CONFIG, beam_size=beam_size))
    assert 0 < len(taken) < len(inputs)
    for sentence, (hypothesis,) in zip(inputs, found, strict=True):
        assert min(hypothesis.ids, default=EOS + 1) > EOS
        assert hypothesis.log_probability == pytest.approx(forced(model, sentence.ids, hypothesis.ids), abs=1e-4)


def test_a_submitted_search_runs_in_the_background_unless_it_is_cancelled(
    transformer: Transformer, fast_engine: MakeEngine
) -> None:
    engine, inputs = fast_engine(transformer, batch_sentences=1), random_inputs()
    found = engine.search(inputs, CONFIG)
    first, second, third = (engine.submit(inputs, CONFIG) for _ in range(3))
    second.cancel()
    assert same(third.result(), found)
    assert same(first.result(), found)
    with pytest.raises(CancelledError):
        second.result()


def test_int8_gives_the_same_in_every_batch_order_and_number_of_threads(
    transformer: Transformer, fast_engine: MakeEngine
) -> None:
    inputs = random_inputs(120)
    results = []
    for threads, most in itertools.product((1, 2), (1, 7, 64)):
        engine = fast_engine(transformer, "int8", threads=threads, batch_sentences=most)
        results.append(engine.search(inputs, CONFIG))
    results.append(engine.search(inputs[::-1], CONFIG)[::-1])
    results.append([found for sentence in inputs for found in engine.search([sentence], CONFIG)])
    assert len(results[0]) == 120
    assert all(result == results[0] for result in results)  # ids, probabilities and scores, to the last bit


def test_int8_gives_nearly_the_same_as_float32(transformer: Transformer, fast_engine: MakeEngine) -> None:
    inputs = random_inputs(110)
    exact, near = (fast_engine(transformer, kind).search(inputs, CONFIG) for kind in ("float32", "int8"))
    assert exact != near
    identical = sum(one[0].ids == other[0].ids for one, other in zip(exact, near, strict=True))
    assert identical > 90


def test_no_sources_no_hypotheses(transformer: Transformer, fast_engine: MakeEngine) -> None:
    assert fast_engine(transformer).search([], CONFIG) == []


def test_settings_with_another_meaning_in_ctranslate2_are_refused(
    transformer: Transformer, fast_engine: MakeEngine
) -> None:
    assert unsupported(CONFIG) == ""
    for name, value in {
        "min_length": 2, "coverage_penalty": 0.2, "no_repeat_ngram": 3, "repetition_penalty": 1.2, "sample": True,
        "alternatives": 3,
    }.items():  # fmt: skip
        assert name in unsupported(replace(SearchConfig(), **{name: value}))
    assert unsupported(CONFIG, LexicalConstraint(prefix=(5,)))
    assert unsupported(CONFIG, LexicalConstraint(forbidden=((5,),)))
    assert unsupported(CONFIG, details=True)
    engine = fast_engine(transformer)
    with pytest.raises(NMTError, match="min_length"):
        engine.search([SearchInput([5])], replace(CONFIG, min_length=2))
    with pytest.raises(NMTError, match="without subwords"):
        engine.search([SearchInput([])], CONFIG)
    with pytest.raises(NMTError, match="more than 64 subwords"):
        engine.search([SearchInput([5] * 64)], CONFIG)


def test_weights_that_are_not_finite_are_an_error(transformer: Transformer, fast_engine: MakeEngine) -> None:
    model = Transformer(transformer.config).requires_grad_(False)
    model.encoder_norm.weight.fill_(float("nan"))
    with pytest.raises(NMTError, match="finite"):
        fast_engine(model).search([SearchInput([5, 6])], CONFIG)


def test_a_model_it_cannot_run_is_an_error() -> None:
    with pytest.raises(NMTError, match="cannot run the model"):
        CTranslate2Engine({"model.bin": b"nothing"}, ["a"], positions=9)


def test_the_engine_does_not_import_torch() -> None:
    code = (
        "import sys, nmt.decoding.engines.ctranslate2, nmt.decoding.engines.fallback; assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
