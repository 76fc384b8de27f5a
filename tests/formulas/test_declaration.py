"""What a declaration refuses, and how the order of calculation is found."""

from __future__ import annotations

from typing import Any

import pytest

from model.engine.structure import Program
from model.formulas.declaration import Assumption, Declaration
from model.formulas.expr import (
    NAN,
    DeclarationError,
    constant,
    following,
    highest,
    interpolate,
    lowest,
    maximum,
    minimum,
    per,
    prev,
    total,
    where,
)
from model.formulas.order import order

M = "US$m nominal"
VALUES = {
    "price": Assumption("price", "US$/lb real", 4.0),
    "tonnes": Assumption("tonnes", "kt", 10.0),
    "cost": Assumption("cost", M, 5.0),
    "months": Assumption("months", "months", 6.0),
    "rate": Assumption("rate", "1/year", 0.1),
}


@pytest.fixture
def sheet() -> Declaration:
    return Declaration(VALUES)


def evaluate(sheet: Declaration, periods: int = 4) -> dict[str, Any]:
    """Every line: a float, or a list by period."""
    given = {path: float(VALUES[path].value) for path in sheet.inputs}
    return Program(sheet, order(sheet.lines), {}, 2025, 12).function()(periods, given, {})


def test_units_are_converted_where_the_dimension_agrees(sheet: Declaration) -> None:
    sheet.line("value", "US$m real", "", sheet.input("price") * sheet.input("tonnes"), "")
    sheet.line("time", "years", "", constant(2028, "years") + sheet.input("months"), "")
    found = evaluate(sheet)
    assert found["value"] == pytest.approx(4 * 10 / 0.45359237)  # 10 kt are 22.046 Mlb
    assert found["time"] == pytest.approx(2028.5)


def test_real_and_nominal_money_do_not_mix(sheet: Declaration) -> None:
    value = sheet.line("value", "US$m real", "", sheet.input("price") * sheet.input("tonnes"), "")
    with pytest.raises(DeclarationError, match=r"money real.*money nominal"):
        value + sheet.input("cost")
    with pytest.raises(DeclarationError, match="line 'wrong'"):
        sheet.line("wrong", M, "", value, "")
    with pytest.raises(ValueError, match="does not say whether its money is real or nominal"):
        sheet.line("vague", "US$m", "", value, "")


def test_names_are_declared_once_and_before_use(sheet: Declaration) -> None:
    sheet.line("a", M, "", sheet.input("cost"), "")
    with pytest.raises(DeclarationError, match="declared twice"):
        sheet.line("a", M, "", sheet.input("cost"), "")
    sheet.line("b", M, "", prev(sheet.forward("never", M)), "")
    with pytest.raises(DeclarationError, match="'never' is used but never declared"):
        order(sheet.lines)
    with pytest.raises(DeclarationError, match="no assumption at 'prise'"):
        sheet.input("prise")


def test_a_line_has_no_truth_value(sheet: Declaration) -> None:
    with pytest.raises(DeclarationError, match="no truth value"):
        if sheet.input("cost") > 0:
            pass


def test_loops_without_a_lag_are_refused(sheet: Declaration) -> None:
    a = sheet.forward("a", M)
    b = sheet.line("b", M, "", a + sheet.input("cost"), "")
    sheet.line("a", M, "", b * 0.5 + prev(b), "")
    with pytest.raises(DeclarationError, match=r"circular within one period: a needs b needs a$"):
        order(sheet.lines)


def test_loops_through_both_directions_are_refused(sheet: Declaration) -> None:
    a = sheet.forward("a", M)
    sheet.line("a", M, "", prev(a) + following(a), "")
    with pytest.raises(
        DeclarationError, match="'a' looks ahead at 'a', which depends on 'a' of the period before: a circle"
    ):
        order(sheet.lines)


def test_a_circle_through_all_periods_is_named_by_the_line_that_looks_ahead(sheet: Declaration) -> None:
    held = sheet.forward("held", M)
    peak = sheet.line("peak", M, "", highest(held))
    spent = sheet.line("spent", M, "", minimum(peak, prev(held)))
    sheet.line("held", M, "", spent + 1 * sheet.input("cost"))
    with pytest.raises(DeclarationError, match="'peak' looks ahead at 'held', which depends on 'peak': a circle"):
        order(sheet.lines)


def test_a_loop_may_not_reduce_a_row(sheet: Declaration) -> None:
    """Else the reduction would be taken of one period's value."""
    row = sheet.line("row", M, "", prev(sheet.forward("x", M)) * 0 + sheet.input("cost"), "")
    a = sheet.forward("a", M)
    sheet.line("x", M, "", prev(row), "")
    sheet.line("a", M, "", prev(a) + highest(row), "")
    with pytest.raises(DeclarationError, match="give the figure a line of its own"):
        order(sheet.lines)


def test_not_applicable_may_only_be_reduced(sheet: Declaration) -> None:
    flow = sheet.line("flow", M, "", prev(sheet.forward("account", M)) + sheet.input("cost"), "")
    sheet.line("account", M, "", flow, "")
    ratio = sheet.line("ratio", "x", "", where(flow > constant(12, M), per(flow, sheet.input("cost"), NAN), NAN), "")
    sheet.line("least", "x", "", lowest(ratio), "")
    with pytest.raises(DeclarationError, match="can be 'not applicable'"):
        sheet.line("wrong", "x", "", maximum(ratio, 1), "")
    found = evaluate(sheet)
    assert found["least"] == 3  # 15 / 5; the periods with 5 and 10 do not apply
    assert all(x != x for x in found["ratio"][:2])


def test_forward_and_backward_loops(sheet: Declaration) -> None:
    cost = sheet.input("cost")
    balance = sheet.forward("balance", M)
    sheet.line("balance", M, "", prev(balance, constant(100, M)) * 1.1 - cost, "")
    value = sheet.forward("value", M)
    sheet.line("value", M, "", (cost + following(value)) / 1.1, "")
    sheet.line("sum", M, "", total(sheet.lines["value"]), "")
    found = evaluate(sheet)
    expected, amount = [], 100.0
    for _ in range(4):
        amount = amount * 1.1 - 5
        expected.append(amount)
    assert found["balance"] == pytest.approx(expected)
    assert found["value"][0] == pytest.approx(sum(5 / 1.1**k for k in range(1, 5)))
    directions = {group.lines[0]: group.direction for group in order(sheet.lines)}
    assert directions["balance"] == "forward" and directions["value"] == "backward" and directions["sum"] == "whole"


def test_curves_are_flat_beyond_their_ends(sheet: Declaration) -> None:
    sheet.curve("c", [constant(0, "kt"), constant(20, "kt")], [constant(1, M), constant(3, M)])
    sheet.line("at", M, "", interpolate("c", sheet.input("tonnes"), "kt", M), "")
    sheet.line("beyond", M, "", interpolate("c", sheet.input("tonnes") * 9, "kt", M), "")
    found = evaluate(sheet)
    assert found["at"] == 2 and found["beyond"] == 3
    with pytest.raises(DeclarationError, match="curve 'c' is over kt"):
        interpolate("c", sheet.input("cost"), "kt", M)
