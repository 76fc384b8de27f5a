"""What all groups of assumptions share: the group itself, and how a key is declared."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from .values import Bounds, Kind, date, words

USD_REAL = "US$m real"
USD_NOMINAL = "US$m nominal"
SHARE = "1"


class Section(BaseModel):
    """A group of assumptions: unknown keys are refused, nothing changes after validation."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def quantity(unit: str, definition: str, **bounds: float) -> Any:
    """A field holding numbers in `unit`, each within the bounds ge, gt, le, lt."""
    field = Field(description=definition, json_schema_extra={"unit": unit})
    # Not pydantic's own bounds: those compare a whole list or mapping by year with a number.
    field.metadata.append(Bounds(**bounds))
    return field


def text(definition: str) -> Any:
    """A field of text."""
    field = Field(description=definition)
    field.metadata.append(Kind(words, "text"))
    return field


def choice(definition: str) -> Any:
    """A field whose type lists its values."""
    return Field(description=definition)


flag = choice


def when(definition: str) -> Any:
    """A field holding a calendar date."""
    field = Field(description=definition)
    field.metadata.append(Kind(date, "a date like 2028-07-01"))
    return field


def fraction(definition: str) -> Any:
    """A fraction between nothing and all."""
    return quantity(SHARE, definition, ge=0, le=1)


def factor(definition: str) -> Any:
    """A multiplier on a group of inputs, 1 by default, for sensitivities."""
    return quantity(SHARE, f"Multiplier on {definition}", ge=0, le=10)
