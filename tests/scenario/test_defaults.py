"""Keys with defaults: an entry of today stays valid when a key is added, and what is missing is named as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import create_model

from model.results.result import run
from model.scenario import json_schema, money_keys, resolve, schema, validation, written
from model.scenario.json_schema import json_schema as editor_schema
from model.scenario.resolve import bundled, load
from model.scenario.sections import Section, fraction
from model.scenario.show import as_yaml
from model.scenario.values import Bounds, Number
from model.scenario.written import collections, keys_of
from tests.scenario.files import one_of_each, problems_of

# What a user must write of an entry of each kind, and may write today.
ENTRIES = {
    "financing.tranches": "{label: Bank, commitment: 100, rate: 0.06, grace_months: 48, repayment_years: 10}",
    "fiscal.regimes": "{label: Mine, royalty_applies: true, tax_depreciation: 0.15}",
    "capex.phase_1.categories": "{label: Camp, share: 0}",
    "joint_venture.shareholders": "{label: Fund, group: pakistan, dividend_share: 0, funding_share: 0}",
    "uncertainty.inputs": "{path: factors.opex, distribution: uniform, low: 0.9, likely: 1, high: 1.1}",
    "uncertainty.correlations": "{first: capital_cost, second: copper_recovery, coefficient: 0.1}",
    "ramp_up.named_curves": "{shares: [0.5, 1]}",
}


def entry(group: str, text: str, name: str = "own") -> str:
    """A scenario file that adds one entry."""
    *groups, last = group.split(".")
    return (
        "extends: base\n"
        + "".join(f"{each}: {{" for each in groups)
        + f"{last}: {{{name}: {text}}}"
        + "}" * (len(groups))
    )


def member(group: str) -> type[Section]:
    """The keys of an entry of a group."""
    *groups, last = group.split(".")
    section: Any = schema.ScenarioModel
    for each in groups:
        section = keys_of(section)[each].section
    found = keys_of(section)[last].member
    assert found is not None
    return found


def test_every_kind_of_entry_is_here() -> None:
    assert set(ENTRIES) == set(collections())


@pytest.mark.parametrize("group", ENTRIES)
def test_what_must_be_written_of_an_entry_is_enough_and_nothing_less_is(group: str, tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(entry(group, ENTRIES[group]))
    scenario = load(file)
    stated = yaml.safe_load(ENTRIES[group])
    for name, (field, _, _) in keys_of(member(group)).items():
        leaf = scenario.leaves[f"{group}.own.{name}"]
        assert field.is_required() == (name in stated)
        assert (leaf.file, leaf.source) == ("default", "default") or name in stated
        missing = {key: value for key, value in stated.items() if key != name}
        if name in stated and missing:
            file.write_text(entry(group, yaml.safe_dump(missing, default_flow_style=True, width=999).strip()))
            (problem,) = problems_of(file)
            assert f"a new entry, which lacks {name}" in problem.message and problem.line == 2


def test_all_that_is_missing_is_named_in_one_message(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text("extends: base\nfinancing:\n  tranches:\n    bank: {premium: 0.1}\n")
    (problem,) = problems_of(file)
    assert str(problem).startswith(
        f"{file}:4:21: financing.tranches.bank: a new entry, which lacks label, commitment, rate, grace_months, "
        "repayment_years. "
    )


def test_a_profile_has_no_default_that_repays(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(entry("financing.tranches", ENTRIES["financing.tranches"].replace("}", ", repayment: profile}")))
    (problem,) = problems_of(file)
    assert problem.path == "financing.tranches.own.repayment" and problem.line == 2
    assert "needs a profile" in problem.message
    file.write_text(file.read_text().replace("profile}", "profile, profile: {2035-2036: 0.5}}"))
    assert problems_of(file) == ()


def test_defaults_are_within_limits_and_stand_in_definition_and_schema() -> None:
    for path, field in one_of_each().items():
        if field.is_required():
            continue
        bounds = next((m for m in field.metadata if isinstance(m, Bounds)), Bounds())
        assert isinstance(field.default, str | dict) or bounds.hold(field.default), path
        said = str(field.default).lower() if isinstance(field.default, bool) else str(field.default)
        assert isinstance(field.default, dict) or str(field.description).endswith(f"; {said} by default"), path
    shared = editor_schema()["definitions"]
    assert shared["TrancheKeys"]["properties"]["premium"]["default"] == 0
    assert shared["TrancheKeys"]["properties"]["us_exports_only"]["default"] is False
    assert "default" not in shared["TrancheKeys"]["properties"]["rate"]


def test_show_says_default(tmp_path: Path) -> None:
    shown = as_yaml(load("base"))
    assert "      premium: {value: 0, source: default}  # default\n" in shown
    (tmp_path / "again.yaml").write_text(shown)
    assert load(tmp_path / "again.yaml").sha256 == load("base").sha256


def test_an_override_of_a_default_is_checked_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    load("base")
    monkeypatch.setattr(resolve, "_whole", lambda *_: pytest.fail("validated as a whole"))
    assert load("base", {"factors.capex": 1.1}).leaves["factors.capex"].value == 1.1


@pytest.fixture
def completion_discount(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The schema of a later version, in which a loan has one more key, with a default."""

    def forget() -> None:
        for kept in (written.content, written.field_of, resolve._resolved):
            kept.cache_clear()

    loan = create_model(
        "TrancheKeys", __base__=money_keys.TrancheKeys, rebate=(Number, fraction("Share of the margin given back", 0))
    )
    financing = create_model("Financing", __base__=money_keys.Financing, tranches=(dict[str, loan], ...))  # type: ignore[valid-type]
    later = create_model("ScenarioModel", __base__=schema.ScenarioModel, financing=(financing, ...))
    for module in (written, validation, json_schema):
        monkeypatch.setattr(module, "ScenarioModel", later)
    forget()
    yield
    forget()


def test_a_file_of_today_is_valid_under_a_later_schema(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    own, alone = tmp_path / "own.yaml", tmp_path / "alone.yaml"
    own.write_text(entry("financing.tranches", ENTRIES["financing.tranches"]))
    alone.write_text(as_yaml(load(own)))
    before, figures = load(own), run(load(own)).metrics
    request.getfixturevalue("completion_discount")
    for file in (own, alone):
        after = load(file)
        added = [path for path in after.leaves if path not in before.leaves]
        assert [path.rpartition(".")[2] for path in added] == ["rebate"] * 8
        assert {path: leaf.value for path, leaf in after.leaves.items() if path in before.leaves} == {
            path: leaf.value for path, leaf in before.leaves.items()
        }
        leaf = after.leaves["financing.tranches.own.rebate"]
        assert (leaf.value, leaf.file, leaf.source) == (0.0, "default", "default")
        assert repr(run(after).metrics) == repr(figures)
    assert all(load(name).leaves["financing.tranches.adb.rebate"].value == 0 for name in bundled())
    assert load(own, {"financing.tranches.own.rebate": 0.5}).leaves["financing.tranches.own.rebate"].value == 0.5
    (problem,) = problems_of(own, {"financing.tranches.own.rebate": 2})
    assert "expected a number from 0 to 1" in problem.message
