"""Static HTML of the page: sentences, tiles, charts and tables, all text escaped."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from html import escape
from typing import Any

from ...formulas.expr import Line
from ...results.registry import Metric, columns, tiles
from ...results.result import Result
from ...scenario.resolve import Leaf, plain
from ...studies.compare import Comparison
from ...studies.sensitivity import Tornado
from . import svg
from .data import bars, metric_formats
from .formats import format_of, number, usd, written
from .story import SPLIT, PageChart, Sentence


def figure_of(result: Result, name: str) -> float:
    """The value of a line (of a series, its sum) or of an assumption, by name, in its own unit."""
    known = name in result.model.declaration.lines
    return result.amount(name) if known else float(result.scenario.leaves[name].value)


def holds(result: Result, condition: str) -> bool:
    """Whether a sentence's condition is true; see `Sentence`."""
    asked = condition.removeprefix("!")
    value = figure_of(result, asked.removeprefix("?"))
    outcome = not math.isnan(value) if asked.startswith("?") else value > 1e-9
    return outcome != condition.startswith("!")


def sentence_html(result: Result, sentence: Sentence) -> str:
    """A sentence as HTML with its figures as buttons; empty where a condition is false."""
    if not all(holds(result, condition) for condition in sentence.when):
        return ""
    parts = re.split(r"\{([^|}]*)\|([a-z]*)\}", sentence.text)
    done = [escape(parts[0])]
    for name, how, after in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        done += [button(name, written(figure_of(result, name), how)), escape(after)]
    return "".join(done)


def button(line: str, text: str, year: int | None = None) -> str:
    """A figure as an HTML button that opens the lineage of its line, in a year or in total."""
    at = "" if year is None else f' data-year="{year}"'
    return f'<button type="button" data-line="{line}"{at}>{escape(text)}</button>'


@dataclass(frozen=True)
class Drawn:
    """Parts of the page as HTML, for a result, its comparison and its tornado with inputs changed by `swing`."""

    result: Result
    all: Comparison
    sensitivity: Tornado
    swing: float

    def tiles(self) -> str:
        """The tiles of headline figures as HTML."""
        return "".join(
            f'<div class="tile"><button type="button" data-line="{m.line_of()}" data-format="{self.format(m)}">'
            f'<b>{escape(m.tile[0])}</b><span class="figure">{escape(self.text(m))}</span></button>'
            f'<span class="base"></span><span class="note">{escape(m.tile[1])}</span></div>'
            for m in tiles()
        )

    def metrics(self) -> str:
        """Table rows of all metrics as HTML."""
        lines = self.result.model.declaration.lines
        rows = (
            (lines[line].label, button(line, written(figure_of(self.result, line), how)))
            for line, how in metric_formats(self.result)
        )
        return "".join(f'<tr><th scope="row">{escape(label)}</th><td>{text}</td></tr>' for label, text in rows)

    def text(self, metric: Metric, of: Result | None = None) -> str:
        """The value of a metric as text, of this result or of another."""
        return written(figure_of(of or self.result, metric.line_of()), self.format(metric))

    def format(self, metric: Metric) -> str:
        """The format of a metric; see `FORMATS`."""
        return format_of(self._line(metric).written_unit, metric.shown)

    def _line(self, metric: Metric) -> Line:
        return self.result.model.declaration.lines[metric.line_of()]

    def chart(self, chart: PageChart) -> str:
        """A chart by calendar year with its legend and its table, as HTML."""
        annual = self.result.annual_rows
        shown = slice(*span([annual[s.line] for s in chart.series]))
        rows = [(s.label, s.colour, s.shape, [s.sign * v for v in annual[s.line][shown]]) for s in chart.series]
        marks = [(label, figure_of(self.result, path)) for path, label in chart.marks if self._is_number(path)]
        drawn = svg.over_time(annual["year"][shown], rows, marks, chart.log)
        legend = (
            "".join(
                f'<li><i class="c{colour}{" line" if shape == "line" else ""}"></i>{escape(label)}</li>'
                for label, colour, shape, _ in rows
            )
            if len(rows) > 1
            else ""
        )
        head = "".join(f'<th scope="col">{escape(s.label)}</th>' for s in chart.series)
        body = "".join(
            f'<tr><th scope="row">{year}</th>'
            + "".join(f"<td>{button(s.line, written(annual[s.line][k], 'number'), year)}</td>" for s in chart.series)
            + "</tr>"
            for k, year in enumerate(annual["year"])
        )
        wide = ' class="wide"' if chart.wide else ""
        return (
            f'<figure{wide} id="{chart.id}"><figcaption><h3>{escape(chart.title)}</h3>'
            f"<p>{escape(chart.deck)}. {escape(chart.unit)}</p></figcaption>"
            f'<ul class="legend">{legend}</ul><div class="chart" data-chart="{chart.id}">{drawn}</div>'
            f'<details><summary>Table: {escape(chart.title)}</summary><div class="scroll" tabindex="0">'
            f'<table data-table="{chart.id}"><caption hidden>{escape(chart.title)}, {escape(chart.unit)}</caption>'
            f'<thead><tr><th scope="col">Year</th>{head}</tr></thead><tbody>{body}</tbody></table></div></details>'
            "</figure>"
        )

    def split(self) -> str:
        """A bar chart of `SPLIT`: totals over the life in US$m nominal, as HTML."""
        rows = [(label, figure_of(self.result, line), line) for line, label, _ in SPLIT]
        bars = [
            (label, [(0.0, figure_of(self.result, line), colour)], usd(figure_of(self.result, line)))
            for line, label, colour in SPLIT
        ]
        return self._bars(
            "split",
            "Who gets what",
            "All years of the mine together. Nominal",
            svg.across(bars),
            [(label, button(line, usd(value))) for label, value, line in rows],
            "wide",
        )

    def cases(self) -> list[dict[str, Any]]:
        """Metrics of the cases for the script."""
        return [{"name": r.scenario.name, "title": r.scenario.title, "metrics": r.metrics} for r in self.all.results]

    def bridges(self) -> list[dict[str, Any]]:
        """The IRR bridges for the script."""
        return [
            {"case": name, "steps": [[s.label, s.effect, list(s.paths)] for s in steps]}
            for name, steps in self.all.bridges.items()
        ]

    def comparison(self) -> str:
        """A chart and a table of all cases and of the IRR bridges between them, as HTML."""
        if len(self.all.results) < 2:
            return ""
        drawn, cells = [], []
        for r in self.all.results:
            for metric, label, colour in bars():
                value = r.metrics[metric]
                drawn.append(
                    (
                        f"{r.scenario.name}: {label}",
                        [] if math.isnan(value) else [(0.0, value, colour)],
                        written(value, "percent"),
                    )
                )
            cells.append((f"{r.scenario.name}: {r.scenario.title}", *(self.text(m, r) for m in columns())))
        labels = ((m.column, self._line(m).label) for m in columns())
        head = '<th scope="col">Case</th>' + "".join(
            f'<th scope="col" title="{escape(label)}">{escape(column)}</th>' for column, label in labels
        )
        body = "".join(
            "<tr>"
            + f'<th scope="row">{escape(row[0])}</th>'
            + "".join(f"<td>{escape(c)}</td>" for c in row[1:])
            + "</tr>"
            for row in cells
        )
        steps = [(name, step) for name, bridge in self.all.bridges.items() for step in bridge]
        step_bars = [
            (
                f"{name}: {step.label}",
                [] if math.isnan(step.effect) else [(0.0, step.effect, 1 if step.effect >= 0 else 0)],
                points(step.effect),
            )
            for name, step in steps
        ]
        table_rows = [(f"{name}: {step.label}", escape(points(step.effect))) for name, step in steps]
        reference = self.all.reference
        irr = written(reference.metrics["project_irr"], "percent")
        return (
            '<section aria-labelledby="h-cases"><h2 id="h-cases">Other cases</h2><p class="deck">The same model under '
            "other assumptions, as published in its scenario files.</p>"
            '<div class="charts"><figure id="cases" class="wide"><figcaption><h3>Rates of return</h3><p>Project real, '
            'shareholders nominal, a year</p></figcaption><div class="chart" data-chart="cases">'
            f'{svg.across(drawn)}</div><details open><summary>Table: cases</summary><div class="scroll" tabindex="0">'
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></details></figure>"
            + self._bars(
                "bridge",
                "Why they differ",
                f"Project IRR against {reference.scenario.name} ({irr}), input "
                "by input, in percentage points; the steps of a case add up to its difference",
                svg.across(step_bars),
                table_rows,
                "wide",
            )
            + "</div></section>"
        )

    def tornado(self) -> str:
        """The tornado as a bar chart with its table, as HTML."""
        base = self.sensitivity.base
        bars, table_rows = [], []
        for bar in self.sensitivity.bars:
            label = bar.path.removeprefix("factors.").replace("_", " ")
            ends = (bar.low_value, bar.high_value)
            segments = [(v - base, 0.0, 0 if v < base else 1) for v in ends if not math.isnan(v - base)]
            text = " / ".join(written(v, "percent") for v in ends)
            bars.append((label, segments, text))
            table_rows.append((label, escape(text)))
        return self._bars(
            "tornado",
            "What matters most",
            f"Project IRR with each input {self.swing * 100:g}% lower / higher than in the case",
            svg.across(bars),
            table_rows,
            "wide",
        )

    def assumptions(self) -> str:
        """Table rows of all assumptions as HTML: value, unit, source, file and line."""
        rows = []
        for leaf in self.result.scenario.leaves.values():
            if leaf.path in ("name", "title", "description"):
                continue
            source = leaf.source + (f" – {leaf.note}" if leaf.note else "")
            place = f"{leaf.file}:{leaf.line}" if leaf.line else leaf.file
            unit = "" if leaf.unit in (None, "1") else str(leaf.unit)
            rows.append(
                f'<tr data-row="{escape(leaf.path)}"><td><code>{escape(leaf.path)}</code><br>'
                f"{escape(leaf.definition)}</td>"
                f"<td>{escape(value_text(leaf))}</td><td>{escape(unit)}</td><td>{escape(source)}</td>"
                f"<td>{escape(place)}</td></tr>"
            )
        return "".join(rows)

    def _is_number(self, path: str) -> bool:
        return isinstance(self.result.scenario.leaves[path].value, float | int)

    def _bars(self, name: str, title: str, deck: str, drawn: str, rows: list[tuple[str, str]], kind: str = "") -> str:
        body = "".join(f'<tr><th scope="row">{escape(label)}</th><td>{text}</td></tr>' for label, text in rows)
        wide = f' class="{kind}"' if kind else ""
        return (
            f'<figure{wide} id="{name}"><figcaption><h3>{escape(title)}</h3><p>{escape(deck)}</p></figcaption>'
            f'<div class="chart" data-chart="{name}">{drawn}</div><details><summary>Table: {escape(title)}</summary>'
            f'<div class="scroll" tabindex="0"><table data-table="{name}"><tbody>{body}</tbody></table></div></details>'
            "</figure>"
        )


def span(rows: list[list[float]]) -> tuple[int, int]:
    """First place and end of the nonzero values of all rows, with one more on each side; all places if none."""
    places = [k for row in rows for k, value in enumerate(row) if abs(value) > 1e-9]
    return (max(min(places) - 1, 0), min(max(places) + 2, len(rows[0]))) if places else (0, len(rows[0]))


def points(effect: float) -> str:
    """A difference of rates, as a fraction, in percentage points."""
    if math.isnan(effect):
        return "–"
    size = f"{abs(effect) * 100:.2f}"
    sign = "" if float(size) == 0 else "+" if effect > 0 else "−"
    return f"{sign}{size} pt"


def value_text(leaf: Leaf) -> str:
    """The value of an assumption as text."""
    value = plain(leaf.value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return ", ".join(f"{year}: {number(v)}" for year, v in value.items() if isinstance(v, float | int))
    if isinstance(value, list):
        return ", ".join(number(v) for v in value)
    return number(value) if isinstance(value, float | int) else str(value)
