"""The page calculates what the program does: metrics and annual rows, for any change of any number."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from typing import Any

import pytest

from model.arithmetic.rates import irr, irr_many
from model.results.result import run
from model.scenario.resolve import bundled, load
from model.studies.ranking import significant
from model.studies.sensitivity import sensitivity
from tests.changes import accepted, moved, numbers
from tests.conftest import count

CLOSE = 1e-9


def apart(expected: dict[str, Any], got: dict[str, Any]) -> Iterator[str]:
    """Where two results are not the same, relative to the size of the figure or of its row."""
    for part in ("metrics", "annual"):
        assert list(expected[part]) == list(got[part])
        for name, value in expected[part].items():
            pairs = list(zip(value, got[part][name], strict=True)) if part == "annual" else [(value, got[part][name])]
            size = max((abs(a) for a, _ in pairs if isinstance(a, int | float) and math.isfinite(a)), default=0.0)
            for a, b in pairs:
                known = not isinstance(a, float) or math.isfinite(a)
                same = (
                    b is None
                    if not known
                    else a == b
                    if isinstance(a, str)
                    else (b is not None and abs(a - b) <= CLOSE * max(size, 1.0))
                )
                if not same:
                    yield f"{part}.{name}: {a!r} in the program, {b!r} in the page"
                    break


@pytest.mark.parametrize("name", bundled())
def test_random_changes_equal_the_program(name: str, open_page: Any) -> None:
    scenario = load(name)
    opened = open_page(scenario)
    rng = random.Random(name)
    for _ in range(count(2, 20)):
        changes = {p: moved(rng, p, scenario.leaves[p].value) for p in rng.sample(numbers(scenario), 8)}
        changes |= {p: moved(rng, p, scenario.leaves[p].value) for p in ("factors.copper_price", "factors.capex")}
        changes["timeline.delay_months"] = rng.choice([0.0, rng.uniform(0, 60)])
        changes = accepted(name, changes)
        assert len(changes) > 5
        assert list(apart(run(load(name, changes)).document(), opened.run(changes))) == [], changes
    assert list(apart(run(scenario).document(), opened.run({}))) == []
    assert opened.errors == []


def test_every_number_of_base_takes_part(base_page: Any, open_page: Any) -> None:
    """All of them, a dozen at a time: what the page ignores, the program must ignore as well."""
    opened, base, rng = open_page(path=base_page), load("base"), random.Random(6)
    paths = numbers(base)
    rng.shuffle(paths)
    for start in range(0, len(paths), 12):
        changes = accepted("base", {p: moved(rng, p, base.leaves[p].value) for p in paths[start : start + 12]})
        assert list(apart(run(load("base", changes)).document(), opened.run(changes))) == [], changes


@pytest.mark.parametrize("months", [3, 12])
def test_other_periods_and_a_longer_life(months: int, base_page: Any, open_page: Any) -> None:
    changes = {"timeline.period_months": months, "production.capacity": 25.0, "timeline.delay_months": 90.5}
    expected = run(load("base", changes)).document()
    assert list(apart(expected, open_page(path=base_page).run(changes))) == []


def test_cases_without_rates_and_with_defaults(base_page: Any, open_page: Any) -> None:
    opened = open_page(path=base_page)
    for changes in (
        {"factors.copper_price": 0.1, "factors.gold_price": 0.1},
        {"factors.copper_price": 0.45},
        {"factors.capex": 3.0},
        {"financing.gearing": 0.0},
        {"factors.capex": 0.0, "factors.sustaining": 0.0},
        {"capex.closure.total": 20000.0},
    ):
        assert list(apart(run(load("base", changes)).document(), opened.run(changes))) == [], changes


def test_one_number_in_place_of_numbers_by_year(open_page: Any) -> None:
    changes = {"prices.copper": 4.5, "prices.gold": 2500.0, "factors.capex": 1.1}
    got = open_page(load("price_crash")).run(changes)
    expected = run(load("price_crash", changes)).document()
    rows = {name: got["annual"][name] for name in expected["annual"]}  # a price by year is a row more
    assert list(apart(expected, {"metrics": got["metrics"], "annual": rows})) == []


def test_irr_by_the_same_rule(base_page: Any, open_page: Any) -> None:
    """No root, several roots, double roots, roots near -1, long and tiny flows."""
    rng = random.Random(1)
    cases = [
        [0.0, 0.0],
        [1.0, 2.0],
        [-1.0],
        [-100, 230, -132],
        [-1, 5, -6],
        [-100, 110],
        [1, -1.1],
        [-1, 2, -1],
        [-1000.0, *[0.0] * 300, 1.0],
        [-1e-9, 2e-9],
        [1000, -6000, 11000, -6000],
    ]
    cases += [[rng.gauss(0, 1) * 10 ** rng.randint(-3, 6) for _ in range(rng.randint(2, 40))] for _ in range(300)]
    got = open_page(path=base_page).tab.evaluate("flows => flows.map(f => String(rekodiq.irr(f)))", cases)
    for flows, text in zip(cases, got, strict=True):
        expected, found = irr(flows), float(text)
        assert found == expected or (math.isnan(found) and math.isnan(expected)), flows  # to the last bit
    assert irr_many([[-1.0], [1.1]])[0] == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"prices.coper": 4.0}, "prices.coper"),
        ({"fiscal.royalty_rate": 1.5}, "at most 1"),
        ({"fiscal.royalty_rate": -0.1}, "at least 0"),
        ({"timeline.period_months": 5}, "3, 6 or 12"),
        ({"factors.capex": None}, "expected a number"),
        ({"timeline.first_production": 2030}, "not an assumption with one number"),
        ({"joint_venture.shareholders.barrick.dividend_share": 0.4}, "sum to 1"),
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, Any], message: str, base_page: Any, open_page: Any) -> None:
    opened = open_page(path=base_page)
    with pytest.raises(Exception, match=message):
        opened.run(changes)


def test_rounding_before_ranking_is_the_same(base_page: Any, open_page: Any) -> None:
    rng = random.Random(2)
    values = [0.1 + 0.2, 100000000000.5, -100000000000.5, 5e-324, 1.7976931348623157e308, 0.0]
    values += [rng.uniform(-1, 1) * 10.0 ** rng.randint(-300, 300) for _ in range(2000)]
    got = open_page(path=base_page).tab.evaluate("values => values.map(value => String(significant(value)))", values)
    assert list(map(float, got)) == [significant(value) for value in values]


def test_bars_stand_in_the_same_order(open_page: Any) -> None:
    """Also where the last bits differ, and in a case of the reader's own."""
    tab = open_page(load("base")).tab
    bars = sensitivity(load("base")).bars
    expected = [bar.path for bar in bars]
    assert tab.evaluate("Page.tornado().bars.map(bar => bar.path)") == expected
    rng = random.Random(3)
    for _ in range(20):
        nudged = [
            {
                "path": bar.path,
                "low": math.nextafter(bar.low_value, rng.choice((0, 1))),
                "high": math.nextafter(bar.high_value, rng.choice((0, 1))),
            }
            for bar in bars
        ]
        rng.shuffle(nudged)
        assert tab.evaluate("bars => widestFirst(bars).map(bar => bar.path)", nudged) == expected
    for changes in ({"prices.copper": 5.0, "factors.capex": 1.2}, {"prices.gold": 2500.0, "factors.opex": 0.8}):
        shown = tab.evaluate("changes => Page.set(changes) && Page.tornado().bars.map(bar => bar.path)", changes)
        assert shown == [bar.path for bar in sensitivity(load("base", changes)).bars]
