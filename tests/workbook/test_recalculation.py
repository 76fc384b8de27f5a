"""The proof: recalculated from its formulas alone, and after changing inputs in the file, a workbook arrives at the
engine's numbers.

IronCalc calculates every formula cell of every case, compared in two steps: the cells of line items with a run of the
engine on the scenario's own time axis, and all cells (totals, years, statements, headers) with the values that the
program wrote beside them. LibreOffice is the second opinion on a sample, in `make test-all` on everything.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from model.outputs.workbook import write_workbook
from model.outputs.workbook.page import FIRST, LETTERS
from model.outputs.workbook.plan import Plan
from model.outputs.workbook.planning import planned
from model.outputs.workbook.yearly import layout
from model.results.registry import metrics
from model.results.result import Result, run
from model.scenario.files import bundled
from model.scenario.resolve import Scenario, load
from tests.changes import accepted, moved, numbers
from tests.conftest import count
from tests.workbook.calc import Cells, Input, defined_names, rewritten, same
from tests.workbook.engines import Engine, Loaded, by_ironcalc, by_libreoffice

SCENARIOS = sorted(bundled())
LENGTHS = (3, 6, 12)  # months in a period
# Shapes that no bundled scenario has: numbers by year, interpolated; every kind of repayment; a named ramp-up.
SHAPES: dict[str, Any] = {
    "prices.copper": {2028: 4.0, 2036: 5.0, "interpolation": "linear"},
    "prices.gold": {2027: 2500.0, 2030: 2000.0, "interpolation": "step"},
    "inflation.cpi": {2025: 0.03, 2026: 0.025},
    "ramp_up.curve": "mcnulty_2",
    "financing.tranches.us_exim.repayment": "annuity",
    "financing.tranches.adb.repayment": "sculpted",
    "financing.tranches.edc.repayment": "profile",
    "financing.tranches.edc.profile": {2031: 0.4, 2033: 0.6},
    "joint_venture.shareholder_loans.share": 0.3,
    "joint_venture.carry_recoupment": 0.5,
    "discounting.convention": "mid",
    "fiscal.regime": "holiday_then_20",
}
AXIS_ONLY = {"last_period"}  # a flag of the time axis, which is longer in the workbook
FALSE = -987654321.5  # a cached value that no cell has

# Inputs changed in the file, together; each must equal a run with the same `--set`.
CHANGES: dict[str, dict[str, Any]] = {
    "prices_and_costs": {
        "prices.copper": 3.2,
        "prices.gold": 1500.0,
        "factors.capex": 1.25,
        "costs.mining": 2.4,
        "factors.energy": 1.3,
        "inflation.cpi": 0.04,
        "inflation.capex": 0.01,
        "discounting.rate": 0.1,
        "discounting.equity_rate": 0.09,
        "discounting.convention": "mid",
        "production.recovery.copper": 0.85,
        "working_capital.payable_days": 20.0,
    },
    "lenders": {
        "financing.tranches.us_exim.commitment": 900.0,
        "fiscal.royalty_rate": 0.065,
        "financing.cash_sweep": 0.5,
        "financing.tranches.edc.repayment_years": 9.0,
        "financing.tranches.jbic.premium_timing": "upfront",
        "financing.tranches.jbic.premium": 0.08,
        "financing.gearing": 0.5,
        "financing.dsra_months": 9.0,
        "us_imports.announced_total": 1800.0,
        "joint_venture.operator_fee": 0.02,
    },
    "time": {
        "timeline.delay_months": 14.0,
        "timeline.first_production": dt.date(2029, 10, 15),
        "ramp_up.band_months": 9.0,
        "fiscal.regime": "standard",
        "discounting.convention": "end",
    },
    "no_phase_2_at_a_loss": {
        "production.phase_2.included": False,
        "factors.copper_price": 0.55,
        "financing.included": False,
    },
}


class Book(NamedTuple):
    """A workbook as written, its plan, and the engine's result on the scenario's own time axis."""

    path: Path
    plan: Plan
    names: dict[str, tuple[str, str]]


def written(name: str, months: int | None, folder: Path) -> Book:
    """Write the workbook of a bundled scenario, or of `shapes`, at a length of period or its own."""
    scenario = case(name, months)
    path = folder / f"{name}-{months}.xlsx"
    write_workbook([scenario], path)
    return Book(path, planned(run(scenario)), defined_names(path))


def case(name: str, months: int | None, overrides: Mapping[str, Any] | None = None) -> Scenario:
    """A bundled scenario, or `shapes`, at a length of period and with what `--set` changes."""
    shape = SHAPES if name == "shapes" else {}
    length = {} if months is None else {"timeline.period_months": months}
    return load("base" if name == "shapes" else name, {**length, **shape, **(overrides or {})})


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Book]:
    """`base(3)`: the workbook of the base case by quarter, written once."""
    return cache(lambda months: written("base", months, tmp_path_factory.mktemp("base")))


def recalculated(engine: Engine, source: Path, folder: Path, changes: Mapping[str, Input] | None = None) -> Cells:
    """The cells of a workbook with inputs changed in the file, in which no formula shows what it did."""
    bare = rewritten(source, folder / "changed.xlsx", changes, FALSE if engine is by_ironcalc else None)
    return dict(engine({"changed": bare}, folder))["changed"]


def in_cells(values: Mapping[str, Any]) -> dict[str, Input]:
    """Values as cells hold them: dates as days."""
    return {p: float((v - dt.date(1899, 12, 30)).days) if isinstance(v, dt.date) else v for p, v in values.items()}


def as_overrides(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as `--set` takes them."""
    return {p: value.isoformat() if isinstance(value, dt.date) else value for p, value in values.items()}


@pytest.mark.parametrize(
    ("name", "months"),
    [
        *((name, None) for name in (*SCENARIOS, "shapes")),
        *((name, months) for name in ("base", "shapes") for months in (3, 12)),
        *(
            pytest.param(name, months, marks=pytest.mark.long)
            for name in SCENARIOS
            if name != "base"
            for months in LENGTHS
        ),
    ],
)
def test_every_formula_gives_the_numbers_of_the_engine(name: str, months: int | None, tmp_path: Path) -> None:
    book = written(name, months, tmp_path)
    loaded = Loaded(book.path)
    stored, found = loaded.stored(), loaded.calculated()
    formulas_give_what_is_stored(stored, found)
    cells_are_the_engine_s(book, book.plan.result, found)
    years_are_the_annual_table_s(book, found)


def test_what_was_stored_has_no_part_in_it(base: Callable[[int], Book], tmp_path: Path) -> None:
    """With a false value beside every formula IronCalc arrives at the same."""
    path = base(12).path
    false = Loaded(rewritten(path, tmp_path / "false.xlsx", cached=FALSE))
    assert {cell.value for cell in false.stored().values()} == {FALSE, str(FALSE)}
    formulas_give_what_is_stored(Loaded(path).stored(), false.calculated())


@pytest.mark.parametrize("months", LENGTHS)
@pytest.mark.parametrize("change", CHANGES)
def test_changed_inputs_equal_a_run_with_the_same_overrides(
    change: str, months: int, base: Callable[[int], Book], tmp_path: Path
) -> None:
    found = recalculated(by_ironcalc, base(months).path, tmp_path, in_cells(CHANGES[change]))
    cells_are_the_engine_s(base(months), run(case("base", months, as_overrides(CHANGES[change]))), found)


@pytest.mark.parametrize(
    ("name", "months"),
    [
        *(("base", months) for months in LENGTHS),
        *(
            pytest.param(name, months, marks=pytest.mark.long)
            for name in SCENARIOS
            if name != "base"
            for months in LENGTHS
        ),
    ],
)
def test_random_changes_equal_a_run_with_the_same_overrides(
    name: str, months: int, base: Callable[[int], Book], tmp_path: Path
) -> None:
    """Eight live inputs at once, changed by up to a third."""
    book = base(months) if name == "base" else written(name, months, tmp_path)
    rng, scenario = random.Random(f"{name} {months}"), case(name, months)
    live = {row.leaf.path for row in book.plan.inputs if row.leaf is not None and row.live}
    for _ in range(count(2, 10)):
        paths = rng.sample([path for path in numbers(scenario) if path in live], 8)
        changes = accepted(name, {path: moved(rng, path, scenario.leaves[path].value) for path in paths})
        assert len(changes) > 5
        found = recalculated(by_ironcalc, book.path, tmp_path, changes)
        result = run(case(name, months, changes))
        if periods_before(book.plan, result) + result.model.periods > book.plan.model.periods:
            at, row = book.plan.places.lines["check_timeline_covers_life"]
            assert float(found[at, f"C{row}"].value) > 0, "the life does not fit, and the workbook does not say so"
        else:
            cells_are_the_engine_s(book, result, found)


@pytest.mark.parametrize(
    ("changes", "covered"),
    [({"factors.throughput": 0.5}, True), ({"factors.throughput": 0.5, "timeline.licence_years": 99.0}, False)],
    ids=["until the licence ends", "longer licence"],
)
def test_a_life_beyond_the_columns_is_said(
    changes: dict[str, Any], covered: bool, base: Callable[[int], Book], tmp_path: Path
) -> None:
    """The columns reach past the end of the licence as exported; a reader who extends it is told that they do not."""
    found = recalculated(by_ironcalc, base(12).path, tmp_path, in_cells(changes))
    assert [at for at, cell in found.items() if cell.error] == []
    sheet, row = base(12).plan.places.lines["check_timeline_covers_life"]
    assert found[sheet, f"C{row}"].value == (0 if covered else 1)


Sample = tuple[tuple[str, int | None, str], ...]
SAMPLE: Sample = (("base", None, ""),)
CASES: Sample = tuple((name, months, "") for name in (*SCENARIOS, "shapes") for months in (None, 12))
ALL_CHANGES: Sample = tuple(("base", months, change) for change in CHANGES for months in LENGTHS)


@pytest.mark.slow
@pytest.mark.parametrize(
    "sample",
    [SAMPLE, pytest.param(CASES, marks=pytest.mark.long), pytest.param(ALL_CHANGES, marks=pytest.mark.long)],
    ids=["sample", "all_cases", "all_changes"],
)
def test_libreoffice_is_of_the_same_opinion(sample: Sample, base: Callable[[int], Book], tmp_path: Path) -> None:
    """One call for all workbooks, since LibreOffice takes seconds to start."""
    books: dict[str, tuple[Book, Result]] = {}
    bare: dict[str, Path] = {}
    for name, months, change in sample:
        book = base(months) if name == "base" and months else written(name, months, tmp_path)
        key = f"{name}-{months}-{change}"
        books[key] = book, run(case(name, months, as_overrides(CHANGES.get(change, {}))))
        bare[key] = rewritten(book.path, tmp_path / f"{key}-bare.xlsx", in_cells(CHANGES.get(change, {})))
    for key, found in by_libreoffice(bare, tmp_path):
        book, result = books[key]
        cells_are_the_engine_s(book, result, found)
        if result.scenario.sha256 == book.plan.scenario.sha256:
            formulas_give_what_is_stored(Loaded(book.path).stored(), found)
            years_are_the_annual_table_s(book, found)


def formulas_give_what_is_stored(stored: Cells, found: Cells) -> None:
    assert len(stored) > 25_000 and stored.keys() <= found.keys()
    wrong = [(at, cell.value, found[at].value) for at, cell in stored.items() if not same(cell.value, found[at].value)]
    assert wrong[:10] == []


def cells_are_the_engine_s(book: Book, result: Result, found: Cells) -> None:
    """No error, every line item of a run, and every metric under its name."""
    assert [at for at, cell in found.items() if cell.error] == []
    compared = list(line_cells(book.plan, result))
    assert len(compared) > 15_000
    wrong = [(line, at, value, found[at].value) for line, at, value in compared if not same(value, found[at].value)]
    assert wrong[:10] == []
    assert set(metrics()) == {name.removeprefix("metrics.") for name in book.names if name.startswith("metrics.")}
    for metric, value in result.metrics.items():
        if metric == "first_production":
            value = float((dt.date.fromisoformat(value) - dt.date(1899, 12, 30)).days)
        assert same(value, found[book.names[f"metrics.{metric}"]].value), metric


def line_cells(plan: Plan, result: Result) -> Iterator[tuple[str, tuple[str, str], float]]:
    """Every line item of the engine's run: its name, its cell, and its value there."""
    for line in result.model.declaration.lines.values():
        at, row = plan.places.lines[line.name]
        if not line.series:
            yield line.name, (at, f"C{row}"), result.figure(line.name)
        elif line.name not in AXIS_ONLY:
            for t, value in enumerate(result.series(line.name), periods_before(plan, result)):
                yield line.name, (at, f"{LETTERS[FIRST + t]}{row}"), value


def periods_before(plan: Plan, result: Result) -> int:
    """By how many periods a run begins after the workbook."""
    return (result.model.first_year - plan.model.first_year) * 12 // result.model.period_months


def years_are_the_annual_table_s(book: Book, found: Cells) -> None:
    annual = book.plan.result.annual_rows
    compared = [
        (line, year, value, found["Annual", f"{LETTERS[FIRST + k]}{row}"].value)
        for line, row in layout(book.plan)[1].items()
        if line in annual
        for k, (year, value) in enumerate(zip(annual["year"], annual[line], strict=True))
    ]
    assert len(compared) > 1000
    assert [each for each in compared if not same(*each[2:])][:10] == []
