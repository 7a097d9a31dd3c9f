"""What nmt clean repairs and drops, and why; everything else stays as it is, in order and aligned."""

import gzip
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nmt.cleaning.check import check_corpus
from nmt.cleaning.clean import CleaningOptions, CleaningReport, clean_corpus
from nmt.cleaning.config import FILTERS, REPAIRS, CleaningConfig, config_as_toml, config_from
from nmt.cleaning.repairs import repair_side
from nmt.corpus import tolerant_reader
from nmt.corpus.block_text import SideText
from nmt.corpus.held_out import held_out_of
from nmt.corpus.pairs import Pair
from nmt.corpus.tolerant_reader import parallel_files
from nmt.errors import NMTError
from nmt.settings import to_mapping
from tests.conftest import Pairs, Writer, translations

CLEAN = translations(600)
LONGEST = max(CLEAN, key=lambda pair: len(pair[1]))
NOISE = {
    "invalid-utf8": ("sch\udcf6n", "Beautiful."),
    "replacement": ("a \ufffd c", "a b c"),
    "empty": ("", "Nothing here."),
    "too-long": ("lang " * 700, "long " * 700),
    "length-ratio": ("Oh.", "word " * 60),
    "unusual-ratio": ("Oh no.", "word " * 16),
    "incomplete": (LONGEST[0], LONGEST[1][: len(LONGEST[1]) // 2]),
    "identical": ("The very same line here.", "The very same line here."),
    "script": ("Ein Satz.", "Это одно предложение."),
    "duplicate": CLEAN[0],
}


def clean(
    files: tuple[str, str], directory: Path, config: CleaningConfig | None = None, **settings: Any
) -> CleaningReport:
    return clean_corpus(
        parallel_files([files[0]], [files[1]]), directory, config or CleaningConfig(), CleaningOptions(**settings)
    )


def result(directory: Path) -> Pairs:
    sides = (
        (directory / f"text.{side}").read_text("utf-8", "surrogateescape").split("\n")[:-1] for side in ("aa", "bb")
    )
    return list(zip(*sides, strict=True))


def write_noisy(tmp_path: Path, pairs: Pairs) -> tuple[str, str]:
    """Like the fixture write, also for text that is not UTF-8."""
    for side in range(2):
        text = "".join(f"{pair[side]}\n" for pair in pairs)
        (tmp_path / f"text.{'ab'[side] * 2}").write_bytes(text.encode("utf-8", "surrogateescape"))
    return str(tmp_path / "text.aa"), str(tmp_path / "text.bb")


def test_clean_text_is_not_changed(write: Writer, tmp_path: Path) -> None:
    report = clean(write(CLEAN), tmp_path / "out", rejected=tmp_path / "rejected.tsv")
    assert result(tmp_path / "out") == CLEAN
    assert (report.read, report.kept, report.dropped, report.fixed) == (600, 600, {}, {})
    assert (tmp_path / "rejected.tsv").read_bytes() == b""


def test_filters_compare_normalised_text_even_without_the_repair(write: Writer, tmp_path: Path) -> None:
    accented = "Örtlich übel gänzlich"
    pairs = [
        *CLEAN,
        ("Größe", "Gro\u0308ße x"),
        ("Gro\u0308ße", "Größe x"),
        (accented, "Übel"),
        (accented, "u\u0308bel!"),
    ]
    config = CleaningConfig().changed(filters=["near-duplicate"], repairs=[], without=["nfc"])
    held_out = [held_out_of("test", [Pair("O\u0308rtlich u\u0308bel ga\u0308nzlich", "x")])]
    report = clean(write(pairs), tmp_path / "out", config, held_out=held_out)
    assert report.dropped == {"duplicate": 1, "overlap": 2}
    assert result(tmp_path / "out") == [*CLEAN, pairs[600]]


def test_each_filter_drops_its_pair_and_is_named_as_the_reason(tmp_path: Path) -> None:
    files = write_noisy(tmp_path, [*CLEAN, *NOISE.values()])
    report = clean(files, tmp_path / "out", rejected=tmp_path / "rejected.tsv")
    assert result(tmp_path / "out") == CLEAN
    assert report.dropped == dict.fromkeys(NOISE, 1)
    rows = [row.split("\t") for row in (tmp_path / "rejected.tsv").read_text("utf-8").split("\n")[:-1]]
    assert [row[0] for row in rows] == list(NOISE)
    assert [row[1] for row in rows] == [f"{files[0]}:{601 + number}" for number in range(len(NOISE))]
    assert rows[7][3:] == list(NOISE["identical"])


def test_the_script_filter_keeps_names_and_code_and_drops_untranslated_text(tmp_path: Path) -> None:
    right = [
        "ფაილი Ctrl ვერ მოიძებნა",
        "Microsoft Windows ფაილი",
        "ველი %(field_name)s <b>{user_name}</b>",
        "%(max_length)s",
    ]
    wrong = ["The file was not found.", "<b>Save</b> the %(name)s now", "Файл не найден"]
    plain = [("Die Datei wurde nicht gefunden.", "ფაილი ვერ მოიძებნა საქაღალდეში.")] * 60
    pairs = [*plain, *(("Die Datei ist nicht da.", line) for line in (*right, *wrong))]
    config = CleaningConfig().changed(filters=[], repairs=[], without=[name for name in FILTERS if name != "script"])
    report = clean(write_noisy(tmp_path, pairs), tmp_path / "out", config)
    assert report.dropped == {"script": len(wrong)}
    assert [target for _, target in result(tmp_path / "out")[60:]] == right


@pytest.mark.parametrize("name", NOISE)
def test_a_filter_that_is_off_drops_nothing(tmp_path: Path, name: str) -> None:
    config = CleaningConfig().changed(filters=[], repairs=[], without=[name, "unusual-ratio"])
    report = clean(write_noisy(tmp_path, [*CLEAN, NOISE[name]]), tmp_path / "out", config)
    assert name not in report.dropped


@pytest.mark.parametrize(
    ("name", "pair"),
    [
        ("numbers", ("Im Jahr 1999 war es.", "It was in the year.")),
        ("urls", ("Siehe www.example.org dort.", "See over there for it.")),
        ("placeholders", ("Datei {name} ist weg.", "The file is gone now.")),
        ("wordless", ("...", "Well then.")),
        ("near-duplicate", (CLEAN[9][0].upper(), CLEAN[9][1])),
    ],
)
def test_filters_can_be_added(write: Writer, tmp_path: Path, name: str, pair: tuple[str, str]) -> None:
    files = write([*CLEAN, pair])
    assert clean(files, tmp_path / "without").dropped == {}
    config = CleaningConfig().changed(filters=[name], repairs=[], without=[])
    assert clean(files, tmp_path / "with", config).dropped == {name: 1}


def test_only_short_text_without_an_end_is_incomplete(write: Writer, tmp_path: Path) -> None:
    cut = LONGEST[1][: len(LONGEST[1]) // 2]
    more = " ".join(target for _, target in CLEAN[:3])
    pairs = [*CLEAN, (LONGEST[0] + " ", LONGEST[1][:-1]), (LONGEST[0][:-1], cut + "!"), (LONGEST[0], cut + "!")]
    dropped = [(LONGEST[0] + ".", cut), (CLEAN[0][0], more), (LONGEST[0] + "!", cut[:-1] + "," + cut[-1:])]
    config = CleaningConfig().changed(filters=[], repairs=[], without=["unusual-ratio", "length-ratio"])
    assert clean(write([*pairs, *dropped]), tmp_path / "out", config).dropped == {"incomplete": 3}
    assert [source for source, _ in result(tmp_path / "out")] == [source.rstrip() for source, _ in pairs]
    unmarked = [(source, target.rstrip(".?!")) for source, target in [*pairs, *dropped]]
    assert "incomplete" not in clean(write(unmarked), tmp_path / "unmarked", config).dropped


def test_misaligned_lines_are_recognised_by_their_words(write: Writer, tmp_path: Path) -> None:
    pairs = translations(3000)
    wrong = range(0, 3000, 20)
    noisy = [
        (source, pairs[(row + 7) % 3000][1] if row in wrong else target) for row, (source, target) in enumerate(pairs)
    ]
    config = CleaningConfig().changed(filters=["unrelated"], repairs=[], without=["unusual-ratio"])
    report = clean(write(noisy), tmp_path / "out", config)
    kept = set(result(tmp_path / "out"))
    lost = sum(pair not in kept for row, pair in enumerate(noisy) if row not in wrong)
    found = sum(noisy[row] not in kept for row in wrong)
    assert report.dropped == {"unrelated": found + lost}
    assert found > 0.8 * len(wrong)
    assert lost < 0.01 * len(pairs)


REPAIRED = {
    "nfc": ("Cafe\u0301 1\u20443", "Café 1\u20443"),
    "entities": ("this &amp;amp; that &#39;s &nbsp;", "this & that 's \xa0"),
    "mojibake": ("schÃ¶n â€“ ja", "schön – ja"),
    "tags": ("<b>bold</b> 3 < 4", " bold  3 < 4"),
    "controls": ("\ufeffa\0b\u2028c", "a b c"),
    "spaces": ("  a \t b  ", "a b"),
}


@pytest.mark.parametrize("name", REPAIRED)
def test_each_repair_restores_the_intended_text(name: str) -> None:
    before, after = REPAIRED[name]
    assert set(REPAIRED) == set(REPAIRS)
    assert repair_side(SideText(f"{before}\nplain\n".encode()), [name]) == ([after, "plain"], {name: 1})


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(exclude_characters="\n", exclude_categories=("Cs",)), max_size=30), max_size=6))
def test_repairing_twice_is_repairing_once_and_never_adds_lines(lines: list[str]) -> None:
    repairs = ("controls", "spaces")
    once, _ = repair_side(SideText("".join(f"{line}\n" for line in lines).encode()), repairs)
    assert len(once) == len(lines)
    assert not any("\n" in line or "\0" in line for line in once)
    assert repair_side(SideText("".join(f"{line}\n" for line in once).encode()), repairs) == (once, {})


def test_problems_hidden_in_entities_are_also_repaired(write: Writer, tmp_path: Path) -> None:
    report = clean(write([*CLEAN, ("a&#10;b&#8232;c d e f", "sch&Atilde;&para;n ist es")]), tmp_path / "out")
    assert result(tmp_path / "out")[-1] == ("a b c d e f", "schön ist es")
    assert report.kept == 601


def test_text_that_is_not_an_entity_is_kept_above_all_in_an_address(write: Writer, tmp_path: Path) -> None:
    line = "See http://x.y/?a=1&section=3&copy=2&lt=4 & AT&T, R&D; or &nosuch; &notify; &region;."
    report = clean(
        write([*CLEAN, (line, "&lt;&eacute;&gt; &amp;lt; &copy;")]), tmp_path / "out", CleaningConfig(filters=())
    )
    assert result(tmp_path / "out")[-1] == (line, "<é> < ©")
    assert report.fixed == {"entities": 1}


@pytest.mark.parametrize("repair", REPAIRS)
def test_each_repair_alone_keeps_lines_and_columns(tmp_path: Path, repair: str) -> None:
    nasty = [
        "a&#10;b",
        "a&#13;b&NewLine;c",
        "a&#9;b&Tab;c",
        "a&#8232;b",
        "a\rb",
        "a&#xD;&amp;#10;b",
        "Ã¤\x85b",
        "<a\rb>c",
    ]
    table = tmp_path / "x.tsv"
    table.write_bytes("".join(f"{line}\t{number} {line}\n" for number, line in enumerate(nasty)).encode())
    report = clean_corpus(
        parallel_files([], [], [str(table)]), tmp_path / "out", CleaningConfig(repairs=(repair,), filters=())
    )
    rows = [row.split(b"\t") for row in (tmp_path / "out" / "x.tsv").read_bytes().split(b"\n")[:-1]]
    assert (report.read, report.kept) == (len(nasty), len(nasty))
    assert [len(row) for row in rows] == [2] * len(nasty)
    assert [row[1].split()[0] for row in rows] == [b"%d" % number for number in range(len(nasty))]


def test_sentences_that_differ_in_a_vowel_sign_are_different(write: Writer, tmp_path: Path) -> None:
    pairs = [
        ("वह लड़का था।", "He was a boy."),
        ("वह लड़की था।", "he was a boy"),
        ("O̩ tì wá.", "He came."),
        ("O̩ ti wà.", "he came"),
    ]
    report = clean(write([*CLEAN, *pairs]), tmp_path / "one", CleaningConfig(filters=("near-duplicate",)))
    assert report.dropped == {}
    held_out = [held_out_of("test", [Pair("वह लड़कि था", "Other.")])]
    overlap = CleaningConfig(filters=("overlap",))
    report = clean(write([*CLEAN, *pairs]), tmp_path / "two", overlap, held_out=held_out)
    assert report.dropped == {}


def test_the_files_are_the_same_for_any_number_of_helpers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tolerant_reader, "BLOCK_LINES", 50)
    files = write_noisy(tmp_path, [*CLEAN[:300], *NOISE.values(), *CLEAN[200:], ("schÃ¶n", "a &amp; b")])
    reports = [clean(files, tmp_path / str(n), rejected=tmp_path / f"{n}.tsv", helpers=n) for n in (1, 2)]
    assert reports[0] == reports[1]
    assert reports[0].dropped["duplicate"] == 101
    for name in ("text.aa", "text.bb"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()
    assert (tmp_path / "1.tsv").read_bytes() == (tmp_path / "2.tsv").read_bytes()


def test_clean_text_passes_the_check_and_is_not_changed_again(tmp_path: Path) -> None:
    files = write_noisy(tmp_path, [*CLEAN, *NOISE.values(), ("schÃ¶n &amp; gut so", "pretty \ufeff good")])
    clean(files, tmp_path / "out")
    once = str(tmp_path / "out" / "text.aa"), str(tmp_path / "out" / "text.bb")
    assert check_corpus(parallel_files([once[0]], [once[1]])).findings == ()
    assert clean(once, tmp_path / "twice").dropped == {}
    assert result(tmp_path / "twice") == result(tmp_path / "out")


def test_held_out_sentences_are_removed_from_the_training_text(write: Writer, tmp_path: Path) -> None:
    test = held_out_of("test", [Pair(CLEAN[0][0].upper(), "something"), Pair("something", CLEAN[1][1])])
    assert clean(write(CLEAN), tmp_path / "out", held_out=[test]).dropped == {"overlap": 2}
    assert result(tmp_path / "out") == CLEAN[2:]


def test_tables_and_compressed_files_keep_their_format(tmp_path: Path) -> None:
    rows = "".join(f"{source}\t{target}\textra\n" for source, target in [*CLEAN, CLEAN[0]])
    (tmp_path / "text.tsv.gz").write_bytes(gzip.compress(rows.encode()))
    report = clean_corpus(parallel_files([], [], [str(tmp_path / "text.tsv.gz")]), tmp_path / "out", CleaningConfig())
    written = gzip.decompress((tmp_path / "out" / "text.tsv.gz").read_bytes()).decode()
    assert written == "".join(f"{source}\t{target}\n" for source, target in CLEAN)
    assert report.dropped == {"duplicate": 1}


def test_unequal_files_are_an_error_that_names_the_line_and_no_file_is_left(write: Writer, tmp_path: Path) -> None:
    files = write(CLEAN)
    lines = Path(files[1]).read_bytes().split(b"\n")
    Path(files[1]).write_bytes(b"\n".join(lines[:300] + lines[301:]))
    with pytest.raises(
        NMTError, match=r"has 600 lines but .* has 599; they most likely become misaligned near line (29|30)\d of"
    ):
        clean(files, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_inputs_are_not_overwritten(write: Writer, tmp_path: Path) -> None:
    with pytest.raises(NMTError, match="would overwrite an input"):
        clean(write(CLEAN), tmp_path)
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "text.aa").write_text("x\n")
    with pytest.raises(NMTError, match=r"two of the files are called text\.aa"):
        clean((write(CLEAN)[0], str(tmp_path / "a" / "text.aa")), tmp_path / "out")
    with pytest.raises(NMTError, match=r"the directory .* cannot be created"):
        clean(write(CLEAN), tmp_path / "text.aa" / "out")


def test_other_files_of_the_command_are_not_overwritten(write: Writer, tmp_path: Path) -> None:
    files = write(CLEAN)
    (tmp_path / "out").mkdir()
    held_out = tmp_path / "out" / "text.aa"
    held_out.write_text("test\n")
    with pytest.raises(NMTError, match=r"out/text\.aa would overwrite another file of this command"):
        clean(files, tmp_path / "out", protected=[held_out])
    with pytest.raises(NMTError, match="would overwrite another file of this command"):
        clean(files, tmp_path / "out", rejected=tmp_path / "out" / "text.aa")
    assert held_out.read_text() == "test\n"


def test_settings_are_read_back_from_their_file() -> None:
    import tomllib

    config = CleaningConfig(max_ratio=3.5).changed(filters=["numbers"], repairs=["tags"], without=["script", "spaces"])
    read = config_from(tomllib.loads(config_as_toml(config)), where="clean.toml")
    assert set(read.filters) == set(config.filters) == {*CleaningConfig().filters, "numbers"} - {"script"}
    assert set(read.repairs) == set(config.repairs)
    assert to_mapping(read)["max_ratio"] == 3.5
    assert all(name in config_as_toml(config) for name in (*FILTERS, *REPAIRS))


def test_uncommenting_a_line_of_the_settings_switches_it_on() -> None:
    import tomllib

    shown = config_as_toml(CleaningConfig())
    read = config_from(tomllib.loads(shown.replace('  # "', '  "')), where="clean.toml")
    assert set(read.filters) == set(FILTERS)
    assert set(read.repairs) == set(REPAIRS)


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"filters": ["numbrs"]}, "unknown filter 'numbrs'; did you mean numbers?"),
        ({"repairs": ["empty"]}, "unknown repair 'empty'"),
        ({"mends": ["empty"]}, "unknown repair 'empty'"),
        ({"mends": [], "repairs": []}, "repairs and mends are two names of one setting"),
        ({"max_ration": 3}, "clean.toml: unknown setting 'max_ration'; did you mean max_ratio?"),
        ({"max_ratio": 0.5}, "max_ratio must be at least 1, not 0.5"),
    ],
)
def test_wrong_settings_are_explained(mapping: dict[str, Any], message: str) -> None:
    with pytest.raises(NMTError, match=message.replace("?", r"\?")):
        config_from(mapping, where="clean.toml")
