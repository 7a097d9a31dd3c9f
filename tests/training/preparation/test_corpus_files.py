"""The files of a run: what is refused at once, and when their bytes are read again."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from nmt.errors import NMTError
from nmt.training.preparation import corpus_files
from nmt.training.preparation.corpus_files import CorpusFiles

OLD = 1_600_000_000


def make(directory: Path, **settings: object) -> CorpusFiles:
    for name in ("a.de", "a.en", "b.de", "b.en"):
        (directory / name).write_text(f"{name}\n")
    (directory / "c.tsv").write_text("x\ty\n")
    paths = {name: str(directory / name) for name in ("a.de", "a.en", "b.de", "b.en", "c.tsv")}
    files = {
        "sources": (paths["a.de"], paths["b.de"]),
        "targets": (paths["a.en"], paths["b.en"]),
        "tables": (paths["c.tsv"],),
    }
    return CorpusFiles(**{**files, **settings})  # type: ignore[arg-type]


def test_weights_and_tags_are_one_for_each_corpus(tmp_path: Path) -> None:
    files = make(tmp_path, weights=(3.0, 1.0, 0.5), tags=("", "bt", "news"))
    files.check()
    assert [(corpus.source[-4:], corpus.target and corpus.target[-4:]) for corpus in files.corpora()] == [
        ("a.de", "a.en"),
        ("b.de", "b.en"),
        (".tsv", None),
    ]
    assert make(tmp_path).corpus_weights() == (1.0, 1.0, 1.0)
    assert make(tmp_path).corpus_tags() == ("", "", "")


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"weights": (1.0, 2.0)}, "2 weights given for 3 corpora; give --weight once for each -s and -t, then"),
        ({"tags": ("bt",)}, "1 tag given for 3 corpora; give --tag once"),
        ({"tables": (), "sources": ("a.de",), "targets": ("a.en",), "weights": (1.0, 2.0)}, "for 1 corpus;"),
        ({"weights": (1.0, 0.0, 1.0)}, "a weight must be a number above 0, not 0.0"),
        ({"weights": (1.0, -1.0, 1.0)}, "above 0, not -1.0"),
        ({"weights": (1.0, float("inf"), 1.0)}, "above 0, not inf"),
        ({"weights": (1.0, float("nan"), 1.0)}, "above 0, not nan"),
        ({"tags": ("", "s", "")}, "'s' is not a tag"),
        ({"valid_tag": "bt"}, "--valid-tag is for --valid-source and --valid-target"),
        (
            {"tags": ("x", "y", "x"), "valid_tag": "", "validation_sources": ("a",), "validation_targets": ("b",)},
            "--valid-tag '' is not the tag of any corpus; theirs are: 'x', 'y'",
        ),
    ],
)
def test_wrong_weights_and_tags_are_a_sentence(tmp_path: Path, settings: dict[str, object], sentence: str) -> None:
    with pytest.raises(NMTError, match=sentence):
        make(tmp_path, **settings).check()


def test_weights_of_one_and_no_tags_are_the_settings_of_a_run_without(tmp_path: Path) -> None:
    plain = make(tmp_path).settings()
    assert make(tmp_path, weights=(1.0, 1.0, 1.0), tags=("", "", "")).settings() == plain
    assert make(tmp_path, weights=(1.0, 2.0, 1.0)).settings()["weights"] == [1.0, 2.0, 1.0]
    assert make(tmp_path, tags=("", "bt", "")).settings()["tags"] == ["", "bt", ""]


@pytest.mark.parametrize(
    ("tags", "shared"), [((), ""), (("bt", "bt", "bt"), "bt"), (("bt", "", "bt"), ""), (("a", "b", "c"), "")]
)
def test_validation_text_has_the_tag_that_all_corpora_share(tmp_path: Path, tags: tuple[str, ...], shared: str) -> None:
    assert make(tmp_path, tags=tags).validation_tag() == shared
    assert make(tmp_path, tags=tags, valid_tag="b").validation_tag() == "b"


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files whose bytes were digested."""
    seen: list[str] = []
    digest: Callable[[tuple[str, ...]], str] = corpus_files._digest_files

    def noting(paths: tuple[str, ...]) -> str:
        seen.extend(Path(path).name for path in paths)
        return digest(paths)

    monkeypatch.setattr(corpus_files, "_digest_files", noting)
    return seen


def test_files_that_did_not_change_are_not_read_again(
    tmp_path: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corpus_files, "SETTLED", -1000.0)
    files, memory = make(tmp_path), tmp_path / "digests.json"
    first = files.fingerprint(memory)
    assert sorted(reads) == ["a.de", "a.en", "b.de", "b.en", "c.tsv"]
    files.remember(memory, first)
    reads.clear()
    assert files.fingerprint(memory) == first == files.fingerprint(None)
    assert sorted(reads) == ["a.de", "a.en", "b.de", "b.en", "c.tsv"]  # all of them by the second call
    reads.clear()
    (tmp_path / "b.en").write_text("B.en\n")  # as long as before
    changed = files.fingerprint(memory)
    assert sorted(reads) == ["a.en", "b.en"]
    assert {role for role in first if changed[role] != first[role]} == {"targets"}
    memory.write_text("[1, {")
    assert files.fingerprint(memory) == changed


def test_times_set_back_do_not_hide_a_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus_files, "SETTLED", -1000.0)
    files, memory = make(tmp_path), tmp_path / "digests.json"
    os.utime(tmp_path / "a.de", (OLD, OLD))
    first = files.fingerprint()
    files.remember(memory, first)
    (tmp_path / "a.de").write_text("A.de\n")
    os.utime(tmp_path / "a.de", (OLD, OLD))
    assert files.fingerprint(memory)["sources"] != first["sources"]


def test_files_changed_a_moment_ago_are_not_trusted(tmp_path: Path, reads: list[str]) -> None:
    files, memory = make(tmp_path), tmp_path / "digests.json"
    files.remember(memory, files.fingerprint())
    reads.clear()
    files.fingerprint(memory)
    assert len(reads) == 5


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
    files = make(tmp_path, targets=targets, target_language=given)
    assert files.languages() == ("de", expected)


def test_a_language_that_is_none_is_an_error_with_what_may_be_meant(tmp_path: Path) -> None:
    with pytest.raises(NMTError, match=r"'cn' is not a language code; did you mean zh \(Chinese\)\?"):
        make(tmp_path, target_language="cn").check()
