"""From text files to a translator that has learned its task, and the contract on that translator."""

import json
import random
import shutil
from pathlib import Path

from nmt.model_dir.config_json import load_info
from nmt.training.context import RunOptions
from nmt.training.run import train
from nmt.translation.translator import Translator
from tests.conftest import RecordingReporter, Reversal


def test_spellings_it_never_saw_are_reversed(reversal: Reversal) -> None:
    translator = Translator(reversal.model_dir, device="cpu", threads=1)
    translations = translator.translate(reversal.unseen)
    right = sum(translation == word[::-1] for word, translation in zip(reversal.unseen, translations, strict=True))
    assert right / len(reversal.unseen) > 0.95


def test_a_line_alone_equals_the_line_in_any_batch(reversal: Reversal) -> None:
    lines = [*reversal.unseen[:60], "", "a b c", "a b c d e f g h " * 30]
    random.Random(2).shuffle(lines)
    expected = dict(zip(lines, Translator(reversal.model_dir, device="cpu").translate(lines), strict=True))
    assert sum(bool(translation) for translation in expected.values()) == len(set(lines)) - 1
    for sentences in (1, 7, 100):
        translator = Translator(reversal.model_dir, device="cpu", batch_sentences=sentences)
        shuffled = random.Random(sentences).sample(lines, len(lines))
        assert translator.translate(shuffled) == [expected[line] for line in shuffled]
    alone = Translator(reversal.model_dir, device="cpu")
    assert [alone.translate([line])[0] for line in lines] == [expected[line] for line in lines]


def test_the_record_tells_how_it_was_trained(reversal: Reversal) -> None:
    info = load_info(reversal.model_dir)
    assert (info.source_language, info.target_language) == (None, None)  # .fw and .bw are no codes
    assert info.training["steps"] == 700
    assert info.training["corpus"]["validation"] == "held out"
    assert info.training["corpus"]["training_pairs"] + info.training["corpus"]["validation_pairs"] <= 4000
    assert info.scores["bleu"]["score"] == reversal.report.scores[0].score > 90
    assert "tok:" in info.scores["bleu"]["signature"]
    log = [json.loads(line) for line in (reversal.model_dir / "training" / "log.jsonl").read_text().splitlines()]
    assert {"stage", "started", "progress", "validation", "finished"} == {entry["event"] for entry in log}


def test_the_same_command_again_changes_nothing(reversal: Reversal, tmp_path: Path) -> None:
    model_dir = tmp_path / "model"
    shutil.copytree(reversal.model_dir, model_dir)
    before = (model_dir / "weights.safetensors").read_bytes()
    reporter = RecordingReporter()
    report = train(reversal.files, model_dir, reversal.recipe, RunOptions(device="cpu", threads=1), reporter=reporter)
    assert report.finished
    assert [score.score for score in report.scores] == [score.score for score in reversal.report.scores]
    assert reporter.validations == []
    assert (model_dir / "weights.safetensors").read_bytes() == before
