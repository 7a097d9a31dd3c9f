"""Makes the README's pictures of nmt explain, docs/explain-*.png, from the bundled demo model.

    nmt demo --pair en-zh -o demo
    pip install playwright pillow
    python docs/explain_pictures.py demo/en-zh/model

Needs a Chromium; its path may be given as the second argument, else it is looked for under its usual names.
"""

import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from nmt.explain.document import document
from nmt.explain.page import DIGITS, walk_page
from nmt.explain.walk import open_for_explaining, walk

FOLDER = Path(__file__).parent
SENTENCE = "My parents go to the cinema by underground every day."
COLOURS = 128  # a palette of so many keeps the files small
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def save(picture: bytes, name: str) -> None:
    """As a PNG with a palette."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(FOLDER / name, optimize=True)


def take(page: Page, name: str, *, first: str, last: str) -> None:
    """What stands between the top of the element ``first`` and the end of ``last``."""
    page.evaluate("scrollTo(0, 0)")
    top, bottom = (page.locator(where).first.bounding_box() or {} for where in (first, last))
    height = bottom["y"] + bottom["height"] - top["y"]
    clip = {"x": top["x"] - 16, "y": top["y"] - 12, "width": top["width"] + 32, "height": height + 28}
    save(page.screenshot(clip=clip, full_page=True), name)


def main(model: str, chromium: str | None) -> None:
    """Both pictures."""
    text = walk_page(document(walk(open_for_explaining(model), SENTENCE), digits=DIGITS), language="en")
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1340, "height": 900}, device_scale_factor=1)
        page.set_content(text)
        page.add_style_tag(content=".stages { position: static !important; }")
        page.locator('[data-key="step-on"]').click()
        take(page, "explain-cross.png", first="#cross h2", last="#room-cross table.arithmetic")
        take(page, "explain-beams.png", first="#beams h2", last="#room-beams svg.map")
        browser.close()


if __name__ == "__main__":
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else found)
