"""The pages in a real browser: no errors, no network requests, working controls, and text that stays text."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nmt.explain.head_report import head_document, read_analysis_text
from nmt.explain.head_statistics import head_statistics
from nmt.explain.page import DIGITS, STAGES, heads_page, sentence_page
from nmt.explain.trace import ExplainedModel, Trace, trace_sentence
from nmt.explain.trace_json import document

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
HOSTILE = "<img src=x onerror=alert(1)> </script><script>alert(2)</script> & \"b\" '{x}' $1"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=[*flags, "--disable-sync", "--no-first-run"])
        yield browser
        browser.close()


@pytest.fixture
def opening(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """Opens a page; at the end, there must be neither errors nor network requests."""
    problems: list[str] = []
    pages = []

    def open_page(text: str, **settings: Any) -> Any:
        path = tmp_path / "page.html"
        path.write_text(text, encoding="utf-8")
        page = browser.new_page(**settings)
        page.on("console", lambda message: problems.append(message.text) if message.type != "log" else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("dialog", lambda dialog: problems.append(f"dialog {dialog.message}"))
        page.on("request", lambda request: problems.append(request.url) if request.url != path.as_uri() else None)
        page.goto(path.as_uri())
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.close()
    assert problems == []


@pytest.fixture(scope="module")
def page_text(trace: Trace) -> str:
    return sentence_page(document(trace, digits=DIGITS), language="en")


def summary(page: Any, which: str) -> str:
    text: str = page.locator(f"#panel-{which} output.summary").inner_text()
    return text


def test_every_stage_shows_something(opening: Any, page_text: str, trace: Trace) -> None:
    page = opening(page_text)
    for stage in STAGES:
        assert page.locator(f"#panel-{stage} > *").count() > 0, stage
    assert page.locator("#panel-cross svg.map g.row").count() == len(trace.target.subwords)
    heads = page.locator("#panel-cross button.head").count()
    assert heads == 2 * (4 + 1)
    assert page.locator("#panel-beams g.node").count() == len(trace.beams.nodes)
    assert page.locator("math").count() >= 7


def test_the_numbers_shown_are_those_of_the_model(opening: Any, page_text: str, trace: Trace) -> None:
    page = opening(page_text)
    page.locator('[data-key="cross-head-1-2"]').click()
    page.locator('[data-key="step-on"]').click()
    weights = trace.attention("cross", 1)[2][1].tolist()
    cells = page.locator("#panel-cross table.arithmetic tbody tr").all()
    assert len(cells) == len(weights)
    for row, weight in zip(cells, weights, strict=True):
        shown = [cell.inner_text() for cell in row.locator("td.number").all()]
        assert float(shown[2]) == pytest.approx(weight, abs=6e-4)
        assert float(shown[1].replace("−", "-")) == pytest.approx(float(shown[0].replace("−", "-")) / 4, abs=0.01)
    assert "✓" in page.locator("#panel-cross .calculation").inner_text()
    assert page.locator("#panel-cross tfoot td.number").inner_text() == "1.00"


def test_head_view_and_units_can_be_chosen(opening: Any, page_text: str) -> None:
    page = opening(page_text)
    page.locator('[data-key="encoder-head-1-3"]').click()
    assert "layer 2, head 4" in page.locator("#panel-encoder .now").inner_text()
    page.locator('[data-key="encoder-head-0--1"]').click()
    assert "average" in page.locator("#panel-encoder .now").inner_text()
    assert page.locator("#panel-encoder table.arithmetic").count() == 0
    page.locator('[data-key="encoder-view-arcs"]').click()
    assert page.locator("#panel-encoder path.arc.strong").count() > 0
    page.locator('[data-key="cross-units-words"]').click()
    assert page.locator('[data-key="encoder-units-words"]').get_attribute("aria-pressed") == "true"


def test_the_mask_is_visible(opening: Any, page_text: str, trace: Trace) -> None:
    page = opening(page_text)
    length = len(trace.target.subwords)
    assert page.locator("#panel-decoder rect[fill^='url(#hatch']").count() == length * (length - 1) // 2
    page.locator('[data-key="decoder-head-0-0"]').click()
    assert page.locator("#panel-decoder tr.hidden-key").count() == length - 1
    assert page.locator("#panel-decoder tr.hidden-key td").nth(3).inner_text() == "−∞"


def test_everything_works_by_keyboard(opening: Any, page_text: str) -> None:
    page = opening(page_text)
    page.locator('[data-key="cross-map"]').focus()
    before = summary(page, "cross")
    page.keyboard.press("ArrowDown")
    assert summary(page, "cross") != before
    assert page.evaluate("document.activeElement.dataset.key") == "cross-map"
    assert "2" in page.locator("#steps small").inner_text()
    page.locator('[data-key="encoder-head-0-0"]').focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.key") == "encoder-head-0-1"
    assert "head 2" in page.locator("#panel-encoder .now").inner_text()


def test_temperature_top_k_and_top_p_change_the_candidates(opening: Any, page_text: str, trace: Trace) -> None:
    page = opening(page_text)
    row = page.locator("table.candidates tbody tr").first
    at_one = float(row.locator("td.number").nth(3).inner_text().strip(" %<>"))
    expected = 100 * float(trace.logits[0].softmax(0).max())
    assert at_one == pytest.approx(expected, abs=0.6)
    sliders = page.locator("#panel-choice input[type=range]")
    sliders.nth(0).fill("19")
    hot = float(row.locator("td.number").nth(3).inner_text().strip(" %<>"))
    assert hot == pytest.approx(100 * float((trace.logits[0] / 2).softmax(0).max()), abs=0.6)
    assert hot < at_one
    sliders.nth(1).fill("3")
    rows = page.locator("table.candidates tbody tr").count()
    assert page.locator("table.candidates tbody tr.cut").count() == rows - 3
    sliders.nth(1).fill("0")
    sliders.nth(2).fill("0.05")
    assert page.locator("table.candidates tbody tr.cut").count() == rows - 1
    page.locator('[data-key="draw"]').click()
    assert page.locator("table.candidates tbody tr").first.locator(".badge.third").count() == 1


def test_the_beam_tree_describes_every_hypothesis(opening: Any, page_text: str) -> None:
    page = opening(page_text)
    winning = page.locator("#panel-beams div.details").inner_text()
    page.locator("#panel-beams g.node.dropped").first.click()
    assert page.locator("#panel-beams div.details").inner_text() != winning
    assert page.locator("#panel-beams table.finished tbody tr").count() >= 1
    assert page.locator("#panel-beams g.node.winning.ended").count() == 1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_markup_in_a_sentence_is_shown_and_never_runs(opening: Any, talkative: ExplainedModel, language: str) -> None:
    found = trace_sentence(talkative, "a <b>", target=HOSTILE[:24])
    texts = document(found, digits=DIGITS)
    texts["source"]["text"] = texts["target"]["text"] = texts["translation"] = texts["model"]["name"] = HOSTILE
    texts["source"]["words"][0] = texts["target"]["words"][0] = HOSTILE
    for sentence in ("source", "target", "decoder_input"):
        texts[sentence]["subwords"][0][1] = HOSTILE
    texts["beams"]["nodes"][0][4] = HOSTILE
    for step in texts["steps"]:
        step["candidates"][0][1] = HOSTILE
    page = opening(sentence_page(texts, language=language))
    assert HOSTILE in page.locator("h1").inner_text()
    assert HOSTILE in page.locator("#panel-text").inner_text()
    assert page.title().startswith(HOSTILE)
    assert page.locator("img").count() == 0
    page.locator('[data-key="cross-view-arcs"]').click()
    page.locator('[data-key="cross-units-words"]').click()
    assert page.locator("script").count() == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_scrolls_down_only(opening: Any, page_text: str, scheme: str) -> None:
    page = opening(page_text, viewport={"width": 390, "height": 844}, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_page_of_heads_sorts_by_column(opening: Any, explained: ExplainedModel, tmp_path: Path) -> None:
    (tmp_path / "s").write_text("a b c\nd e\n")
    text = read_analysis_text(str(tmp_path / "s"), None, [], lines=2).prepared(explained, "")
    heads = head_statistics(explained, text.sources, text.targets)
    page = opening(heads_page(head_document(explained, text, heads, None), language="zh"))
    assert page.locator("table.all-heads tbody tr").count() == 24
    page.locator('[data-key="sort-entropy"]').click()
    shown = [float(row.locator("td").last.inner_text()) for row in page.locator("table.all-heads tbody tr").all()]
    assert shown == sorted(shown, reverse=True)
    page.locator("select").select_option("boundary")
    assert page.locator("table.head-grid").count() == 3
