"""IRR and NPV: cases worked by hand, exact arithmetic, and what a rate of return must satisfy."""

from __future__ import annotations

import math
from collections import Counter
from decimal import Decimal, localcontext
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from model.arithmetic import newton, returns
from model.arithmetic.rates import irr, irr_many, irr_roots, npv, why_no_irr

CLOSURE = [-100.0, *[30.0] * 10, -150.0]  # a mine that pays for its closure: two roots
NO_ROOT = [-100.0, *[15.0] * 10, -60.0]


def exact_npv(rate: float, flows: np.ndarray | list[float]) -> Decimal:
    """NPV in 80 digits, by Horner from the last flow."""
    with localcontext() as context:
        context.prec = 80
        value, factor = Decimal(0), 1 / (1 + Decimal(rate))
        for flow in reversed(list(flows)):
            value = value * factor + Decimal(float(flow))
        return value


def crosses(rate: float, flows: np.ndarray | list[float], width: float = 1e-9) -> bool:
    """Whether the exact NPV changes sign within `width` of log(1 + rate), or within the rounding of the rate."""
    width += 4 * np.finfo(float).eps / (1 + rate)
    low, high = ((1 + Decimal(rate)) * Decimal(math.exp(side * width)) - 1 for side in (-1, 1))
    return exact_npv(low, flows) * exact_npv(high, flows) <= 0  # type: ignore[arg-type]


def from_rates(*rates: float) -> np.ndarray:
    """Flows whose IRRs are exactly these, by multiplying out (1 + r) x - 1."""
    flows = np.array([-1.0])
    for rate in rates:
        flows = np.convolve(flows, [1.0, -(1 + rate)])
    return flows


@pytest.mark.parametrize(
    ("flows", "rate"),
    [
        ([-100, 110], 0.10),
        ([-100, 0, 121], 0.10),
        ([-100, 50, 50], 0.0),
        ([-100, 25], -0.75),
        ([100, -110], 0.10),
        ([0, 0, -100, 0, 144], 0.20),
        ([-100, 120, 0, 0, 0], 0.20),
        ([-1e-9, 1.5e-9], 0.5),
        ([-1e12, 1.5e12], 0.5),
        ([-1, 1e-12], -1 + 1e-12),
        ([-1e12, 1e-9], -1 + 1e-21),
        ([-1e-9, 1e12], 1e21),
        ([-1, *[0] * 998, 2], 2 ** (1 / 999) - 1),
        ([-1600, 10_000, -10_000], 0.25),
        ([-1, 2.2, -1.21], 0.1),
        (CLOSURE, 0.22377022231983773),
    ],
)
def test_by_hand(flows: list[float], rate: float) -> None:
    assert irr(flows) == pytest.approx(rate, rel=1e-12, abs=1e-15)
    assert -1 < irr(flows) < math.inf


@pytest.mark.parametrize(
    ("flows", "reason"),
    [
        ([], "fewer than two"),
        ([-1], "fewer than two"),
        ([0, 0, 0], "all cash flows are zero"),
        ([0.0, -0.0], "all cash flows are zero"),
        ([1, 2, 3], "no outflow"),
        ([-1, -2, 0], "no inflow"),
        ([1, -2, 2], "no real root"),
        (NO_ROOT, "no real root"),
        ([-1, math.nan, 2], "not a finite number"),
        ([-1, math.inf], "not a finite number"),
    ],
)
def test_no_rate_and_why(flows: list[float], reason: str) -> None:
    assert math.isnan(irr(flows)) and irr_roots(flows) == [] and reason in (why_no_irr(flows) or "")


def test_a_reason_only_where_there_is_no_rate() -> None:
    assert why_no_irr([-100, 110]) is None and why_no_irr(CLOSURE) is None


@pytest.mark.parametrize("function", [irr, irr_roots, why_no_irr, lambda flows: npv(0.1, flows)])
def test_two_dimensions_are_refused(function: object) -> None:
    with pytest.raises(ValueError, match="one-dimensional"):
        function([[-1, 2], [-1, 3]])  # type: ignore[operator]


@pytest.mark.parametrize(
    "rates",
    [
        (0.1, 0.2, 0.3),
        (-0.5, 0.1),
        (-0.9, -0.5, 0.0, 0.5, 2.0),
        (0.08, 0.12),
        (-0.999, 5.0),
        (0.0, 1.0),
        (3.0, 9.0, 27.0, 81.0),
    ],
)
def test_all_roots_and_the_one_chosen(rates: tuple[float, ...]) -> None:
    flows = from_rates(*rates)
    assert irr_roots(flows) == pytest.approx(sorted(rates), abs=1e-9)
    assert irr(flows) == pytest.approx(min((r for r in rates if r >= 0), default=max(rates)), abs=1e-9)


@pytest.mark.parametrize("rates", [(0.1, 0.1), (0.0, 0.0), (-0.4, -0.4), (0.1, 0.1, 0.5)])
def test_a_double_root_is_one(rates: tuple[float, ...]) -> None:
    assert irr_roots(from_rates(*rates)) == pytest.approx(sorted(set(rates)), abs=1e-7)


def test_the_rule_of_choice() -> None:
    assert irr(from_rates(-0.5, 0.2, 0.9)) == pytest.approx(0.2)
    assert irr(from_rates(-0.5, -0.1)) == pytest.approx(-0.1)


@pytest.mark.parametrize("periods", [1, 2, 10, 100, 1000])
@pytest.mark.parametrize("money", [1e-9, 1.0, 1e12])
@pytest.mark.parametrize("rate", [-0.5, -0.01, 0.001, 0.08, 1.0, 50.0])
def test_an_annuity_of_any_length_and_size(periods: int, money: float, rate: float) -> None:
    if rate < 0 and periods * -math.log1p(rate) > 600:
        return  # the price of such an annuity is beyond double precision
    price = -money * float(np.sum(np.exp(-np.log1p(rate) * np.arange(1, periods + 1))))
    flows = [price, *[money] * periods]
    assert irr(flows) == pytest.approx(rate, rel=1e-9, abs=1e-12)
    assert irr_roots(flows) == pytest.approx([rate], rel=1e-9, abs=1e-12)


def test_a_thousand_flows_of_changing_sign_take_bounded_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Finding every root takes fewer sums over the flows than these change sign, however often they do."""
    sums = Counter[str]()
    once = newton.discounted

    def counted(*args: Any) -> newton.Sums:
        sums["over flows"] += 1
        return once(*args)

    for module in (newton, returns):
        monkeypatch.setattr(module, "discounted", counted)
    flows = np.random.default_rng(3).normal(size=1000)
    found = irr_roots(flows)
    assert 0 < sums["over flows"] < np.count_nonzero(np.diff(np.sign(flows)))
    assert found and all(crosses(root, flows, 1e-7) for root in found)
    assert min(abs(irr(flows) - root) for root in found) < 1e-12


def test_many_columns_equal_one_by_one() -> None:
    random = np.random.default_rng(1)
    table = random.normal(size=(20, 1100)) * 10.0 ** random.uniform(-9, 12, size=1100)
    table[0, :1050] = -np.abs(table[0, :1050])
    table[1:, :1000] = np.abs(table[1:, :1000])
    table[:, 7] = 0.0
    table[3, 11] = np.nan
    together = irr_many(table)
    alone = np.array([irr(column) for column in table.T])
    np.testing.assert_array_equal(together, alone)
    assert np.isnan(together[[7, 11]]).all() and np.isfinite(together[:7]).all()


def test_a_column_is_the_same_in_any_company() -> None:
    table = np.random.default_rng(2).normal(size=(12, 1200))
    np.testing.assert_array_equal(irr_many(table)[1000:], irr_many(table[:, 1000:]))


money = st.floats(1e-9, 1e12)
sizes = st.lists(money, min_size=1, max_size=40)
signed = st.lists(st.floats(-1e6, 1e6).filter(lambda x: x == 0 or abs(x) > 1e-3), min_size=2, max_size=25)


@settings(max_examples=300, deadline=None)
@given(outflows=sizes, inflows=sizes)
def test_one_change_of_sign_gives_the_one_root(outflows: list[float], inflows: list[float]) -> None:
    flows = [-x for x in outflows] + inflows
    rate = irr(flows)
    assert crosses(rate, flows) or rate in (math.nextafter(-1, 0), np.finfo(float).max)
    assert irr_roots(flows) == pytest.approx([rate], rel=1e-9, abs=1e-12)


@settings(max_examples=200, deadline=None)
@given(flows=signed)
def test_every_root_is_one_and_none_is_left_out(flows: list[float]) -> None:
    roots = irr_roots(flows)
    assert roots == sorted(roots) and all(root > -1 for root in roots)
    nonzero = np.array([x for x in flows if x])
    changes = int(np.sum(np.diff(np.sign(nonzero)) != 0))
    assert len(roots) <= changes
    # the sign at both ends tells whether the number of crossings is even or odd
    crossings = [root for root in roots if crosses(root, flows, 1e-7)]
    if len(crossings) == len(roots):
        assert (len(roots) - changes) % 2 == 0
    chosen = irr(flows)
    assert math.isnan(chosen) == (not roots)
    if roots:
        assert chosen == pytest.approx(min((r for r in roots if r >= -1e-12), default=roots[-1]), rel=1e-9, abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(flows=signed, scale=st.floats(1e-9, 1e9))
def test_the_currency_does_not_matter(flows: list[float], scale: float) -> None:
    a, b = irr(flows), irr([x * scale for x in flows])
    assume(len(irr_roots(flows)) == 1)
    assert b == pytest.approx(a, rel=1e-7, abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(outflows=sizes, inflows=sizes, lead=st.integers(0, 5), trail=st.integers(0, 5))
def test_idle_periods_before_and_after_do_not_matter(
    outflows: list[float], inflows: list[float], lead: int, trail: int
) -> None:
    flows = [-x for x in outflows] + inflows
    assert irr([0.0] * lead + flows + [0.0] * trail) == pytest.approx(irr(flows), rel=1e-9, abs=1e-12)


@settings(max_examples=100, deadline=None)
@given(outflows=sizes, inflows=sizes, more=st.floats(1.001, 10))
def test_more_money_back_is_a_higher_rate(outflows: list[float], inflows: list[float], more: float) -> None:
    low = irr([-x for x in outflows] + inflows)
    high = irr([-x for x in outflows] + [x * more for x in inflows])
    near_all_lost = high == low < -1 + 1e-12  # where numbers lie too far apart to tell two rates from each other
    assert high > low or near_all_lost or high == np.finfo(float).max


@settings(max_examples=100, deadline=None)
@given(outflows=sizes, inflows=sizes)
def test_npv_at_the_rate_is_nothing(outflows: list[float], inflows: list[float]) -> None:
    flows = [-x for x in outflows] + inflows
    rate = irr(flows)
    assume(-0.9 < rate < 1e6)
    gross = npv(rate, np.abs(flows))
    assert abs(npv(rate, flows)) <= 1e-9 * gross


@settings(max_examples=100, deadline=None)
@given(flows=signed, rate=st.floats(-0.9, 10))
def test_conventions_differ_by_half_periods(flows: list[float], rate: float) -> None:
    start, mid, end = (npv(rate, flows, convention) for convention in ("start", "mid", "end"))
    assert mid == pytest.approx(start / math.sqrt(1 + rate), rel=1e-9, abs=1e-6)
    assert end == pytest.approx(start / (1 + rate), rel=1e-9, abs=1e-6)


def test_npv_refuses_what_has_no_meaning() -> None:
    with pytest.raises(ValueError, match="convention must be one of start, mid, end"):
        npv(0.1, [1, 2], "middle")
    for rate in (-1.0, -2.0):
        with pytest.raises(ValueError, match="above -1"):
            npv(rate, [1, 2])
    assert math.isnan(npv(math.nan, [1, 2])) and math.isnan(npv(0.1, [1, math.inf]))
    assert npv(0.1, []) == 0.0 and npv(1e300, [5, 0, 0]) == 5.0
