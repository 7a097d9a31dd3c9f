"""The HTML pages: the trace of one sentence, and the heads of a model. Their scripts are in web/."""

from collections.abc import Mapping, Sequence
from typing import Any

from nmt.explain.equations import EQUATIONS
from nmt.explain.texts import load_texts
from nmt.explain.trace_json import Json
from nmt.pages.page import asset, build_page, escape

STAGES = ("text", "embedding", "encoder", "decoder", "cross", "feed_forward", "choice", "beams", "result")
DIGITS = 4  # of numbers in pages

_SENTENCE_SCRIPTS = ("core", "maps", "attention", "arithmetic", "stages", "choice", "beams", "sentence")
_HEADS_SCRIPTS = ("core", "heads")


def sentence_page(document: Json, *, language: str) -> str:
    """The page of the trace in ``document``, in ``language``."""
    texts = load_texts(language)
    stages = texts["stages"]
    model = document["model"]
    target = document["target"]["text"]
    body = "\n".join(
        (
            "<header>",
            f'<p class="quiet">{escape(texts["sentence"]["kicker"])}</p>',
            f'<h1><span class="source">{escape(document["source"]["text"])}</span> '
            f'<span class="arrow">→</span> <span class="target">{escape(target)}</span></h1>',
            f'<p class="quiet">{escape(_facts(texts, model))}</p>',
            f'<div class="intro">{texts["sentence"]["html"]}</div>',
            '<div id="overview"></div>',
            "</header>",
            '<div class="frame">',
            _navigation(texts, stages),
            "<main>",
            *(_stage(number, name, stages[name]) for number, name in enumerate(STAGES, start=1)),
            "</main>",
            "</div>",
            f"<noscript><p>{escape(texts['sentence']['no_script'])}</p></noscript>",
            f'<footer class="quiet">{texts["sentence"]["sources_html"]}</footer>',
        )
    )
    stage_names = {name: {"short": stages[name]["short"]} for name in STAGES}
    return build_page(
        title=f"{document['source']['text']} → {target}",
        body=body,
        data={**document, "labels": texts["labels"], "stages": stage_names},
        style=asset("nmt.explain", "web/page.css"),
        script=_scripts(_SENTENCE_SCRIPTS),
        language=language,
    )


def heads_page(document: Json, *, language: str) -> str:
    """The page of the head statistics in ``document``, in ``language``."""
    texts = load_texts(language)
    page = texts["heads"]
    body = "\n".join(
        (
            "<header>",
            f'<p class="quiet">{escape(page["kicker"])}</p>',
            f"<h1>{escape(page['title'])}</h1>",
            f'<p class="quiet">{escape(_facts(texts, document["model"]))}</p>',
            f'<div class="intro">{page["html"]}</div>',
            "</header>",
            '<main><div id="panel-heads"></div></main>',
            f"<noscript><p>{escape(texts['sentence']['no_script'])}</p></noscript>",
        )
    )
    return build_page(
        title=f"{page['title']}: {document['model']['name']}",
        body=body,
        data={**document, "labels": {**texts["labels"], **texts["heads_labels"]}},
        style=asset("nmt.explain", "web/page.css"),
        script=_scripts(_HEADS_SCRIPTS),
        language=language,
    )


def _facts(texts: Mapping[str, Any], model: Json) -> str:
    languages = f"{model['source_language'] or '?'} → {model['target_language'] or '?'}"
    values = {**model, "parameters": f"{model['parameters']:,}", "languages": languages}
    return str(texts["sentence"]["facts"]).format(**values)


def _navigation(texts: Mapping[str, Any], stages: Mapping[str, Any]) -> str:
    links = "".join(f'<li><a href="#{name}">{escape(stages[name]["short"])}</a></li>' for name in STAGES)
    label = escape(texts["sentence"]["navigation"])
    return f'<nav class="stages" aria-label="{label}"><ol>{links}</ol><div id="steps"></div></nav>'


def _stage(number: int, name: str, stage: Mapping[str, Any]) -> str:
    equation = EQUATIONS.get(name)
    figure = f'<figure class="equation">{equation}</figure>' if equation else ""
    return (
        f'<section id="{name}" aria-labelledby="title-{name}">'
        f'<h2 id="title-{name}"><span class="number">{number}</span> {escape(stage["title"])}</h2>'
        f'<div class="lesson"><div class="prose">{stage["html"]}</div>{figure}</div>'
        f'<div class="panel" id="panel-{name}"></div></section>'
    )


def _scripts(names: Sequence[str]) -> str:
    return "\n".join(asset("nmt.explain", f"web/{name}.js") for name in names)
