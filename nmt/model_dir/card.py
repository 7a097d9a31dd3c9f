"""The model card, README.md of a model directory: what the model is, how it was trained, its scores and its use."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from nmt.model_dir.config_json import ModelInfo
from nmt.settings import to_mapping
from nmt.text.languages import canonical_code
from nmt.text.printable import printable

_USE = """\
```
nmt translate -m PATH/TO/THIS/DIRECTORY input.txt -o output.txt
```

```python
from nmt import Translator

translator = Translator("PATH/TO/THIS/DIRECTORY")
print(translator.translate(["A sentence to translate."]))
```"""

_LARGEST_SCORE = 1e9
_LIMITS = """\
- It translates each line on its own and does not see the lines around it.
- It knows the kind of text that it was trained on; expect lower quality on other topics and styles.
- A translation can be fluent and wrong. Check names, numbers and negations; have a translator check what matters.
- Bias and offensive language in the training text can reappear in translations.
- Lines of more than {max_source_length:,} subwords are split, and the parts are translated separately."""


def model_card(info: ModelInfo, parameters: int) -> str:
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
        _USE,
        "## Limits",
        _LIMITS.format(max_source_length=info.max_source_length),
        "## Architecture",
        _list(facts(to_mapping(info.model))),
        "## Data and training",
        _list(facts(info.training)) or "No settings were recorded.",
        "## Search",
        _list(facts(to_mapping(info.search))),
    ]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph) + "\n"


def title(info: ModelInfo) -> str:
    """The heading of the card: from which language into which, if they are known."""
    if info.source_language is None and info.target_language is None:
        return "Translation model"
    return f"Translation model, {info.source_language or 'unknown'} to {info.target_language or 'unknown'}"


def score_rows(scores: Mapping[str, Any]) -> list[tuple[str, float, str]]:
    """The name, score and signature of each entry that is a score."""
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
    return bool(abs(entry["score"]) < _LARGEST_SCORE)  # a JSON integer can be too large for a float


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


def _front_matter(info: ModelInfo) -> str:
    """The lines that model hubs read, in YAML, where a bare ``no`` (Norwegian) means false."""
    codes = (info.source_language, info.target_language)
    languages = [tag for tag in map(canonical_code, codes) if tag is not None]
    language_lines = ["language:", *(f"- {json.dumps(tag)}" for tag in languages)] if languages else []
    return "\n".join(["---", *language_lines, "pipeline_tag: translation", "tags:", "- translation", "- nmt", "---"])
