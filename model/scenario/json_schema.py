"""The JSON Schema of a scenario file, by which an editor completes and checks what is typed.

It holds what one key can say; what keys must be together is `coherence`. Draft 7, which every editor reads.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from .conversions import units_like
from .refusals import unit_of
from .schema import ScenarioModel
from .sections import Section
from .values import (
    INTERPOLATION,
    LONGEST_SERIES,
    LONGEST_TEXT,
    Bounds,
    Kind,
    bounds_in,
    date,
    named_series,
    number,
    phasing,
    schedule,
    series,
    words,
)
from .written import NAME, member_of, section_of

YEARS = "^[0-9]{4}( *- *[0-9]{4})?$"
Schema = dict[str, Any]


def json_schema() -> Schema:
    """The schema of a scenario file as a JSON document."""
    shared: dict[str, Schema] = {}
    root = _group(ScenarioModel, shared)
    parent = {
        "type": "string",
        "description": "The scenario that this one is a difference on: a bundled name, or the "
        "path of a file beside this one",
        "default": "base",
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A rekodiq scenario",
        **root,
        "properties": {"extends": parent, **root["properties"]},
        "definitions": shared,
    }


def _group(model: type[Section], shared: dict[str, Schema]) -> Schema:
    """The keys of a group. Groups inside it, and kinds of values, stand once under `shared`."""
    properties: dict[str, Schema] = {}
    for name, field in model.model_fields.items():
        if section := section_of(field):
            properties[name] = _reference(section, shared)
        elif member := member_of(field):
            properties[name] = {
                "type": "object",
                "propertyNames": {"pattern": f"^{NAME}$"},
                "additionalProperties": _reference(member, shared),
            }
        else:
            properties[name] = _leaf(field, shared)
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _reference(model: type[Section], shared: dict[str, Schema]) -> Schema:
    if model.__name__ not in shared:
        shared[model.__name__] = {}  # takes its place before the groups inside it
        shared[model.__name__] = _group(model, shared)
    return {"$ref": f"#/definitions/{model.__name__}"}


def _leaf(field: FieldInfo, shared: dict[str, Schema]) -> Schema:
    """A value as such, or in a wrapper with unit, source and note; limits hold in the model's own unit."""
    unit = unit_of(field)
    bounds = bounds_in(field)
    limits = " ".join(part for part in (unit if unit != "1" else "", str(bounds)) if part)
    value = _value(field, bounds)
    keys: dict[str, Schema] = {"value": value} | {key: {"type": "string"} for key in ("source", "note")}
    wrapper: Schema = {"type": "object", "required": ["value"], "additionalProperties": False, "properties": keys}
    if unit is not None:
        keys |= {
            "value": _value(field, Bounds()),
            "unit": {"type": ["string", "integer"], "examples": units_like(unit)},
            INTERPOLATION: {"enum": ["step", "linear"]},
        }
        wrapper |= {
            "if": {"required": ["unit"], "properties": {"unit": {"not": {"const": unit}}}},
            "else": {"properties": {"value": value}},
        }
    kind = {"anyOf": [value, wrapper]}
    name = next((name for name, known in shared.items() if known == kind), f"value_{len(shared) + 1}")
    shared[name] = kind
    description = f"{field.description or ''}{f' [{limits}]' if limits else ''}"
    default = {} if field.is_required() else {"default": _json(field.default)}
    return {"description": description, **default, "allOf": [{"$ref": f"#/definitions/{name}"}]}


def _json(default: Any) -> Any:
    return {str(year): share for year, share in default.items()} if isinstance(default, dict) else default


def _value(field: FieldInfo, bounds: Bounds) -> Schema:
    annotation = field.annotation
    if annotation is bool:
        return {"type": "boolean"}
    if get_origin(annotation) is Literal:
        return {"enum": list(get_args(annotation))}
    kinds = [m.parse for m in field.metadata if isinstance(m, Kind)]
    if annotation is dt.date or date in kinds:
        return {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
    limited = {"type": "number"} | {
        name: limit
        for name, limit in (
            ("minimum", bounds.ge),
            ("exclusiveMinimum", bounds.gt),
            ("maximum", bounds.le),
            ("exclusiveMaximum", bounds.lt),
        )
        if limit is not None
    }
    by_year = {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "patternProperties": {YEARS: limited},
    }
    listed = {"type": "array", "items": limited, "minItems": 1, "maxItems": LONGEST_SERIES}
    choices: dict[Any, list[Schema]] = {
        words: [{"type": "string", "maxLength": LONGEST_TEXT}],
        number: [limited],
        series: [listed],
        named_series: [{"type": "string"}, listed],
        schedule: [limited, by_year | {"properties": {INTERPOLATION: {"enum": ["step", "linear"]}}}],
        phasing: [by_year],
    }
    allowed = choices[kinds[0]]
    return allowed[0] if len(allowed) == 1 else {"anyOf": allowed}
