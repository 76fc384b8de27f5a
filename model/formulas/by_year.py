"""Aggregation by calendar year, by kind of line. Ratios are evaluated on the year's figures instead."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any, NamedTuple

from .operations import OPERATIONS


class Rule(NamedTuple):
    """An operation over some of a year's periods in order; a `mean` divides by their number.

    In words, `words` precede the periods and `joint` joins their numbers; `excel` is over {cells}, {years} and {year}.
    """

    periods: slice
    operation: str
    mean: bool
    words: str
    joint: str
    excel: str


ALL, FIRST, LAST = slice(0, None), slice(0, 1), slice(-1, None)
# The last period is found by its number, since spreadsheets differ in which of equals LOOKUP finds.
BY_YEAR = {
    "flow": Rule(ALL, "add", False, "sum of", " + ", "SUMIF({years},{year},{cells})"),
    "balance": Rule(LAST, "add", False, "as at the end of", "", 'INDEX({cells},COUNTIF({years},"<="&{year}))'),
    "opening": Rule(FIRST, "add", False, "as at the start of", "", "INDEX({cells},MATCH({year},{years},0))"),
    "average": Rule(ALL, "add", True, "mean of", " and ", "AVERAGEIF({years},{year},{cells})"),
    "flag": Rule(ALL, "max", False, "highest of", ", ", "SUMPRODUCT(MAX(({years}={year})*{cells}))"),
}
INPUT = "average"  # the kind of an assumption by year


def by_year(kind: str, row: Any, each: int) -> list[Any]:
    """A row by calendar year, of `each` periods; its items are numbers, or arrays with one number a scenario."""
    rule = BY_YEAR[kind]
    value = OPERATIONS[rule.operation].value
    parts = [row[k::each] for k in range(each)[rule.periods]]
    result = reduce(lambda a, b: list(map(value, a, b)), parts)
    return [x / len(parts) for x in result] if rule.mean else list(result)


def calculation(kind: str, names: Sequence[str]) -> str:
    """The aggregation as a text over the names of the periods."""
    rule = BY_YEAR[kind]
    text = reduce(OPERATIONS[rule.operation].calculation.format, names)
    return f"{text} / {len(names)}" if rule.mean else text


def javascript() -> str:
    """The aggregations as JavaScript functions of a year's periods, by kind."""
    return "{" + ", ".join(f"{kind}: {_javascript(rule)}" for kind, rule in BY_YEAR.items()) + "}"


def _javascript(rule: Rule) -> str:
    ends = ", ".join(str(end) for end in (rule.periods.start, rule.periods.stop) if end is not None)
    text = OPERATIONS[rule.operation].javascript.format("a", "b")
    return f"year => year.slice({ends}).reduce((a, b) => {text})" + " / year.length" * rule.mean
