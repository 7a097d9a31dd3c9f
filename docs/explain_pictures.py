"""Makes the manual's pictures of nmt explain, docs/explain-*.png, from the bundled demo model.

    nmt demo --pair en-zh -o demo
    pip install playwright pillow
    python docs/explain_pictures.py demo/en-zh/model

Needs Chromium. Its path may be the second argument; otherwise it is searched for under its usual names.
"""

import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from nmt.explain.page import DIGITS, sentence_page
from nmt.explain.trace import open_for_explaining, trace_sentence
from nmt.explain.trace_json import document

FOLDER = Path(__file__).parent
SENTENCE = "My parents go to the cinema by underground every day."
COLOURS = 128  # a small palette keeps the files small
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def save(picture: bytes, name: str) -> None:
    """Save ``picture`` as a PNG with a palette."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(FOLDER / name, optimize=True)


def take(page: Page, name: str, *, first: str, last: str) -> None:
    """Save what is between the top of the element ``first`` and the end of ``last``."""
    page.evaluate("scrollTo(0, 0)")
    top, bottom = (page.locator(selector).first.bounding_box() or {} for selector in (first, last))
    height = bottom["y"] + bottom["height"] - top["y"]
    clip = {"x": top["x"] - 16, "y": top["y"] - 12, "width": top["width"] + 32, "height": height + 28}
    save(page.screenshot(clip=clip, full_page=True), name)


def main(model: str, chromium: str | None) -> None:
    """Make both pictures."""
    text = sentence_page(document(trace_sentence(open_for_explaining(model), SENTENCE), digits=DIGITS), language="en")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1340, "height": 900}, device_scale_factor=1)
        page.set_content(text)
        page.add_style_tag(content=".stages { position: static !important; }")
        page.locator('[data-key="step-on"]').click()
        take(page, "explain-cross.png", first="#cross h2", last="#panel-cross table.arithmetic")
        take(page, "explain-beams.png", first="#beams h2", last="#panel-beams svg.map")
        browser.close()


if __name__ == "__main__":
    installed = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else installed)
