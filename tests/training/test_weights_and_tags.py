"""Weights and tags of a run as a whole."""

from dataclasses import replace
from pathlib import Path

import pytest

from nmt import Translator
from nmt.errors import NMTError
from nmt.model_dir.config_json import load_info
from nmt.model_dir.load import load_tokenizer
from tests.training.preparation.test_fine_tuning import encoded_pairs
from tests.training.test_run import run, write_corpus


def test_weights_and_tags_are_settings_of_the_run_and_tags_are_in_its_record(tmp_path: Path) -> None:
    files = write_corpus(tmp_path)
    lines = Path(files.source[0]).read_text().splitlines()
    (tmp_path / "more.tsv").write_text("".join(f"{line} extra\t{line.upper()} EXTRA\n" for line in lines))
    both = replace(files, tsv=(str(tmp_path / "more.tsv"),))
    weighted = replace(both, weight=(3.0, 0.5), tag=("", "bt"))
    run(weighted, tmp_path / "model", {"training": {"max_steps": 2}})
    info = load_info(tmp_path / "model")
    assert info.tags == ("bt",)
    assert info.training["corpus"]["corpora"]["2"] == {"training_pairs": 60, "weight": 0.5, "tag": "bt"}
    with pytest.raises(NMTError, match=r"corpora\.weights was \[3\.0, 0\.5\], now \[3\.0, 1\.0\]; .*--overwrite"):
        run(replace(weighted, weight=(3.0, 1.0)), tmp_path / "model", {"training": {"max_steps": 2}})
    with pytest.raises(
        NMTError, match=r"corpora\.weights was .*now not set; corpora\.tags was \[\"\", \"bt\"\], now not"
    ):
        run(both, tmp_path / "model", {"training": {"max_steps": 2}})
    assert len(Translator(tmp_path / "model", tag="bt").source_prefix) == 1
    assert Translator(tmp_path / "model").source_prefix == ()
    with pytest.raises(NMTError, match="no tag 'bd'; its tags are bt"):
        Translator(tmp_path / "model", tag="bd")


def test_a_model_that_starts_from_a_tagged_one_reads_text_that_spells_its_tag_as_text(tmp_path: Path) -> None:
    once: dict[str, object] = {"training": {"max_steps": 1}}
    files = write_corpus(tmp_path)
    run(replace(files, tag=("bt",)), tmp_path / "model", once)
    for path in (files.source[0], files.target[0]):
        lines = Path(path).read_text().splitlines()
        Path(path).write_text("".join(f"{line} <bt>\n" for line in lines))
    run(files, tmp_path / "child", once, parent=tmp_path / "model")
    info = load_info(tmp_path / "child")
    assert info.tags == ("bt",)
    [tag] = load_tokenizer(tmp_path / "child", info).ids(["<bt>"])
    new = info.training["corpus"]["corpora"]["1"]["training_pairs"]
    pairs = encoded_pairs(tmp_path / "child")
    assert 0 < new < len(pairs)
    assert not any(tag in side for pair in pairs[:new] for side in pair)
    assert all(source.index(tag) == 0 and tag not in target for source, target in pairs[new:])  # those of the parent
    translator = Translator(tmp_path / "child", tag="bt")
    assert translator.source_prefix == (tag,)
    assert "<bt>" not in translator.translate(["eins <bt>"])[0]


def test_a_run_that_is_refused_at_the_start_removes_no_model(tmp_path: Path) -> None:
    files = write_corpus(tmp_path)
    run(files, tmp_path / "model", {"training": {"max_steps": 1}})
    twice = replace(files, source=files.source * 2, target=files.target * 2, tag=("x", "y"))
    given = replace(twice, valid_source=files.source, valid_target=files.target)
    for output in (tmp_path / "model", tmp_path / "new"):
        with pytest.raises(NMTError, match=r"every corpus has a tag, and they differ \(x, y\)"):
            run(given, output, overwrite=True)
    assert load_info(tmp_path / "model").tags == ()
    assert not (tmp_path / "new" / "training" / "settings.json").exists()
