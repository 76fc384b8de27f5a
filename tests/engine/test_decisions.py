"""A decision on financial state: spending on Phase 2 waits while the loans are locked up, and its capacity with it.

No stage of the model holds this rule. It is declared here in place of the schedule's, to show that a state carried from
period to period reaches every reader: plain floats, NumPy, the compiled kernel, workbook, page and explanation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from model.engine.structure import Model, bind, evaluate_many, periods_of_all, structure
from model.explain.calculated import At
from model.explain.trace import trace
from model.formulas.declaration import Declaration
from model.formulas.expr import DeclarationError, Expr, Line, prev, where
from model.kernel.cpp import kernel
from model.kernel.running import compiled
from model.kernel.running import run as run_kernel
from model.outputs.workbook import write_workbook
from model.outputs.workbook.planning import planned
from model.results.result import Result, run
from model.scenario.resolve import Scenario, load
from model.stages.construction import phasing_curve, share_spent
from model.stages.timeline import Timeline
from model.studies.differences import figures_of
from tests.explain.test_explain import recomputed
from tests.page.conftest import browser, open_page  # noqa: F401
from tests.page.test_numbers import apart
from tests.rules import replaced
from tests.workbook.calc import defined_names
from tests.workbook.engines import Loaded
from tests.workbook.test_recalculation import Book, cells_are_the_engine_s, formulas_give_what_is_stored

Array = NDArray[np.float64]
LOW, HIGH = 0.65, 1.0  # of the base case's prices: at the low ones the loans lock up before Phase 2 is paid for
LEVELS = (0.6, 0.62, LOW, 0.66, 0.7, 0.8, HIGH, 1.2)


def waiting(model: Declaration, time: Timeline, number: int, shift: Expr) -> Line:
    """`share_spent`, with the schedule of Phase 2 stopped as long as the period before was locked up."""
    if number == 1:
        return share_spent(model, time, number, shift)
    curve = phasing_curve(model, "phase_2_schedule", "capex.phase_2.schedule")
    lock_up = model.forward("lock_up", "1")
    waited = model.forward("phase_2_waited", "years")
    to_date = model.forward("phase_2_share_to_date", "1")
    model.line(
        "phase_2_waited",
        "years",
        "Phase 2, time waited",
        prev(waited) + where(prev(lock_up) > 0, time.period_years, 0),
        "Periods after a lock-up, to date.",
        kind="balance",
    )
    model.line(
        "phase_2_share_to_date",
        "1",
        "Phase 2, share spent to date",
        model.cumulative(curve, time.period_end - shift - waited),
        "The schedule, moved by the time waited.",
        kind="balance",
    )
    return model.line(
        "phase_2_share_spent",
        "1",
        "Phase 2, share spent",
        to_date - prev(to_date),
        "Share of the phase's capital that falls in the period.",
    )


def ahead_of_it(model: Declaration, time: Timeline, number: int, shift: Expr) -> Line:
    """A decision of a period on the lock-up of the same period, which Phase 2 itself can cause."""
    if number == 1:
        return share_spent(model, time, number, shift)
    curve = phasing_curve(model, "phase_2_schedule", "capex.phase_2.schedule")
    scheduled = model.cumulative(curve, time.period_end - shift) - model.cumulative(curve, time.period_start - shift)
    return model.line("phase_2_share_spent", "1", "", where(model.forward("lock_up", "1") > 0, 0, scheduled))


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch) -> None:
    replaced(monkeypatch, "construction", "share_spent", waiting)


def case(level: float, **changes: Any) -> Scenario:
    return load("base", {"factors.copper_price": level, "factors.gold_price": level, **changes})


def passed(result: Result) -> bool:
    return result.checks["passed"] is True


def columns(levels: tuple[float, ...]) -> dict[str, Array]:
    return {path: np.array(levels) for path in ("factors.copper_price", "factors.gold_price")}


def model_of_all(levels: tuple[float, ...]) -> Model:
    """The model on an axis long enough for all levels of prices."""
    scenario = case(HIGH)
    return structure(scenario, periods_of_all(scenario, columns(levels), len(levels)))


def spent_in(result: Result) -> list[str]:
    rows = zip(result.model.labels, result.series("phase_2_capex"), strict=True)
    return [label for label, capital in rows if capital > 0]


def milled_from(result: Result) -> str:
    rows = zip(result.model.labels, result.series("phase_2_potential_ore"), strict=True)
    return next(label for label, ore in rows if ore > 0)


def test_phase_2_waits_until_lock_up_is_over() -> None:
    high, low = run(case(HIGH)), run(case(LOW))
    assert passed(high) and passed(low)
    assert max(high.series("lock_up")) == 0 == max(high.series("phase_2_waited"))
    assert (spent_in(high)[0], spent_in(high)[-1], milled_from(high)) == ("2031H1", "2034H2", "2034H1")
    # Locked up for eight half-years, of which each stops the next: all that was to be spent comes four years later.
    locked = [label for label, flag in zip(low.model.labels, low.series("lock_up"), strict=True) if flag]
    assert (locked[0], locked[-1], len(locked)) == ("2030H1", "2033H2", 8)
    assert (spent_in(low)[0], spent_in(low)[-1], milled_from(low)) == ("2035H1", "2038H2", "2035H1")
    shift = 8
    for share in ("phase_2_share_spent", "phase_2_capex_real"):
        later = [0.0] * shift + high.series(share)
        assert low.series(share) == pytest.approx(later[: low.model.periods], abs=1e-9)
    assert low.sum("phase_2_capex_real") == pytest.approx(high.sum("phase_2_capex_real"))
    built = dict(zip(low.model.labels, low.series("phase_2_built"), strict=True))
    ore = dict(zip(low.model.labels, low.series("phase_2_potential_ore"), strict=True))
    assert 0 < built["2036H1"] < 0.5 and ore["2036H1"] == pytest.approx(45 / 2 * built["2036H1"])
    assert low.figure("production_end") > high.figure("production_end") + 1
    assert low.model.periods > high.model.periods


def test_the_lines_are_one_loop_in_order() -> None:
    """From ore to lock-up and back to ore: mine, taxes, loans and waterfall, stepped together."""
    groups = structure(case(HIGH)).groups
    loop = max(groups, key=lambda group: len(group.lines))
    assert loop.direction == "forward" and len(loop.lines) > 250
    assert {
        "ore_milled_mt",
        "net_smelter_return",
        "company_income_tax",
        "cfads",
        "lock_up",
        "phase_2_waited",
        "phase_2_built",
        "milling_end",
        "closure_start",
    } <= {*loop.lines}
    assert sum(len(group.lines) > 20 for group in groups) == 1


def by_floats(model: Model, levels: tuple[float, ...]) -> dict[str, Array]:
    """Every line of each level of prices by plain floats: figures (levels,), rows (periods, levels)."""
    inputs, elements = bind(model)
    runs = [
        model.program.function()(model.periods, {**inputs, **dict.fromkeys(columns(levels), level)}, elements)
        for level in levels
    ]
    return {name: np.array([found[name] for found in runs]).T for name in runs[0]}


def same_bits(expected: Mapping[str, Array], found: Mapping[str, Array]) -> None:
    for name, values in found.items():
        np.testing.assert_array_equal(expected[name], values, err_msg=name)  # a NaN equals a NaN


def yearly(row: Array) -> Array:
    """Half-years added by year, as a kernel gives them."""
    return row[::2] + 0.0 + row[1::2]


def test_floats_and_arrays_give_the_same_bits() -> None:
    model = model_of_all(LEVELS)
    assert model.periods == max(run(case(level)).model.periods for level in LEVELS)
    expected = by_floats(model, LEVELS)
    found = evaluate_many(model, tuple(model.declaration.lines), columns(LEVELS), len(LEVELS))
    assert {*found} == {*expected}
    same_bits(expected, found)
    waited = found["phase_2_waited"].max(axis=0)
    assert len(set(waited.tolist())) >= 4 and waited.min() == 0  # the scenarios of one run decide differently
    assert found["check_capacity_built"].max() == 0 == found["check_timeline_covers_life"].max()


def test_the_kernel_gives_the_same_bits() -> None:
    levels = tuple(np.linspace(0.58, 1.1, 19).tolist())
    model, changed = model_of_all(levels), columns(levels)
    lines = model.declaration.lines
    made = kernel(
        lines,
        model.declaration.curves,
        model.declaration.inputs,
        model.groups,
        model.texts,
        tuple(lines),
        tuple(changed),
        2,
    )
    _, found = run_kernel(compiled(made, model), 0, len(levels), columns=changed)
    expected = by_floats(model, levels)
    same_bits({name: yearly(v) if lines[name].series else v for name, v in expected.items()}, found)
    assert {"phase_2_waited", "lock_up", "ore_milled_mt", "project_irr", "check_capacity_built"} <= {*found}
    alike = {name for name, values in expected.items() if (values == values[..., :1]).all() or (values != values).all()}
    assert {*lines} - {*found} <= alike  # what no price moves is no part of a kernel


def test_the_workbook_recalculates_to_the_same(tmp_path: Path) -> None:
    scenario = case(LOW)
    path = tmp_path / "waiting.xlsx"
    write_workbook([scenario], path)
    result = run(scenario)
    assert max(result.series("phase_2_waited")) == 4
    book = Book(path, planned(result), defined_names(path))
    loaded = Loaded(path)
    stored, found = loaded.stored(), loaded.calculated()
    formulas_give_what_is_stored(stored, found)
    cells_are_the_engine_s(book, result, found)


def test_the_page_decides_as_the_program_does(request: pytest.FixtureRequest) -> None:
    opened = request.getfixturevalue("open_page")(case(HIGH))
    for level in (HIGH, LOW):
        changes = {"factors.copper_price": level, "factors.gold_price": level}
        assert list(apart(run(case(level)).document(), opened.run(changes))) == []
    assert opened.errors == []


def test_explanation_leads_from_ore_to_the_lock_up_that_stopped_it() -> None:
    from model.commands.lineages import node_json

    scenario = case(LOW)
    figures = figures_of(structure(scenario))
    at = figures.labels.index("2034H1")
    tree = node_json(trace(figures, "phase_2_waited", At("period", at), 2), figures, scenario)
    assert recomputed(tree) >= 3
    assert tree["value"] == 4
    assert {(inner["name"], inner["period"]): inner["value"] for inner in tree["inputs"]} == {
        ("phase_2_waited", "2033H2"): 3.5,
        ("lock_up", "2033H2"): 1,
        ("period_years", ""): 0.5,
    }
    deep = node_json(trace(figures, "phase_2_potential_ore", At("period", at), 100), figures, scenario)
    names = {node["name"] for node in nodes(deep)}
    assert {"phase_2_built", "phase_2_waited", "lock_up", "cfads", "scheduled_service", "prices.copper"} <= names
    assert recomputed(deep) > 1000


def nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for inner in node.get("inputs", ()):
        yield from nodes(inner)


def test_a_loan_sculpted_on_later_cash_is_a_circle() -> None:
    """Its instalments depend on all cash to come, which depends on whether they lock the loans up."""
    with pytest.raises(DeclarationError) as refused:
        structure(case(HIGH, **{"financing.tranches.us_exim.repayment": "sculpted"}))
    assert str(refused.value).startswith(
        "line 'us_exim_repayment_ahead' looks ahead at 'us_exim_repayment_value', which depends through "
        "'phase_2_waited' on 'lock_up' of the period before, and so on 'us_exim_repayment_ahead' itself: a circle"
    )
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize("repayment", ["annuity", "profile"])
def test_other_loans_look_ahead_at_their_terms_alone(repayment: str) -> None:
    result = run(case(LOW, **{"financing.tranches.us_exim.repayment": repayment}))
    assert max(result.series("phase_2_waited")) > 0 and passed(result)


def test_a_decision_on_its_own_period_is_a_circle(monkeypatch: pytest.MonkeyPatch) -> None:
    replaced(monkeypatch, "construction", "share_spent", ahead_of_it)
    with pytest.raises(DeclarationError, match="circular within one period") as refused:
        structure(case(HIGH))
    around = str(refused.value).partition(": ")[2].split(" needs ")
    assert around[0] == around[-1] and len(around) < 25
    assert around.index("lock_up") == around.index("phase_2_share_spent") + 1
