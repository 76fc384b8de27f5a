"""Write the generated documents again: `python -m docs.generate`. A test compares them with what stands here."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from model.outputs.terminal import metric_text, unit_text
from model.results.registry import shown_in
from model.results.result import Result, run
from model.scenario.resolve import bundled, load

from .statements import plan_of, statements

HERE = Path(__file__).parent
HEADER = "<!-- Written by `make docs`; do not edit. -->\n"


def documents() -> dict[str, str]:
    """File name -> text of every generated document."""
    results = {name: run(load(name)) for name in bundled()}
    return {
        "lines.md": lines(results["base"]),
        "validation.md": validation(results),
        "scaling.md": scaling(),
        "engine.md": engine(results["base"]),
    }


def table(header: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown."""
    return "\n".join(["| " + " | ".join(row) + " |" for row in (header, ["---"] * len(header), *rows)]) + "\n"


def lines(base: Result) -> str:
    """Every line item with unit and definition, by stage."""
    parts = [
        HEADER,
        f"# Line items\n\nAll {len(base.model.declaration.lines)} line items of the base scenario, by stage. "
        "`rekodiq explain base LINE` shows one with its numbers.\n",
    ]
    for stage, items in groupby(base.model.declaration.lines.values(), key=lambda line: line.stage):
        rows = [[f"`{i.name}`", i.written_unit, i.label, i.definition] for i in items]
        parts.append(f"\n## {stage}\n\n" + table(["line", "unit", "label", "definition"], rows))
    return "\n".join(parts)


def validation(results: dict[str, Result]) -> str:
    """Published figures beside the model's, with the bridge to the uses of funds."""
    text = (HERE / "validation.in.md").read_text(encoding="utf-8")
    return HEADER + text.format(
        technical_report=published(results["technical_report"]),
        announced=announced(results["base"]),
        uses=uses(results["base"], results["lender_case"]),
        approvals=approvals(),
        checks=checks(results),
        cases=cases(results),
        mutation=measured("mutation.md", "- "),
        speed=measured("benchmarks.md", "| "),
    )


def compared(rows: list[tuple[str, float, float, str, str]]) -> str:
    """Published beside calculated: (what, published, ours, format, source)."""
    made = []
    for what, theirs, ours, form, source in rows:
        apart = f"{(ours - theirs) * 100:+.2f} points" if "%" in form else f"{round(ours / theirs - 1, 6) + 0.0:+.2%}"
        made.append([what, format(theirs, form), format(ours, form), apart, source])
    return table(["figure", "published", "this model", "distance", "source"], made)


def published(case: Result) -> str:
    """The technical report's figures."""
    m, momentum = case.metrics, "miningmomentum.com/reko-diq on the technical report"
    filing = "OGDCL filing, 25 Mar 2025"
    return compared(
        [
            ("Pre-tax cash flow, US$m real", 77_254, m["lom_pre_tax_cash_flow"], ",.0f", momentum),
            (
                "After-tax cash flow, US$m real",
                70_150,
                m["lom_after_tax_cash_flow"],
                ",.0f",
                "77,254 less 7.1 bn; 70 bn of free cash flow in dawn.com/news/1901213",
            ),
            ("NPV at 8 %, US$m real", 13_014, m["project_npv"], ",.0f", momentum),
            ("IRR, real, after tax", 0.2132, m["project_irr"], ".2%", "dawn.com/news/1901213"),
            ("Copper, kt", 13_100, m["lom_copper_kt"], ",.0f", filing),
            ("Gold, koz", 17_900, m["lom_gold_koz"], ",.0f", filing),
            ("Operating costs, US$m real", 39_000, m["lom_opex"], ",.0f", "Derived from published cash flows"),
        ]
    )


def announced(base: Result) -> str:
    """What was announced in December 2025, in the base scenario."""
    m, embassy = base.metrics, "US Embassy and EXIM, 10 Dec 2025"
    return compared(
        [
            ("EXIM loan drawn, US$m", 1_250, m["exim_drawn"], ",.1f", embassy),
            ("US equipment and services, US$m", 2_000, m["us_imports"], ",.1f", embassy),
            ("Jobs supported in the US", 6_000, m["us_jobs"], ",.0f", embassy),
            ("Jobs in Balochistan, construction peak", 7_500, m["balochistan_jobs_peak"], ",.0f", embassy),
            ("Jobs in Balochistan, operation", 4_000, m["operations_jobs"], ",.0f", "Barrick releases since 2022"),
            ("Debt, US$m", 3_500, m["total_debt_drawn"], ",.1f", "ECC, 18 Sep 2025 (brecorder.com/news/40384260)"),
        ]
    )


def uses(base: Result, lender: Result) -> str:
    """The bridge from real capital to uses of funds, both cases."""
    steps = [
        ("Phase 1 capital, money of 2024", "phase_1_capex_real"),
        ("Contingency", "phase_1_contingency_real"),
        ("Escalation to the year of spending", "phase_1_escalation"),
        ("Pre-production costs", "startup_funding"),
        ("Interest during construction", "interest_during_construction"),
        ("Commitment and upfront fees", "financing_fees"),
        ("Exposure premiums", "exposure_premiums"),
        ("Debt service reserve", "dsra_funded"),
        ("**Uses of funds**", "uses_of_funds"),
        ("of which debt", "debt_drawdown"),
        ("of which equity", "equity_construction"),
    ]
    rows = [[label, f"{base.sum(line):,.1f}", f"{lender.sum(line):,.1f}"] for label, line in steps]
    rows.append(["Published uses", "6,946", "7,723"])
    rows.append(
        [
            "Distance",
            *(f"{case.metrics['total_uses'] / total - 1:+.2%}" for case, total in ((base, 6_946), (lender, 7_723))),
        ]
    )
    rows.append(["Published equity", "3,446", "4,223"])
    return table(["US$m nominal", "base", "lender_case"], rows)


def approvals() -> str:
    """Shares of the approved amounts against what was published."""
    rows = []
    for what, total, holders in (
        ("of 7,723 in all", 7_723, ((2_145, 25), (1_287, 15))),
        ("of 4,223 of equity", 4_223, ((1_173, 25), (704, 15))),
    ):
        for (theirs, parts), name in zip(holders, ("PMPL (OGDCL, PPL, GHPL)", "BMRL"), strict=True):
            rows.append([f"{name}, {what}", f"{theirs:,}", f"{total * parts / 90:,.1f}", f"{parts}/90"])
    return table(["share", "approved, US$m", "funding share, US$m", "share"], rows)


def checks(results: dict[str, Result]) -> str:
    """The largest deviation of every check over all scenarios."""
    lines = results["base"].model.declaration.lines
    rows = []
    for name in results["base"].checks["items"]:
        worst = {case: r.checks["items"][name]["worst"] for case, r in results.items()}
        case = max(worst, key=lambda c: worst[c])
        rows.append(
            [
                lines[f"check_{name}"].label,
                "passed" if worst[case] <= 1e-6 else "FAILED",
                "below 1e-9" if worst[case] < 1e-9 else f"{worst[case]:.1e}",
            ]
        )
    return table(["check", f"in all {len(results)} scenarios", "largest deviation"], rows)


def scaling() -> str:
    """How the measured speed carries over to other runs."""
    each = figure("| the two together")
    rows = []
    for power in (5, 6, 7, 8):
        seconds = 10**power * each / 1e6
        rows.append([f"1e{power}", *(f"{seconds / cores:,.3g} s" for cores in (1, 2, 32))])
    text = (HERE / "scaling.in.md").read_text(encoding="utf-8")
    return HEADER + text.format(
        kernel=measured("benchmarks.md", "| kernel,"),
        worker=measured("benchmarks.md", "| one worker,"),
        processes=measured("benchmarks.md", "| whole processes"),
        extrapolated=table(["scenarios", "1 core", "2 cores", "32 cores"], rows),
    )


def engine(base: Result) -> str:
    """The engine's page, with the statements that its writers make of two lines."""
    languages = {"declaration": "python", "excel": "text"}
    parts = {
        f"{name}_{language}": f"```{languages.get(language, language)}\n{statement}\n```"
        for name in ("royalty_due", "royalty_credited")
        for language, statement in statements(base, name)
    }
    text = (HERE / "engine.in.md").read_text(encoding="utf-8")
    return HEADER + text.format(passes=len(plan_of(base).passes), lines=len(base.model.declaration.lines), **parts)


def figure(row: str) -> float:
    """The first number of a row that the benchmarks measured."""
    line = measured("benchmarks.md", row).splitlines()[0]
    return float(line.split("|")[2].replace(",", ""))


def measured(name: str, mark: str) -> str:
    """The first list or table of what another command measured and wrote to `name`."""
    block = (HERE / name).read_text(encoding="utf-8").partition(f"\n{mark}")[2].partition("\n\n")[0]
    return f"{mark}{block}\n"


def cases(results: dict[str, Result]) -> str:
    """The headline figures of every bundled scenario."""
    shown, lines = shown_in("docs"), results["base"].model.declaration.lines
    rows = [[f"`{name}`", *(metric_text(r, metric) for metric in shown)] for name, r in results.items()]
    heads = [f"{lines[m.line_of()].label},{unit_text(lines[m.line_of()].written_unit)}".rstrip(", ") for m in shown]
    return table(["scenario", *heads], rows)


if __name__ == "__main__":
    for file, contents in documents().items():
        (HERE / file).write_text(contents, encoding="utf-8")
        print(f"docs/{file}")
