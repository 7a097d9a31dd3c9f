"""Adjectives: English[, degrees] | German[, inflected stem, degrees] | Chinese | classes of nouns.

The Chinese form is the predicate; before a noun one character stands alone and a longer word takes 的.
"""

import functools
from dataclasses import dataclass

TABLE = """
new|neu|新|buy device veh clothes furn read build
old|alt,alt,älter,ältest|旧|device veh clothes furn carry
big,bigger,biggest|groß,groß,größer,größt|大|build furn animal room area fruit city container plant tent
small|klein|小|build furn pet room area fruit city container
beautiful,more,most|schön|漂亮|build area clothes plant sight pretty
expensive,more,most|teuer,teur,teurer,teuerst|贵|clothes device veh furn build shop wearable
cheap|billig|便宜|clothes device veh furn wearable shop
good,better,best|gut,gut,besser,best|好|shop watch prof dish mass
interesting,more,most|interessant|有意思|read watch sight tell
boring,more,most|langweilig|无聊|read watch
long|lang,lang,länger,längst|长|read clothes watch road
short|kurz,kurz,kürzer,kürzest|短|clothes note road
heavy,heavier,heaviest|schwer|重|container furn
light|leicht|轻|container
fast|schnell|快|veh
slow|langsam|慢|veh
comfortable,more,most|bequem|舒服|seat clothes
practical,more,most|praktisch|实用|handy
modern,more,most|modern|现代|build modernish
famous,more,most|berühmt|有名|sight
friendly,friendlier,friendliest|freundlich|友好|person own
nice|nett|亲切|person own
young|jung,jung,jünger,jüngst|年轻|grown
clever|klug,klug,klüger,klügst|聪明|person own pet family
hard-working,more,most|fleißig|勤奋|prof
lazy,lazier,laziest|faul|懒|pet
dangerous,more,most|gefährlich|危险|zoo
cute|süß|可爱|pet animal
quiet|ruhig|安静|area room child
clean|sauber,sauber,sauberer,sauberst|干净|room wash shop
dirty,dirtier,dirtiest|schmutzig|脏|room wash
bright|hell|亮|room
dark|dunkel,dunkl,dunkler,dunkelst|暗|room
fresh|frisch,frisch,frischer,frischest|新鲜|food veg fruit mass
sweet|süß|甜|fruit
sour|sauer,saur,saurer,sauerst|酸|fruit
ripe|reif|熟|fruit
hot,hotter,hottest|heiß|烫|hot
cold|kalt,kalt,kälter,kältest|凉|hot
salty,saltier,saltiest|salzig|咸|dish
delicious,more,most|lecker|好吃|dish mass snack bake
strong|stark,stark,stärker,stärkst|强壮|zoo
important,more,most|wichtig|重要|note ask
difficult,more,most|schwierig|难|words ask learn
easy,easier,easiest|einfach|容易|words ask learn
funny,funnier,funniest|lustig|好笑|watch tell
exciting,more,most|spannend|精彩|watch
useful,more,most|nützlich|有用|tool learning
"""
COLOURS = """
red|rot|红
blue|blau|蓝
green|grün|绿
yellow|gelb|黄
black|schwarz|黑
white|weiß|白
grey|grau|灰
brown|braun|棕
"""
DIFFERENT_BEFORE_NOUN = {"贵": "很贵的", "难": "很难的", "懒": "懒", "亮": "明亮的", "暗": "很暗的", "轻": "很轻的"}
DIFFERENT_BEFORE_NOUN |= {word: f"很{word}的" for word in "重快慢长短烫"}
BARE_BEFORE_NOUN = set("新旧大小好脏甜酸懒")


@dataclass(frozen=True)
class Adjective:
    """An adjective with its degrees in English and German and its predicate and attribute in Chinese."""

    english: str
    comparative: str
    superlative: str
    german: str
    german_stem: str
    german_comparative: str
    german_superlative: str
    chinese: str
    classes: frozenset[str]
    colour: bool = False

    @property
    def key(self) -> str:
        return self.english

    @property
    def before_noun(self) -> str:
        if self.colour:
            return self.chinese + "色的"
        if self.chinese in DIFFERENT_BEFORE_NOUN:
            return DIFFERENT_BEFORE_NOUN[self.chinese]
        return self.chinese if self.chinese in BARE_BEFORE_NOUN else self.chinese + "的"


def _english_degrees(parts: list[str]) -> tuple[str, str, str]:
    base = parts[0]
    if len(parts) == 1:
        stem = base.removesuffix("e")
        return base, stem + "er", stem + "est"
    if parts[1] == "more":
        return base, f"more {base}", f"most {base}"
    return base, parts[1], parts[2]


def _german_degrees(parts: list[str]) -> tuple[str, str, str, str]:
    base = parts[0]
    if len(parts) == 4:
        return base, parts[1], parts[2], parts[3]
    long = base.endswith(("t", "d", "s", "ß", "z", "eu")) and not base.endswith("end")
    return base, base, base + "er", base + ("est" if long else "st")


def _read(line: str, colour: bool = False) -> Adjective:
    en, de, zh, *classes = line.split("|")
    return Adjective(
        *_english_degrees(en.split(",")),
        *_german_degrees(de.split(",")),
        chinese=zh,
        classes=frozenset(classes[0].split() if classes else ()),
        colour=colour,
    )


ADJECTIVES = {adjective.english: adjective for adjective in map(_read, TABLE.strip().splitlines())}
COLOUR_LIST = tuple(_read(line, colour=True) for line in COLOURS.strip().splitlines())


@functools.cache
def fitting(classes: frozenset[str], *, colours: bool = False) -> tuple[Adjective, ...]:
    """The adjectives that are natural with a noun of these classes."""
    found = tuple(adjective for adjective in ADJECTIVES.values() if adjective.classes & classes)
    return found + (COLOUR_LIST if colours and classes & {"clothes", "wearable", "veh", "furn"} else ())
