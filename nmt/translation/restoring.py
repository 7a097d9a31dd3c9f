"""Restores what of a line was not translated: indentation, list markers, and capitals."""

import itertools
from dataclasses import replace

from nmt.text.line_forms import LineForm, LineForms
from nmt.translation.compact import Links, Tokens
from nmt.translation.results import Candidate, Link


def restore(candidate: Candidate, form: LineForm, forms: LineForms) -> Candidate:
    """``candidate``, a translation of the body of ``form``, as a translation of the whole line: its text and spans."""
    if not form.body:
        return replace(candidate, text=form.before)
    if not candidate.text or not (form.before or form.capitals):
        return candidate
    characters = forms.capitalized(candidate.text) if form.capitals else list(candidate.text)
    shift = len(form.before)
    positions = list(itertools.accumulate(map(len, characters), initial=shift))  # of each character, and of the end
    tokens, links = candidate.tokens, candidate.links
    return replace(
        candidate,
        text=form.before + "".join(characters),
        tokens=tokens
        and Tokens(
            (token.piece for token in tokens),
            ((positions[token.start], positions[token.end]) for token in tokens),
            (token.log_probability for token in tokens),
        ),
        links=links
        and Links(
            [
                Link(
                    (link.source[0] + shift, link.source[1] + shift),
                    (positions[link.target[0]], positions[link.target[1]]),
                )
                for link in links
            ]
        ),
    )
