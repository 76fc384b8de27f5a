"""The operations of formulas, one row of `operations.csv` each: rule for the unit, and template by language.

{0}, {1}, {2} are operands, {data} a constant of the operation; min and max take the second operand where both are
equal (0.0 and -0.0) or one is NaN. Comparisons, `and` and `or` yield conditions. An operand used twice is first bound
to a name. A reduction has a `start`; its templates are the step, from {0}, the result so far, by {1}, a period's value.
In Excel's MIN, MAX, AND and OR, {1} is all operands but the first. Ranks are operator precedence, lowest first: an
operand of lower rank than required is parenthesised.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from functools import reduce
from operator import add
from pathlib import Path
from typing import NamedTuple

from ..arithmetic.functions import power
from ..arithmetic.returns import rate_of_return

CHOICE, LOGIC, COMPARISON, SUM, PRODUCT, SIGN, ATOM = range(7)
RANKS = dict(zip(("choice", "logic", "comparison", "sum", "product", "sign", "atom"), range(7), strict=True))


class Operation(NamedTuple):
    """A row of the table, with the operation's value on floats."""

    unit: str  # same: that of all operands; product, quotient: of both; compared: same operands, no unit; none
    start: str  # of a reduction; all: takes the whole row
    python: str
    numpy: str
    cpp: str
    javascript: str
    excel: str
    excel_rank: int
    excel_ranks: tuple[int, ...]  # least rank of each operand in Excel
    calculation: str  # of `explain`
    words: str
    label: str  # of a row of the workbook
    rank: int
    ranks: tuple[int, ...]  # least rank of each operand
    value: Callable[..., float]


def over_zero(a: float, b: float) -> float:
    """a / b for b = 0, by IEEE 754."""
    return math.copysign(math.inf, a) * math.copysign(1.0, b) if a == a and a != 0 else math.nan


def floor(x: float) -> float:
    """Greatest integer not above x; x itself if not finite."""
    return x // 1.0 if x - x == 0.0 else x


def total(row: list[float]) -> float:
    """Sum in order of periods."""
    return reduce(add, row, 0.0)


def _average(row: list[float]) -> float:
    known = [x for x in row if x == x]
    return total(known) / len(known) if known else math.nan


def _extreme(row: list[float], sign: float) -> float:
    found = max((sign * x for x in row if x == x), default=-math.inf)
    return math.nan if found == -math.inf else sign * found


REDUCED: dict[str, Callable[..., float]] = {
    "total": total,
    "average": _average,
    "highest": lambda row: _extreme(row, 1.0),
    "lowest": lambda row: _extreme(row, -1.0),
    "irr": rate_of_return,
}
NAMES = {"floor": floor, "over_zero": over_zero, "power": power}


def _operation(
    operation: str, excel_rank: str, excel_ranks: str, rank: str, operand_ranks: str, **texts: str
) -> Operation:
    own, tight = RANKS[rank], RANKS[excel_rank]
    ranks, inside = (tuple(RANKS[each] for each in listed.split()) for listed in (operand_ranks, excel_ranks))
    if texts["start"]:
        value = REDUCED[operation]
    else:
        names = "abc"[: len(ranks)]
        text = texts["python"].format(*names, data="data")
        truth = "bool" if own in (LOGIC, COMPARISON) else ""
        value = eval(f"lambda {', '.join(names)}, data=0.0: {truth}({text})", NAMES)
    return Operation(**texts, excel_rank=tight, excel_ranks=inside, rank=own, ranks=ranks, value=value)


with (Path(__file__).parent / "operations.csv").open(encoding="utf-8", newline="") as stream:
    OPERATIONS = {row["operation"]: _operation(**row) for row in csv.DictReader(stream)}
REDUCTIONS = frozenset(name for name, each in OPERATIONS.items() if each.start)
CONDITIONS = frozenset(name for name, each in OPERATIONS.items() if each.rank in (LOGIC, COMPARISON))
