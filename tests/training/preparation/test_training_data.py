"""The data of a run: corpora with weights and tags, languages, and what is refused at once."""

from pathlib import Path

import pytest

from nmt.errors import NMTError
from nmt.training.preparation.data_config import DataConfig
from nmt.training.preparation.training_data import TrainingData, resolve_data


def resolve(directory: Path, **settings: object) -> TrainingData:
    for name in ("a.de", "a.en", "b.de", "b.en"):
        (directory / name).write_text(f"{name}\n")
    (directory / "c.tsv").write_text("x\ty\n")
    paths = {name: str(directory / name) for name in ("a.de", "a.en", "b.de", "b.en", "c.tsv")}
    files = {
        "source": (paths["a.de"], paths["b.de"]),
        "target": (paths["a.en"], paths["b.en"]),
        "tsv": (paths["c.tsv"],),
    }
    return resolve_data(DataConfig(**{**files, **settings}))  # type: ignore[arg-type]


def test_weights_and_tags_are_one_for_each_corpus(tmp_path: Path) -> None:
    data = resolve(tmp_path, weight=(3.0, 1.0, 0.5), tag=("", "bt", "news"))
    assert [
        (corpus.files.source[-4:], corpus.files.target and corpus.files.target[-4:], corpus.weight, corpus.tag)
        for corpus in data.corpora
    ] == [("a.de", "a.en", 3.0, ""), ("b.de", "b.en", 1.0, "bt"), (".tsv", None, 0.5, "news")]
    assert resolve(tmp_path).weights == (1.0, 1.0, 1.0)
    assert resolve(tmp_path).tags == ("", "", "")


def test_files_stand_in_the_fingerprint_by_role(tmp_path: Path) -> None:
    data = resolve(tmp_path, valid_source=(str(tmp_path / "a.de"),), valid_target=(str(tmp_path / "a.en"),))
    assert {role: [Path(path).name for path in paths] for role, paths in data.files_by_role().items()} == {
        "sources": ["a.de", "b.de"],
        "targets": ["a.en", "b.en"],
        "tables": ["c.tsv"],
        "validation_sources": ["a.de"],
        "validation_targets": ["a.en"],
    }
    assert list(data.with_fingerprint().fingerprint) == list(data.files_by_role())
    with pytest.raises(AssertionError):
        _ = data.fingerprint


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"weight": (1.0, 2.0)}, "2 weights given for 3 corpora; give --weight once for each -s and -t, then"),
        ({"tag": ("bt",)}, "1 tag given for 3 corpora; give --tag once"),
        ({"tsv": (), "source": ("a.de",), "target": ("a.en",), "weight": (1.0, 2.0)}, "for 1 corpus;"),
        ({"weight": (1.0, 0.0, 1.0)}, "a weight must be a number above 0, not 0.0"),
        ({"weight": (1.0, -1.0, 1.0)}, "above 0, not -1.0"),
        ({"weight": (1.0, float("inf"), 1.0)}, "above 0, not inf"),
        ({"weight": (1.0, float("nan"), 1.0)}, "above 0, not nan"),
        ({"tag": ("", "s", "")}, "'s' is not a tag"),
        ({"valid_tag": "bt"}, "--valid-tag is for --valid-source and --valid-target"),
        (
            {"tag": ("x", "y", "x"), "valid_tag": "", "valid_source": ("a",), "valid_target": ("b",)},
            "--valid-tag '' is not the tag of any corpus; theirs are: 'x', 'y'",
        ),
    ],
)
def test_wrong_weights_and_tags_are_a_sentence(tmp_path: Path, settings: dict[str, object], sentence: str) -> None:
    with pytest.raises(NMTError, match=sentence):
        resolve(tmp_path, **settings)


def test_weights_of_one_and_no_tags_are_the_settings_of_a_run_without(tmp_path: Path) -> None:
    plain = resolve(tmp_path).settings()
    assert resolve(tmp_path, weight=(1.0, 1.0, 1.0), tag=("", "", "")).settings() == plain
    assert resolve(tmp_path, weight=(1.0, 2.0, 1.0)).settings()["weights"] == [1.0, 2.0, 1.0]
    assert resolve(tmp_path, tag=("", "bt", "")).settings()["tags"] == ["", "bt", ""]


@pytest.mark.parametrize(
    ("tags", "shared"), [((), ""), (("bt", "bt", "bt"), "bt"), (("bt", "", "bt"), ""), (("a", "b", "c"), "")]
)
def test_validation_text_has_the_tag_that_all_corpora_share(tmp_path: Path, tags: tuple[str, ...], shared: str) -> None:
    assert resolve(tmp_path, tag=tags).validation_tag == shared
    given = {"valid_source": (str(tmp_path / "a.de"),), "valid_target": (str(tmp_path / "a.en"),)}
    for tag in {*tags, *([] if tags else [""])}:
        data = resolve(tmp_path, tag=tags, valid_tag=tag, **given)
        assert (data.validation_tag, data.settings()["validation tag"]) == (tag, tag)


@pytest.mark.parametrize(
    ("targets", "given", "expected"),
    [
        (("a.en", "b.en.gz"), None, "en"),
        (("a.eng_Latn", "b.en"), None, "en"),
        (("a.zho_Hans.txt", "b.zh-Hans"), None, "zh-Hans"),
        (("a.tgt", "b.tgt"), None, None),
        (("a.cn", "b.cn"), None, None),
        (("a.cn", "b.cn"), "chinese", "zh"),
        (("a.de", "b.de"), "cze", "cs"),
    ],
)
def test_languages_are_known_by_their_canonical_codes(
    tmp_path: Path, targets: tuple[str, ...], given: str | None, expected: str | None
) -> None:
    for target in targets:
        (tmp_path / target).touch()
    data = resolve(tmp_path, target=tuple(str(tmp_path / target) for target in targets), target_language=given)
    assert data.languages == ("de", expected)


def test_an_unknown_language_is_an_error_with_a_suggestion(tmp_path: Path) -> None:
    with pytest.raises(NMTError, match=r"'cn' is not a language code; did you mean zh \(Chinese\)\?"):
        resolve(tmp_path, target_language="cn")
