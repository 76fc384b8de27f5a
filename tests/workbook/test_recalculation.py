"""The proof: without cached values, and after changing inputs in the file, LibreOffice arrives at the engine's numbers.

Every formula cell of every bundled scenario is compared, in two steps: the cells of line items with a run of the engine
on the scenario's own time axis, and all cells (totals, years, statements, headers) with the values that the program
wrote beside them. To keep the suite short all but `base` are calculated by year here; REKODIQ_FULL_WORKBOOKS=1 takes
every scenario as it is (about five minutes).
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from model.assumptions.files import bundled
from model.assumptions.resolve import load
from model.outputs.workbook import write_workbook
from model.outputs.workbook.page import FIRST, LETTERS
from model.outputs.workbook.plan import Plan
from model.outputs.workbook.planning import planned
from model.outputs.workbook.yearly import layout
from model.results import METRICS, Result, run
from tests.workbook.calc import Cells, defined_names, formula_cells, recalculated, rewritten, same

SCENARIOS = sorted(bundled())
BY_YEAR = {"timeline.period_months": 12}
AS_THEY_ARE = set(SCENARIOS) if os.environ.get("REKODIQ_FULL_WORKBOOKS") else {"base"}
# Shapes that no bundled scenario has: numbers by year, interpolated; every kind of repayment; a named ramp-up.
SHAPES = {
    "prices.copper": {2028: 4.0, 2036: 5.0, "interpolation": "linear"},
    "prices.gold": {2027: 2500.0, 2030: 2000.0, "interpolation": "step"},
    "inflation.cpi": {2025: 0.03, 2026: 0.025}, "ramp_up.curve": "mcnulty_2",
    "financing.tranches.us_exim.repayment": "annuity", "financing.tranches.adb.repayment": "sculpted",
    "financing.tranches.edc.repayment": "profile", "financing.tranches.edc.profile": {2031: 0.4, 2033: 0.6},
    "joint_venture.shareholder_loans.share": 0.3, "joint_venture.carry_recoupment": 0.5,
    "discounting.convention": "mid", "fiscal.regime": "holiday_then_20",
}  # fmt: skip
CHANGED = "base by year"  # the workbook in which inputs are changed
AXIS_ONLY = {"last_period"}  # a flag of the time axis, which is longer in the workbook

# Inputs changed in the file, together; each must equal a run with the same `--set`.
CHANGES: dict[str, dict[str, Any]] = {
    "prices_and_costs": {
        "prices.copper": 3.2, "prices.gold": 1500.0, "factors.capex": 1.25, "costs.mining": 2.4, "factors.energy": 1.3,
        "inflation.cpi": 0.04, "inflation.capex": 0.01, "discounting.rate": 0.1, "discounting.equity_rate": 0.09,
        "discounting.convention": "mid", "production.recovery.copper": 0.85, "working_capital.payable_days": 20.0,
    },
    "lenders": {
        "financing.tranches.us_exim.commitment": 900.0, "fiscal.royalty_rate": 0.065, "financing.cash_sweep": 0.5,
        "financing.tranches.edc.repayment_years": 9.0, "financing.tranches.jbic.premium_timing": "upfront",
        "financing.tranches.jbic.premium": 0.08, "financing.gearing": 0.5, "financing.dsra_months": 9.0,
        "us_imports.announced_total": 1800.0, "joint_venture.operator_fee": 0.02,
    },
    "time": {
        "timeline.delay_months": 14.0, "timeline.first_production": dt.date(2029, 10, 15), "ramp_up.band_months": 9.0,
        "fiscal.regime": "standard", "discounting.convention": "end",
    },
    "no_phase_2_at_a_loss": {
        "production.phase_2.included": False, "factors.copper_price": 0.55, "financing.included": False,
    },
}  # fmt: skip


class Case(NamedTuple):
    """A workbook before and after its recalculation, and the engine's result for the same inputs."""

    name: str
    plan: Plan
    result: Result
    written: Cells
    found: Cells
    names: dict[str, tuple[str, str]]


def cases(folder: Path) -> Iterator[Case]:
    """Write, strip, change and recalculate all workbooks; then give them one by one."""
    sources: dict[str, Path] = {}
    stripped = []
    scenarios = {name: load(name, {} if name in AS_THEY_ARE else BY_YEAR) for name in SCENARIOS}
    scenarios["shapes"] = load("base", BY_YEAR | SHAPES)
    scenarios[CHANGED] = load("base", BY_YEAR)
    for name, scenario in scenarios.items():
        sources[name] = folder / f"{name}.xlsx"
        write_workbook([scenario], sources[name])
        if name != CHANGED:
            stripped.append(rewritten(sources[name], folder / f"{name}-stripped.xlsx"))
    for change, values in CHANGES.items():
        stripped.append(rewritten(sources[CHANGED], folder / f"{change}-stripped.xlsx", in_cells(values)))
    done = recalculated(stripped, folder)
    plans = {name: planned(run(scenario)) for name, scenario in scenarios.items()}
    for name in (*SCENARIOS, "shapes"):
        yield Case(name, plans[name], plans[name].result, formula_cells(sources[name]),
                   formula_cells(done[f"{name}-stripped"]), defined_names(sources[name]))  # fmt: skip
    names = defined_names(sources[CHANGED])
    for change, values in CHANGES.items():
        result = run(load("base", BY_YEAR | {path: written(value) for path, value in values.items()}))
        yield Case(change, plans[CHANGED], result, {}, formula_cells(done[f"{change}-stripped"]), names)


def in_cells(values: dict[str, Any]) -> dict[str, Any]:
    """Values as cells hold them: dates as days."""
    return {p: float((v - dt.date(1899, 12, 30)).days) if isinstance(v, dt.date) else v for p, v in values.items()}


def written(value: Any) -> Any:
    """Values as `--set` takes them."""
    return value.isoformat() if isinstance(value, dt.date) else value


def line_cells(case: Case) -> Iterator[tuple[str, tuple[str, str], float]]:
    """Every line item of the engine's run: its name, its cell, and its value there."""
    model, plan = case.result.model, case.plan
    apart = (model.first_year - plan.model.first_year) * 12 // model.period_months
    for line in model.sheet.lines.values():
        at, row = plan.places.lines[line.name]
        if not line.series:
            yield line.name, (at, f"C{row}"), case.result.figure(line.name)
        elif line.name not in AXIS_ONLY:
            for t, value in enumerate(case.result.series(line.name), apart):
                yield line.name, (at, f"{LETTERS[FIRST + t]}{row}"), value


def test_libreoffice_arrives_at_the_numbers_of_the_engine(tmp_path: Path) -> None:
    """One test, since every worker of a parallel run would write and calculate all workbooks again."""
    seen = []
    for case in cases(tmp_path):
        no_cell_is_an_error(case)
        every_line_equals_the_engine(case)
        every_metric_is_found_by_its_name(case)
        if case.written:
            every_formula_gives_what_was_written_beside_it(case)
            years_equal_the_annual_table(case)
        seen.append(case.name)
    assert seen == [*SCENARIOS, "shapes", *CHANGES]


def no_cell_is_an_error(case: Case) -> None:
    assert [at for at, cell in case.found.items() if cell.error] == [], case.name


def every_line_equals_the_engine(case: Case) -> None:
    compared = list(line_cells(case))
    assert len(compared) > 20_000
    wrong = [(line, at, value, case.found[at].value) for line, at, value in compared
             if not same(value, case.found[at].value)]  # fmt: skip
    assert wrong[:10] == [], case.name


def every_formula_gives_what_was_written_beside_it(case: Case) -> None:
    assert len(case.written) > 25_000
    assert case.written.keys() <= case.found.keys()
    wrong = [(at, cell.value, case.found[at].value) for at, cell in case.written.items()
             if not same(cell.value, case.found[at].value)]  # fmt: skip
    assert wrong[:10] == [], case.name


def every_metric_is_found_by_its_name(case: Case) -> None:
    assert set(METRICS) == {n.removeprefix("metrics.") for n in case.names if n.startswith("metrics.")}
    for metric, value in case.result.metrics.items():
        if metric == "first_production":
            value = float((dt.date.fromisoformat(value) - dt.date(1899, 12, 30)).days)
        assert same(value, case.found[case.names[f"metrics.{metric}"]].value), (case.name, metric)


def years_equal_the_annual_table(case: Case) -> None:
    annual = case.result.annual_rows
    compared = [(line, year, value, case.found["Annual", f"{LETTERS[FIRST + k]}{row}"].value)
                for line, row in layout(case.plan)[1].items() if line in annual
                for k, (year, value) in enumerate(zip(annual["year"], annual[line], strict=True))]  # fmt: skip
    assert len(compared) > 1000
    assert [each for each in compared if not same(*each[2:])][:10] == [], case.name
