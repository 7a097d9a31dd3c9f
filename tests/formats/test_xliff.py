"""XLIFF of translation tools: segments, inline codes, tracked changes, states, several languages."""

from pathlib import Path

import pytest

from nmt.formats.inline import text_of_code
from tests.formats.test_reader import run

SDL = """<?xml version="1.0" encoding="utf-8"?>
<xliff version="1.2" xmlns:sdl="http://sdl.com/FileTypes/SdlXliff/1.0" xmlns="urn:oasis:names:tc:xliff:document:1.2">
<file original="a.docx" source-language="en-US" target-language="de-DE"><header>
<tag-defs xmlns="http://sdl.com/FileTypes/SdlXliff/1.0"><tag id="7"><ph name="x">%d</ph></tag>
<tag id="8"><ph name="br">&lt;br/&gt;</ph></tag><tag id="9"><bpt name="cf">&lt;cf bold="True"&gt;</bpt></tag></tag-defs>
</header><body>
<trans-unit id="u1"><source><g id="1">A cat. A dog.</g> Open <x id="7"/> files<x id="8"/>now. A bird.</source>
<seg-source><g id="1"><mrk mtype="seg" mid="1">A cat.</mrk> <mrk mtype="seg" mid="2">A <mrk mtype="x-sdl-comment"
 sdl:cid="c">dog</mrk>.</mrk></g> <mrk mtype="seg" mid="3">Open <x id="7"/> files<x id="8"/>now.</mrk>
<mrk mtype="seg" mid="4">A bird.</mrk></seg-source>
<target><g id="1"><mrk mtype="seg" mid="1">Eine <mrk mtype="x-sdl-deleted" sdl:revid="r">kleine </mrk><mrk
 mtype="x-sdl-added" sdl:revid="s">große </mrk>Katze.</mrk></g><mrk mtype="seg" mid="3">Öffne <x id="7"/>
Dateien<x id="8"/>jetzt.</mrk><mrk mtype="seg" mid="4">Ein Vogel.</mrk></target>
<sdl:seg-defs><sdl:seg id="1" conf="Translated" origin="tm"/><sdl:seg id="2"/>
<sdl:seg id="3" conf="ApprovedSignOff"/><sdl:seg id="4" conf="Draft" origin="mt"/></sdl:seg-defs></trans-unit>
<trans-unit id="u2" translate="no"><source>ISBN</source><target>ISBN</target></trans-unit>
</body></file></xliff>"""


def xliff(*units: str, header: str = 'source-language="en" target-language="de"') -> str:
    return f'<xliff version="1.2"><file {header}><body>{"".join(units)}</body></file></xliff>'


def unit(source: str, target: str, of_target: str = "", of_unit: str = "") -> str:
    return f"<trans-unit {of_unit}><source>{source}</source><target {of_target}>{target}</target></trans-unit>"


def pairs(tmp_path: Path, content: str, name: str = "x.xlf") -> tuple[list[tuple[str, ...]], dict[str, int]]:
    made, dropped = run(tmp_path, name, content)
    return list(zip(*made.values(), strict=True)), dropped


def test_trados_files_have_a_pair_for_each_finished_segment(tmp_path: Path) -> None:
    made, dropped = run(tmp_path, "a.docx.sdlxliff", SDL)
    assert made == {
        "a.en-US": ["A cat.", "Open %d files now."],
        "a.de-DE": ["Eine große Katze.", "Öffne %d Dateien jetzt."],
    }
    assert dropped == {"untranslated": 1, "unfinished": 1, "not to be translated": 1}


@pytest.mark.parametrize("name", ["x.mqxliff", "x.mxliff", "x.xliff"])
def test_the_file_extensions_of_tools_are_known(tmp_path: Path, name: str) -> None:
    assert pairs(tmp_path, xliff(unit("a", "b")), name) == ([("a", "b")], {})


def test_segments_without_matching_ids_are_joined_with_spaces(tmp_path: Path) -> None:
    target = '<mrk mtype="seg" mid="0">Eine Katze.</mrk><mrk mtype="seg" mid="1">Ein Hund.</mrk>'
    chinese = '<mrk mtype="seg" mid="0">一只猫。</mrk><mrk mtype="seg" mid="1">一只狗。</mrk>'
    made, _ = pairs(tmp_path, xliff(unit("A cat. A dog.", target), unit("A cat. A dog.", chinese)))
    assert made == [("A cat. A dog.", "Eine Katze. Ein Hund."), ("A cat. A dog.", "一只猫。一只狗。")]


@pytest.mark.parametrize(
    ("inline", "text"),
    [
        ("Read <ph id='1'>%d</ph> lines", "Read %d lines"),
        ("Read <ph id='1'>%1$s</ph>", "Read %1$s"),
        ("Read <x id='1' equiv-text='{{ name }}'/> now", "Read {{ name }} now"),
        ("Read<x id='1' equiv-text='&lt;br/&gt;'/>now", "Read now"),
        ("Read<x id='1' ctype='lb'/>now", "Read now"),
        ("Read<x id='1'/>now", "Read now"),
        ("Read <x id='1'/>, now", "Read , now"),
        ("un<x id='1' ctype='x-b' equiv-text='&lt;b&gt;'/>read<x id='2' equiv-text='&lt;/b&gt;'/>able", "unreadable"),
        ("un<g id='1'>read</g>able", "unreadable"),
        ("un<bpt id='1'>&lt;b&gt;</bpt>read<ept id='1'>&lt;/b&gt;</ept>able", "unreadable"),
        ("un<bpt id='1'>{\\b </bpt>read<ept id='1'>}</ept>able", "unreadable"),
        ("un<bx id='1'/>read<ex id='1'/>able", "unreadable"),
        ("Read<it id='1' pos='open'>&lt;p&gt;</it>now", "Read now"),
        ("Read <bpt id='1'>&lt;a title='<sub>help</sub>'&gt;</bpt>it<ept id='1'>&lt;/a&gt;</ept>", "Read it"),
        ("Read<ph id='1'>\\n</ph>now", "Read now"),
        ("Read<ph id='1'>&amp;nbsp;</ph>now", "Read\xa0now"),
        ("Read <ph id='1'>&lt;mq:rxt-req displaytext='{0}' val='{0}' /&gt;</ph>", "Read {0}"),
        ("Read <mrk mtype='protected'>Python</mrk>", "Read Python"),
        ("Read <mrk mtype='x-sdl-deleted'>all <g id='2'>the </g></mrk>lines", "Read lines"),
        ("Read <del>all </del><ins>the </ins>lines", "Read the lines"),
    ],
)
def test_inline_codes_that_belong_to_the_text_are_kept(tmp_path: Path, inline: str, text: str) -> None:
    assert pairs(tmp_path, xliff(unit(inline, inline))) == ([(text, text)], {})
    if "seg" not in inline and "mtype" not in inline:  # TMX has most of these elements, too
        tmx = f'<tu><tuv xml:lang="en"><seg>{inline}</seg></tuv><tuv xml:lang="de"><seg>x</seg></tuv></tu>'
        made, _ = run(tmp_path, "x.tmx", f"<tmx><body>{tmx}</body></tmx>")
        if "equiv-text" not in inline:
            assert made["x.en"] == [text]


def test_xliff_2_finds_the_code_in_its_original_data_and_elsewhere(tmp_path: Path) -> None:
    text = '<ph id="1" dataRef="d1"/> of<ph id="2" dataRef="d2"/><pc id="3" dataRefStart="d3">{}</pc> <ph id="4" {}/>'
    source, target = text.format("files", 'equiv="N" disp="{{n}}"'), text.format("Dateien", 'equiv="{n}"')
    content = f"""<xliff version="2.0" srcLang="en" trgLang="de"><file id="f"><unit id="u"><originalData>
<data id="d1">%s</data><data id="d2">&lt;br/&gt;</data><data id="d3">&lt;b&gt;</data></originalData>
<segment><source>{source}</source><target>{target}</target></segment>
<ignorable><source> </source><target> </target></ignorable>
<segment state="initial"><source>Save</source><target>Save</target></segment></unit>
<unit id="v" translate="no"><segment><source>x</source><target>x</target></segment></unit></file></xliff>"""
    assert pairs(tmp_path, content) == (
        [("%s of files {{n}}", "%s of Dateien {n}")],
        {"untranslated": 1, "not to be translated": 1},
    )


@pytest.mark.parametrize(
    ("of_target", "of_unit", "reason"),
    [
        ("", "", None),
        ('state="translated"', "", None),
        ('state="final"', 'approved="no"', None),
        ('state="signed-off" state-qualifier="leveraged-mt"', "", None),
        ('state="translated" state-qualifier="exact-match"', "", None),
        ("", 'approved="yes"', None),
        ('state="new"', "", "untranslated"),
        ('state="needs-translation"', "", "untranslated"),
        ('state="needs-adaptation"', "", "unfinished"),
        ('state="needs-l10n"', "", "unfinished"),
        ('state="needs-review-translation"', "", "unfinished"),
        ('state-qualifier="mt-suggestion"', "", "unfinished"),
        ('state="translated" state-qualifier="leveraged-mt"', "", "unfinished"),
        ('state-qualifier="rejected-grammar"', "", "unfinished"),
        ("", 'approved="no"', "unfinished"),
        ("", 'mq:status="ManuallyConfirmed"', None),
        ("", 'mq:status="Proofread"', None),
        ("", 'mq:status="NotStarted"', "untranslated"),
        ("", 'mq:status="Pretranslated"', "unfinished"),
        ("", 'm:confirmed="1"', None),
        ("", 'm:confirmed="0"', "unfinished"),
    ],
)
def test_only_what_is_translated_becomes_a_pair(
    tmp_path: Path, of_target: str, of_unit: str, reason: str | None
) -> None:
    content = xliff(unit("one", "eins"), unit("two", "zwei", of_target, of_unit))
    made, dropped = pairs(tmp_path, content)
    assert dropped == ({} if reason is None else {reason: 1})
    assert made == [("one", "eins"), *([("two", "zwei")] if reason is None else [])]


def test_the_first_pair_determines_the_languages(tmp_path: Path) -> None:
    files = "".join(
        f'<file source-language="en" target-language="{code}"><body>{text}</body></file>'
        for code, text in (("fr", ""), ("nl", unit("one", "", "state='new'")), ("de", unit("one", "eins")))
    )
    made, dropped = run(tmp_path, "x.xlf", f'<xliff version="1.2">{files}</xliff>')
    assert (made, dropped) == ({"x.en": ["one"], "x.de": ["eins"]}, {"untranslated": 1})
    languages = (
        unit("one", "eins").replace("<source", '<source xml:lang="en"').replace("<target", '<target xml:lang="de"')
    )
    assert run(tmp_path, "y.xlf", xliff(languages, header=""))[0] == {"y.en": ["one"], "y.de": ["eins"]}


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("%(name)s", "%(name)s"),
        ("${user}", "${user}"),
        ("<%= x %>", "<%= x %>"),
        ("@count", "@count"),
        ("[b]", ""),
        ("\\cf1", ""),
        ("**", ""),
        ("<a href='{0}'>", ""),
        ("</w:t><w:br/><w:t>", ""),
        ("<w:br/>", " "),
        ("<p></p>", " "),
        ("&#13;", " "),
        ("x" * 2000, ""),
    ],
)
def test_inline_codes_are_replaced_with_their_text(code: str, text: str) -> None:
    assert text_of_code(code) == text
