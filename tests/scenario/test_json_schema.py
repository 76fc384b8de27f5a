"""The JSON Schema that an editor reads: it takes what the program takes, and refuses a typo."""

from __future__ import annotations

import datetime as dt
from typing import Any

import jsonschema
import pytest
import yaml

from model.scenario.json_schema import json_schema
from model.scenario.resolve import bundled, load
from model.scenario.show import as_yaml
from tests.conftest import Cli
from tests.scenario.files import one_of_each

VALIDATOR = jsonschema.Draft7Validator(json_schema())


def as_editor(text: str) -> Any:
    """The document as an editor's YAML 1.2 parser hands it to the schema: keys and dates are text."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {str(key): plain(item) for key, item in value.items()}
        if isinstance(value, list):
            return [plain(item) for item in value]
        return value.isoformat() if isinstance(value, dt.date) else value

    return plain(yaml.safe_load(text))


def errors(text: str) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(as_editor(text))]


def test_it_is_a_schema(cli: Cli) -> None:
    jsonschema.Draft7Validator.check_schema(json_schema())
    assert cli("schema").json == json_schema()


@pytest.mark.parametrize("name", bundled())
def test_bundled_files_are_valid_as_written_and_as_shown(name: str) -> None:
    assert errors(bundled()[name].read_text(encoding="utf-8")) == []
    assert errors(as_yaml(load(name))) == []


@pytest.mark.parametrize(
    "text",
    [
        "extends: base\nprices: {copper: {2028: 4, 2031-2033: 5, interpolation: linear}}",
        "prices: {copper: {value: 9000, unit: US$/t, source: x, note: y}}",
        "prices: {copper: {value: {2030: 9000}, unit: US$/t, interpolation: step}}",
        "fiscal: {royalty_rate: {value: 6, unit: '%'}}",
        "ramp_up: {curve: mcnulty_2}",
        "ramp_up: {curve: {value: [0.5, 1], source: x}}",
        "timeline: {first_production: 2029-01-01, period_months: 12}",
        "financing: {tranches: {new_bank: {commitment: 5}}}",
    ],
)
def test_valid(text: str) -> None:
    assert errors(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "extend: base",
        "prices: {coper: 4}",
        "prices: {copper: four}",
        "prices: {copper: -1}",
        "prices: {copper: {value: -1}}",
        "prices: {copper: {value: 4, sorce: x}}",
        "prices: {copper: {203: 4}}",
        "prices: {copper: {2030: -4}}",
        "prices: {copper: {2030: 4, interpolation: cubic}}",
        "fiscal: {royalty_rate: 6}",
        "fiscal: {royalty_rate: {value: 6}}",
        "fiscal: {royalty_rate: {2030: 0.05}}",
        "timeline: {period_months: 4}",
        "timeline: {first_production: mid-2028}",
        "financing: {included: 1}",
        "financing: {tranches: {New Bank: {commitment: 5}}}",
        "financing: {tranches: {us_exim: {comitment: 5}}}",
        "mine_plan: {cumulative_ore: 5}",
        "mine_plan: {cumulative_ore: []}",
        "title: 5",
    ],
)
def test_wrong(text: str) -> None:
    assert errors(text)


def test_every_key_is_described_with_its_unit() -> None:
    document = json_schema()
    for path, field in one_of_each().items():
        node: Any = document
        for part in path.split("."):
            while "$ref" in node:
                node = document["definitions"][node["$ref"].rpartition("/")[2]]
            node = node.get("properties", {}).get(part) or node["additionalProperties"]
        unit = (field.json_schema_extra or {}).get("unit", "1")
        assert field.description in node["description"]
        assert unit == "1" or f"[{unit}" in node["description"]
