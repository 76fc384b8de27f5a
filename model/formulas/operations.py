"""The operations of formulas. `operations.csv` has one row for each: its unit and how every reader spells it.

{0}, {1}, {2} are the operands, {data} a number that belongs to the operation. Comparisons, `and` and `or` are spelled
as conditions. An operand that a spelling has twice is given a name first. Where Excel's text is empty, outputs/workbook
has a rule of its own. A rank says how tightly a text holds together, loosest first: an operand of a lower rank than
asked for goes into parentheses.
"""

from __future__ import annotations

import csv
import math
import operator as op
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from ..arithmetic.functions import power

RANKS = {name: k for k, name in enumerate(("choice", "logic", "comparison", "sum", "product", "sign", "atom"))}
CHOICE, LOGIC, COMPARISON, SUM, PRODUCT, SIGN, ATOM = RANKS.values()
CONDITIONS = frozenset({"lt", "le", "gt", "ge", "and", "or"})


class Operation(NamedTuple):
    """An operation; its unit is that of its operands, which are the `same`, their `product` or `quotient`, or none,
    whether they are `compared` with each other or not (`none`)."""

    unit: str
    python: str
    numpy: str
    cpp: str
    javascript: str
    excel: tuple[str, int]
    calculation: str  # as `explain` gives it to be evaluated
    words: str
    rank: int
    ranks: tuple[int, ...]  # the least of each operand
    value: Callable[..., float]


def over_zero(a: float, b: float) -> float:
    """a / b where b is zero, as in IEEE arithmetic."""
    return math.copysign(math.inf, a) * math.copysign(1.0, b) if a == a and a != 0 else math.nan


def floor(x: float) -> float:
    """The greatest whole number not above x."""
    return x // 1.0 if x - x == 0.0 else x


# min and max take the second operand where both are equal or one is not a number: zeros of two signs have one answer.
VALUES: dict[str, Callable[..., float]] = {
    "add": op.add,
    "sub": op.sub,
    "mul": op.mul,
    "div": lambda a, b: a / b if b else over_zero(a, b),
    "neg": op.neg,
    "min": lambda a, b: a if a < b else b,
    "max": lambda a, b: a if a > b else b,
    "lt": op.lt,
    "le": op.le,
    "gt": op.gt,
    "ge": op.ge,
    "nonzero": bool,
    "and": lambda a, b: a != 0 and b != 0,
    "or": lambda a, b: a != 0 or b != 0,
    "where": lambda condition, a, b: a if condition else b,
    "per": lambda a, b, otherwise: a / b if b else otherwise,
    "compound": lambda rate, years: power(1.0 + rate, years),
    "pow": power,
    "floor": floor,
}


def _read() -> dict[str, Operation]:
    with (Path(__file__).parent / "operations.csv").open(encoding="utf-8", newline="") as stream:
        return {row["operation"]: _operation(**row) for row in csv.DictReader(stream)}


def _operation(operation: str, excel: str, excel_rank: str, rank: str, operand_ranks: str, **texts: str) -> Operation:
    ranks = tuple(RANKS[each] for each in operand_ranks.split())
    tight = excel, RANKS[excel_rank]
    return Operation(**texts, excel=tight, rank=RANKS[rank], ranks=ranks, value=VALUES[operation])


OPERATIONS = _read()
