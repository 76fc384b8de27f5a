"""The Excel interpreter: how expressions are written, one by one."""

from __future__ import annotations

import pytest

from model.formulas.declaration import Assumption, Declaration
from model.formulas.expr import (
    NAN,
    DeclarationError,
    Expr,
    both,
    compound,
    constant,
    floor,
    following,
    highest,
    irr,
    lowest,
    maximum,
    minimum,
    per,
    power,
    prev,
    total,
    where,
)
from model.outputs.workbook.excel import AFTER, BEFORE, NOW, ExcelWriter, Places, number
from model.outputs.workbook.workings import with_workings


@pytest.fixture
def sheet() -> Declaration:
    made = Declaration({"a.rate": Assumption("a.rate", "1/year", 0.1)})
    made.stage = "one"
    ahead = made.forward("x", "years")
    made.line("x", "years", "X", prev(ahead, constant(1, "years")) + constant(1, "years"))
    made.line("y", "years", "Y", made.lines["x"] * 2)
    made.line("f", "years", "F", total(made.lines["x"]))
    return made


def text(sheet: Declaration, e: Expr, on: str = "One", **line: str) -> str:
    places = Places(
        "F",
        "J",
        lines={"x": ("One", 7), "y": ("One", 8), "f": ("Two", 9)},
        inputs={"a.rate": ("Inputs", "$C$5")},
        guesses={"x": ("Search", "$C$7")},
    )
    found = ExcelWriter(on, places).formula(e)
    return found.replace(NOW, "G").replace(BEFORE, "F").replace(AFTER, "H")


def test_operators_keep_their_order(sheet: Declaration) -> None:
    x, y = sheet.lines["x"], sheet.lines["y"]
    assert text(sheet, x - (y - x)) == "G7-(G8-G7)"
    assert text(sheet, x - y - x) == "G7-G8-G7"
    assert text(sheet, (x + y) * (x / y)) == "(G7+G8)*G7/G8"
    assert text(sheet, x / (y / x)) == "G7/(G8/G7)"
    assert text(sheet, -(x + y) / y) == "(-(G7+G8))/G8"
    assert text(sheet, x - (-y)) == "G7-(-G8)"
    assert text(sheet, power(x / y, 2)) == "(G7/G8)^2"
    assert text(sheet, power(-(x / y), 2)) == "(-(G7/G8))^2"  # Excel's minus binds tighter than its power
    assert text(sheet, x * 1 + 0 * y) == "G7"


def test_functions(sheet: Declaration) -> None:
    x, y, f, rate = sheet.lines["x"], sheet.lines["y"], sheet.lines["f"], sheet.input("a.rate")
    assert text(sheet, minimum(minimum(x, y), f)) == "MIN(G7,G8,Two!$C$9)"
    assert text(sheet, maximum(x, -x)) == "ABS(G7)"
    assert text(sheet, compound(rate, f)) == "(1+Inputs!$C$5)^Two!$C$9"
    assert text(sheet, compound(-rate, f)) == "(1-Inputs!$C$5)^Two!$C$9"
    assert text(sheet, where(both(x > 0, x <= y), x, 0)) == "IF(AND(G7>0,G7<=G8),G7,0)"
    assert text(sheet, (x > y) * 2) == "IF(G7>G8,1,0)*2"
    assert text(sheet, per(x, y, 1)) == "IF(G8=0,1,G7/G8)"
    assert text(sheet, floor(x)) == "INT(G7)"
    assert text(sheet, following(x)) == "H7"
    assert text(sheet, highest(x), on="Two") == "MAX(One!$F$7:$J$7)"
    assert text(sheet, irr(x)) == 'IFERROR(IRR($F$7:$J$7,Search!$C$7),"")'


def test_not_applicable_is_decided_before_anything_is_calculated_with_it(sheet: Declaration) -> None:
    x, y = sheet.lines["x"], sheet.lines["y"]
    assert text(sheet, per(x, y, NAN) * 1000) == 'IF(G8<>0,G7/G8*1000,"")'
    assert text(sheet, where(x > 0, per(x, y, NAN), NAN)) == 'IF(G7>0,IF(G8=0,"",G7/G8),"")'
    sheet.line("ratio", "1", "Ratio", per(x, y, NAN))
    least = sheet.line("least", "1", "Least", lowest(sheet.lines["ratio"]))
    places = Places("F", "J", lines={"ratio": ("One", 10), "least": ("One", 11)})
    writer = Writer("One", places)
    assert writer.line(least) == 'IF(COUNT($F$10:$J$10)=0,"",MIN($F$10:$J$10))'
    assert writer.formula(least * 2) == 'IFERROR($C$11*2,"")'
    assert writer.formula(where(least > 1, 1, 0)) == "IF(IF(ISNUMBER($C$11),$C$11>1,FALSE),1,0)"
    assert writer.formula(minimum(least, 1)) == 'IF(COUNT($C$11,1)<2,"",MIN($C$11,1))'


def test_numbers_are_written_to_fifteen_digits() -> None:
    assert [number(v) for v in (2.0, 0.1, 1e-9, -3.5, 1e99)] == ["2", "0.1", "1E-09", "-3.5", "1E+99"]


def test_workings_give_a_row_to_what_a_cell_cannot_hold(sheet: Declaration) -> None:
    x, y = sheet.lines["x"], sheet.lines["y"]
    sheet.line("worst", "years", "Worst", highest(maximum(x - y, 0)))
    sheet.line("twice", "years", "Twice", total(x + y))
    made = with_workings(sheet)
    assert list(made.lines)[-3:] == ["worst__1", "worst", "twice"]
    places = Places("F", "J", lines={"x": ("One", 7), "y": ("One", 8), "worst__1": ("One", 9)})
    writer = Writer("One", places)
    assert writer.line(made.lines["worst"]) == "MAX($F$9:$J$9)"
    assert writer.line(made.lines["twice"]) == "SUM($F$7:$J$7)+SUM($F$8:$J$8)"
    assert sheet.lines["worst"] is not made.lines["worst"], "the engine's own lines stay as they are"


def test_a_row_begins_in_one_way_only(sheet: Declaration) -> None:
    sheet.line("z", "years", "Z", prev(sheet.lines["x"], constant(5, "years")))
    with pytest.raises(DeclarationError, match="begins or ends in two ways"):
        with_workings(sheet)
