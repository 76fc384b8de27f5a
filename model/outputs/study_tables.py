"""Studies as tables and bar charts on a terminal of 80 columns, and as workbooks of values."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from ..results.registry import PROBABILITIES
from ..studies.breakeven import Breakeven
from ..studies.debt_capacity import DebtCapacity
from ..studies.sensitivity import Bar, Grid, Tornado
from .numbers import MONEY, look_of_metric, written
from .terminal import plain, show, table
from .writing import atomic

WIDTH = 36  # characters of a bar chart
Table = tuple[str, Sequence[str], Sequence[Sequence[Any]]]  # sheet, header, rows


def show_tornado(tornado: Tornado, out: Console) -> None:
    """Print a tornado: a row per input with the metric at its low and high value, the widest range first."""
    look = look_of_metric(tornado.metric, tornado.unit)
    known = [v for b in tornado.bars for v in (b.low_value, b.high_value) if v == v]
    left, right = min([*known, tornado.base]), max([*known, tornado.base])
    title = f"{tornado.metric}: {written(tornado.base, look)} in the scenario itself"
    report = table("Input", "Low", "", "High", title=title)
    report.columns[2].justify = "left"
    for bar in tornado.bars:
        report.add_row(
            plain(f"{bar.path.removeprefix('factors.')} {bar.low:.4g} … {bar.high:.4g}"),
            written(bar.low_value, look),
            _bar(bar, tornado.base, left, right),
            written(bar.high_value, look),
        )
    show(report, out)


def _bar(bar: Bar, base: float, left: float, right: float) -> str:
    """A bar of characters from the low to the high value on the scale left to right, with a line at `base`."""
    scale = (WIDTH - 10) / (right - left) if right > left else 0.0
    if bar.low_value != bar.low_value or bar.high_value != bar.high_value:
        return "does not exist"
    ends = sorted((bar.low_value, bar.high_value))
    first, last, middle = (round((v - left) * scale) for v in (*ends, base))
    marks = [" "] * (WIDTH - 9)
    marks[first : last + 1] = "█" * (last + 1 - first)
    marks[middle] = "│" if first == last else "┃"
    return "".join(marks).rstrip()


def show_grid(grid: Grid, out: Console) -> None:
    """Print a two-way table of a metric, x across and y down, six columns at a time."""
    look = look_of_metric(grid.metric, grid.unit)
    (x_path, xs), (y_path, ys) = grid.x, grid.y
    for start in range(0, len(xs), 6):
        part = range(start, min(start + 6, len(xs)))
        report = table(y_path, *(f"{xs[j]:.6g}" for j in part), title=f"{grid.metric} over {x_path} (across)")
        for i, y in enumerate(ys):
            report.add_row(f"{y:.6g}", *(written(float(grid.values[i, j]), look) for j in part))
        show(report, out)


def show_breakeven(breakeven: Breakeven, unit: str, out: Console) -> None:
    """Print the breakeven value of an input, or why there is none; `unit` is that of the metric."""
    look = look_of_metric(breakeven.metric, unit)
    now = f"now {written(breakeven.base_value, look)} at {breakeven.base:.6g}"
    if breakeven.value is None:
        out.print(plain(f"No breakeven: {breakeven.reason} ({now})."))
    else:
        target = written(breakeven.target, look)
        out.print(plain(f"{breakeven.metric} is {target} at {breakeven.path} = {breakeven.value:.10g} ({now})."))


def show_capacity(capacity: DebtCapacity, out: Console) -> None:
    """Print the debt capacity in US$m, then the loan by period in US$m nominal."""
    kind = capacity.repayment.replace("_", " ")
    out.print(
        plain(
            f"At a DSCR of {capacity.target_dscr:g}x, {kind}, the cash flow supports US$"
            f"{capacity.capacity:,.0f}m when repayment starts; the scenario owes US${capacity.scenario_debt:,.0f}m "
            "then."
        )
    )
    rows = capacity.periods
    report = table("Period", "CFADS", "Opening", "Interest", "Principal", "DSCR", title="US$m nominal")
    for k, period in enumerate(rows["period"]):
        report.add_row(
            str(period),
            *(f"{rows[n][k]:,.1f}" for n in ("cfads", "opening", "interest", "principal")),
            f"{rows['dscr'][k]:.2f}x",
        )
    show(report, out)


def show_montecarlo(study: dict[str, Any], units: dict[str, str], out: Console) -> None:
    """Print a Monte Carlo: distributions, probabilities, histogram of project IRR, DSCR by year, drivers."""
    report = table(
        "Metric",
        "Mean",
        "P5",
        "P50",
        "P95",
        "None",
        title=f"{study['n']:,} scenarios, seed {study['seed']}, {study['seconds']:.1f} s",
    )
    for name, d in study["metrics"].items():
        look = look_of_metric(name, units[name])
        report.add_row(
            name,
            *(written(d[k], look if look.decimals else MONEY) for k in ("mean", "p05", "p50", "p95")),
            f"{d['undefined']:,}" if d["undefined"] else "",
        )
    show(report, out)
    report = table("Probability", "", title="")
    for p in PROBABILITIES:
        report.add_row(p.words.format(hurdle=study["hurdle_rate"]), f"{study['probabilities'][p.name]:.2%}")
    show(report, out)
    out.print(histogram(study["metrics"].get("project_irr"), "Project IRR, real"))
    years = study["dscr_by_year"]
    if years["year"]:
        report = table("DSCR by year", "P5", "P50", "P95", "Scenarios", title="")
        for k, year in enumerate(years["year"]):
            report.add_row(
                str(year), *(f"{years[p][k]:.2f}x" for p in ("p05", "p50", "p95")), f"{years['defined'][k]:,}"
            )
        show(report, out)
    for metric, inputs in study["drivers"].items():
        report = table(f"What drives {metric}", "Rank correlation", "", title="")
        report.columns[2].justify = "left"
        for d in inputs:
            r = d["rank_correlation"]
            report.add_row(d["input"], f"{r:+.2f}", ("+" if r > 0 else "-") * round(abs(r) * 30))
        show(report, out)


def histogram(d: dict[str, Any] | None, title: str) -> str:
    """A histogram of a rate as rows of characters, two bins each; empty where it has fewer than two bins."""
    if not d or len(d["histogram"]["counts"]) < 2:
        return ""
    edges, counts = d["histogram"]["edges"], d["histogram"]["counts"]
    pairs = [(edges[k], counts[k] + counts[k + 1]) for k in range(0, len(counts) - 1, 2)]
    most = max(count for _, count in pairs)
    return "\n".join([title, *(f"{edge:8.1%} {'█' * round(count / most * 50)}" for edge, count in pairs)]) + "\n"


def montecarlo_tables(study: dict[str, Any]) -> list[Table]:
    """The results of a Monte Carlo as the tables of a workbook."""
    keys = [k for k in next(iter(study["metrics"].values())) if k != "histogram"]
    years = study["dscr_by_year"]
    return [
        ("Metrics", ["metric", *keys], [[m, *(d[k] for k in keys)] for m, d in study["metrics"].items()]),
        ("Probabilities", ["", "share"], list(study["probabilities"].items())),
        ("DSCR by year", list(years), list(zip(*years.values(), strict=True))),
        (
            "Drivers",
            ["metric", "input", "rank correlation"],
            [[m, *d.values()] for m, inputs in study["drivers"].items() for d in inputs],
        ),
        (
            "Histograms",
            ["metric", "from", "to", "scenarios"],
            [
                [m, a, b, c]
                for m, d in study["metrics"].items()
                for a, b, c in zip(
                    d["histogram"]["edges"], d["histogram"]["edges"][1:], d["histogram"]["counts"], strict=False
                )
            ],
        ),
        ("Run", ["", "value"], [[k, study[k]] for k in ("n", "seed", "engine", "sampling", "seconds", "hurdle_rate")]),
    ]


def values_workbook(path: Path, tables: Sequence[Table]) -> None:
    """Write a workbook of values, one sheet a table; text is never a formula, None and nan are empty cells."""
    from xlsxwriter import Workbook

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with atomic(path) as temporary, Workbook(temporary, options) as workbook:
        bold = workbook.add_format({"bold": True, "bottom": 1})
        for name, header, rows in tables:
            sheet = workbook.add_worksheet(name[:31])
            sheet.freeze_panes(1, 1)
            sheet.write_row(0, 0, header, bold)
            sheet.set_column(0, 0, 34)
            sheet.set_column(1, max(len(header) - 1, 1), 14)
            for r, row in enumerate(rows, 1):
                for c, value in enumerate(row):
                    if isinstance(value, str):
                        sheet.write_string(r, c, value)
                    elif value is not None and value - value == 0:
                        sheet.write_number(r, c, value)
