"""Actions: tags | English | German | Chinese | object classes | determiners.

Tags: p progressive, h habitual, d done once, x experience (过), c command, f fun, w duty, s with others; v worth
mentioning years later, t not a task to finish, y for young people, 1 for one person, r daily, q not worth mentioning a
week later, z a mishap, m in the morning, n at noon, e in the evening, k implies the evening,
o in opening or working hours, j momentary, g an outing.
German: `~` is the position of nicht and schon, `[ein/kein]` an indefinite object and its negation, `{sich}` the
accusative reflexive, `{sichd}` the dative one, `{mein}` the subject's possessive, `+` ends a separable prefix.
Chinese: `*` is the position of 了 or 过 (`^`, if there is one, of 过), `<一本>` what a negation drops, `{我}` the
subject as owner.
`{o}` is an object of the given classes with one of the determiners a (indefinite), t (this), o (the subject's own),
b (bare), n (a number).
"""

FIXED = """
phdxcfs|play football|[/keinen] Fußball spielen|踢*足球
phdxfs|play basketball|[/kein] Basketball spielen|打*篮球
phdxfs|play table tennis|[/kein] Tischtennis spielen|打*乒乓球
phdxfs|play tennis|[/kein] Tennis spielen|打*网球
phdfs|play chess|[/kein] Schach spielen|下*棋
phdcfs|play cards|[/keine] Karten spielen|打*牌
phdxfs|play computer games|[/keine] Computerspiele spielen|玩*电脑游戏
phdcf|play the piano|[/kein] Klavier spielen|弹*钢琴
phdf|play the violin|[/keine] Geige spielen|拉*小提琴
phdcf|practise the guitar|[/keine] Gitarre üben|练*吉他
hdxcfs|go swimming|~ schwimmen gehen|去游^泳*
hdcfs|go shopping|~ einkaufen gehen|去购物*
hdfsv|go hiking|~ wandern gehen|去徒步*
hdcfs|go for a walk|~ spazieren gehen|去散步*
hdfs|go jogging|~ joggen gehen|去跑步*
hdfs|go fishing|~ angeln gehen|去钓鱼*
hdxfsg|go dancing|~ tanzen gehen|去跳^舞*
phdcf1|ride {my} bike|~ Fahrrad fahren|骑*自行车
hdxfsv|go skiing|~ Ski fahren gehen|去滑^雪*
hdxfsv|go camping|~ campen gehen|去露^营*
hdxcfsg|go to the cinema|~ ins Kino gehen|去*电影院
hdxfsg|go to the theatre|~ ins Theater gehen|去*剧院
hdxfsg|go to a concert|~ ins Konzert gehen|去听*音乐会
hdxfs|go to the museum|~ ins Museum gehen|去*博物馆
hdxcfs|go to the zoo|~ in den Zoo gehen|去*动物园
hdcfs|go to the park|~ in den Park gehen|去*公园
hdcwfs|go to the market|~ auf den Markt gehen|去*市场
hdcws|go to the supermarket|~ in den Supermarkt gehen|去*超市
hdcwo|go to the bank|~ zur Bank gehen|去*银行
hdcwo|go to the post office|~ zur Post gehen|去*邮局
dcw1o|go to the doctor|~ zum Arzt gehen|去看*医生
dcw1o|go to the dentist|~ zum Zahnarzt gehen|去看*牙医
dcw1o|go to the hairdresser|~ zum Friseur gehen|去*理发店
hdcwso|go to the library|~ in die Bibliothek gehen|去*图书馆
hdcwytom|go to school|~ zur Schule gehen|去*学校
hdcwftq|go home|~ nach Hause gehen|回*家
hcwre|go to bed early|~ früh ins Bett gehen|早早上床睡觉*
hcwrm|get up early|~ früh auf+stehen|早起*
hfm|sleep late|~ lange schlafen|睡*懒觉
phdcw1rq|take a shower|~ duschen|洗*澡
hdcwrq|brush {my} teeth|{sichd} ~ die Zähne putzen|刷*牙
hdcwrq|wash {my} hands|{sichd} ~ die Hände waschen|洗*手
phdcw1q|wash {my} hair|{sichd} ~ die Haare waschen|洗*头
phdcw|clean the kitchen|die Küche ~ putzen|打扫*厨房
phdcw|clean the bathroom|das Badezimmer ~ putzen|打扫*浴室
phdcw|clean the windows|die Fenster ~ putzen|擦*窗户
phdcw|tidy the room|das Zimmer ~ auf+räumen|收拾*房间
phdcw|tidy the garage|die Garage ~ auf+räumen|整理*车库
phdcwq|sweep the floor|den Boden ~ fegen|扫*地
phdcwrq|set the table|den Tisch ~ decken|摆*餐具
phdcwq|do the dishes|das Geschirr ~ ab+waschen|洗*碗
phdcw|do the laundry|die Wäsche ~ waschen|洗*衣服
phdw|iron the shirts|die Hemden ~ bügeln|熨*衬衫
hdcwq|take out the rubbish|den Müll ~ raus+bringen|倒*垃圾
phdcwq|water the flowers|die Blumen ~ gießen|浇*花
phdcwq|feed the dog|den Hund ~ füttern|喂*狗
phdcwq|feed the cat|die Katze ~ füttern|喂*猫
hdcwfq|walk the dog|~ mit dem Hund spazieren gehen|遛*狗
phdwfst|work in the garden|~ im Garten arbeiten|在花园里干*活
pdwfv|plant a tree|[einen/keinen] Baum pflanzen|种*<一棵>树
phdw|mow the lawn|den Rasen ~ mähen|割*草
phdcwsreq|cook dinner|das Abendessen ~ kochen|做*晚饭
phdcwsrmq|make breakfast|das Frühstück ~ machen|做*早饭
hdcfsrmq|have breakfast|~ frühstücken|吃*早饭
hdcfsrnq|have lunch|~ zu Mittag essen|吃*午饭
hdcfsreqk|have dinner|~ zu Abend essen|吃*晚饭
hdfs|eat out|~ essen gehen|出去吃饭*
phdcfsrq|make coffee|[/keinen] Kaffee kochen|煮*咖啡
phdcfrq|make tea|[/keinen] Tee machen|泡*茶
pdxfs|bake a cake|[einen/keinen] Kuchen backen|烤*<一个>蛋糕
phdxfs|bake bread|[/kein] Brot backen|烤*面包
phdfsq|watch television|~ fern+sehen|看*电视
pdfs|watch a film|[einen/keinen] Film sehen|看*<一部>电影
phdfeq|watch the news|die Nachrichten ~ sehen|看*新闻
phfs|bake cakes|[/keine] Kuchen backen|烤*蛋糕
phfs|watch films|[/keine] Filme sehen|看*电影
phf|read books|[/keine] Bücher lesen|看*书
phf|draw pictures|[/keine] Bilder zeichnen|画*画
phfs|sing songs|[/keine] Lieder singen|唱*歌
phw|write reports|[/keine] Berichte schreiben|写*报告
phdcfs|listen to music|[/keine] Musik hören|听*音乐
phdfq|listen to the radio|[/kein] Radio hören|听*收音机
phdfq|read the newspaper|die Zeitung ~ lesen|看*报纸
pdcf|read a book|[ein/kein] Buch lesen|看*<一本>书
pdcf|draw a picture|[ein/kein] Bild zeichnen|画*<一幅>画
hdfs|take photos|[/keine] Fotos machen|拍*照片
pdcfs|sing a song|[ein/kein] Lied singen|唱*<一首>歌
phdfsq|dance|~ tanzen|跳*舞
phdf|collect stamps|[/keine] Briefmarken sammeln|收集*邮票
phdfs|surf the internet|~ im Internet surfen|上*网
phdfsq|chat with friends|~ mit Freunden chatten|跟朋友聊*天
phdcwy|do {my} homework|{mein}e Hausaufgaben ~ machen|做*作业
phdws|learn German|[/kein] Deutsch lernen|学*德语
phdws|learn English|[/kein] Englisch lernen|学*英语
phdws|learn Chinese|[/kein] Chinesisch lernen|学*汉语
phwsy|learn new words|neue Wörter ~ lernen|学*生词
phdcwy|study for the exam|~ für die Prüfung lernen|为考试复习*
dwsyo|take the exam|die Prüfung ~ machen|参加*考试
pdwy|write an essay|[einen/keinen] Aufsatz schreiben|写*<一篇>作文
phdcwyyq|answer the questions|die Fragen ~ beantworten|回答*问题
phdcwy|do the exercises|die Übungen ~ machen|做*练习
pdw|write a report|[einen/keinen] Bericht schreiben|写*<一份>报告
phdcw|answer the emails|die E-Mails ~ beantworten|回*邮件
hdcwo|call the boss|den Chef ~ an+rufen|给老板打*电话
hdcwf|call {my} parents|{mein}e Eltern ~ an+rufen|给{我}父母打*电话
hdwf|visit {my} grandparents|{mein}e Großeltern ~ besuchen|去看*{我}爷爷奶奶
hdf|visit {my} aunt|{mein}e Tante ~ besuchen|去看*{我}阿姨
hdcf|invite {my} neighbours|{mein}e Nachbarn ~ ein+laden|邀请*{我}邻居
hdf|meet friends|{sich} ~ mit Freunden treffen|跟朋友见*面
hdcwqo|pick up the children|die Kinder ~ ab+holen|接*孩子
hdwom|take the children to school|die Kinder ~ zur Schule bringen|送孩子去上学*
phw|look after the children|{sich} ~ um die Kinder kümmern|照顾*孩子
phdfsq|play with the children|~ mit den Kindern spielen|跟孩子玩*
phdfq|play with the cat|~ mit der Katze spielen|跟猫玩*
dcfq|tell the children a story|den Kindern [eine/keine] Geschichte erzählen|给孩子讲*<一个>故事
phw|work at home|~ zu Hause arbeiten|在家工作*
phwo|work in the office|~ im Büro arbeiten|在办公室工作*
phdwt|work overtime|[/keine] Überstunden machen|加*班
dw|finish the work|die Arbeit ~ fertig+machen|做完*工作
pdw|clean up the office|das Büro ~ auf+räumen|整理*办公室
phwtq|wait for the bus|~ auf den Bus warten|等*公交车
pw1tq|wait for the doctor|~ auf den Arzt warten|等*医生
hdcwtq|take the bus|den Bus ~ nehmen|坐*公交车
hdcwft|take the train|den Zug ~ nehmen|坐*火车
dcwtq|take a taxi|[ein/kein] Taxi nehmen|坐*出租车
hdwto|go to work by bike|~ mit dem Fahrrad zur Arbeit fahren|骑自行车去上班*
hdwto|drive to work|~ mit dem Auto zur Arbeit fahren|开车去上班*
xfsv|travel to China|~ nach China reisen|去中国旅行*
xfsv|travel to Italy|~ nach Italien reisen|去意大利旅行*
dxfsv|fly to London|~ nach London fliegen|坐飞机去*伦敦
dxfsv|go to Berlin by train|~ mit dem Zug nach Berlin fahren|坐火车去*柏林
dxfsv|go to the seaside|~ ans Meer fahren|去*海边
dxfsv|go to the mountains|~ in die Berge fahren|去*山里
dcw|book a room|[ein/kein] Zimmer buchen|订*<一个>房间
dcw|book the flight|den Flug ~ buchen|订*机票
dcw|buy the tickets|die Karten ~ kaufen|买*票
pdcw1|pack the suitcase|den Koffer ~ packen|收拾*行李
dwv|rent a car|[ein/kein] Auto mieten|租*<一辆>车
dwo|change money|[/kein] Geld wechseln|换*钱
dfv|climb that mountain|~ auf diesen Berg steigen|爬*那座山
dfve|stay in a hotel|~ in einem Hotel übernachten|在酒店过*夜
hdcfq|rest at home|{sich} ~ zu Hause aus+ruhen|在家休息*
hdfe|sleep in a tent|~ in einem Zelt schlafen|在帐篷里睡觉*
hdcfs|do sport|[/keinen] Sport machen|做*运动
phfs|train for the marathon|~ für den Marathon trainieren|为马拉松训练*
hdcwrq|take the medicine|die Medizin ~ nehmen|吃*药
hrw|drink a lot of water|~ viel Wasser trinken|喝*很多水
dcwqj|open the window|das Fenster ~ auf+machen|打开*窗户
dcwqj|close the door|die Tür ~ zu+machen|关*门
dcwqj|turn on the light|das Licht ~ an+machen|开*灯
dcwqj|turn off the computer|den Computer ~ aus+machen|关*电脑
dcwqj|turn off the television|den Fernseher ~ aus+machen|关*电视
phdw|repair the bike|das Fahrrad ~ reparieren|修*自行车
pdwv|repair the roof|das Dach ~ reparieren|修*屋顶
phdw|wash the car|das Auto ~ waschen|洗*车
dw1v|sell the car|das Auto ~ verkaufen|卖掉*车
dwv|paint the walls|die Wände ~ streichen|刷*墙
v|buy a house|[ein/kein] Haus kaufen|买*<一座>房子
pv|build a house|[ein/kein] Haus bauen|盖*<一座>房子
pwt|look for a flat|[eine/keine] Wohnung suchen|找*公寓
pwtq|look for the key|den Schlüssel ~ suchen|找*钥匙
v|move to Hamburg|~ nach Hamburg um+ziehen|搬到*汉堡
dw|pay the bill|die Rechnung ~ bezahlen|付*账单
dcw|pay the rent|die Miete ~ bezahlen|付*房租
hw|save money|[/kein] Geld sparen|存*钱
dcwyq|ask the teacher|den Lehrer ~ fragen|问*老师
hdw|help {my} mother|{mein}er Mutter ~ helfen|帮助*{我}妈妈
phdfs1|celebrate {my} birthday|{mein}en Geburtstag ~ feiern|过*生日
pdfsv|have a party|[eine/keine] Party machen|办*<一个>聚会
dw|send the parcel|das Paket ~ ab+schicken|寄*包裹
dcw|sign the form|das Formular ~ unterschreiben|在表格上签*字
dcw|fill in the form|das Formular ~ aus+füllen|填*表格
dcw|print the document|das Dokument ~ aus+drucken|打印*文件
dw|look up the word|das Wort ~ nach+schlagen|查*这个词
phfy|learn to swim|~ schwimmen lernen|学*游泳
phfwy1|learn to drive|den Führerschein ~ machen|学*开车
dcw|return the books|die Bücher ~ zurück+geben|还*书
hfq|sit in the garden|~ im Garten sitzen|在花园里坐着
pf|enjoy the holidays|die Ferien ~ genießen|享受假期
phf|lie on the beach|~ am Strand liegen|在沙滩上躺着
hdwq|wake up the children|die Kinder ~ wecken|叫醒*孩子
phdwo|prepare the meeting|die Besprechung ~ vor+bereiten|准备*会议
phdwo|talk to the boss|~ mit dem Chef sprechen|跟老板谈*话
"""

WITH_OBJECT = """
pdcfq|read {o}|{o}~ lesen|看*{o}|read|at
phcfq|read {o}|{o}~ lesen|看*{o}|novels|b
pdcw|write {o}|{o}~ schreiben|写*{o}|write|an
dcwf|buy {o}|{o}~ kaufen|买*{o}|buy food clothes wearable|atn
hdcwq|buy {o}|{o}~ kaufen|买*{o}|food veg fruit mass|b
dw|sell {o}|{o}~ verkaufen|卖掉*{o}|veh device build|ot
pwtq|look for {o}|{o}~ suchen|找*{o}|carry pet clothes|o
z|find {o}|{o}~ finden|找到*{o}|carry pet|o
z|lose {o}|{o}~ verlieren|丢*{o}|carry|o
dw|pack {o}|{o}~ ein+packen|带上*{o}|clothes wearable carry|to
pdw|repair {o}|{o}~ reparieren|修*{o}|repair|ot
pdcw|wash {o}|{o}~ waschen|洗*{o}|wash|o
dcfq|eat {o}|{o}~ essen|吃*{o}|food snack|atn
phdcfq|eat {o}|{o}~ essen|吃*{o}|mass noodle|b
phdcfq|drink {o}|{o}~ trinken|喝*{o}|drink|b
phdcwfe|cook {o}|{o}~ kochen|做*{o}|noodle|b
dcfq|try {o}|{o}~ probieren|品尝*{o}|mass dish drink|t
dcfq|try on {o}|{o}~ an+probieren|试穿*{o}|clothes|t
dwtq|wear {o}|{o}~ tragen|穿*{o}|clothes|t
dw|borrow {o}|{o}~ aus+leihen|借*{o}|lend|an
dcw|bring {o}|{o}~ mit+bringen|带{o}来*|lend carry|oa
dcw|send {o}|{o}~ schicken|寄*{o}|letters|an
dcwqj|open {o}|{o}~ öffnen|打开*{o}|open|t
pdf|draw {o}|{o}~ zeichnen|画*{o}|animal zoo plant flower|a
xz|see {o}|{o}~ sehen|看见*{o}|animal zoo|an
pdf|feed {o}|{o}~ füttern|喂*{o}|animal pet|ot
df|visit {o}|{o}~ besichtigen|参观*{o}|sight|t
pdf|photograph {o}|{o}~ fotografieren|拍*{o}|sight animal|t
df|invite {o}|{o}~ ein+laden|邀请*{o}|own sibling|o
pdwtq|help {o}|{o:dat}~ helfen|帮助*{o}|family own|o
dw|call {o}|{o}~ an+rufen|给{o}打*电话|family own|o
hdf|visit {o}|{o}~ besuchen|去看*{o}|family own|o
pwtq|wait for {o}|~ auf {o} warten|等*{o}|family own|o
pdwt|look after {o}|{sich} ~ um {o} kümmern|照顾*{o}|pet family|o
df|give {my} friend {o}|{mein}em Freund {o}~ schenken|送给*{我}朋友{o}|gift|a
df|give {my} sister {o}|{mein}er Schwester {o}~ schenken|送给*{我}姐姐{o}|gift|a
dcwf|show the guests {o}|den Gästen {o}~ zeigen|给客人看*{o}|show|o
dw|lend {my} brother {o}|{mein}em Bruder {o}~ leihen|把{o}借给*{我}哥哥|lend|o
dcwqj|put {o} on the table|{o} ~ auf den Tisch legen|把{o}放在*桌子上|lie|o
dcwqj|put {o} in the bag|{o} ~ in die Tasche stecken|把{o}放进*包里|carry|o
z|leave {o} at home|{o} ~ zu Hause lassen|把{o}忘在*家里|carry|o
z|leave {o} on the bus|{o} ~ im Bus vergessen|把{o}忘在*公交车上|carry|o
phfs|listen to {o}|{o}~ hören|听*{o}|hear|b
pdcfs|listen to {o}|{o}~ hören|听*{o}|hear|t
phfs|watch {o}|{o}~ sehen|看*{o}|watch|b
pdfs|watch {o}|{o}~ sehen|看*{o}|watch|ta
dwq|ask {o}|{o}~ stellen|问*{o}|ask|an
pdcw|learn {o}|{o}~ lernen|学*{o}|words|t
"""
