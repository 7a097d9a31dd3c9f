"""The model card, README.md of a model directory: what a model is, how it was made, how good it is, how to use it."""

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from nmt.settings import to_mapping
from nmt.text.languages import canonical_code
from nmt.text.printable import printable

if TYPE_CHECKING:
    from nmt.model_dir.info import ModelInfo

USE = """\
```
nmt translate -m PATH/TO/THIS/DIRECTORY input.txt -o output.txt
```

```python
from nmt import Translator

translator = Translator("PATH/TO/THIS/DIRECTORY")
print(translator.translate(["A sentence to translate."]))
```"""

LARGEST_SCORE = 1e9
LIMITS = """\
- It translates each line by itself and sees nothing of the lines around it.
- It knows the kind of text that it was trained on; expect less on other topics and styles.
- A translation can be fluent and wrong. Check names, numbers and negations; let a translator check what matters.
- What is biased or offensive in the training text can come back in translations.
- Lines of more than {max_source_length:,} subwords are split, and their parts translated by themselves."""


def model_card(info: "ModelInfo", parameters: int) -> str:
    """The card in Markdown."""
    scores = [f"- {name} {score:.2f} (`{signature}`)" for name, score, signature in score_rows(info.scores)]
    paragraphs = [
        _front_matter(info),
        f"# {title(info)}",
        f"An encoder-decoder Transformer with {parameters:,} parameters, trained with nmt on parallel text.",
        "## Scores",
        "\n".join(scores) or "No scores were recorded.",
        _list(score_remarks(info.scores)),
        "## Use",
        USE,
        "## Limits",
        LIMITS.format(max_source_length=info.max_source_length),
        "## Architecture",
        _list(facts(to_mapping(info.model))),
        "## Data and training",
        _list(facts(info.training)) or "No settings were recorded.",
        "## Search",
        _list(facts(to_mapping(info.search))),
    ]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph) + "\n"


def title(info: "ModelInfo") -> str:
    """What the model translates, as far as it is known."""
    if info.source_language is None and info.target_language is None:
        return "Translation model"
    return f"Translation model, {info.source_language or 'unknown'} to {info.target_language or 'unknown'}"


def score_rows(scores: Mapping[str, Any]) -> list[tuple[str, float, str]]:
    """Name, score and signature of each entry that is a score."""
    return [
        (str(entry.get("name", name)), float(entry["score"]), str(entry["signature"]))
        for name, entry in scores.items()
        if _is_score(entry)
    ]


def score_remarks(scores: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What else was recorded with the scores, such as the step."""
    return facts({name: entry for name, entry in scores.items() if not _is_score(entry)})


def facts(mapping: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Names and values for people: ``{"corpus": {"pairs_kept": 1000}}`` gives ("corpus: pairs kept", "1,000")."""
    for key, value in mapping.items():
        name = prefix + str(key).replace("_", " ")
        if isinstance(value, Mapping):
            yield from facts(value, f"{name}: ")
        elif value not in (None, [], ""):
            yield name, _text(value)


def _is_score(entry: Any) -> bool:
    if not (isinstance(entry, Mapping) and isinstance(entry.get("score"), (int, float)) and "signature" in entry):
        return False
    return bool(abs(entry["score"]) < LARGEST_SCORE)  # a whole number of JSON may be too large for a float


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.6g}"
    return ", ".join(map(_text, value)) if isinstance(value, list) else printable(str(value))


def _list(entries: Iterator[tuple[str, str]]) -> str:
    return "\n".join(f"- {name}: {value}" for name, value in entries)


def _front_matter(info: "ModelInfo") -> str:
    """The lines that model hubs read, in YAML, which takes a bare ``no`` (Norwegian) for a denial."""
    codes = (info.source_language, info.target_language)
    languages = [tag for tag in map(canonical_code, codes) if tag is not None]
    known = ["language:", *(f"- {json.dumps(tag)}" for tag in languages)] if languages else []
    return "\n".join(["---", *known, "pipeline_tag: translation", "tags:", "- translation", "- nmt", "---"])
