"""Adverbials of time: English, German, Chinese, grouped by the tense they occur with."""

from typing import NamedTuple


class Time(NamedTuple):
    """An adverbial of time, at the start of the sentence or inside it."""

    english: str
    german: str
    chinese: str


def _read(table: str) -> tuple[Time, ...]:
    return tuple(Time(*line.split("|")) for line in table.strip().splitlines())


PAST = _read("""
yesterday|gestern|昨天
yesterday evening|gestern Abend|昨天晚上
yesterday morning|gestern Morgen|昨天早上
this morning|heute Morgen|今天早上
last week|letzte Woche|上周
last weekend|letztes Wochenende|上个周末
last Sunday|letzten Sonntag|上个星期天
last Friday|letzten Freitag|上个星期五
last month|letzten Monat|上个月
two days ago|vor zwei Tagen|两天前
three days ago|vor drei Tagen|三天前
a week ago|vor einer Woche|一个星期前
the day before yesterday|vorgestern|前天
""")
LONG_PAST = _read("""
last year|letztes Jahr|去年
last summer|letzten Sommer|去年夏天
two years ago|vor zwei Jahren|两年前
last spring|letztes Frühjahr|去年春天
last winter|letzten Winter|去年冬天
""")
FUTURE = _read("""
tomorrow|morgen|明天
tomorrow morning|morgen früh|明天早上
tomorrow evening|morgen Abend|明天晚上
tomorrow afternoon|morgen Nachmittag|明天下午
this evening|heute Abend|今天晚上
this afternoon|heute Nachmittag|今天下午
next week|nächste Woche|下周
next weekend|nächstes Wochenende|下个周末
next Monday|nächsten Montag|下个星期一
next Saturday|nächsten Samstag|下个星期六
on Wednesday|am Mittwoch|星期三
on Thursday|am Donnerstag|星期四
the day after tomorrow|übermorgen|后天
in two days|in zwei Tagen|两天后
""")
TODAY = _read("""
today|heute|今天
this evening|heute Abend|今天晚上
this afternoon|heute Nachmittag|今天下午
tomorrow|morgen|明天
this week|diese Woche|这周
at the weekend|am Wochenende|周末
on Tuesday|am Dienstag|星期二
""")
HABIT = _read("""
every day|jeden Tag|每天
every morning|jeden Morgen|每天早上
every evening|jeden Abend|每天晚上
every week|jede Woche|每周
every weekend|jedes Wochenende|每个周末
every Sunday|jeden Sonntag|每个星期天
every Tuesday|jeden Dienstag|每个星期二
every afternoon|jeden Nachmittag|每天下午
after work|nach der Arbeit|下班后
after dinner|nach dem Abendessen|晚饭后
in summer|im Sommer|夏天
in winter|im Winter|冬天
""")
FREQUENCY = _read("""
often|oft|经常
always|immer|总是
sometimes|manchmal|有时候
usually|normalerweise|通常
rarely|selten|很少
almost never|fast nie|几乎从不
""")
WEEKDAYS = _read("""
Monday|Montag|星期一
Tuesday|Dienstag|星期二
Wednesday|Mittwoch|星期三
Thursday|Donnerstag|星期四
Friday|Freitag|星期五
Saturday|Samstag|星期六
Sunday|Sonntag|星期天
""")
MONTHS = _read("""
January|Januar|一月
February|Februar|二月
March|März|三月
April|April|四月
May|Mai|五月
June|Juni|六月
July|Juli|七月
August|August|八月
September|September|九月
October|Oktober|十月
November|November|十一月
December|Dezember|十二月
""")
