"""The whole page from its template: static HTML, data as JSON, and the scripts with the model."""

from __future__ import annotations

import base64
import hashlib
import json
import math
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any

from ...engine.structure import ENDED, LATEST
from ...results.result import Result
from ...studies.compare import Comparison
from ...studies.sensitivity import Tornado
from .data import model_data
from .drawn import Drawn, figure_of, sentence_html
from .javascript import source
from .story import CAVEATS, CONTROLS, QUESTION, SPLIT, STORY, PageChart, charts

HERE = Path(__file__).parent
SCRIPTS = ("irr.js", "engine.js", "formats.js", "lineage.js", "charts.js", "page.js")
LICENCES = ("NOTICE-echarts", "LICENSE-echarts", "LICENSE-d3")


def page(comparison: Comparison, tornado: Tornado, swing: float) -> str:
    """The whole page as HTML; its scripts recalculate the first case.

    Args:
        comparison: the cases, the first of them the reference.
        tornado: the sensitivity of the first case, to inputs changed by the share `swing`.
    """
    result = comparison.results[0]
    sheet = result.model.declaration
    holders = {key: sheet.label(f"joint_venture.shareholders.{key}") for key in result.shareholders if key != "groups"}
    loans = {key: sheet.label(f"financing.tranches.{key}") for key in result.lenders}
    # A line without values by period in this case (a party that never pays) is not drawn.
    drawings = [
        c._replace(series=tuple(s for s in c.series if sheet.lines[s.line].series)) for c in charts(holders, loans)
    ]
    drawn = Drawn(result, comparison, tornado, swing)
    data = model_data(result) | {
        "story": [[[s.text, list(s.when)] for s in paragraph] for paragraph in STORY],
        "charts": [chart_data(c) for c in drawings],
        "split": SPLIT,
        "cases": drawn.cases(),
        "bridges": drawn.bridges(),
        "tornado": {"metric": tornado.metric, "swing": swing, "paths": [b.path for b in tornado.bars]},
    }
    written = source(sheet, result.model.groups, result.model.texts, LATEST, ENDED)
    model = (
        f'"use strict";\nconst MODEL = {written};\n'
        'const DATA = JSON.parse(document.getElementById("data").textContent);'
    )
    scripts = [read("vendor/echarts.common.min.js"), model, "\n".join(read(name) for name in SCRIPTS)]
    s = result.scenario
    parts = {
        "title": escape(f"Reko Diq: {s.title}"),
        "policy": policy(scripts),
        "style": read("page.css"),
        "question": escape(QUESTION),
        "case": f"<b>{escape(s.title)}.</b> {escape(s.description)}",
        "story": "".join(
            f"<p>{' '.join(filter(None, (sentence_html(result, s) for s in paragraph)))}</p>" for paragraph in STORY
        ),
        "tiles": drawn.tiles(),
        "metrics": drawn.metrics(),
        "controls": controls(result),
        "mine": charts_html(drawn, drawings[:2]),
        "money": charts_html(drawn, drawings[2:3]) + drawn.split(),
        "lenders": charts_html(drawn, drawings[3:5]),
        "us": charts_html(drawn, drawings[5:6]),
        "owners": charts_html(drawn, drawings[6:8]),
        "comparison": drawn.comparison(),
        "tornado": drawn.tornado(),
        "assumptions": drawn.assumptions(),
        "caveats": "".join(f"<li>{escape(c)}</li>" for c in CAVEATS)
        + "".join(f"<li>Of this case: {escape(w)}.</li>" for w in result.warnings),
        "sha": s.sha256,
        "checks": checks(result),
        "licences": escape("\n\n".join(read(f"vendor/{name}") for name in LICENCES)),
        "data": script_json(data),
        "scripts": "".join(f"<script>{script}</script>\n" for script in scripts),
    }
    return fill(read("page.html"), parts)


def fill(template: str, parts: dict[str, str]) -> str:
    """The template with each `{{name}}` replaced by the part of that name, once."""
    pieces = template.split("{{")
    done = [pieces[0]]
    for piece in pieces[1:]:
        name, after = piece.split("}}", 1)
        done += [parts[name], after]
    return "".join(done)


def read(name: str) -> str:
    """The text of a file of this package."""
    return (HERE / name).read_text(encoding="utf-8")


def script_json(value: Any) -> str:
    """A value as JSON for a script element: &, < and > are escaped, and nan becomes null."""
    text = json.dumps(finite(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def finite(value: Any) -> Any:
    """The same data with None in place of nan and infinity."""
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def policy(scripts: Iterable[str]) -> str:
    """The page's Content-Security-Policy: only these scripts run, by SHA-256, and nothing is loaded."""
    hashes = (base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts)
    allowed = " ".join(f"'sha256-{h}'" for h in hashes)
    return (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"script-src {allowed}"
    )


def chart_data(chart: PageChart) -> dict[str, Any]:
    """A chart as data for the script."""
    return {
        "id": chart.id,
        "unit": chart.unit,
        "log": chart.log,
        "marks": chart.marks,
        "series": [list(s) for s in chart.series],
    }


def charts_html(drawn: Drawn, wanted: Iterable[PageChart]) -> str:
    """Charts with their tables, as HTML."""
    return "".join(drawn.chart(chart) for chart in wanted)


def controls(result: Result) -> str:
    """Sliders with number fields as HTML, each for the first of its assumptions that is one number."""
    sheet = result.model.declaration
    parts = []
    for control in CONTROLS:
        if control.needs and not figure_of(result, control.needs) > 0:
            continue
        for path, (low, high, step) in zip(control.paths, control.ranges, strict=True):
            assumption = result.model.assumptions.get(path)
            if path not in sheet.inputs or assumption is None or not isinstance(assumption.value, float | int):
                continue
            note = control.note if path == control.paths[0] else "times the scenario’s prices by year"
            low, high = min(low, assumption.value), max(high, assumption.value)
            common = f'data-path="{path}" min="{low:g}" max="{high:g}" value="{assumption.value:.17g}"'
            parts.append(
                f'<div class="control"><label for="n-{path}">{escape(control.label)}'
                f'<input type="number" id="n-{path}" {common} step="any"></label>'
                f'<input type="range" {common} step="{step:g}" aria-label="{escape(control.label)}, {escape(note)}">'
                f"<small>{escape(note)}</small></div>"
            )
            break
    return "".join(parts)


def checks(result: Result) -> str:
    """Whether all checks pass, or which fail, as HTML."""
    items = result.checks["items"]
    failed = [name for name, item in items.items() if not item["passed"]]
    if failed:
        return escape(f"Checks that fail: {', '.join(failed)}.")
    return f"All {len(items)} checks of the model pass."
