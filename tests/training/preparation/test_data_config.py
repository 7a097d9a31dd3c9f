import tomllib
from pathlib import Path

import pytest

from nmt.errors import NMTError
from nmt.training.preparation.data_config import DataConfig, data_as_toml, data_from

TABLE = {"source": ["news.de", "/talks.de"], "target": ["news.en", "/talks.en"], "weight": [1, 3], "tag": ["", "talk"]}


def test_paths_start_from_the_folder_of_the_settings_file() -> None:
    files = data_from({**TABLE, "valid_source": "dev.de", "valid_target": "dev.en"}, where="corpora/a.toml")
    assert files.source == ("corpora/news.de", "/talks.de")
    assert files.target == ("corpora/news.en", "/talks.en")
    assert (files.weight, files.tag) == ((1.0, 3.0), ("", "talk"))
    assert (files.valid_source, files.valid_target) == (("corpora/dev.de",), ("corpora/dev.en",))
    assert data_from({"tokenizer": "t.model"}, where="a.toml").tokenizer == "t.model"


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({"sources": ["a"]}, r"a.toml \[data\]: unknown setting 'sources'; did you mean source"),
        ({"valid": "a"}, "unknown setting 'valid'; did you mean valid_tag"),
        ({"source": 3}, "source must be a string, not 3"),
        ({"weight": ["3"]}, "weight must be a number, not '3'"),
        ({"tokenizer": ["a"]}, "tokenizer must be a string"),
        (["a"], r"data must be a table \[data\]"),
    ],
)
def test_wrong_tables_are_named(table: object, sentence: str) -> None:
    with pytest.raises(NMTError, match=sentence):
        data_from(table, where="a.toml")


def test_the_command_line_replaces_the_text_of_a_kind_as_a_whole() -> None:
    data = DataConfig(source=("a",), target=("b",), weight=(2.0,), tag=("x",), valid_source=("c",), valid_target=("d",))
    table = data.overridden({"source": (), "target": (), "tsv": ("new",), "valid_tag": None})
    assert table == DataConfig(tsv=("new",), valid_source=("c",), valid_target=("d",))
    validation = data.overridden({"valid_source": ("v",), "valid_target": ("w",)})
    assert (validation.source, validation.tag, validation.valid_source) == (("a",), ("x",), ("v",))
    weighted = data.overridden({"weight": (5.0,), "target_language": "fr"})
    assert (weighted.source, weighted.weight, weighted.tag) == (("a",), (5.0,), ("x",))
    assert weighted.target_language == "fr"


def test_what_is_shown_can_be_kept_in_any_folder() -> None:
    data = data_from({**TABLE, "valid_tag": ""}, where="corpora/a.toml")
    shown = tomllib.loads(data_as_toml(data))["data"]
    assert shown["source"] == [str(Path("corpora/news.de").absolute()), "/talks.de"]
    again = data_from(shown, where="elsewhere/b.toml")
    assert (again.source, again.weight, again.tag, again.valid_tag) == (
        tuple(shown["source"]), (1.0, 3.0), ("", "talk"), "",
    )  # fmt: skip
    assert data_from(tomllib.loads(data_as_toml(DataConfig()))["data"], where="c.toml") == DataConfig()
