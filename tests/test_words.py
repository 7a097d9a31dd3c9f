"""Words that must not return: each has a plain or a standard one, see the word list in CONTRIBUTING.md."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

WORDS = {
    r"wish(es|ed)?": "lexical constraint, or wanted",
    r"surroundings": "context",
    r"inquir(y|ies)": "evaluation config",
    r"rehears\w*": "dry run",
    r"resegment\w*": "subword sampling",
    r"mend(s|ed|ing)?": "fix, repair",
    r"learnt": "learned",
    r"cannot be had": "is not available",
    r"gate is shut": "quality gate failed",
    r"taken up": "resumed",
    r"(goes|go|going) on with": "continues, resumes",
    r"head removal": "head ablation",
    r"(?<!there )is no (file|directory|text|number|name|option)": "is not a ...",
}
# Keys in files, options and public names of earlier releases keep working; these files are about them.
EARLIER_NAMES = {
    "cli/options.py": {"mend"},
    "docs/python.md": {"wish"},
    "nmt/cleaning/config.py": {"mends"},
    "nmt/cleaning/report.py": {"mended"},
    "nmt/translation/line_translator.py": {"wish"},
    "tests/benchmarks/fuzz_corpora.py": {"mends"},
    "tests/cleaning/test_clean.py": {"mends"},
    "tests/cli/test_clean.py": {"mend", "mends"},
    "tests/translation/test_stream.py": {"wish"},
}
FOLDERS = ("nmt", "cli", "tests", "docs", "scripts", ".github")
FILES = ("README.md", "CHANGELOG.md", "SECURITY.md", "pyproject.toml")
SUFFIXES = {".py", ".md", ".toml", ".js", ".yml", ".css"}


def texts() -> dict[str, str]:
    paths = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*")) if path.suffix in SUFFIXES]
    paths += [ROOT / name for name in FILES]
    known = [path for path in paths if path != Path(__file__)]
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in known}


@pytest.mark.parametrize("word", WORDS)
def test_a_word_of_the_private_dialect_does_not_return(word: str) -> None:
    pattern = re.compile(rf"(?<![A-Za-z]){word}(?![A-Za-z])", re.IGNORECASE)
    found = [
        f"{name}:{number}: {line.strip()}"
        for name, text in texts().items()
        for number, line in enumerate(text.splitlines(), start=1)
        for match in pattern.finditer(line)
        if match.group(0).lower() not in EARLIER_NAMES.get(name, ())
    ]
    assert not found, f"write {WORDS[word]!r}: {found[:5]}"
