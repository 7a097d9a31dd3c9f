"""Nouns: English | German with article | German plural | Chinese, measure word | classes.

English `child/children` gives an irregular plural, `bread/-` a mass noun; German `der*` marks the n-declension
(the oblique singular is the plural form). The classes say what may be done with the thing.
"""

import functools
from dataclasses import dataclass

from . import english

TABLE = """
book|das Buch|Bücher|书 本|carry read lend gift lie buy novels
newspaper|die Zeitung|Zeitungen|报纸 份|read lie novels
magazine|die Zeitschrift|Zeitschriften|杂志 本|read lie lend novels
novel|der Roman|Romane|小说 本|read lend gift novels
dictionary|das Wörterbuch|Wörterbücher|词典 本|lend lie need buy learning
letter|der Brief|Briefe|信 封|letters read write send lie note
email|die E-Mail|E-Mails|邮件 封|read write send note
text|der Text|Texte|课文 篇|read
report|der Bericht|Berichte|报告 份|read write send
postcard|die Postkarte|Postkarten|明信片 张|letters read write send lie
poem|das Gedicht|Gedichte|诗 首|words read write
shopping list|die Einkaufsliste|Einkaufslisten|购物清单 张|write lie
key|der Schlüssel|Schlüssel|钥匙 把|carry lie
wallet|der Geldbeutel|Geldbeutel|钱包 个|carry lie gift handy
bag|die Tasche|Taschen|包 个|carry gift buy open container handy
suitcase|der Koffer|Koffer|行李箱 个|lend buy open container need handy
backpack|der Rucksack|Rucksäcke|背包 个|carry lend buy open need container handy
umbrella|der Regenschirm|Regenschirme|雨伞 把|carry lend buy need handy tool
phone|das Handy|Handys|手机 部|carry lie buy device repair gift need handy tool
computer|der Computer|Computer|电脑 台|device repair buy need tool
laptop|der Laptop|Laptops|笔记本电脑 台|device repair buy lend handy tool
camera|die Kamera|Kameras|相机 台|carry device repair buy lend gift lie
television|der Fernseher|Fernseher|电视机 台|device repair buy
radio|das Radio|Radios|收音机 台|device repair stand
washing machine|die Waschmaschine|Waschmaschinen|洗衣机 台|device repair buy handy tool
printer|der Drucker|Drucker|打印机 台|device repair need stand tool
clock|die Uhr|Uhren|钟 个|repair
lamp|die Lampe|Lampen|灯 盏|device stand buy repair pretty
fridge|der Kühlschrank|Kühlschränke|冰箱 台|device repair container buy open
pen|der Stift|Stifte|笔 支|carry lie need lend
pencil|der Bleistift|Bleistifte|铅笔 支|lie need lend
notebook|das Heft|Hefte|本子 个|lie need carry
photo|das Foto|Fotos|照片 张|send lie letters
picture|das Bild|Bilder|画 幅|gift buy pretty
map|der Stadtplan|Stadtpläne|地图 张|need lie buy learning
ticket|die Fahrkarte|Fahrkarten|车票 张|carry need buy lie
passport|der Reisepass|Reisepässe|护照 本|carry lie
parcel|das Paket|Pakete|包裹 个|letters send open
box|die Kiste|Kisten|箱子 个|open container
present|das Geschenk|Geschenke|礼物 份|buy
flower|die Blume|Blumen|花 朵|buy pretty
candle|die Kerze|Kerzen|蜡烛 根|buy need stand
ball|der Ball|Bälle|球 个|gift buy lie
guitar|die Gitarre|Gitarren|吉他 把|lend buy gift
toy|das Spielzeug|Spielzeuge|玩具 个|lie
doll|die Puppe|Puppen|娃娃 个|lie pretty
ring|der Ring|Ringe|戒指 枚|gift carry lie buy pretty
mirror|der Spiegel|Spiegel|镜子 面|buy
pillow|das Kissen|Kissen|枕头 个|lie need
blanket|die Decke|Decken|毯子 条|lie need wash
towel|das Handtuch|Handtücher|毛巾 条|lie need wash
knife/knives|das Messer|Messer|刀 把|lie need wash
fork|die Gabel|Gabeln|叉子 把|lie need wash
spoon|der Löffel|Löffel|勺子 把|lie need wash
plate|der Teller|Teller|盘子 个|stand need wash fragile
cup|die Tasse|Tassen|杯子 个|stand need wash fragile
bottle|die Flasche|Flaschen|瓶子 个|stand fragile
vase|die Vase|Vasen|花瓶 个|stand fragile gift pretty
pot|der Topf|Töpfe|锅 口|stand need wash
hammer|der Hammer|Hämmer|锤子 把|lend need tool
ladder|die Leiter|Leitern|梯子 架|lend need tool
tent|das Zelt|Zelte|帐篷 顶|lend buy need
shirt|das Hemd|Hemden|衬衫 件|clothes wash buy
T-shirt|das T-Shirt|T-Shirts|T恤 件|clothes wash buy
dress|das Kleid|Kleider|连衣裙 条|clothes wash buy
skirt|der Rock|Röcke|裙子 条|clothes wash buy
jacket|die Jacke|Jacken|夹克 件|clothes wash buy carry need
coat|der Mantel|Mäntel|大衣 件|clothes buy carry need
jumper|der Pullover|Pullover|毛衣 件|clothes wash buy gift
hat|der Hut|Hüte|帽子 顶|wearable buy carry
scarf/scarves|der Schal|Schals|围巾 条|wearable buy gift
tie|die Krawatte|Krawatten|领带 条|wearable buy gift
suit|der Anzug|Anzüge|西装 套|clothes buy need
shoe|der Schuh|Schuhe|鞋 双|pairs
glove|der Handschuh|Handschuhe|手套 双|pairs
table|der Tisch|Tische|桌子 张|furn surface buy
desk|der Schreibtisch|Schreibtische|书桌 张|furn surface buy need handy
chair|der Stuhl|Stühle|椅子 把|furn surface seat buy
armchair|der Sessel|Sessel|扶手椅 把|furn surface seat buy
bed|das Bett|Betten|床 张|furn surface seat buy
sofa|das Sofa|Sofas|沙发 张|furn surface seat buy
shelf/shelves|das Regal|Regale|架子 个|furn surface buy handy
wardrobe|der Kleiderschrank|Kleiderschränke|衣柜 个|furn buy handy
cupboard|der Schrank|Schränke|柜子 个|furn container buy handy
drawer|die Schublade|Schubladen|抽屉 个|container open
floor|der Boden|Böden|地 -|surface
carpet|der Teppich|Teppiche|地毯 块|furn surface buy
window|das Fenster|Fenster|窗户 扇|open
door|die Tür|Türen|门 扇|open
car|das Auto|Autos|汽车 辆|veh repair buy wash lend
bicycle|das Fahrrad|Fahrräder|自行车 辆|veh repair buy lend wash handy tool
motorbike|das Motorrad|Motorräder|摩托车 辆|veh repair buy wash
boat|das Boot|Boote|船 条|veh repair buy
house|das Haus|Häuser|房子 座|build buy show
flat|die Wohnung|Wohnungen|公寓 套|build buy need show
apple|der Apfel|Äpfel|苹果 个|food fruit
banana|die Banane|Bananen|香蕉 根|food fruit
orange|die Orange|Orangen|橙子 个|food fruit
pear|die Birne|Birnen|梨 个|food fruit
lemon|die Zitrone|Zitronen|柠檬 个|fruit
strawberry|die Erdbeere|Erdbeeren|草莓 颗|fruit
egg|das Ei|Eier|鸡蛋 个|food
tomato/tomatoes|die Tomate|Tomaten|西红柿 个|food veg
potato/potatoes|die Kartoffel|Kartoffeln|土豆 个|veg
carrot|die Karotte|Karotten|胡萝卜 根|food veg
cucumber|die Gurke|Gurken|黄瓜 根|veg
onion|die Zwiebel|Zwiebeln|洋葱 个|veg
cake|der Kuchen|Kuchen|蛋糕 个|bake
sandwich|das Sandwich|Sandwiches|三明治 个|food snack
ice cream/-|das Eis|-|冰淇淋 个|mass
biscuit|der Keks|Kekse|饼干 块|food snack
pizza|die Pizza|Pizzas|比萨饼 张|bake snack
sausage|die Wurst|Würste|香肠 根|food
pancake|der Pfannkuchen|Pfannkuchen|煎饼 张|food snack
bread/-|das Brot|-|面包 个|mass bakery
rice/-|der Reis|-|米饭 碗|mass
cheese/-|der Käse|-|奶酪 块|mass
meat/-|das Fleisch|-|肉 块|mass
fish/-|der Fisch|-|鱼 条|mass
chicken/-|das Hähnchen|-|鸡肉 块|mass
butter/-|die Butter|-|黄油 块|stuff
sugar/-|der Zucker|-|糖 包|stuff
salt/-|das Salz|-|盐 包|stuff
flour/-|das Mehl|-|面粉 袋|stuff
honey/-|der Honig|-|蜂蜜 瓶|stuff
chocolate/-|die Schokolade|-|巧克力 块|mass
salad/-|der Salat|-|沙拉 份|mass dish
soup/-|die Suppe|-|汤 碗|dish hot
noodles/-|die Nudeln|Nudeln|面条 碗|noodle
water/-|das Wasser|-|水 杯|drink
tea/-|der Tee|-|茶 杯|drink hot
coffee/-|der Kaffee|-|咖啡 杯|drink hot
milk/-|die Milch|-|牛奶 杯|drink
juice/-|der Saft|-|果汁 杯|drink
beer/-|das Bier|-|啤酒 杯|drink
wine/-|der Wein|-|葡萄酒 杯|drink
dog|der Hund|Hunde|狗 只|animal pet
cat|die Katze|Katzen|猫 只|animal pet
bird|der Vogel|Vögel|鸟 只|animal pretty
horse|das Pferd|Pferde|马 匹|animal
cow|die Kuh|Kühe|牛 头|animal
sheep/sheep|das Schaf|Schafe|羊 只|animal
pig|das Schwein|Schweine|猪 头|animal
rabbit|das Kaninchen|Kaninchen|兔子 只|animal pet
mouse/mice|die Maus|Mäuse|老鼠 只|animal
duck|die Ente|Enten|鸭子 只|animal
chick|das Küken|Küken|小鸡 只|animal
monkey|der* Affe|Affen|猴子 只|zoo
elephant|der* Elefant|Elefanten|大象 头|zoo
lion|der* Löwe|Löwen|狮子 头|zoo
bear|der* Bär|Bären|熊 只|zoo
tiger|der Tiger|Tiger|老虎 只|zoo
tree|der Baum|Bäume|树 棵|plant
man/men|der Mann|Männer|男人 个|person grown folk
woman/women|die Frau|Frauen|女人 个|person grown folk
child/children|das Kind|Kinder|孩子 个|person folk school
boy|der* Junge|Jungen|男孩 个|person folk school
girl|das Mädchen|Mädchen|女孩 个|person folk school
friend|der Freund|Freunde|朋友 个|person own
neighbour|der* Nachbar|Nachbarn|邻居 个|person own
colleague|der* Kollege|Kollegen|同事 个|person own
classmate|der Mitschüler|Mitschüler|同学 个|person own
boss|der Chef|Chefs|老板 个|own
tourist|der* Tourist|Touristen|游客 个|person folk
guest|der Gast|Gäste|客人 个|person folk
customer|der* Kunde|Kunden|顾客 个|person
student|der* Student|Studenten|大学生 个|person prof
pupil|der Schüler|Schüler|小学生 个|person school
teacher|der Lehrer|Lehrer|老师 个|person prof grown school
doctor|der Arzt|Ärzte|医生 个|person prof grown
dentist|der Zahnarzt|Zahnärzte|牙医 个|person prof grown
nurse|die Krankenschwester|Krankenschwestern|护士 个|person profw grown
engineer|der Ingenieur|Ingenieure|工程师 个|prof
lawyer|der Anwalt|Anwälte|律师 个|prof
cook|der Koch|Köche|厨师 个|prof person
waiter|der Kellner|Kellner|服务员 个|prof person grown
police officer|der* Polizist|Polizisten|警察 个|prof person grown
taxi driver|der Taxifahrer|Taxifahrer|出租车司机 个|prof person
bus driver|der Busfahrer|Busfahrer|公交车司机 个|prof person
baker|der Bäcker|Bäcker|面包师 个|prof person
farmer|der* Bauer|Bauern|农民 个|prof person grown
musician|der Musiker|Musiker|音乐家 个|prof
singer|der Sänger|Sänger|歌手 个|prof
painter|der Maler|Maler|画家 个|prof
writer|der Schriftsteller|Schriftsteller|作家 个|prof
journalist|der* Journalist|Journalisten|记者 个|prof
pilot|der* Pilot|Piloten|飞行员 个|prof
shop assistant|der Verkäufer|Verkäufer|售货员 个|prof person
hairdresser|der Friseur|Friseure|理发师 个|prof
mechanic|der Mechaniker|Mechaniker|修车工 个|prof
scientist|der Wissenschaftler|Wissenschaftler|科学家 个|prof
football player|der Fußballspieler|Fußballspieler|足球运动员 个|prof
actor|der Schauspieler|Schauspieler|演员 个|prof
secretary|die Sekretärin|Sekretärinnen|秘书 个|profw
programmer|der Programmierer|Programmierer|程序员 个|prof
mother|die Mutter|Mütter|妈妈 个|family
father|der Vater|Väter|爸爸 个|family
brother|der Bruder|Brüder|哥哥 个|family sibling
sister|die Schwester|Schwestern|姐姐 个|family sibling
grandmother|die Großmutter|Großmütter|奶奶 个|family
grandfather|der Großvater|Großväter|爷爷 个|family
uncle|der Onkel|Onkel|叔叔 个|family
aunt|die Tante|Tanten|阿姨 个|family
son|der Sohn|Söhne|儿子 个|family child
daughter|die Tochter|Töchter|女儿 个|family child
cousin|der Cousin|Cousins|表哥 个|family
head|der Kopf|Köpfe|头 个|body
stomach/stomachs|der Bauch|Bäuche|肚子 个|body
back|der Rücken|Rücken|背 个|body
leg|das Bein|Beine|腿 条|body limb
arm|der Arm|Arme|胳膊 条|body limb
foot/feet|der Fuß|Füße|脚 只|body limb
hand|die Hand|Hände|手 只|body limb
knee|das Knie|Knie|膝盖 个|body limb
tooth/teeth|der Zahn|Zähne|牙 颗|body
throat|der Hals|Hälse|嗓子 个|body
finger|der Finger|Finger|手指 根|body limb
film|der Film|Filme|电影 部|watch
song|das Lied|Lieder|歌 首|hear words
story|die Geschichte|Geschichten|故事 个|tell read
game|das Spiel|Spiele|游戏 个|gift
question|die Frage|Fragen|问题 个|ask
word|das Wort|Wörter|词 个|words
sentence|der Satz|Sätze|句子 个|words
exercise|die Übung|Übungen|练习 个|learn
bridge|die Brücke|Brücken|桥 座|city
street|die Straße|Straßen|街 条|road
hotel|das Hotel|Hotels|酒店 家|city shop modernish
restaurant|das Restaurant|Restaurants|餐馆 家|city shop
café|das Café|Cafés|咖啡馆 家|city shop
supermarket|der Supermarkt|Supermärkte|超市 家|city shop
bank|die Bank|Banken|银行 家|city service
pharmacy|die Apotheke|Apotheken|药店 家|city shop
bakery|die Bäckerei|Bäckereien|面包店 家|city shop
bookshop|die Buchhandlung|Buchhandlungen|书店 家|city shop
cinema|das Kino|Kinos|电影院 家|city shop modernish
hospital|das Krankenhaus|Krankenhäuser|医院 家|city service modernish
museum|das Museum|Museen|博物馆 座|city sight modernish
church|die Kirche|Kirchen|教堂 座|city sight
castle|das Schloss|Schlösser|城堡 座|city sight
tower|der Turm|Türme|塔 座|city sight
park|der Park|Parks|公园 个|city sight
library|die Bibliothek|Bibliotheken|图书馆 座|city modernish
school|die Schule|Schulen|学校 所|city modernish
university|die Universität|Universitäten|大学 所|city modernish
station|der Bahnhof|Bahnhöfe|火车站 个|city modernish
airport|der Flughafen|Flughäfen|机场 个|city modernish
village|das Dorf|Dörfer|村子 个|area
town|die Stadt|Städte|城市 座|area
garden|der Garten|Gärten|花园 个|area show
kitchen|die Küche|Küchen|厨房 间|room modernish
bedroom|das Schlafzimmer|Schlafzimmer|卧室 间|room
bathroom|das Badezimmer|Badezimmer|浴室 间|room
living room|das Wohnzimmer|Wohnzimmer|客厅 间|room
room|das Zimmer|Zimmer|房间 个|room
office|das Büro|Büros|办公室 间|room modernish
"""


@dataclass(frozen=True)
class Noun:
    """One noun in three languages; a mass noun has no English plural."""

    english: str
    english_plural: str | None
    gender: str
    german: str
    german_plural: str | None
    weak: bool
    chinese: str
    measure: str
    classes: frozenset[str]

    @property
    def key(self) -> str:
        return self.english


def _read(line: str) -> Noun:
    en, de, de_plural, zh, classes = line.split("|")
    singular, _, given = en.partition("/")
    article, german = de.split(" ", 1)
    chinese, measure = zh.rsplit(" ", 1)
    return Noun(
        english=singular,
        english_plural=None if given == "-" else given or english.plural(singular),
        gender={"der": "m", "die": "f", "das": "n"}[article.rstrip("*")],
        german=german,
        german_plural=None if de_plural == "-" else de_plural,
        weak=article.endswith("*"),
        chinese=chinese,
        measure=measure,
        classes=frozenset(classes.split()),
    )


NOUNS: dict[str, Noun] = {noun.english: noun for noun in map(_read, TABLE.strip().splitlines())}


@functools.cache
def of_class(*names: str) -> tuple[Noun, ...]:
    """All nouns that belong to at least one of the classes, in the order of the table."""
    found = tuple(noun for noun in NOUNS.values() if noun.classes & set(names))
    if not found:
        raise KeyError(names)
    return found
