"""Users' text cannot change a page."""

import json
import re

import pytest

from nmt.pages.page import build_page, embedded, escape

HOSTILE = ["</script><script>alert(1)</script>", "<!--<script>", "a & b", "\u2028\u2029", '"><img src=x>', "\\"]


@pytest.mark.parametrize("text", HOSTILE)
def test_data_is_unchanged_and_cannot_end_its_element(text: str) -> None:
    written = embedded({"text": text})

    assert not re.search("[<>&\u2028\u2029]", written)
    assert json.loads(written) == {"text": text}


def test_numbers_that_are_not_json_are_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        embedded(float("nan"))


def test_a_page_escapes_its_title_and_names_its_language() -> None:
    page = build_page(title="<b>", body=f"<p>{escape('<i>')}</p>", data=HOSTILE, language="zh")

    assert "<title>&lt;b&gt;</title>" in page
    assert "<p>&lt;i&gt;</p>" in page
    assert '<html lang="zh">' in page
    assert page.count("<script") == 2


def test_a_page_makes_no_network_requests() -> None:
    page = build_page(title="t", body="", data=None)

    assert "default-src 'none'" in page
    assert not re.search(r"https?://|url\(|@import| src=", page)
