"""The mine as a state, worked by hand: capacity that waits for capital, closure, what is left when milling ends.

Figures follow from the inputs in small_mine.yaml (10 Mt a year from 2029, years as periods, no inflation) or in the
bundled scenarios, by the arithmetic written beside them.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from model.engine.structure import evaluate, structure
from model.formulas.declaration import Declaration
from model.formulas.expr import Expr, Line, constant, maximum, minimum, prev, where
from model.results.result import Result, run
from model.scenario.resolve import Scenario, bundled, load
from model.stages.construction import phasing_curve, share_spent
from model.stages.timeline import NOMINAL, Timeline
from tests.rules import replaced

SMALL = Path(__file__).with_name("small_mine.yaml")
UNKNOWN = 9999.0
LARGE_PIT: dict[str, Any] = {
    "mine_plan.cumulative_ore": [0, 10, 70],
    "mine_plan.contained_copper": [0, 50, 350],
    "mine_plan.contained_gold": [0, 100, 700],
    "mine_plan.material_moved": [0, 20, 140],
}
PHASE_2: dict[str, Any] = {"timeline.period_months": 12, "ramp_up.phase_2_curve": [1]}  # 45 Mt a year from 2034


def small(changes: dict[str, Any]) -> Result:
    return run(load(SMALL, changes))


def failed(result: Result) -> set[str]:
    return {name for name, item in result.checks["items"].items() if not item["passed"]}


def row(result: Result, name: str, expected: list[float]) -> None:
    """A row, which is 0 after what is expected."""
    found = result.series(name)
    assert found == pytest.approx(expected + [0.0] * (len(found) - len(expected)), abs=1e-9), name


def test_what_the_licence_leaves_behind() -> None:
    """A licence of five years on a pit of seven: closure by the licence, all that is left written off at its end."""
    found = small({"timeline.licence_years": 5, **LARGE_PIT, "capex.closure.lead_years": 2, "capex.closure.years": 3})
    assert found.model.labels == ["2028", "2029", "2030", "2031", "2032", "2033", "2034", "2035"]
    assert failed(found) == set()
    row(found, "ore_milled_mt", [0, 10, 10, 10, 10, 10])
    assert found.metrics["ore_left_behind"] == pytest.approx(20)
    row(found, "milling_over", [0, 0, 0, 0, 0, 1, 1, 1])
    row(found, "milling_end", [2029, 2030, 2031, 2032, 2033, 2034, 2034, 2034])
    row(found, "mined_share", [0, 1 / 7, 2 / 7, 3 / 7, 4 / 7, 5 / 7, 5 / 7, 5 / 7])
    # Ore would last until 2036, the licence ends with 2033: two years before that, shown by the year that ends then.
    row(found, "expected_end", [2034] * 8)
    row(found, "closure_start", [UNKNOWN, UNKNOWN, UNKNOWN, 2032, 2032, 2032, 2032, 2032])
    row(found, "closure_spending_real", [0, 0, 0, 0, 10, 10, 10])
    # The provision: sevenths of 30, less what is spent; all of it in the year in which milling ends.
    provision = [0, 30 / 7, 60 / 7, 90 / 7, 120 / 7 - 10, 30 - 20, 0, 0]
    row(found, "closure_provision", provision)
    row(found, "closure_expense", [0, 30 / 7, 30 / 7, 30 / 7, 120 / 7 - 90 / 7, 10 - 120 / 7 + 20, 0])
    # Depreciation: a seventh, a sixth, a fifth, a quarter of the book value, then the balance. 12 of sustaining capital
    # in the first year, 8 in each of the others (the last fifth of the pit's 48 is never spent).
    book, tax_pool, written, allowed = 550.0, 550.0, [0.0], [0.0]
    for year, (added, left) in enumerate(((12, 7), (8, 6), (8, 5), (8, 4), (8, 1))):
        book, tax_pool = book + added, tax_pool + added
        written.append(book / left)
        allowed.append(tax_pool if year == 4 else tax_pool * 0.15)
        book, tax_pool = book - written[-1], tax_pool - allowed[-1]
    row(found, "fixed_assets_depreciation", written)
    row(found, "tax_depreciation", allowed)
    assert found.series("fixed_assets")[-1] == 0 and sum(written) == pytest.approx(550 + 12 + 4 * 8)


def test_closure_by_the_ore_that_is_left() -> None:
    """30 Mt last three years: closure is due a year and a half before 2032, which the year 2030 shows."""
    found = small({"capex.closure.lead_years": 1.5, "capex.closure.years": 2})
    row(found, "expected_end", [2059, 2032, 2032, 2032, 2032, 2032])
    row(found, "closure_start", [UNKNOWN, UNKNOWN, *[2030.5] * 4])
    row(found, "closure_spending_real", [0, 0, 7.5, 15, 7.5])
    assert found.model.labels[-1] == "2033"
    assert failed(found) == set()


def test_closure_that_only_a_higher_rate_of_milling_shows() -> None:
    """At 10 Mt a year 70 Mt last until 2036. A second mill of 30 Mt from 2031 ends them after 1.25 years of both:
    two years before that is past, and closure begins with the period that shows it."""
    found = small(
        {
            **LARGE_PIT,
            "capex.closure.lead_years": 2,
            "capex.closure.years": 3,
            "production.phase_2.included": True,
            "production.phase_2.start": "2031-01-01",
            "production.phase_2.capacity": 30,
            "capex.phase_2.total": 300,
            "capex.phase_2.schedule": {2030: 1},
            "ramp_up.phase_2_curve": [1],
        }
    )
    row(found, "ore_milled_mt", [0, 10, 10, 40, 10])
    row(found, "expected_end", [2059, 2036, 2036, 2032.25, 2032.25, 2032.25, 2032.25])
    row(found, "closure_due", [2057, 2034, 2034, 2030.25, 2030.25, 2030.25, 2030.25])
    row(found, "closure_start", [UNKNOWN, UNKNOWN, UNKNOWN, *[2031] * 4])
    assert failed(found) == set()


def test_capacity_waits_for_capital() -> None:
    """Half, three quarters and all of the capital by the end of 2028, 2029 and 2030."""
    found = small({"capex.phase_1.schedule": {2028: 0.5, 2029: 0.25, 2030: 0.25}})
    row(found, "phase_1_built", [0.5, 0.75, 1, 1, 1, 1, 1])
    row(found, "ore_milled_mt", [0, 7.5, 10, 10, 2.5])
    row(found, "operating_years", [0, 1, 1, 1, 0.25])
    row(found, "closure_start", [*[UNKNOWN] * 4, *[2032.25] * 3])
    # Sustaining capital: 1.2 a million tonnes up to 10 Mt, 2.4 beyond. Depreciation: ore milled over ore left.
    book, written = 275.0, [0.0]
    for added, rate in (
        (137.5 + 7.5 * 1.2, 7.5 / 30),
        (137.5 + 2.5 * 1.2 + 7.5 * 2.4, 10 / 22.5),
        (24, 10 / 12.5),
        (6, 1),
    ):
        written.append((book + added) * rate)
        book += added - written[-1]
    row(found, "fixed_assets_depreciation", written)
    assert "Phase 1 is not wholly built when it starts: it could mill 2.5 Mt more until 2029" in found.warnings
    assert failed(found) == set()


def test_a_ramp_up_above_nameplate_is_scaled_by_what_is_built() -> None:
    found = small({"capex.phase_1.schedule": {2028: 0.5, 2029: 0.25, 2030: 0.25}, "ramp_up.curve": [1.2]})
    row(found, "ore_milled_mt", [0, 0.75 * 12, 12, 9])
    below = small({"capex.phase_1.schedule": {2028: 0.5, 2029: 0.25, 2030: 0.25}, "ramp_up.curve": [0.6]})
    row(below, "ore_milled_mt", [0, 6, 6, 6, 6, 6])  # the ramp-up is the smaller: nothing waits
    assert not any("wholly built" in warning for warning in below.warnings)


def test_a_schedule_rounded_to_a_millionth_builds_the_whole() -> None:
    """Shares by year may miss a millionth of 1; a mine that is paid for but for that is built."""
    found = small({"capex.phase_1.schedule": {2027: 0.3333332, 2028: 0.6666663}})
    assert found.series("phase_1_spent_real")[-1] == pytest.approx(500 - 500 * 5e-7, rel=1e-12)
    row(found, "ore_milled_mt", [0, 0, 10, 10, 10])
    assert failed(found) == set()


def test_a_mine_that_slows_down_outlives_its_closure() -> None:
    """30 Mt at 10 a year last until 2032, so closure begins with 2029 and ends with 2031. From 2030 on the mill takes
    5 a year, and the mine lasts until 2034: the axis follows it."""
    found = small({"ramp_up.curve": [1, 0.5], "capex.closure.lead_years": 3, "capex.closure.years": 3})
    row(found, "ore_milled_mt", [0, 10, 5, 5, 5, 5])
    assert (found.series("closure_start")[-1], found.series("closure_ends")[-1]) == (2029, 2032)
    assert found.series("milling_end")[-1] == found.series("life_end")[-1] == 2034
    assert found.model.labels[-1] == "2034"
    row(found, "closure_spending", [0, 10, 10, 10])
    assert failed(found) == set()


def test_what_rounding_leaves_is_milled() -> None:
    """8.8 Mt at 1.1 a year: eight subtractions leave 2e-15 Mt, which would keep the mine open for a ninth year."""
    found = small(
        {
            "production.capacity": 1.1,
            "mine_plan.cumulative_ore": [0, 8.8],
            "mine_plan.contained_copper": [0, 50],
            "mine_plan.contained_gold": [0, 50],
            "mine_plan.material_moved": [0, 20],
            "mine_plan.sustaining_share": [0, 1],
        }
    )
    row(found, "ore_milled_mt", [0, *[1.1] * 8])
    row(found, "milling_over", [*[0] * 8, 1, 1, 1])
    row(found, "ore_closing", [8.8 - 1.1 * max(year, 0) for year in range(8)])


def test_phase_2_by_a_later_schedule() -> None:
    """Capital of 2031 to 2034 moved to 2034 and 2035: half of 45 Mt in 2034, all of them from 2035 on."""
    found = run(load("base", {**PHASE_2, "capex.phase_2.schedule": {2034: 0.5, 2035: 0.5}}))
    ore = dict(zip(found.model.labels, found.series("phase_2_potential_ore"), strict=True))
    assert [ore[year] for year in ("2033", "2034", "2035")] == pytest.approx([0, 22.5, 45])
    assert "Phase 2 is not wholly built when it starts: it could mill 22.5 Mt more until 2034" in found.warnings
    assert failed(found) == set()


def capped(model: Declaration, time: Timeline, number: int, shift: Expr) -> Line:
    """`share_spent`, with the spending on Phase 2 cut off at US$390m nominal."""
    if number == 1:
        return share_spent(model, time, number, shift)
    curve = phasing_curve(model, "phase_2_schedule", "capex.phase_2.schedule")
    scheduled = model.cumulative(curve, time.period_end - shift) - model.cumulative(curve, time.period_start - shift)
    spent, capital = model.forward("phase_2_spent", NOMINAL), model.forward("phase_2_capex", NOMINAL)
    left = maximum(constant(390, NOMINAL) - prev(spent), 0) / (model.input("capex.phase_2.total") * time.capex_index)
    share = model.line("phase_2_share_spent", "1", "Phase 2, share spent", minimum(scheduled, left), "Up to the cap.")
    model.line("phase_2_spent", NOMINAL, "Phase 2 capital spent to date", prev(spent) + capital, "", kind="balance")
    return share


def share_built(scenario: Scenario) -> float:
    """Share of Phase 2 that US$390m build: its capital of 2031, and what is left in 2032, at the prices of 2025."""
    schedule, total, inflation = (
        scenario.leaves[path].value for path in ("capex.phase_2.schedule", "capex.phase_2.total", "inflation.capex")
    )
    first = schedule.at(2031) * total
    second = (390 - first * (1 + inflation) ** 6.5) / (1 + inflation) ** 7.5
    return (first + second) / total  # type: ignore[no-any-return]


def test_a_phase_2_whose_spending_is_cut_mills_what_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    """390 of 4,161 US$m: 2031 in full, 2032 in part, nothing after."""
    scenario = load("base", PHASE_2)
    whole = run(scenario)
    assert whole.sum("phase_2_capex") == pytest.approx(4161, abs=0.5)
    replaced(monkeypatch, "construction", "share_spent", capped)
    cut = run(scenario)
    assert cut.sum("phase_2_capex") == pytest.approx(390)
    built = share_built(scenario)
    assert 0.08 < built < 0.12
    assert cut.series("phase_2_built")[-1] == pytest.approx(built)
    ore = dict(zip(cut.model.labels, cut.series("phase_2_potential_ore"), strict=True))
    assert [ore[year] for year in ("2033", "2034", "2050")] == pytest.approx([0, 45 * built, 45 * built])
    assert cut.figure("production_end") > whole.figure("production_end") + 15
    assert failed(cut) == {"capital_spent"}  # which says that the schedule is not spent in full


@pytest.mark.parametrize(
    ("line", "by"),
    [
        ("phase_2_potential_ore", "phase_2_ramp_up_ore"),  # the mine ignores its capital
        ("phase_2_built", None),  # what counts as built does
    ],
)
def test_a_mine_that_ignores_its_capital_fails_the_check(
    line: str, by: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    replaced(monkeypatch, "construction", "share_spent", capped)
    scenario = load("base", PHASE_2)
    model = structure(scenario)
    assert failed(Result(scenario, model, evaluate(model))) == {"capital_spent"}
    replaced(monkeypatch, "construction", "share_spent", capped)
    model = structure(scenario)
    lines = model.declaration.lines
    lines[line].expr = lines[by] if by else where(lines["phase_2_share_spent"] >= 0, 1, 0)
    mutant = Result(scenario, model, evaluate(model))
    assert failed(mutant) == {"capital_spent", "capacity_built"}
    worst = mutant.checks["items"]["capacity_built"]["worst"]
    assert worst == pytest.approx(45 * (1 - share_built(scenario)))


@pytest.mark.parametrize("name", bundled())
def test_closure_begins_the_lead_before_production_ends(name: str) -> None:
    """What no period can see, the end of production as a total over the life, to the last bit."""
    found = run(load(name))
    lead = found.scenario.leaves["capex.closure.lead_years"].value
    assert found.series("closure_start")[-1] == found.figure("production_end") - lead
    assert found.series("milling_end")[-1] == found.figure("production_end")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"production.phase_2.included": False},
        {"timeline.delay_months": 7.3},
        {"timeline.licence_years": 5.25},
        {"capex.closure.lead_years": 4, "financing.included": False},
        {"timeline.licence_years": 5, "capex.closure.lead_years": 8, "capex.closure.years": 8},
    ],
    ids=str,
)
def test_dates_do_not_depend_on_the_length_of_a_period(changes: dict[str, Any]) -> None:
    ends = []
    for months in (3, 6, 12):
        found = run(load("base", {**changes, "timeline.period_months": months}))
        assert failed(found) == set()
        ends.append([found.series(name)[-1] for name in ("milling_end", "closure_start", "closure_ends", "life_end")])
        last_year = found.model.years[-1]
        ends[-1].append(last_year)
    assert ends[0] == pytest.approx(ends[1], abs=1e-9) and ends[1] == pytest.approx(ends[2], abs=1e-9)


@pytest.mark.parametrize(
    ("changes", "milling_end", "closure", "last"),
    [
        # No closure before production, even where the lead is longer than the licence.
        (
            {
                "timeline.licence_years": 5,
                "capex.closure.lead_years": 8,
                "capex.closure.years": 8,
                "financing.included": False,
            },
            2033.5,
            (2028.5, 2036.5),
            "2037H2",
        ),
        # Nothing is ever milled: the licence ends the mine. Its end of 2088.5 and closure to 2091.5 + a year.
        ({"factors.throughput": 0}, 2088.5, (2087.5, 2091.5), "2092H2"),
        # A loan of 30 years outlives a mine of eight: its last instalment is due on 1 January 2060.
        (
            {"timeline.licence_years": 8, "financing.tranches.adb.repayment_years": 30},
            2036.5,
            (2035.5, 2039.5),
            "2060H2",
        ),
        # Loans that are not taken count for nothing.
        (
            {"timeline.licence_years": 8, "financing.tranches.adb.repayment_years": 30, "financing.included": False},
            2036.5,
            (2035.5, 2039.5),
            "2040H2",
        ),
        # A phase that costs nothing is built at once.
        ({"factors.capex": 0}, 2064.972108333333, (2063.972108333333, 2067.972108333333), "2068H2"),
    ],
    ids=["long_lead", "no_ore_milled", "loan_outlives_the_mine", "loan_not_taken", "no_capital"],
)
def test_the_axis_lasts_as_long_as_mine_closure_and_loans(
    changes: dict[str, Any], milling_end: float, closure: tuple[float, float], last: str
) -> None:
    found = run(load("base", changes))
    ends = [found.series(name)[-1] for name in ("milling_end", "closure_start", "closure_ends")]
    assert ends == pytest.approx([milling_end, *closure], abs=1e-9)
    assert found.model.labels[-1] == last
    assert failed(found) == set()


def test_ore_that_ends_in_its_first_period() -> None:
    """3 Mt at 10 a year: 0.3 years of 2029; closure, due a year before that, begins with production."""
    found = small(
        {
            "mine_plan.cumulative_ore": [0, 1, 3],
            "mine_plan.contained_copper": [0, 5, 15],
            "mine_plan.contained_gold": [0, 10, 30],
            "mine_plan.material_moved": [0, 2, 6],
            "capex.closure.lead_years": 1,
        }
    )
    row(found, "ore_milled_mt", [0, 3])
    row(found, "operating_years", [0, 0.3])
    assert found.series("milling_end")[-1] == pytest.approx(2029.3)
    row(found, "closure_start", [UNKNOWN, *[2029] * (found.model.periods - 1)])
    row(found, "closure_spending_real", [0, 30])
    assert found.series("fixed_assets")[1:] == [0] * (found.model.periods - 1)


def test_an_axis_that_is_too_short_is_said() -> None:
    """As in a workbook whose reader makes the mine last longer than its columns."""
    scenario = load("base")
    model = structure(scenario)
    for periods in (model.periods - 1, model.periods - 30, 20):
        short = replace(model, periods=periods)
        assert "timeline_covers_life" in failed(Result(scenario, short, evaluate(short)))
    longer = replace(model, periods=model.periods + 7)
    assert failed(Result(scenario, longer, evaluate(longer))) == set()


def test_capital_outside_the_axis_is_said() -> None:
    found = run(
        load(
            "base",
            {
                "timeline.licence_years": 5,
                "production.phase_2.start": "2060-01-01",
                "capex.phase_2.schedule": {2058: 1},
            },
        )
    )
    assert failed(found) == {"capital_spent"}
    said = "\n".join(found.warnings)
    assert "the expansion starts after the licence has ended: it can mill nothing" in said
    assert "check capital_spent fails by 1: Share of a phase's capital that its schedule leaves outside" in said
