"""English forms: verbs, plurals, articles, numbers."""

IRREGULAR = {
    "bring": ("brought", "brought"), "build": ("built", "built"), "buy": ("bought", "bought"),
    "come": ("came", "come"), "do": ("did", "done"), "draw": ("drew", "drawn"), "drink": ("drank", "drunk"),
    "drive": ("drove", "driven"), "eat": ("ate", "eaten"), "feed": ("fed", "fed"), "find": ("found", "found"),
    "fly": ("flew", "flown"), "get": ("got", "got"), "give": ("gave", "given"), "go": ("went", "gone"),
    "have": ("had", "had"), "hear": ("heard", "heard"), "learn": ("learned", "learned"), "leave": ("left", "left"),
    "lend": ("lent", "lent"), "lie": ("lay", "lain"), "lose": ("lost", "lost"), "make": ("made", "made"),
    "meet": ("met", "met"), "pay": ("paid", "paid"), "put": ("put", "put"), "read": ("read", "read"),
    "ride": ("rode", "ridden"), "see": ("saw", "seen"), "sell": ("sold", "sold"), "set": ("set", "set"),
    "send": ("sent", "sent"), "show": ("showed", "shown"), "sing": ("sang", "sung"), "sit": ("sat", "sat"),
    "sleep": ("slept", "slept"), "speak": ("spoke", "spoken"), "stand": ("stood", "stood"),
    "sweep": ("swept", "swept"), "take": ("took", "taken"), "tell": ("told", "told"),
    "think": ("thought", "thought"), "wake": ("woke", "woken"), "wear": ("wore", "worn"),
    "write": ("wrote", "written"),
}  # fmt: skip
DOUBLING = {"chat", "get", "put", "set", "sit", "travel"}
CONSONANT_SOUND = ("uni", "use", "euro", "one")
VOWEL_SOUND = ("hour", "honest")

PRESENT_BE = {"1s": "am", "3s": "is"}
ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ["_", "_", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
ORDINALS = [
    "zeroth",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
]


def third_person(base: str) -> str:
    if base == "have":
        return "has"
    if base.endswith(("s", "sh", "ch", "x", "o", "z")):
        return base + "es"
    if base.endswith("y") and base[-2] not in "aeiou":
        return base[:-1] + "ies"
    return base + "s"


def past(base: str) -> str:
    if base in IRREGULAR:
        return IRREGULAR[base][0]
    if base.endswith("e"):
        return base + "d"
    if base.endswith("y") and base[-2] not in "aeiou":
        return base[:-1] + "ied"
    return base + (base[-1] if base in DOUBLING else "") + "ed"


def participle(base: str) -> str:
    return IRREGULAR[base][1] if base in IRREGULAR else past(base)


def gerund(base: str) -> str:
    if base.endswith("ie"):
        return base[:-2] + "ying"
    if base.endswith("e") and not base.endswith("ee"):
        return base[:-1] + "ing"
    return base + (base[-1] if base in DOUBLING else "") + "ing"


def plural(noun: str) -> str:
    if noun.endswith(("s", "sh", "ch", "x")):
        return noun + "es"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + "s"


def with_article(phrase: str) -> str:
    """`a` or `an` by sound: an apple, a university, an hour."""
    lower = phrase.lower()
    vowel = lower.startswith(VOWEL_SOUND) or (lower[0] in "aeiou" and not lower.startswith(CONSONANT_SOUND))
    return f"{'an' if vowel else 'a'} {phrase}"


def number(value: int) -> str:
    if value < 20:
        return ONES[value]
    if value < 100:
        tens, ones = divmod(value, 10)
        return TENS[tens] + (f"-{ONES[ones]}" if ones else "")
    hundreds, rest = divmod(value, 100)
    return f"{ONES[hundreds]} hundred" + (f" and {number(rest)}" if rest else "")


def ordinal(value: int) -> str:
    if value <= 12:
        return ORDINALS[value]
    tens, ones = divmod(value, 10)
    if value < 20:
        return ONES[value] + "th"
    return f"{TENS[tens]}-{ORDINALS[ones]}" if ones else TENS[tens][:-1] + "ieth"
