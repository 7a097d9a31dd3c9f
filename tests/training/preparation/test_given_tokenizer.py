"""A tokenizer that is there already, and one that is the same for every seed."""

from dataclasses import replace
from pathlib import Path

import pytest

from nmt import Translator
from nmt.errors import NMTError
from nmt.tokenization.config import TokenizerConfig
from nmt.tokenization.tokenizer import Tokenizer
from nmt.tokenization.training import train_tokenizer
from nmt.training.preparation.training_data import resolve_data
from nmt.training.recipe import Recipe, merge_recipe
from tests.training.preparation.test_prepare import files_of
from tests.training.preparation.test_prepare import run as prepare_text
from tests.training.test_run import run, write_corpus

NO_SETTINGS: dict[str, object] = {"tokenizer": {"vocabulary_size": None}}


def tokenizer_file(directory: Path, **settings: object) -> str:
    made = train_tokenizer(["ein Hund geht", "der Baum steht"], TokenizerConfig(**settings))  # type: ignore[arg-type]
    made.save(directory / "own.model")
    return str(directory / "own.model")


def test_models_of_several_seeds_share_a_tokenizer_and_translate_together(tmp_path: Path) -> None:
    files = write_corpus(tmp_path)
    for seed in (1, 2):
        run(files, tmp_path / str(seed), {"training": {"seed": seed, "max_steps": 2}})
    one, two = (tmp_path / str(seed) / "tokenizer.model" for seed in (1, 2))
    assert one.read_bytes() == two.read_bytes()
    assert len(Translator([tmp_path / "1", tmp_path / "2"], device="cpu").translate(["eins zwei"])) == 1


def test_an_existing_tokenizer_is_used_unchanged(tmp_path: Path) -> None:
    path = tokenizer_file(tmp_path, symbols=("<bt>",))
    files = replace(files_of(tmp_path, "a", "b"), tokenizer=path, tag=("", "bt"))
    prepared, stages = prepare_text(files, tmp_path / "made", NO_SETTINGS)
    assert prepared.tokenizer.proto == Path(path).read_bytes()
    [tag] = prepared.tokenizer.ids(["<bt>"])
    assert tag in Tokenizer.load(path).encode(["a <bt>"])[0]
    assert tag not in prepared.tokenizer.encode(["a <bt>"])[0]
    assert any(f"subwords, from {path}" in stage for stage in stages)
    own, learned = (resolve_data(each).with_fingerprint() for each in (files, replace(files, tokenizer=None)))
    assert own.fingerprint != learned.fingerprint
    with pytest.raises(NMTError, match=r"own\.model is a whole tokenizer"):
        prepare_text(files, tmp_path / "other", {"tokenizer": {"vocabulary_size": 400}})
    with pytest.raises(NMTError, match=r"has no subword for the tag back; .*--symbol '<back>'"):
        prepare_text(replace(files, tag=("", "back")), tmp_path / "tags", NO_SETTINGS)
    assert not list((tmp_path / "tags").glob("*"))  # it is found before the text is read


def test_a_file_that_is_not_a_tokenizer_is_named(tmp_path: Path) -> None:
    (tmp_path / "no.model").write_bytes(b"text")
    files = replace(files_of(tmp_path, "a"), tokenizer=str(tmp_path / "no.model"))
    with pytest.raises(NMTError, match=r"no\.model: the tokenizer is damaged or not a SentencePiece model"):
        prepare_text(files, tmp_path / "made", NO_SETTINGS)
    assert not list((tmp_path / "made").glob("*"))
    with pytest.raises(NMTError, match="missing is not a tokenizer file"):
        resolve_data(replace(files, tokenizer=str(tmp_path / "missing")))


def test_a_tokenizer_with_one_segmentation_cannot_sample_others(tmp_path: Path) -> None:
    for kind in ("word", "char"):
        with pytest.raises(NMTError, match=f"of the type {kind} segments a text in one way only"):
            merge_recipe(
                Recipe(), {"tokenizer": {"model_type": kind}, "training": {"subword_sampling": 0.1}}, where="test"
            )
    files = replace(files_of(tmp_path, "a"), tokenizer=tokenizer_file(tmp_path, model_type="char"))
    prepared, _ = prepare_text(files, tmp_path / "made", NO_SETTINGS)
    assert prepared.resampler(0.0, ()) is None
    with pytest.raises(NMTError, match="has only one segmentation of a text"):
        prepared.resampler(0.1, ())
    with pytest.raises(NMTError, match=r"own\.model segments a text in one way only"):
        prepare_text(files, tmp_path / "other", NO_SETTINGS | {"training": {"subword_sampling": 0.1}})
    assert not list((tmp_path / "other").glob("*"))
