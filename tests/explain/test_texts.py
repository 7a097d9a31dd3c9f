"""Every language of the pages has the same texts with the same placeholders."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nmt.errors import NMTError
from nmt.explain.head_statistics import SHARES
from nmt.explain.page import STAGES
from nmt.explain.texts import languages, load_texts

SCRIPTS = sorted((Path(__file__).parents[2] / "nmt" / "explain" / "web").glob("*.js"))


def flat(texts: dict[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for key, value in texts.items():
        if isinstance(value, dict):
            yield from flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def test_there_are_english_and_chinese() -> None:
    assert {"en", "zh"} <= set(languages())


@pytest.mark.parametrize("language", languages())
def test_a_language_has_all_texts_with_the_same_placeholders(language: str) -> None:
    english, other = dict(flat(load_texts("en"))), dict(flat(load_texts(language)))
    assert english.keys() == other.keys()
    for key, text in english.items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", other[key])), key
        assert key.endswith("html") or not re.search("</?\\w+>", other[key].replace("<s>", "").replace("</s>", "")), key
        if key.endswith("html"):
            for tag in ("p", "b", "code"):
                assert len(re.findall(f"<{tag}[ >]", other[key])) == other[key].count(f"</{tag}>"), key


def test_an_unknown_language_is_an_error_with_the_known_ones() -> None:
    with pytest.raises(NMTError, match="no pages in 'fr', only en, zh"):
        load_texts("fr")


def test_scripts_use_all_labels_and_no_others() -> None:
    texts = load_texts("en")
    known = {**texts["labels"], **texts["heads_labels"]}
    used = set()
    for script in SCRIPTS:
        used |= set(re.findall(r'\bt\("(\w+)"', script.read_text(encoding="utf-8")))
    assert used <= known.keys()
    assert all(f"measure_{name}" in known for name in (*SHARES, "entropy", "cost"))
    assert all(f"role_{name}" in known for name in (*SHARES, "mixed"))
    unused = known.keys() - used
    assert all(key.startswith(("sublayer_", "measure_", "role_", "which_")) for key in unused), unused
    assert set(texts["stages"]) == set(STAGES)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_short_and_put_no_markup_into_the_page(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 400
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|fetch\(|XMLHttp", text)
