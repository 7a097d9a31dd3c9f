"""Subjects: pronouns, relatives, names and people, with the features for agreement."""

from dataclasses import dataclass

from .phrases import HERS, HIS, MINE, OURS, THEIRS, YOURS, YOURS_FORMAL, Owner


@dataclass(frozen=True)
class Actor:
    """A subject. `person` is 1s ... 3p; the German polite form is 3p with `formal` set."""

    english: str
    german: str
    chinese: str
    person: str
    owner: Owner
    accusative: str
    dative: str
    english_object: str
    is_pronoun: bool = False
    formal: bool = False

    @property
    def key(self) -> str:
        return self.english

    @property
    def english_person(self) -> str:
        """The person for English agreement; the polite `you` is plural."""
        return "3p" if self.formal else self.person

    @property
    def reflexive(self) -> str:
        return {"1s": "mich", "2s": "dich", "1p": "uns", "2p": "euch"}.get(self.person, "sich")

    @property
    def reflexive_dative(self) -> str:
        return {"1s": "mir", "2s": "dir", "1p": "uns", "2p": "euch"}.get(self.person, "sich")


def _pronoun(forms: str, person: str, owner: Owner, *, formal: bool = False) -> Actor:
    en, en_object, de, accusative, dative, zh = forms.split()
    return Actor(en, de, zh, person, owner, accusative, dative, en_object, is_pronoun=True, formal=formal)


I = _pronoun("I me ich mich mir 我", "1s", MINE)  # noqa: E741 - the English word
YOU = _pronoun("you you du dich dir 你", "2s", YOURS)
YOU_FORMAL = _pronoun("you you Sie Sie Ihnen 您", "3p", YOURS_FORMAL, formal=True)
HE = _pronoun("he him er ihn ihm 他", "3s", HIS)
SHE = _pronoun("she her sie sie ihr 她", "3s", HERS)
WE = _pronoun("we us wir uns uns 我们", "1p", OURS)
THEY = _pronoun("they them sie sie ihnen 他们", "3p", THEIRS)

PEOPLE = """
my father|mein Vater,meinen,meinem|我爸爸|m
my mother|meine Mutter,meine,meiner|我妈妈|f
my brother|mein Bruder,meinen,meinem|我哥哥|m
my sister|meine Schwester,meine,meiner|我姐姐|f
my grandmother|meine Großmutter,meine,meiner|我奶奶|f
my grandfather|mein Großvater,meinen,meinem|我爷爷|m
my uncle|mein Onkel,meinen,meinem|我叔叔|m
my friend|mein Freund,meinen,meinem|我朋友|m
my parents|meine Eltern,meine,meinen|我父母|p
our neighbours|unsere Nachbarn,unsere,unseren|我们的邻居|p
the children|die Kinder,die,den Kindern|孩子们|p
the students|die Studenten,die,den|大学生们|p
"""
NAMES = """
Anna|安娜|f
Thomas|托马斯|m
Lisa|丽莎|f
Paul|保罗|m
Maria|玛丽亚|f
David|大卫|m
Julia|尤莉娅|f
Tom|汤姆|m
Li Ming|李明|m
Wang Fang|王芳|f
Emma|艾玛|f
Felix|菲利克斯|m
Mr Weber/Herr Weber|韦伯先生|mr
Mrs Schmidt/Frau Schmidt|施密特女士|f
Mr Wang/Herr Wang|王先生|mr
Mrs Li/Frau Li|李女士|f
"""


def _read_people(line: str) -> Actor:
    en, de, zh, gender = line.split("|")
    nominative, accusative, dative = de.split(",")
    noun = nominative.split()[1]
    owner = {"m": HIS, "f": HERS, "p": THEIRS}[gender]
    person = "3p" if gender == "p" else "3s"
    dative = dative if " " in dative else f"{dative} {noun}"
    return Actor(en, nominative, zh, person, owner, f"{accusative} {noun}", dative, en)


def _read_name(line: str) -> Actor:
    names, zh, gender = line.split("|")
    en, _, de = names.partition("/")
    de = de or en
    oblique = de.replace("Herr ", "Herrn ")
    return Actor(en, de, zh, "3s", HERS if gender == "f" else HIS, oblique, oblique, en)


PEOPLE_LIST = tuple(map(_read_people, PEOPLE.strip().splitlines()))
NAME_LIST = tuple(map(_read_name, NAMES.strip().splitlines()))
FIRST_NAMES = NAME_LIST[:8] + NAME_LIST[10:12]
FORMAL_NAMES = NAME_LIST[12:]
SINGULAR = tuple(a for a in PEOPLE_LIST + NAME_LIST if a.person == "3s")
# Pronouns are drawn more often than any one person.
GROWN_UP = tuple(a for a in PEOPLE_LIST if a.english not in ("the children", "the students"))
KIDS = tuple(a for a in PEOPLE_LIST if a not in GROWN_UP)
STATEMENT = (I, I, HE, SHE, WE, WE, THEY, *GROWN_UP, *NAME_LIST)
PLAYFUL = (*STATEMENT, *KIDS)
# Those who may go to school or sit an exam.
YOUNG = (I, YOU, HE, SHE, WE, THEY, *KIDS, *FIRST_NAMES, NAME_LIST[8], NAME_LIST[9])
COMPANIONS = (*GROWN_UP, *NAME_LIST[:12])


def taken_up(actor: Actor) -> Actor:
    """The pronoun for the actor in the next clause."""
    if actor.is_pronoun:
        return actor
    return {"his": HE, "her": SHE, "their": THEY}[actor.owner.english]
