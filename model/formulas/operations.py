"""The operations of formulas: one row each, with its unit, its value and how every reader spells it.

{0}, {1}, {2} are the operands, {data} a number that belongs to the operation. Comparisons, `and` and `or` are spelled as
conditions. An operand that a spelling has twice is given a name first. Where Excel's text is empty, outputs/workbook has
a rule of its own. min and max take the second operand where both are equal or one is not a number, so that zeros of two
signs have one answer in every reader.
"""

from __future__ import annotations

import math
import operator as op
from collections.abc import Callable
from typing import Literal, NamedTuple

from ..arithmetic.functions import power

CHOICE, LOGIC, COMPARISON, SUM, PRODUCT, SIGN, ATOM = range(7)  # how tightly a text holds together
UnitRule = Literal["same", "product", "quotient", "compared", "none"]


class Operation(NamedTuple):
    """An operation; `ranks` are the least that the words of each operand must have to stand without parentheses."""

    unit: UnitRule
    value: Callable[..., float]
    python: str
    numpy: str
    cpp: str
    javascript: str
    excel: tuple[str, int]
    calculation: str  # as `explain` gives it to be evaluated
    words: str
    rank: int
    ranks: tuple[int, ...]


def over_zero(a: float, b: float) -> float:
    """a / b where b is zero, as in IEEE arithmetic."""
    return math.copysign(math.inf, a) * math.copysign(1.0, b) if a == a and a != 0 else math.nan


def floor(x: float) -> float:
    """The greatest whole number not above x."""
    return x // 1.0 if x - x == 0.0 else x


def _spelled_alike(unit: UnitRule, value: Callable[..., float], sign: str, word: str, ranks: tuple[int, int, int]) -> Operation:
    text = f"({{0}} {sign} {{1}})"
    rank, *inner = ranks
    return Operation(unit, value, text, text, text, text, (f"{{0}}{sign}{{1}}", rank), text, f"{{0}} {word} {{1}}", rank, tuple(inner))


def _comparison(value: Callable[..., bool], sign: str, word: str) -> Operation:
    return _spelled_alike("compared", lambda a, b: float(value(a, b)), sign, word, (COMPARISON, SUM, SUM))


_CONDITION, _CHOICE = ("", CHOICE), ("", ATOM)
OPERATIONS = {
    "add": _spelled_alike("same", op.add, "+", "+", (SUM, SUM, SUM)),
    "sub": _spelled_alike("same", op.sub, "-", "−", (SUM, SUM, PRODUCT)),
    "mul": _spelled_alike("product", op.mul, "*", "×", (PRODUCT, PRODUCT, PRODUCT)),
    "div": Operation(
        "quotient", lambda a, b: a / b if b else over_zero(a, b),
        "({0} / {1} if {1} else over_zero({0}, {1}))", "divide({0}, {1})", "({0} / {1})", "({0} / {1})",
        ("{0}/{1}", PRODUCT), "({0} / {1})", "{0} ÷ {1}", PRODUCT, (PRODUCT, SIGN)),
    "neg": Operation(
        "same", op.neg, "(-{0})", "(-{0})", "(-{0})", "(-{0})", ("-{0}", SUM), "(-{0})", "−{0}", SIGN, (SIGN,)),
    "min": Operation(
        "same", lambda a, b: a if a < b else b,
        "({0} if {0} < {1} else {1})", "lesser({0}, {1})", "lesser({0}, {1})", "({0} < {1} ? {0} : {1})",
        _CHOICE, "min({0}, {1})", "the lesser of {0} and {1}", CHOICE, (SUM, SUM)),
    "max": Operation(
        "same", lambda a, b: a if a > b else b,
        "({0} if {0} > {1} else {1})", "greater({0}, {1})", "greater({0}, {1})", "({0} > {1} ? {0} : {1})",
        _CHOICE, "max({0}, {1})", "the greater of {0} and {1}", CHOICE, (SUM, SUM)),
    "lt": _comparison(op.lt, "<", "<"),
    "le": _comparison(op.le, "<=", "≤"),
    "gt": _comparison(op.gt, ">", ">"),
    "ge": _comparison(op.ge, ">=", "≥"),
    "nonzero": Operation(
        "compared", lambda a: float(a != 0),
        "{0}", "({0} != 0.0)", "({0} != 0.0)", "({0} !== 0)", ("{0}<>{1}", COMPARISON), "({0} != 0)", "{0}", COMPARISON, (SUM,)),
    "and": Operation(
        "none", lambda a, b: float(a != 0 and b != 0),
        "({0} and {1})", "({0} & {1})", "({0} & {1})", "({0} && {1})",
        _CONDITION, "both({0}, {1})", "{0} and {1}", LOGIC, (COMPARISON, COMPARISON)),
    "or": Operation(
        "none", lambda a, b: float(a != 0 or b != 0),
        "({0} or {1})", "({0} | {1})", "({0} | {1})", "({0} || {1})",
        _CONDITION, "either({0}, {1})", "{0} or {1}", LOGIC, (COMPARISON, COMPARISON)),
    "where": Operation(
        "same", lambda c, a, b: a if c else b,
        "({1} if {0} else {2})", "where({0}, {1}, {2})", "({0} ? {1} : {2})", "({0} ? {1} : {2})",
        _CHOICE, "where({0}, {1}, {2})", "if {0} then {1}, otherwise {2}", CHOICE, (LOGIC, SUM, SUM)),
    "per": Operation(
        "quotient", lambda a, b, data: a / b if b else data,
        "({0} / {1} if {1} else {data})", "per({0}, {1}, {data})", "per({0}, {1}, {data})",
        "({1} !== 0 ? {0} / {1} : {data})", _CHOICE, "per({0}, {1}, {data})", "{0} ÷ {1}", PRODUCT, (PRODUCT, SIGN)),
    "compound": Operation(
        "none", lambda a, b: power(1.0 + a, b),
        "power(1.0 + {0}, {1})", "power(1.0 + {0}, {1})", "power(1.0 + {0}, {1})", "Math.pow(1 + {0}, {1})",
        ("", SIGN), "((1 + {0}) ** {1})", "(1 + {0}) ^ {1}", ATOM, (PRODUCT, ATOM)),
    "pow": Operation(
        "none", power,
        "power({0}, {1})", "power({0}, {1})", "power({0}, {1})", "Math.pow({0}, {1})",
        ("{0}^{1}", SIGN), "({0} ** {1})", "{0} ^ {1}", ATOM, (ATOM, ATOM)),
    "floor": Operation(
        "same", floor, "floor({0})", "floor({0})", "floor_of({0})", "Math.floor({0})",
        ("INT({0})", ATOM), "floor({0})", "the whole part of {0}", CHOICE, (SUM,)),
}  # fmt: skip
CONDITIONS = frozenset({"lt", "le", "gt", "ge", "and", "or"})
