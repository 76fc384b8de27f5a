"""Results as tables on a terminal of 80 columns."""

from __future__ import annotations

from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from ..results.registry import PARTIES, Metric, columns, metrics, sections
from ..results.result import Result
from ..scenario.problems import clip
from ..studies.compare import BRIDGE_METRIC, EQUITY_METRIC, Comparison
from .numbers import LOOKS, look_of, written

NARROWEST = 80
NARROWEST_WORDS = 12  # columns of words are folded to this
ANNUAL = {
    "ore_milled_mt": "Ore Mt",
    "copper_recovered_kt": "Cu kt",
    "gold_recovered_koz": "Au koz",
    "net_smelter_return": "NSR",
    "operating_costs": "Opex",
    "royalties_and_taxes": "Taxes",
    "capital_expenditure": "Capex",
    "cfads": "CFADS",
    "debt_outstanding": "Debt",
    "dscr": "DSCR",
    "distributions": "Distrib.",
}


def console() -> Console:
    """A console on stdout; colours only on a terminal, and not under NO_COLOR; never narrower than 80 columns."""
    output = Console(highlight=False)
    if not output.is_terminal or output.width < NARROWEST:
        output = Console(highlight=False, width=NARROWEST)
    return output


def table(*headers: str, title: str = "", numbers_from: int = 1) -> Table:
    """An empty table; columns from `numbers_from` on are aligned right, those before it left."""
    report = Table(
        box=box.SIMPLE_HEAD, title=title or None, title_justify="left", title_style="bold", pad_edge=False, padding=0
    )
    for place, header in enumerate(headers):
        report.add_column(
            header,
            justify="right" if place >= numbers_from else "left",
            no_wrap=place >= numbers_from,  # where room is short words are folded, never a number cut
            overflow="fold",
        )
    return report


def show(shown: Table, out: Console) -> None:
    """Print a table at the console's width, or wider where its numbers need it: a number is never cut."""
    needed = 0
    for column in shown.columns:
        texts = (str(text) for text in (column.header, *column.cells))
        needed += 1 + (max(map(len, texts)) if column.no_wrap else NARROWEST_WORDS)
    width, out.width = out.width, max(out.width, needed + 1)
    out.print(shown)
    out.width = width


def metric_text(result: Result, metric: Metric) -> str:
    """The value of a metric as text, in the number format of its unit."""
    line = result.model.declaration.lines[metric.line_of()]
    return written(result.headline(metric), look_of(line.written_unit, metric.shown))


def show_result(result: Result, out: Console) -> None:
    """Print headline metrics, shareholders, lenders, governments, the annual table and the checks."""
    lines = result.model.declaration.lines
    out.print(f"[bold]{plain(result.scenario.title)}[/]")
    for title, section in sections().items():
        report = table(title, "", "Unit", numbers_from=1)
        report.columns[2].justify = "left"
        for metric in section:
            line = lines[metric.line_of()]
            unit = "" if metric.shown in ("date", "year") else unit_text(line.written_unit)
            report.add_row(line.label, metric_text(result, metric), unit)
        show(report, out)
    show(parties_table(result, "Shareholders, US$m nominal", "shareholders", "groups"), out)
    show(parties_table(result, "Lenders, US$m nominal", "lenders"), out)
    show(parties_table(result, "Governments, US$m nominal", "governments"), out)
    show(annual_table(result), out)
    show_checks(result, out)


def plain(text: str) -> Any:
    """Text with rich's markup escaped."""
    from rich.markup import escape

    return escape(text)


def unit_text(unit: str) -> str:
    """A unit as shown beside a value: nothing for shares and multiples, 'a year' for rates."""
    return " " + {"1": "", "x": "", "1/year": "a year"}.get(unit, unit)


def parties_table(result: Result, title: str, *kinds: str) -> Table:
    """A table of the metrics of all parties of one kind, or of several kinds with the same metrics."""
    lines, label = result.model.declaration.lines, result.model.declaration.label
    report = table(title, *(m.column for m in PARTIES[kinds[0]].metrics if m.column))
    for kind in kinds:
        party = PARTIES[kind]
        names = {key: (prefix, words) for key, prefix, words in party.named}
        for key, view in result.party(kind).items():
            prefix, words = names.get(key) or (key, label(f"{party.entries}.{key}"))
            report.add_row(
                plain(clip(words, 30)),
                *(
                    written(view[m.name], look_of(unit, m.shown))
                    for m in party.metrics
                    if m.column
                    for unit in [lines[m.line_of(prefix)].written_unit if key in (m.only or (key,)) else "US$m"]
                ),
            )
    return report


def annual_table(result: Result) -> Table:
    """A table of the lines of `ANNUAL` by calendar year."""
    report = table("Year", *ANNUAL.values(), numbers_from=0, title="By calendar year, US$m nominal unless said")
    for place, year in enumerate(result.annual_rows["year"]):
        values = [result.annual_rows[row][place] for row in ANNUAL]
        report.add_row(
            str(year),
            *(
                written(value, LOOKS["x"])
                if row == "dscr"
                else written(value)
                if row == "ore_milled_mt"
                else whole(value)
                for row, value in zip(ANNUAL, values, strict=True)
            ),
        )
    return report


def whole(value: float) -> str:
    """A number without decimals; a dash where that would be zero."""
    return "–" if abs(value) < 0.5 else f"{value:,.0f}"


def show_checks(result: Result, out: Console) -> None:
    """Print that all checks pass, or those that fail; then the warnings."""
    items = result.checks["items"]
    if result.checks["passed"]:
        worst = max(item["worst"] for item in items.values())
        out.print(f"[green]All {len(items)} checks passed[/] (largest deviation {worst:.1e})")
    for name, item in items.items():
        if not item["passed"]:
            out.print(f"[red]Check {name} failed[/]: {item['worst']:.6g}, tolerance {item['tolerance']:g}")
    for text in result.warnings:
        out.print(f"Note: {plain(text)}")


def show_comparison(comparison: Comparison, out: Console) -> None:
    """Print the metrics of all cases, the bridge of IRR in percentage points and the checks."""
    report = table(
        "Case",
        *(m.column for m in columns()),
        title="IRR of the project (real), of equity, Barrick and Pakistan (nominal); US$m",
    )
    report.show_edge = False
    for result in comparison.results:
        report.add_row(plain(result.scenario.name), *(metric_text(result, m) for m in columns()))
    show(report, out)
    if comparison.bridges:
        base, known = comparison.reference, metrics()
        title = (
            f"Bridge of IRR from {plain(base.scenario.name)}: project {metric_text(base, known[BRIDGE_METRIC])}, "
            f"equity {metric_text(base, known[EQUITY_METRIC])}"
        )
        out.print(f"[bold]{title}[/]")
        report = table("Case", "Changed inputs", "Project", "Equity", numbers_from=2)
        for result in comparison.results:
            steps = comparison.bridges.get(result.scenario.name, ())
            for place, step in enumerate(steps):
                report.add_row(
                    plain(result.scenario.name) if place == 0 else "",
                    step.label,
                    points(step.effect),
                    points(step.equity_effect),
                )
            if len(steps) > 1:
                report.add_row(
                    "", "in all", points(sum(s.effect for s in steps)), points(sum(s.equity_effect for s in steps))
                )
        show(report, out)
    failing = [r.scenario.name for r in comparison.results if not r.checks["passed"]]
    out.print(
        f"[red]Checks fail in {', '.join(failing)}[/]"
        if failing
        else f"[green]All checks passed in all {len(comparison.results)} cases[/]"
    )


def points(effect: float) -> str:
    """A difference of rates, as a fraction, in percentage points."""
    return "–" if effect != effect else f"{effect * 100:+.2f} pt"
