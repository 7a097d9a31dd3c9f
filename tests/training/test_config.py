import pytest

from nmt.errors import NMTError
from nmt.training.config import TrainingConfig
from nmt.training.recipe import Recipe, merge_recipe


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"max_steps": 5}, "c.toml: unknown setting 'max_steps'; it belongs under [training]"),
        ({"vocabulary_size": 500}, "it belongs under [tokenizer]"),
        ({"dropout": 0.1}, "it belongs under [model]"),
        ({"trainning": {}}, "did you mean training?"),
        ({"training": 3}, "training must be a table [training]"),
        ({"model": {"layerz": 5}}, "c.toml [model]: unknown setting 'layerz'"),
        ({"training": {"max_step": 5}}, "c.toml [training]: unknown setting 'max_step'; did you mean max_steps?"),
        ({"training": {"learning_rate": float("inf")}}, "learning_rate must be a finite number"),
        ({"training": {"learning_rate": 0}}, "must be above 0"),
        ({"training": {"weight_decay": float("nan")}}, "weight_decay must be a finite number"),
        ({"training": {"seed": 2**63}}, "seed must be at most"),
        ({"training": {"budget": "20"}}, "'20' is not a length of time; write it as 90s, 20m, 1h30m or 1d"),
        ({"training": {"budget": 20}}, "budget must be a string"),
        ({"training": {"schedule": "cosin"}}, "there is no schedule 'cosin', only auto, linear, inverse-sqrt, cosine"),
        ({"training": {"decay": 0}}, "decay must be above 0"),
        ({"training": {"patience": 0}}, "patience must be at least 1"),
        ({"model": {"vocabulary_size": 500}}, "set it in [tokenizer]"),
        ({"preset": "huge"}, "there is no model preset 'huge'"),
    ],
)
def test_a_wrong_setting_is_a_sentence(settings: dict[str, object], words: str) -> None:
    with pytest.raises(NMTError) as error:
        merge_recipe(Recipe(), settings, where="c.toml")
    assert words in str(error.value)


def test_later_settings_win_and_others_stay() -> None:
    first = merge_recipe(Recipe(), {"training": {"seed": 7, "warmup": 9}, "model": {"dropout": 0.3}}, where="c.toml")
    both = merge_recipe(first, {"training": {"seed": 8}, "model": {"heads": 2}}, where="options")
    assert (both.training.seed, both.training.warmup) == (8, 9)
    assert both.model == {"dropout": 0.3, "heads": 2}


def test_a_schedule_that_leads_to_an_end_needs_one() -> None:
    with pytest.raises(NMTError, match="the schedule cosine needs an end: set budget, max_steps or max_epochs"):
        TrainingConfig(schedule="cosine").check_end()
    TrainingConfig(schedule="cosine", budget="1h").check_end()
    TrainingConfig().check_end()


def test_weights_decay_by_optimizer_unless_set_otherwise() -> None:
    decays = {name: TrainingConfig(optimizer=name).settled_weight_decay for name in ("muon", "adamw")}
    assert decays["muon"] > decays["adamw"] > 0
    assert TrainingConfig(weight_decay=0.0).settled_weight_decay == 0
