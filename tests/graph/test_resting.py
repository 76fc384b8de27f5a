"""What is left of formulas while rows rest, by hand and on random formulas."""

from __future__ import annotations

import numpy as np
import pytest

from model.assumptions.resolve import load
from model.graph import compiled
from model.graph.arrays import NAMESPACE, compile_source, source, write
from model.graph.expr import (
    NAN,
    Expr,
    both,
    either,
    highest,
    lift,
    lowest,
    maximum,
    minimum,
    per,
    prev,
    total,
    where,
)
from model.graph.kernel import kernel
from model.graph.order import order
from model.graph.resting import left
from model.graph.sheet import Assumption, Sheet
from model.structure import structure

sheet = Sheet({})
a, b, c = (sheet.forward(name, "1") for name in "abc")
REST = {("a", "line"): 0.0, ("a", "prev"): 0.0}


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (a * b + c, c),
        (b - a / c, b),
        (per(a, b, 0), lift(0)),
        (per(b, a, 1), lift(1)),
        (where(a > 0, b, c), c),
        (where(b > 0, a, 0), lift(0)),
        (where(b > 0, a, NAN), None),
        (minimum(a, maximum(b, 0)), lift(0)),
        (minimum(a, b), None),
        (maximum(a, b * b), None),
        (maximum(minimum(b, c), a) * a, lift(0)),
        (both(a, b), lift(0)),
        (either(a, b), None),
        (either(a, 1 - a <= 0), lift(0)),
        (prev(a) + b, b),
        (prev(a, 5) * b, None),
        (prev(b, a), None),
    ],
)
def test_what_is_left_by_hand(formula: Expr, expected: Expr | None) -> None:
    """None where the rest of the formula still has to be computed."""
    found = left(formula, REST, set())
    if expected is None:
        assert found.op == formula.op
    else:
        assert (found.op, found.data) == (expected.op, expected.data)


def test_a_row_shown_to_be_never_negative_makes_a_lesser_one_rest() -> None:
    assert left(minimum(b, a), REST, {"b"}).data == 0
    assert left(maximum(a, b * b), REST, {"b"}).op == "mul"


def random_formula(rng: np.random.Generator, depth: int) -> Expr:
    if depth == 0 or rng.random() < 0.15:
        return [a, b, c, lift(0), lift(1), lift(float(rng.integers(-3, 4)))][rng.integers(6)]
    x, y, z = (random_formula(rng, depth - 1) for _ in range(3))
    return [
        lambda: x + y, lambda: x - y, lambda: x * y, lambda: -x, lambda: minimum(x, y), lambda: maximum(x, y),
        lambda: where(x > y, y, z), lambda: where(both(x, y), z, x), lambda: per(x, y, 0), lambda: per(x, y, 2),
        lambda: either(x, y) + z, lambda: x / (y * y + 1), lambda: where(x <= 0, x, y) * z,
    ][rng.integers(13)]()  # fmt: skip


def test_what_is_left_has_the_value_of_the_formula() -> None:
    rng = np.random.default_rng(0)
    shorter = 0
    for _ in range(3000):
        formula = random_formula(rng, 4)
        rows = {"a": np.zeros(8), "b": rng.integers(-2, 3, 8) * 1.5, "c": np.abs(rng.normal(0, 2, 8))}
        found = left(formula, REST, {"c"})
        shorter += write(found, {}, {}) != write(formula, {}, {})
        with np.errstate(all="ignore"):
            values = [np.broadcast_to(eval(write(e, {}, {}), dict(NAMESPACE, **rows)), 8) for e in (formula, found)]
        np.testing.assert_allclose(*values, rtol=1e-12, atol=1e-12)
    assert shorter > 1500


def loan(resting: int) -> Sheet:
    """A loan drawn for some periods and repaid at a pace; the first groups of rows that rest are named."""
    names = ("stop", "amount", "pace", "length")
    made = Sheet({name: Assumption(name, "1", 1.0) for name in names})
    stop, amount, pace, length = map(made.input, names)
    number = made.forward("number", "1")
    made.line("number", "1", "Period", prev(number) + 1)
    drawing = made.line("drawing", "1", "Loan is drawn", where(number <= stop, 1, 0))
    drawn_for = made.line("drawn_for", "1", "Periods of drawing", total(drawing))
    balance = made.forward("balance", "1")
    draw = made.line("draw", "1", "Draw", per(drawing * amount * amount, drawn_for, 0))
    fee = made.line("fee", "1", "Fee", drawing * (amount - draw) * 0.01 + where(drawing > 0, draw * 0.02, 0))
    due = made.line("due", "1", "Due", prev(balance) * 1.05 * length)
    repaid = made.line("repaid", "1", "Repaid", minimum(due, maximum(pace, 0)))
    made.line("balance", "1", "Balance", where(due + draw - repaid <= 1e-9, 0, due + draw - repaid))
    cover = made.line("cover", "1", "Cover", where(repaid > 0, per(number, repaid, NAN), NAN))
    made.line("least_cover", "1", "Least cover", lowest(cover))
    made.line("peak", "1", "Peak", highest(balance))
    made.line("paid", "1", "Paid", total(repaid + fee + number * 0.001))
    for rows in ((drawing,), (balance,))[:resting]:
        made.rests(*rows)
    return made


@pytest.mark.skipif(not compiled.available(), reason="numba is not installed")
def test_what_is_named_as_resting_changes_no_figure() -> None:
    rng = np.random.default_rng(1)
    scenarios, periods = 333, 30
    inputs = {"stop": rng.integers(0, 9, scenarios) * 1.0, "amount": rng.uniform(1, 9, scenarios),
              "pace": rng.uniform(0.5, 9, scenarios), "length": np.ones(scenarios)}  # fmt: skip
    inputs["stop"][::7] = 0  # draws nothing
    wanted = ("least_cover", "peak", "paid", "balance")
    found, forms = [], []
    for resting in (0, 1, 2):
        made = loan(resting)
        groups = order(made.lines)
        code = kernel(made, groups, {}, wanted, frozenset(inputs))
        forms.append(code.source.count(" resting == "))
        one = {name: values[:1] for name, values in inputs.items()}
        lines = compile_source(source(made, groups, {}))(periods, 1, one, {})
        shared = compiled.tables(code, made, {}, periods, one, {}, lines)
        found.append(compiled.run(code, shared, periods, inputs, scenarios))
    with np.errstate(all="ignore"):
        plain = compile_source(source(made, groups, {}))(periods, scenarios, inputs, {})
    assert forms == [0, 1, 2]
    for name in wanted:
        np.testing.assert_allclose(found[0][name], plain[name], rtol=1e-12)
        for other in found[1:]:
            np.testing.assert_array_equal(found[0][name], other[name])


def test_the_model_names_rows_that_shorten_its_sweeps() -> None:
    model = structure(load("base"))
    made = kernel(model.sheet, model.groups, model.texts, ("equity_irr",), frozenset({"timeline.delay_months"}))
    assert made.source.count(" resting == ") == 2
