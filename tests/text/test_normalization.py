import unicodedata

from nmt.text.normalization import fold, folding_rules, rules_table

# Combining marks that Unicode replaces by others, which then join the letter before them.
DEPRECATED = "\u0340\u0341\u0344"


def test_folding_once_is_enough() -> None:
    characters = [chr(code) for code in range(1, 0x30000) if not 0xD800 <= code < 0xE000]
    changed = [character for character in characters if fold(character) != character]
    assert len(changed) > 3000
    assert all(fold(fold(character)) == fold(character) for character in changed)


def test_it_is_nfkc_where_it_changes_letters_and_digits() -> None:
    for code in range(1, 0x30000):
        character = chr(code)
        folded = fold(character)
        if unicodedata.category(character)[0] in "LN" and folded != character:
            assert folded == unicodedata.normalize("NFKC", character)


def test_composition_of_letters_and_marks_is_complete() -> None:
    rules = folding_rules()
    for code in range(1, 0x30000):
        parts = unicodedata.normalize("NFD", chr(code))
        if len(parts) > 1 and unicodedata.normalize("NFC", parts) == chr(code) and chr(code) not in DEPRECATED:
            assert rules[parts] == chr(code)


def test_the_table_is_hexadecimal_rows() -> None:
    rows = rules_table().splitlines()
    assert len(rows) == len(folding_rules())
    assert "41 300\tC0" in rows
    assert "200B\t" in rows
    assert all(row.count("\t") == 1 for row in rows)
