# ruff: noqa: E501 - one row of a table is one line
"""Places, cities, countries, professions' settings, weather, food measures: small aligned tables."""


def rows(table: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(line.split("|")) for line in table.strip().splitlines())


# at | to | German at | German to | Chinese inside | Chinese as a goal | name
PLACES = rows("""
at the station|to the station|am Bahnhof|zum Bahnhof|火车站|火车站|the station|der Bahnhof
at the airport|to the airport|am Flughafen|zum Flughafen|机场|机场|the airport|der Flughafen
at school|to school|in der Schule|zur Schule|学校|学校||
at the university|to the university|an der Universität|zur Universität|大学|大学|the university|die Universität
at the library|to the library|in der Bibliothek|in die Bibliothek|图书馆|图书馆|the library|die Bibliothek
at the supermarket|to the supermarket|im Supermarkt|in den Supermarkt|超市|超市|the supermarket|der Supermarkt
at the market|to the market|auf dem Markt|auf den Markt|市场|市场|the market|der Markt
at the bank|to the bank|in der Bank|zur Bank|银行|银行|the bank|die Bank
at the post office|to the post office|in der Post|zur Post|邮局|邮局|the post office|die Post
at the pharmacy|to the pharmacy|in der Apotheke|in die Apotheke|药店|药店|the pharmacy|die Apotheke
at the bakery|to the bakery|in der Bäckerei|in die Bäckerei|面包店|面包店|the bakery|die Bäckerei
at the cinema|to the cinema|im Kino|ins Kino|电影院|电影院|the cinema|das Kino
at the theatre|to the theatre|im Theater|ins Theater|剧院|剧院|the theatre|das Theater
at the museum|to the museum|im Museum|ins Museum|博物馆|博物馆|the museum|das Museum
at the zoo|to the zoo|im Zoo|in den Zoo|动物园|动物园|the zoo|der Zoo
in the park|to the park|im Park|in den Park|公园里|公园|the park|der Park
in the garden|to the garden|im Garten|in den Garten|花园里|花园||
at the hotel|to the hotel|im Hotel|ins Hotel|酒店|酒店|the hotel|das Hotel
at the restaurant|to the restaurant|im Restaurant|ins Restaurant|餐馆|餐馆|the restaurant|das Restaurant
at the café|to the café|im Café|ins Café|咖啡馆|咖啡馆|the café|das Café
at the hospital|to the hospital|im Krankenhaus|ins Krankenhaus|医院|医院|the hospital|das Krankenhaus
at the swimming pool|to the swimming pool|im Schwimmbad|ins Schwimmbad|游泳馆|游泳馆|the swimming pool|das Schwimmbad
at the stadium|to the stadium|im Stadion|ins Stadion|体育场|体育场|the stadium|das Stadion
at the bookshop|to the bookshop|in der Buchhandlung|in die Buchhandlung|书店|书店|the bookshop|die Buchhandlung
in the office|to the office|im Büro|ins Büro|办公室|办公室||
at the doctor's|to the doctor|beim Arzt|zum Arzt|医生那里|医生那里||
at the bus stop|to the bus stop|an der Bushaltestelle|zur Bushaltestelle|公交车站|公交车站|the bus stop|die Bushaltestelle
at the beach|to the beach|am Strand|an den Strand|海滩|海滩|the beach|der Strand
in the forest|to the forest|im Wald|in den Wald|树林里|树林||
in the church|to the church|in der Kirche|in die Kirche|教堂|教堂|the church|die Kirche
""")
CITIES = rows("""
Berlin|Berlin|柏林
Munich|München|慕尼黑
Hamburg|Hamburg|汉堡
Cologne|Köln|科隆
Frankfurt|Frankfurt|法兰克福
Vienna|Wien|维也纳
Zurich|Zürich|苏黎世
London|London|伦敦
Paris|Paris|巴黎
Rome|Rom|罗马
Madrid|Madrid|马德里
Beijing|Peking|北京
Shanghai|Shanghai|上海
New York|New York|纽约
Moscow|Moskau|莫斯科
Tokyo|Tokio|东京
""")
# country | German country | Chinese | language | German language | Chinese language
COUNTRIES = rows("""
Germany|Deutschland|德国|German|Deutsch|德语
China|China|中国|Chinese|Chinesisch|汉语
England|England|英国|English|Englisch|英语
France|Frankreich|法国|French|Französisch|法语
Spain|Spanien|西班牙|Spanish|Spanisch|西班牙语
Italy|Italien|意大利|Italian|Italienisch|意大利语
Russia|Russland|俄罗斯|Russian|Russisch|俄语
Japan|Japan|日本|Japanese|Japanisch|日语
Poland|Polen|波兰|Polish|Polnisch|波兰语
Greece|Griechenland|希腊|Greek|Griechisch|希腊语
""")
MORE_COUNTRIES = rows("""
Canada|Kanada|加拿大
Australia|Australien|澳大利亚
Austria|Österreich|奥地利
Sweden|Schweden|瑞典
Mexico|Mexiko|墨西哥
India|Indien|印度
""")
TRANSPORT = rows("""
by train|mit dem Zug|坐火车
by bus|mit dem Bus|坐公交车
by car|mit dem Auto|开车
by taxi|mit dem Taxi|坐出租车
by bike|mit dem Fahrrad|骑自行车
by tram|mit der Straßenbahn|坐有轨电车
by underground|mit der U-Bahn|坐地铁
on foot|zu Fuß|走路
""")
FAR_TRANSPORT = rows("""
by train|mit dem Zug|坐火车
by car|mit dem Auto|开车
by bus|mit dem Bus|坐大巴
""")
# container singular, plural | German singular with article for the accusative, plural | measure
CONTAINERS = rows("""
cup of coffee|cups of coffee|eine Tasse Kaffee|Tassen Kaffee|杯|咖啡|hot
cup of tea|cups of tea|eine Tasse Tee|Tassen Tee|杯|茶|hot
glass of water|glasses of water|ein Glas Wasser|Gläser Wasser|杯|水|drink
glass of milk|glasses of milk|ein Glas Milch|Gläser Milch|杯|牛奶|drink
glass of juice|glasses of juice|ein Glas Saft|Gläser Saft|杯|果汁|drink
glass of beer|glasses of beer|ein Glas Bier|Gläser Bier|杯|啤酒|drink
glass of wine|glasses of wine|ein Glas Wein|Gläser Wein|杯|葡萄酒|drink
bottle of water|bottles of water|eine Flasche Wasser|Flaschen Wasser|瓶|水|bottle
bottle of beer|bottles of beer|eine Flasche Bier|Flaschen Bier|瓶|啤酒|bottle
bottle of wine|bottles of wine|eine Flasche Wein|Flaschen Wein|瓶|葡萄酒|bottle
bottle of milk|bottles of milk|eine Flasche Milch|Flaschen Milch|瓶|牛奶|bottle
bowl of soup|bowls of soup|eine Schüssel Suppe|Schüsseln Suppe|碗|汤|eat
bowl of rice|bowls of rice|eine Schüssel Reis|Schüsseln Reis|碗|米饭|eat
piece of cake|pieces of cake|ein Stück Kuchen|Stück Kuchen|块|蛋糕|eat
piece of cheese|pieces of cheese|ein Stück Käse|Stück Käse|块|奶酪|eat
slice of bread|slices of bread|eine Scheibe Brot|Scheiben Brot|片|面包|eat
kilo of apples|kilos of apples|ein Kilo Äpfel|Kilo Äpfel|公斤|苹果|shop
kilo of potatoes|kilos of potatoes|ein Kilo Kartoffeln|Kilo Kartoffeln|公斤|土豆|shop
kilo of tomatoes|kilos of tomatoes|ein Kilo Tomaten|Kilo Tomaten|公斤|西红柿|shop
kilo of oranges|kilos of oranges|ein Kilo Orangen|Kilo Orangen|公斤|橙子|shop
kilo of meat|kilos of meat|ein Kilo Fleisch|Kilo Fleisch|公斤|肉|shop
kilo of flour|kilos of flour|ein Kilo Mehl|Kilo Mehl|公斤|面粉|shop
pound of butter|pounds of butter|ein Pfund Butter|Pfund Butter|磅|黄油|shop
bag of rice|bags of rice|eine Tüte Reis|Tüten Reis|袋|大米|shop
packet of sugar|packets of sugar|eine Packung Zucker|Packungen Zucker|包|糖|shop
bar of chocolate|bars of chocolate|eine Tafel Schokolade|Tafeln Schokolade|块|巧克力|shop
pair of shoes|pairs of shoes|ein Paar Schuhe|Paar Schuhe|双|鞋|wear
pair of gloves|pairs of gloves|ein Paar Handschuhe|Paar Handschuhe|双|手套|wear
pair of socks|pairs of socks|ein Paar Socken|Paar Socken|双|袜子|wear
""")
# present with `it is`, past, future; the German verb phrases; Chinese present/any
WEATHER = rows("""
sunny|sonnig|是晴天
cloudy|bewölkt|是阴天
windy|windig|有风
foggy|neblig|有雾
cold|kalt|很冷
warm|warm|很暖和
hot|heiß|很热
cool|kühl|很凉快
very cold|sehr kalt|非常冷
very hot|sehr heiß|非常热
""")
# symptom: I have ... / Chinese
ILLNESSES = rows("""
a headache|Kopfschmerzen|头疼
a stomach ache|Bauchschmerzen|肚子疼
a toothache|Zahnschmerzen|牙疼
a sore throat|Halsschmerzen|嗓子疼
a fever|Fieber|发烧
a cough|Husten|咳嗽
a cold|eine Erkältung|感冒了
back pain|Rückenschmerzen|背疼
earache|Ohrenschmerzen|耳朵疼
the flu|die Grippe|得了流感
""")
SUBJECTS = rows("""
maths|Mathematik|数学
history|Geschichte|历史
English|Englisch|英语
German|Deutsch|德语
Chinese|Chinesisch|汉语
biology|Biologie|生物
physics|Physik|物理
chemistry|Chemie|化学
geography|Erdkunde|地理
music|Musik|音乐
art|Kunst|美术
sport|Sport|体育
""")
HOBBIES = rows("""
football|Fußball|足球
music|Musik|音乐
history|Geschichte|历史
art|Kunst|艺术
politics|Politik|政治
computers|Computer|电脑
languages|Sprachen|语言
films|Filme|电影
photography|Fotografie|摄影
literature|Literatur|文学
animals|Tiere|动物
cars|Autos|汽车
""")
STATES = rows("""
tired|müde|累
ill|krank|病了
hungry|hungrig|饿
thirsty|durstig|渴
happy|glücklich|高兴
sad|traurig|难过
angry|wütend|生气
nervous|nervös|紧张
busy|beschäftigt|忙
bored|gelangweilt|无聊
""")
OPENING = rows("""
the museum|das Museum|博物馆
the shop|das Geschäft|商店
the library|die Bibliothek|图书馆
the bank|die Bank|银行
the pharmacy|die Apotheke|药店
the supermarket|der Supermarkt|超市
the post office|die Post|邮局
the restaurant|das Restaurant|餐馆
the swimming pool|das Schwimmbad|游泳馆
the bakery|die Bäckerei|面包店
the zoo|der Zoo|动物园
the bookshop|die Buchhandlung|书店
""")
DEPARTING = rows("""
the train|der Zug|火车|fährt|leaves|ab
the bus|der Bus|大巴|fährt|leaves|ab
the plane|das Flugzeug|飞机|fliegt|leaves|ab
""")
STARTING = rows("""
the film|der Film|电影
the concert|das Konzert|音乐会
the lesson|der Unterricht|课
the meeting|die Besprechung|会议
the party|die Party|聚会
the match|das Spiel|比赛
the exam|die Prüfung|考试
the course|der Kurs|课程
""")
MATERIALS = rows("""
wood|Holz|木头
metal|Metall|金属
glass|Glas|玻璃
leather|Leder|皮
wool|Wolle|羊毛
cotton|Baumwolle|棉
plastic|Plastik|塑料
stone|Stein|石头
gold|Gold|金
silver|Silber|银
""")
DIRECTIONS = rows("""
turn left at the traffic lights|biegen Sie an der Ampel links ab|在红绿灯那儿左转
turn right at the traffic lights|biegen Sie an der Ampel rechts ab|在红绿灯那儿右转
turn left at the corner|biegen Sie an der Ecke links ab|在拐角处左转
turn right at the corner|biegen Sie an der Ecke rechts ab|在拐角处右转
turn left after the bridge|biegen Sie nach der Brücke links ab|过了桥左转
turn right after the bridge|biegen Sie nach der Brücke rechts ab|过了桥右转
go straight on|gehen Sie geradeaus|一直往前走
cross the street|gehen Sie über die Straße|过马路
cross the square|gehen Sie über den Platz|穿过广场
go past the church|gehen Sie an der Kirche vorbei|从教堂旁边走过
go past the school|gehen Sie an der Schule vorbei|从学校旁边走过
go through the park|gehen Sie durch den Park|穿过公园
go along the river|gehen Sie den Fluss entlang|沿着河走
""")
