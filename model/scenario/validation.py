"""Values as written, made the values of the model: units converted, each checked by its field of the schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache
from typing import Annotated, Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from .conversions import conversion, units_like
from .problems import Problem, shown
from .refusals import unit_of
from .schema import ScenarioModel
from .sections import Section
from .values import INTERPOLATION, ByYear
from .written import Raw, at, field_of

_STRICT = ConfigDict(strict=True)
SectionT = TypeVar("SectionT", bound=Section)


def validated(raws: Mapping[str, Raw], problems: list[Problem]) -> tuple[ScenarioModel | None, list[Any]]:
    """A whole scenario, or pydantic's errors.

    Args:
        problems: receives what is wrong with units.
    """
    values: dict[str, Any] = {}
    for path, raw in raws.items():
        *parents, last = path.split(".")
        group = values
        for part in parents:
            group = group.setdefault(part, {})
        group[last] = converted(path, raw, problems)
    try:
        return ScenarioModel.model_validate(values), []
    except ValidationError as error:
        return None, error.errors()


def checked(path: str, value: Any) -> tuple[Any, list[Any]]:
    """One assumption, valid as `validated` would have it, and pydantic's errors where it is not."""
    field = field_of(path)
    annotation: Any = field.annotation
    try:
        return _checker(annotation, tuple(field.metadata)).validate_python(value), []
    except ValidationError as error:
        return None, error.errors()


@cache
def _checker(annotation: Any, metadata: tuple[Any, ...]) -> TypeAdapter[Any]:
    """A validator for the fields of one type with the same limits."""
    kind: Any = Annotated[(annotation, *metadata)] if metadata else annotation
    # Strict like a section; a class that checks itself, as ByYear does, takes no settings.
    return TypeAdapter(kind, config=None if annotation is ByYear else _STRICT)


def replaced(section: SectionT, values: Mapping[str, Any]) -> SectionT:
    """A group of valid assumptions with other valid values at some paths below it."""
    below: dict[str, dict[str, Any]] = {}
    update: dict[str, Any] = {}
    for path, value in values.items():
        first, _, rest = path.partition(".")
        if rest:
            below.setdefault(first, {})[rest] = value
        else:
            update[first] = value
    for name, inner in below.items():
        old = getattr(section, name)
        update[name] = _with_entries(old, inner) if isinstance(old, dict) else replaced(old, inner)
    return section.model_copy(update=update)


def _with_entries(entries: dict[str, Section], values: Mapping[str, Any]) -> dict[str, Section]:
    by_name: dict[str, dict[str, Any]] = {}
    for path, value in values.items():
        name, _, rest = path.partition(".")
        by_name.setdefault(name, {})[rest] = value
    return entries | {name: replaced(entries[name], inner) for name, inner in by_name.items()}


def converted(path: str, raw: Raw, problems: list[Problem]) -> Any:
    """The value as plain data, in the unit of the model."""
    value = raw.value.plain()
    if raw.unit is None:
        return value
    wanted = unit_of(field_of(path))
    given = "1" if raw.unit.value == 1 else raw.unit.value
    if wanted is None or not isinstance(given, str):
        problems.append(
            at(
                raw.unit,
                path,
                "takes no unit" if wanted is None else "expected a unit as text",
                shown(raw.unit.plain()),
            )
        )
        return value
    ratio = conversion(given, wanted)
    if ratio is None:
        problems.append(at(raw.unit, path, f"expected a unit like {wanted}", shown(given), tuple(units_like(wanted))))
        return value
    return _times(value, ratio) if ratio != 1 else value


def _times(value: Any, ratio: Fraction) -> Any:
    """Exactly as the decimals are written: 35 % is 0.35, not 35 x 0.01."""
    if isinstance(value, dict):
        return {k: v if k == INTERPOLATION else _times(v, ratio) for k, v in value.items()}
    if isinstance(value, list):
        return [_times(v, ratio) for v in value]
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e300:
        return value  # refused where its kind or its bounds are checked
    return float(Fraction(str(value)) * ratio)


def flat(section: Section, path: str = "") -> Iterator[tuple[str, Any]]:
    """Path and value of every assumption under a group."""
    for name, value in section:
        inner = f"{path}.{name}" if path else name
        if isinstance(value, Section):
            yield from flat(value, inner)
        elif isinstance(value, dict):
            for key, entry in value.items():
                yield from flat(entry, f"{inner}.{key}")
        else:
            yield inner, value
