"""Chinese numbers and sentence joining; no spaces, full-width punctuation."""

DIGITS = "零一二三四五六七八九"


def number(value: int) -> str:
    """A cardinal number: 十二, 二十二, 一百零五."""
    if value < 10:
        return DIGITS[value]
    if value < 20:
        return "十" + (DIGITS[value - 10] if value > 10 else "")
    if value < 100:
        tens, ones = divmod(value, 10)
        return DIGITS[tens] + "十" + (DIGITS[ones] if ones else "")
    hundreds, rest = divmod(value, 100)
    if not rest:
        tail = ""
    elif rest < 10:
        tail = "零" + DIGITS[rest]
    else:
        tail = ("一" if rest < 20 else "") + number(rest)
    return ("两" if hundreds == 2 else DIGITS[hundreds]) + "百" + tail


def count(value: int, measure: str) -> str:
    """A number before a measure word: 两只, but 二十二只."""
    return ("两" if value == 2 else number(value)) + measure
