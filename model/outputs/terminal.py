"""Results as tables on a terminal of 80 columns."""

from __future__ import annotations

from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from ..results.result import METRICS, Result
from ..scenario.problems import clip
from ..studies.compare import Comparison
from .numbers import written

NARROWEST = 80
HEADLINES = {
    "Returns": (
        "project_irr",
        "project_irr_pre_tax",
        "project_irr_nominal",
        "project_npv",
        "equity_irr",
        "equity_irr_real",
        "equity_npv",
        "payback_years",
    ),
    "The mine": (
        "first_production",
        "mine_life_years",
        "lom_copper_kt",
        "lom_gold_koz",
        "lom_nsr",
        "lom_after_tax_cash_flow",
        "c1_cost",
        "aisc",
        "government_take",
    ),
    "Finance": (
        "total_uses",
        "total_debt_drawn",
        "total_equity_to_completion",
        "gearing",
        "interest_during_construction",
        "min_dscr",
        "avg_dscr",
        "min_llcr",
        "min_plcr",
        "min_reserve_tail",
        "lock_up_periods",
        "default_periods",
    ),
    "United States and jobs": (
        "us_imports",
        "us_imports_exim_financed",
        "exim_drawn",
        "us_jobs",
        "balochistan_jobs_peak",
        "operations_jobs",
    ),
}
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
    found = Console(highlight=False)
    if not found.is_terminal or found.width < NARROWEST:
        found = Console(highlight=False, width=NARROWEST)
    return found


def table(*headers: str, title: str = "", numbers_from: int = 1) -> Table:
    """An empty table: words on the left, numbers on the right."""
    made = Table(
        box=box.SIMPLE_HEAD, title=title or None, title_justify="left", title_style="bold", pad_edge=False, padding=0
    )
    for place, header in enumerate(headers):
        made.add_column(
            header,
            justify="right" if place >= numbers_from else "left",
            no_wrap=place >= numbers_from or place == 0,
            overflow="fold",
        )
    return made


def metric_text(result: Result, name: str) -> str:
    """A metric as text, by its line's unit."""
    line = result.model.declaration.lines[METRICS[name]]
    unit = "%" if name in ("gearing", "government_take", "min_reserve_tail") else line.written_unit
    unit = "count" if name.endswith("_periods") else unit
    return written(result.metrics[name], unit)


def show_result(result: Result, out: Console) -> None:
    """Headline metrics, shareholders, lenders, governments, the annual table and the checks."""
    lines = result.model.declaration.lines
    out.print(f"[bold]{plain(result.scenario.title)}[/]")
    for title, names in HEADLINES.items():
        made = table(title, "", "Unit", numbers_from=1)
        made.columns[2].justify = "left"
        for name in names:
            line = lines[METRICS[name]]
            unit = "" if name == "first_production" else unit_text(line.written_unit)
            made.add_row(line.label, metric_text(result, name), unit)
        out.print(made)
    out.print(holders_table(result))
    out.print(lenders_table(result))
    made = table("Governments, US$m nominal", "Royalty", "Taxes", "Dividends", "Calls", "Net")
    for who, label in (("federation", "Federation of Pakistan"), ("balochistan", "Balochistan")):
        made.add_row(label, *(written(v) for v in result.governments[who].values()))
    out.print(made)
    out.print(annual_table(result))
    show_checks(result, out)


def plain(text: str) -> Any:
    """Text of a scenario, with nothing in it read as markup."""
    from rich.markup import escape

    return escape(text)


def unit_text(unit: str) -> str:
    """A unit as people read it beside a figure that is already written in it."""
    return " " + {"1": "", "x": "", "1/year": "a year"}.get(unit, unit)


def holders_table(result: Result) -> Table:
    """Returns of every shareholder and of the two halves."""
    made = table("Shareholders, US$m nominal", "IRR", "NPV", "Calls", "Distributions", "Multiple")
    labels = {
        key: result.model.declaration.label(f"joint_venture.shareholders.{key}")
        for key in result.shareholders
        if key != "groups"
    }
    groups = {"barrick_50": "Barrick in all", "pakistan_50": "Pakistani stakeholders in all"}
    for key, view in (
        *((labels[k], result.shareholders[k]) for k in labels),
        *((label, result.shareholders["groups"][k]) for k, label in groups.items()),
    ):
        made.add_row(
            plain(key),
            written(view["irr"], "1/year"),
            written(view["npv"]),
            written(view["contributions"]),
            written(view["distributions"]),
            written(view["moic"], "x"),
        )
    return made


def lenders_table(result: Result) -> Table:
    """The account of every tranche."""
    made = table("Lenders, US$m nominal", "Offer", "Drawn", "Interest", "Fees", "Prem.", "WAL", "DSCR")
    for key, loan in result.lenders.items():
        label = result.model.declaration.label(f"financing.tranches.{key}")
        sums = (written(loan[k]) for k in ("commitment", "drawn", "interest", "fees", "premium"))
        made.add_row(plain(clip(label, 30)), *sums, written(loan["wal_years"], "years"), written(loan["min_dscr"], "x"))
    return made


def annual_table(result: Result) -> Table:
    """The main rows by calendar year."""
    made = table("Year", *ANNUAL.values(), title="By calendar year, US$m nominal unless said")
    for place, year in enumerate(result.annual_rows["year"]):
        values = [result.annual_rows[row][place] for row in ANNUAL]
        made.add_row(
            str(year),
            *(
                written(value, "x") if row == "dscr" else written(value) if row == "ore_milled_mt" else whole(value)
                for row, value in zip(ANNUAL, values, strict=True)
            ),
        )
    return made


def whole(value: float) -> str:
    """A figure without decimals, nothing as a dash."""
    return "–" if abs(value) < 0.5 else f"{value:,.0f}"


def show_checks(result: Result, out: Console) -> None:
    """The checks in one line, or those that fail; then the warnings."""
    items = result.checks["items"]
    if result.checks["passed"]:
        worst = max(item["worst"] for item in items.values())
        out.print(f"[green]All {len(items)} checks passed[/] (largest deviation {worst:.1e})")
    for name, item in items.items():
        if not item["passed"]:
            out.print(f"[red]Check {name} failed[/]: {item['worst']:.6g}, tolerance {item['tolerance']:g}")
    for text in result.warnings:
        out.print(f"Note: {plain(text)}")


COMPARED = {
    "project_irr": "Project",
    "project_npv": "NPV",
    "equity_irr": "Equity",
    "barrick": "Barrick",
    "pakistan": "Pakistan",
    "min_dscr": "DSCR",
    "government_take": "Take",
    "exim_drawn": "EXIM",
}


def show_comparison(comparison: Comparison, out: Console) -> None:
    """Cases side by side, the difference in project IRR, the IRR bridge and the checks."""
    made = table(
        "Case", *COMPARED.values(), title="IRR of the project (real), of equity, Barrick and Pakistan (nominal); US$m"
    )
    for result in comparison.results:
        groups = result.shareholders["groups"]
        made.add_row(
            plain(result.scenario.name),
            metric_text(result, "project_irr"),
            metric_text(result, "project_npv"),
            metric_text(result, "equity_irr"),
            written(groups["barrick_50"]["irr"], "1/year"),
            written(groups["pakistan_50"]["irr"], "1/year"),
            metric_text(result, "min_dscr"),
            metric_text(result, "government_take"),
            metric_text(result, "exim_drawn"),
        )
    out.print(made)
    if comparison.bridges:
        base = comparison.reference
        title = (
            f"Bridge of IRR from {plain(base.scenario.name)}: project {metric_text(base, 'project_irr')}, "
            f"equity {metric_text(base, 'equity_irr')}"
        )
        out.print(f"[bold]{title}[/]")
        made = table("Case", "Changed inputs", "Project", "Equity", numbers_from=2)
        for result in comparison.results:
            steps = comparison.bridges.get(result.scenario.name, ())
            for place, step in enumerate(steps):
                made.add_row(
                    plain(result.scenario.name) if place == 0 else "",
                    step.label,
                    points(step.effect),
                    points(step.equity_effect),
                )
            if len(steps) > 1:
                made.add_row(
                    "", "in all", points(sum(s.effect for s in steps)), points(sum(s.equity_effect for s in steps))
                )
        out.print(made)
    failing = [r.scenario.name for r in comparison.results if not r.checks["passed"]]
    out.print(
        f"[red]Checks fail in {', '.join(failing)}[/]"
        if failing
        else f"[green]All checks passed in all {len(comparison.results)} cases[/]"
    )


def points(effect: float) -> str:
    """A difference of rates, in percentage points."""
    return "–" if effect != effect else f"{effect * 100:+.2f} pt"
