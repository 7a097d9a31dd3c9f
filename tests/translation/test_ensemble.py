import math
from dataclasses import replace

import pytest
import torch

from nmt.decoding.config import SearchConfig
from nmt.decoding.engines.torch import TorchEngine
from nmt.decoding.hypothesis import SearchInput
from nmt.decoding.scoring import score_targets
from nmt.decoding.search import beam_search
from nmt.errors import NMTError
from nmt.models.config import ModelConfig
from nmt.models.ensemble import Ensemble
from nmt.models.transformer import Transformer
from nmt.special_ids import EOS
from tests.decoding.test_search_equivalences import CONFIG, assert_same, padded, random_sources, without_eos


def other_model() -> Transformer:
    torch.manual_seed(9)
    shape = {"vocabulary_size": 60, "dimension": 16, "heads": 2, "feed_forward": 32, "dropout": 0.0}
    return Transformer(ModelConfig(encoder_layers=1, decoder_layers=3, **shape)).eval()  # type: ignore[arg-type]


@pytest.mark.parametrize("members", [1, 2, 3])
def test_an_ensemble_of_a_model_with_itself_is_the_model(transformer: Transformer, members: int) -> None:
    inputs = without_eos(random_sources(24))
    alone = beam_search(transformer, inputs, CONFIG)
    together = beam_search(Ensemble([transformer] * members), inputs, CONFIG)
    for one, other in zip(alone, together, strict=True):
        assert_same(one, other)


def test_probabilities_are_averaged_with_a_cache_and_without(transformer: Transformer) -> None:
    models = [transformer, other_model()]
    source, target = padded([10, 11, 12, EOS], [20, EOS]), padded([10, 12, EOS], [21, 22, EOS])
    ensemble = Ensemble(models)
    with torch.inference_mode():
        shares = [model.decode(target, model.encode(source)).softmax(-1) for model in models]
        expected = ((shares[0] + shares[1]) / 2).log()
        torch.testing.assert_close(ensemble.decode(target, ensemble.encode(source)), expected)
        config = replace(CONFIG, coverage_penalty=0.2)
        found = beam_search(ensemble, [SearchInput([10, 11, 12]), SearchInput([20])], config)
        for rank in range(2):
            hypotheses = [of_sentence[rank] for of_sentence in found]
            forced = score_targets(ensemble, source, padded(*([*each.ids, EOS] for each in hypotheses)))
            assert forced.sum(1).tolist() == pytest.approx([each.log_probability for each in hypotheses], abs=1e-4)


def test_the_torch_engine_runs_an_ensemble_with_details(transformer: Transformer) -> None:
    engine = TorchEngine(Ensemble([other_model(), transformer]), torch.device("cpu"))
    [[best]] = engine.search([SearchInput([10, 11, 12])], SearchConfig(), details=True)
    assert best.token_log_probabilities is not None
    assert sum(best.token_log_probabilities) == pytest.approx(best.log_probability, abs=1e-4)
    assert best.attention is not None
    assert all(math.isclose(sum(row), 1, abs_tol=1e-5) and len(row) == 4 for row in best.attention)


def test_members_must_share_a_vocabulary(transformer: Transformer) -> None:
    other = Transformer(ModelConfig(vocabulary_size=61, dimension=16, heads=2, feed_forward=16))
    with pytest.raises(NMTError, match="one vocabulary"):
        Ensemble([transformer, other])
    with pytest.raises(NMTError, match="at least one"):
        Ensemble([])
