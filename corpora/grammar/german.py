"""German forms: declension, conjugation, numbers."""

from dataclasses import dataclass

CASES = ("nom", "acc", "dat", "gen")
# Rows are cases, columns the genders m, f, n and the plural p.
DEFINITE = {"nom": "der die das die", "acc": "den die das die", "dat": "dem der dem den", "gen": "des der des der"}
DIESER = {"nom": "er e es e", "acc": "en e es e", "dat": "em er em en", "gen": "es er es er"}
EIN = {"nom": "- e - e", "acc": "en e - e", "dat": "em er em en", "gen": "es er es er"}
WEAK = {"nom": "e e e en", "acc": "en e e en", "dat": "en en en en", "gen": "en en en en"}
MIXED = {"nom": "er e es en", "acc": "en e es en", "dat": "en en en en", "gen": "en en en en"}
STRONG = {"nom": "er e es e", "acc": "en e es e", "dat": "em er em en", "gen": "en er en er"}


def cell(table: dict[str, str], case: str, gender: str) -> str:
    return table[case].split()["mfnp".index(gender)].replace("-", "")


def determiner(stem: str, case: str, gender: str) -> str:
    """der, dieser/welcher/jeder, or an ein-word (ein, kein, mein, euer, Ihr ...) in its form."""
    if stem == "der":
        return cell(DEFINITE, case, gender)
    if stem in ("dies", "welch", "jed"):
        return stem + cell(DIESER, case, gender)
    ending = cell(EIN, case, gender)
    return ("eur" if stem == "euer" and ending else stem) + ending


def adjective_ending(stem: str | None, case: str, gender: str) -> str:
    """Weak after der-words, mixed after ein-words, strong without a determiner (None) or after a number."""
    if stem is None:
        return cell(STRONG, case, gender)
    return cell(WEAK if stem in ("der", "dies", "welch", "jed") else MIXED, case, gender)


def dative_plural(plural: str) -> str:
    return plural if plural.endswith(("n", "s")) else plural + "n"


def genitive(noun: str) -> str:
    """Genitive singular of a strong masculine or neuter noun."""
    if noun.endswith(FOREIGN):
        return noun + "s"
    syllables = sum(
        1 for a, b in zip(" " + noun.lower(), noun.lower(), strict=False) if b in VOWELS and a not in VOWELS
    )
    if noun.endswith(("s", "ß", "z", "x", "sch", "tz")) or (syllables == 1 and noun[-1] not in VOWELS + "fhwl"):
        return noun + "es"
    return noun + "s"


VOWELS = "aeiouäöüy"
# Short words of foreign origin that take -s.
FOREIGN = ("Park", "Shirt", "Café", "Film", "Test")

# infinitive, third person present, participle; `=` before the participle: the perfect is formed with sein.
VERBS = """
sein ist =gewesen|haben hat gehabt|werden wird =geworden|wissen weiß gewusst|lesen liest gelesen|essen isst gegessen
trinken trinkt getrunken|sehen sieht gesehen|geben gibt gegeben|nehmen nimmt genommen|fahren fährt =gefahren
gehen geht =gegangen|kommen kommt =gekommen|fliegen fliegt =geflogen|schlafen schläft geschlafen
schreiben schreibt geschrieben|sprechen spricht gesprochen|treffen trifft getroffen|helfen hilft geholfen
waschen wäscht gewaschen|tragen trägt getragen|finden findet gefunden|verlieren verliert verloren
vergessen vergisst vergessen|bringen bringt gebracht|denken denkt gedacht|kaufen kauft gekauft
verkaufen verkauft verkauft|suchen sucht gesucht|brauchen braucht gebraucht|machen macht gemacht
spielen spielt gespielt|hören hört gehört|lernen lernt gelernt|arbeiten arbeitet gearbeitet|warten wartet gewartet
kochen kocht gekocht|backen backt gebacken|putzen putzt geputzt|reparieren repariert repariert
besuchen besucht besucht|bezahlen bezahlt bezahlt|öffnen öffnet geöffnet|zeigen zeigt gezeigt
schicken schickt geschickt|schenken schenkt geschenkt|leihen leiht geliehen|zeichnen zeichnet gezeichnet
singen singt gesungen|tanzen tanzt getanzt|reisen reist =gereist|rufen ruft gerufen|stehen steht gestanden
liegen liegt gelegen|sitzen sitzt gesessen|legen legt gelegt|stellen stellt gestellt|füttern füttert gefüttert
gießen gießt gegossen|räumen räumt geräumt|ruhen ruht geruht|freuen freut gefreut|duschen duscht geduscht
interessieren interessiert interessiert|beantworten beantwortet beantwortet|fragen fragt gefragt
erzählen erzählt erzählt|üben übt geübt|fotografieren fotografiert fotografiert|sammeln sammelt gesammelt
pflanzen pflanzt gepflanzt|mähen mäht gemäht|bauen baut gebaut|packen packt gepackt|mieten mietet gemietet
buchen bucht gebucht|feiern feiert gefeiert|ziehen zieht gezogen|wechseln wechselt gewechselt
probieren probiert probiert|holen holt geholt|drucken druckt gedruckt|sparen spart gespart|bügeln bügelt gebügelt
lassen lässt gelassen|steigen steigt =gestiegen|wohnen wohnt gewohnt|glauben glaubt geglaubt|hoffen hofft gehofft
kennen kennt gekannt|unterschreiben unterschreibt unterschrieben|streichen streicht gestrichen
genießen genießt genossen|kümmern kümmert gekümmert|laden lädt geladen|wecken weckt geweckt|fegen fegt gefegt
decken deckt gedeckt|surfen surft gesurft|chatten chattet gechattet|frühstücken frühstückt gefrühstückt
schlagen schlägt geschlagen|füllen füllt gefüllt|bereiten bereitet bereitet|trainieren trainiert trainiert
übernachten übernachtet übernachtet|besichtigen besichtigt besichtigt|stecken steckt gesteckt
"""
SEIN_WITH_PREFIX = {"auf+stehen", "um+ziehen"}
PRESENT = {
    "sein": "bin bist ist sind seid sind",
    "haben": "habe hast hat haben habt haben",
    "werden": "werde wirst wird werden werdet werden",
    "wissen": "weiß weißt weiß wissen wisst wissen",
    "können": "kann kannst kann können könnt können",
    "müssen": "muss musst muss müssen müsst müssen",
    "wollen": "will willst will wollen wollt wollen",
    "dürfen": "darf darfst darf dürfen dürft dürfen",
    "sollen": "soll sollst soll sollen sollt sollen",
    "mögen": "mag magst mag mögen mögt mögen",
    "möchten": "möchte möchtest möchte möchten möchtet möchten",
    "würden": "würde würdest würde würden würdet würden",
    "könnten": "könnte könntest könnte könnten könntet könnten",
    "sollten": "sollte solltest sollte sollten solltet sollten",
    "waren": "war warst war waren wart waren",
    "hatten": "hatte hattest hatte hatten hattet hatten",
    "hätten": "hätte hättest hätte hätten hättet hätten",
}
PERSONS = ("1s", "2s", "3s", "1p", "2p", "3p")


@dataclass(frozen=True)
class Verb:
    """A verb, with its separable prefix if it has one."""

    infinitive: str
    third: str
    past_participle: str
    auxiliary: str
    prefix: str = ""

    @property
    def full(self) -> str:
        return self.prefix + self.infinitive

    @property
    def participle(self) -> str:
        return self.prefix + self.past_participle

    @property
    def with_zu(self) -> str:
        return f"{self.prefix}zu{self.infinitive}" if self.prefix else f"zu {self.infinitive}"


def _read_verbs() -> dict[str, tuple[str, str, str]]:
    table = {}
    for entry in VERBS.replace("\n", "|").split("|"):
        if entry:
            infinitive, third, participle = entry.split()
            table[infinitive] = (third, participle.removeprefix("="), "sein" if participle[0] == "=" else "haben")
    return table


VERB_TABLE = _read_verbs()


def verb(name: str) -> Verb:
    """Look a verb up; `ein+kaufen` has the separable prefix `ein`."""
    prefix, _, base = name.rpartition("+")
    third, participle, auxiliary = VERB_TABLE[base]
    return Verb(base, third, participle, "sein" if name in SEIN_WITH_PREFIX else auxiliary, prefix)


def present(infinitive: str, person: str) -> str:
    """ich lese, du liest, er liest, wir lesen, ihr lest, sie lesen."""
    index = PERSONS.index(person)
    if infinitive in PRESENT:
        return PRESENT[infinitive].split()[index]
    third = VERB_TABLE[infinitive][0]
    stem = infinitive[:-2] if infinitive.endswith("en") else infinitive[:-1]
    if person == "1s":
        return stem[:-2] + "le" if infinitive.endswith("eln") else stem + "e"
    if person == "2s":
        return _second_singular(third)
    if person == "3s":
        return third
    if person == "2p":
        return stem + ("et" if stem[-1] in "td" or third.endswith("et") else "t")
    return infinitive


def _second_singular(third: str) -> str:
    if third.endswith("ält"):
        return third + "st"
    base = third[:-1]
    return third if base[-1] in "sßzx" else base + "st"


def imperative(infinitive: str) -> str:
    """The du-imperative: lies, nimm, fahr, warte, öffne, sammle."""
    if infinitive == "sein":
        return "sei"
    if infinitive in ("haben", "werden"):
        return infinitive[:-1]
    stem = infinitive[:-2] if infinitive.endswith("en") else infinitive[:-1]
    changed = VERB_TABLE[infinitive][0][:-1]
    if infinitive.endswith("eln"):
        return stem[:-2] + "le"
    if "e" in stem and "i" in changed and "i" not in stem:
        return changed
    return stem + ("e" if stem.endswith(("t", "d", "ig", "fn", "chn", "ckn", "er")) else "")


ONES = [
    "null",
    "eins",
    "zwei",
    "drei",
    "vier",
    "fünf",
    "sechs",
    "sieben",
    "acht",
    "neun",
    "zehn",
    "elf",
    "zwölf",
    "dreizehn",
    "vierzehn",
    "fünfzehn",
    "sechzehn",
]
ONES += ["siebzehn", "achtzehn", "neunzehn"]
TENS = ["_", "_", "zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"]
ORDINALS = {1: "erst", 3: "dritt", 7: "siebt", 8: "acht"}


def number(value: int) -> str:
    if value < 20:
        return ONES[value]
    if value < 100:
        tens, ones = divmod(value, 10)
        return (("ein" if ones == 1 else ONES[ones]) + "und" if ones else "") + TENS[tens]
    hundreds, rest = divmod(value, 100)
    return ("ein" if hundreds == 1 else ONES[hundreds]) + "hundert" + (number(rest) if rest else "")


def ordinal(value: int) -> str:
    """The stem that takes an adjective ending: erst-, zweit-, dritt-, zwanzigst-."""
    return ORDINALS.get(value) or number(value) + ("t" if value < 20 else "st")
