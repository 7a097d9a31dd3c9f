"""Which words of translations translate which of the source, as the model that made them sees it."""

from collections.abc import Sequence

from nmt.decoding.line_translator import LineTranslator
from nmt.decoding.translation import Link


def align(translator: LineTranslator, sources: Sequence[str], hypotheses: Sequence[str]) -> list[Sequence[Link]]:
    """The links of each of ``hypotheses``, which ``translator`` made of the sources.

    They are translated once more, with details; none are told of a line that comes out otherwise, or by an engine that
    has no attention to show.
    """
    found = translator.translations(sources)
    return [
        (each.candidates[0].links or ()) if each.text == hypothesis else ()
        for each, hypothesis in zip(found, hypotheses, strict=True)
    ]
