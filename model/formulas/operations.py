"""The operations of formulas, one row of `operations.csv` each: rule for the unit, and template by language.

{0}, {1}, {2} are operands, {data} a constant of the operation. Comparisons, `and` and `or` yield conditions. An operand
used twice is first bound to a name. Empty Excel templates are in outputs/workbook. Ranks are operator precedence,
lowest first: an operand of lower rank than required is parenthesised.
"""

from __future__ import annotations

import csv
import math
import operator as op
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from ..arithmetic.functions import power

CHOICE, LOGIC, COMPARISON, SUM, PRODUCT, SIGN, ATOM = range(7)
RANKS = dict(zip(("choice", "logic", "comparison", "sum", "product", "sign", "atom"), range(7), strict=True))
CONDITIONS = frozenset({"lt", "le", "gt", "ge", "and", "or"})


class Operation(NamedTuple):
    """A row of the table, with the operation's value on floats."""

    unit: str  # same: that of all operands; product, quotient: of both; compared: same operands, no unit; none
    python: str
    numpy: str
    cpp: str
    javascript: str
    excel: tuple[str, int]
    calculation: str  # of `explain`
    words: str
    rank: int
    ranks: tuple[int, ...]  # least rank of each operand
    value: Callable[..., float]


def over_zero(a: float, b: float) -> float:
    """a / b for b = 0, by IEEE 754."""
    return math.copysign(math.inf, a) * math.copysign(1.0, b) if a == a and a != 0 else math.nan


def floor(x: float) -> float:
    """Greatest integer not above x; x itself if not finite."""
    return x // 1.0 if x - x == 0.0 else x


# min and max take the second operand where both are equal (0.0 and -0.0) or one is NaN.
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


def _operation(row: dict[str, str]) -> Operation:
    return Operation(
        row["unit"],
        row["python"],
        row["numpy"],
        row["cpp"],
        row["javascript"],
        (row["excel"], RANKS[row["excel_rank"]]),
        row["calculation"],
        row["words"],
        RANKS[row["rank"]],
        tuple(RANKS[rank] for rank in row["operand_ranks"].split()),
        VALUES[row["operation"]],
    )


with (Path(__file__).parent / "operations.csv").open(encoding="utf-8", newline="") as stream:
    OPERATIONS = {row["operation"]: _operation(row) for row in csv.DictReader(stream)}
