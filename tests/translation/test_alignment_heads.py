"""Which heads align, found in a model that spells backwards: its word i translates word n - 1 - i."""

import json
import shutil
from pathlib import Path

import torch

from nmt import Translator
from nmt.data.encoded_corpus import encoded_in_memory
from nmt.model_dir.config_json import load_info
from nmt.model_dir.layout import CONFIG
from nmt.translation.alignment_heads import choose_alignment_heads, find_partners
from tests.conftest import Reversal


def test_partners_always_occur_together_and_not_everywhere() -> None:
    # 1 and 11 are everywhere, 5 and 15 translate each other, 6 and 17 occur together half of the time.
    pairs = [([1, 5, 6], [11, 15]), ([1, 5], [11, 15, 17]), ([1, 6], [11, 17]), ([1, 7], [11, 18])] * 5
    assert find_partners(iter(pairs)) == {5: 15, 7: 18}


def test_training_finds_heads_that_align(reversal: Reversal) -> None:
    info = load_info(reversal.model_dir)
    assert info.alignment_heads
    assert info.scores["anchors_aligned"] > 0.9
    right = total = 0
    lines = [line for line in reversal.unseen if len(set(line.split())) == len(line.split())]
    for result in Translator(reversal.model_dir, engine="torch", threads=1).translations(lines):
        if result.text == result.source[::-1]:
            expected = {(place, len(result.source) - 1 - place) for place in range(0, len(result.source), 2)}
            found = {(link.source[0], link.target[0]) for link in result.links}
            right += len(found & expected)
            total += len(found | expected)
    assert total > 100
    assert right / total > 0.9


def test_too_few_anchors_choose_nothing(reversal: Reversal) -> None:
    from nmt.model_dir.load import load_model

    model, _, _ = load_model(reversal.model_dir)
    few = [([4, 5], [5, 4])] * 20
    assert choose_alignment_heads(model, encoded_in_memory(few), few, device=torch.device("cpu")) is None


def test_a_model_without_chosen_heads_aligns_too(reversal: Reversal, tmp_path: Path) -> None:
    copy = tmp_path / "model"
    shutil.copytree(reversal.model_dir, copy, ignore=shutil.ignore_patterns("training"))
    config = json.loads((copy / CONFIG).read_text("utf-8"))
    del config["alignment_heads"]
    (copy / CONFIG).write_text(json.dumps(config), encoding="utf-8")
    assert load_info(copy).alignment_heads == ()
    assert Translator(copy, engine="torch").translations(["a b c"])[0].links
