"""Base class of groups of assumptions, and fields by kind."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from .values import Bounds, Kind, date, words

USD_REAL = "US$m real"
USD_NOMINAL = "US$m nominal"
SHARE = "1"
STATED: Any = ...  # in place of a default: the key must be written


class Section(BaseModel):
    """A group of assumptions: unknown keys are refused, nothing changes after validation.

    A key without a default must be written, in `base.yaml` or, in a named entry, wherever the entry is first written. A
    key that is added later has a default that leaves the model as it was, so that entries of users stay valid.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, validate_default=True)


def quantity(unit: str, definition: str, default: Any = STATED, **bounds: float) -> Any:
    """A field holding numbers in `unit`, each within the bounds ge, gt, le, lt."""
    field = Field(default, description=_said(definition, default), json_schema_extra={"unit": unit})
    # Not pydantic's own bounds: those compare a whole list or mapping by year with a number.
    field.metadata.append(Bounds(**bounds))
    return field


def text(definition: str) -> Any:
    """A field of text."""
    field = Field(description=definition)
    field.metadata.append(Kind(words, "text"))
    return field


def choice(definition: str, default: Any = STATED) -> Any:
    """A field whose type lists its values."""
    return Field(default, description=_said(definition, default))


flag = choice


def when(definition: str) -> Any:
    """A field holding a calendar date."""
    field = Field(description=definition)
    field.metadata.append(Kind(date, "a date like 2028-07-01"))
    return field


def fraction(definition: str, default: Any = STATED) -> Any:
    """A fraction from 0 to 1."""
    return quantity(SHARE, definition, default, ge=0, le=1)


def factor(definition: str) -> Any:
    """A multiplier on a group of inputs, for sensitivities."""
    return quantity(SHARE, f"Multiplier on {definition}", 1, ge=0, le=10)


def _said(definition: str, default: Any) -> str:
    """A definition with its default, where there is one that a reader could write."""
    if isinstance(default, bool):
        return f"{definition}; {str(default).lower()} by default"
    return f"{definition}; {default} by default" if isinstance(default, str | int | float) else definition
