"""Types of assumptions: number, numbers by year, list, date, text."""

from __future__ import annotations

import datetime as dt
import math
import numbers
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import GetCoreSchemaHandler as Handler
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from .problems import CONTROL

FIRST_YEAR, LAST_YEAR, LONGEST_SERIES = 2000, 2150, 200
LONGEST_TEXT = 5000
LAST_DATE = 2100  # the last year of a date, so that what follows from it ends before the last year
INTERPOLATION = "interpolation"

_YEARS = re.compile(r"([0-9]{4})(?:\s*-\s*([0-9]{4}))?")


def unexpected(got: object, at: object = None) -> PydanticCustomError:
    """The error for a value (or one entry `at` of it) that is not of the kind or in the range expected."""
    return PydanticCustomError("unexpected", "unexpected value", {"got": got, "at": at})


def refused(message: str, at: object = None) -> PydanticCustomError:
    """An error whose message stands on its own."""
    return PydanticCustomError("refused", "{message}", {"message": message, "at": at})


@dataclass(frozen=True)
class ByYear:
    """Numbers by calendar year, years ascending; `interpolation` is None where no year is left out."""

    years: tuple[int, ...]
    values: tuple[float, ...]
    interpolation: Literal["step", "linear"] | None = None

    def at(self, year: int) -> float:
        """The value of a year: the first before the list, the last after it, held or interpolated between."""
        after = bisect_right(self.years, year)
        if after == 0:
            return self.values[0]
        before = after - 1
        if after == len(self.years) or self.interpolation != "linear":
            return self.values[before]
        way = (year - self.years[before]) / (self.years[after] - self.years[before])
        return self.values[before] + way * (self.values[after] - self.values[before])

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Handler) -> CoreSchema:
        return core_schema.is_instance_schema(cls)


def number(value: object, at: object = None) -> float:
    """A finite number; booleans and text are errors."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise unexpected(value, at)
    try:
        result = float(value) + 0.0  # minus zero becomes zero, so that equal scenarios have equal hashes
    except OverflowError:
        result = math.inf
    if not math.isfinite(result):
        raise unexpected(value, at)
    return result


def series(value: object) -> tuple[float, ...]:
    """A list of finite numbers, not empty."""
    if not isinstance(value, list | tuple):
        raise unexpected(value)
    if not 0 < len(value) <= LONGEST_SERIES:
        raise refused(f"expected a list of 1 to {LONGEST_SERIES} numbers, got {len(value)}")
    return tuple(number(item, index) for index, item in enumerate(value))


def named_series(value: object) -> str | tuple[float, ...]:
    """A list of finite numbers, or the name of one."""
    return value if isinstance(value, str) else series(value)


def schedule(value: object) -> float | ByYear:
    """A number, or numbers by year with every year between the first and the last accounted for."""
    if isinstance(value, ByYear):
        return value
    if not isinstance(value, Mapping):
        return number(value)
    by_year = _read_years(value)
    years = tuple(sorted(by_year))
    how = value.get(INTERPOLATION)
    if how not in (None, "step", "linear"):
        raise refused(f"{INTERPOLATION} is 'step' (hold the earlier value) or 'linear'", INTERPOLATION)
    gaps = [(a, b) for a, b in pairwise(years) if b > a + 1]
    if gaps and how is None:
        raise refused(
            f"nothing is given between {gaps[0][0]} and {gaps[0][1]}: state `interpolation: step` "
            "(hold the earlier value) or `interpolation: linear`"
        )
    return ByYear(years, tuple(by_year[year] for year in years), how if gaps else None)


def phasing(value: object) -> ByYear:
    """Shares by year that sum to 1; a year not listed has none."""
    if isinstance(value, ByYear):
        by_year = dict(zip(value.years, value.values, strict=True))
    elif not isinstance(value, Mapping):
        raise unexpected(value)
    elif INTERPOLATION in value:
        raise refused("shares by year are not interpolated: a year not listed has none", INTERPOLATION)
    else:
        by_year = _read_years(value)
    total = math.fsum(by_year.values())
    if abs(total - 1) > 1e-6:
        raise refused(f"shares by year must sum to 1, they sum to {total:.10g}")
    negative = [year for year, share in by_year.items() if share < 0]
    if negative:
        raise refused(f"shares by year cannot be negative, got {by_year[negative[0]]:.10g}", negative[0])
    return ByYear(tuple(sorted(by_year)), tuple(by_year[year] for year in sorted(by_year)))


def words(value: object) -> str:
    """Text without control characters."""
    if not isinstance(value, str):
        raise unexpected(value)
    if CONTROL.search(value) or len(value) > LONGEST_TEXT:
        raise refused(f"expected text of at most {LONGEST_TEXT} characters without control characters")
    return value


def date(value: object) -> dt.date:
    """A calendar date, as such or as text in the form 2028-07-01."""
    day = value
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        try:
            day = dt.date.fromisoformat(value)
        except ValueError:
            raise refused(f"'{value}' is not a date in the calendar") from None
    if not isinstance(day, dt.date) or isinstance(day, dt.datetime):
        raise unexpected(value)
    if not FIRST_YEAR <= day.year <= LAST_DATE:
        raise refused(f"{day} is not within {FIRST_YEAR}-{LAST_DATE}")
    return day


def years_of(key: object) -> range:
    """The years that a key of a mapping by year stands for; empty where it is none."""
    match = _YEARS.fullmatch(str(key))
    if match is None:
        return range(0)
    first, last = int(match[1]), int(match[2] or match[1])
    return range(first, last + 1) if first >= FIRST_YEAR and last <= LAST_YEAR else range(0)


def _read_years(raw: Mapping[Any, object]) -> dict[int, float]:
    """Expand `2031-2033: 45` to each year, refusing a year given twice."""
    result: dict[int, float] = {}
    for key, value in raw.items():
        if key == INTERPOLATION:
            continue
        years = years_of(key)
        if not years:
            raise refused(
                f"expected a year like 2031 or an ascending range like 2031-2033, within {FIRST_YEAR}-{LAST_YEAR}, "
                f"got '{str(key)[:40]}'",
                key,
            )
        amount = number(value, key)
        for year in years:
            if year in result:
                raise refused(f"{year} is given twice", key)
            result[year] = amount
    if not result:
        raise refused("expected at least one year, like {2031: 4.5}")
    return result


@dataclass(frozen=True)
class Kind:
    """Marks a type with the function that reads it; runs before pydantic's own check of the type."""

    parse: Callable[[object], object]
    expected: str

    def __get_pydantic_core_schema__(self, source: Any, handler: Handler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self.parse, handler(source))


@dataclass(frozen=True)
class Bounds:
    """Bounds of every number of a value."""

    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    lt: float | None = None

    def check(self, value: object) -> object:
        """The value itself, if every number in it is within the limits."""
        for at, each in _numbers_in(value):
            if not self.hold(each):
                raise unexpected(each, at)
        return value

    def hold(self, number: float) -> bool:
        """Whether a number is within the limits."""
        return (
            (self.ge is None or number >= self.ge)
            and (self.gt is None or number > self.gt)
            and (self.le is None or number <= self.le)
            and (self.lt is None or number < self.lt)
        )

    def __str__(self) -> str:
        if self.ge is not None and self.le is not None:
            return f"from {self.ge:.15g} to {self.le:.15g}"
        words = {"at least": self.ge, "greater than": self.gt, "at most": self.le, "less than": self.lt}
        return " and ".join(f"{word} {limit:.15g}" for word, limit in words.items() if limit is not None)

    def __get_pydantic_core_schema__(self, source: Any, handler: Handler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))


def bounds_in(field: FieldInfo) -> Bounds:
    """Bounds of a field of the schema; without limits where it has none."""
    return next((m for m in field.metadata if isinstance(m, Bounds)), Bounds())


def _numbers_in(value: object) -> Iterator[tuple[object, float]]:
    if isinstance(value, float | int):
        yield None, value
    elif isinstance(value, ByYear):
        yield from zip(value.years, value.values, strict=True)
    elif isinstance(value, tuple | dict):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            for _, each in _numbers_in(item):
                yield key, each


Number: TypeAlias = Annotated[float, Kind(number, "a number")]
Series: TypeAlias = Annotated[tuple[float, ...], Kind(series, "a list of numbers")]
NamedSeries: TypeAlias = Annotated[str | tuple[float, ...], Kind(named_series, "a list of numbers, or a name")]
Schedule: TypeAlias = Annotated[float | ByYear, Kind(schedule, "a number (or numbers by year)")]
Phasing: TypeAlias = Annotated[ByYear, Kind(phasing, "shares by year that sum to 1")]
