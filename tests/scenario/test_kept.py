"""What loading keeps between calls: nothing is parsed or validated twice, or outlives a change of its file."""

from __future__ import annotations

import copy
import os
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from model.scenario import resolve, validation, written
from model.scenario.resolve import load
from model.scenario.written import field_of
from tests.scenario.files import one_of_each, problems_of
from tests.scenario.test_every_key import WAYS


@pytest.fixture
def forgotten() -> Callable[[], None]:
    """Forget what is kept, as in a new process."""

    def forget() -> None:
        written.content.cache_clear()
        resolve._resolved.cache_clear()

    forget()
    return forget


class Counts:
    """Files parsed, whole scenarios validated, single assumptions validated."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.parsed: list[str] = []
        self.whole = self.single = 0
        parse, whole, single = written.parse, resolve.validated, resolve.checked

        def parsed(data: bytes, label: str) -> Any:
            self.parsed.append(label)
            return parse(data, label)

        def validated(*arguments: Any) -> Any:
            self.whole += 1
            return whole(*arguments)

        def checked(*arguments: Any) -> Any:
            self.single += 1
            return single(*arguments)

        monkeypatch.setattr(written, "parse", parsed)
        monkeypatch.setattr(resolve, "validated", validated)
        monkeypatch.setattr(resolve, "checked", checked)

    @property
    def taken(self) -> tuple[list[str], int, int]:
        """Counts since the last look."""
        result = (self.parsed, self.whole, self.single)
        self.parsed, self.whole, self.single = [], 0, 0
        return result


def test_nothing_is_parsed_or_validated_twice(forgotten: object, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = Counts(monkeypatch)
    first = load("base")
    assert counts.taken == (["scenarios/base.yaml"], 1, 0)
    assert load("base") is first
    assert counts.taken == ([], 0, 0)
    load("base", {"prices.copper": 4.5})
    assert counts.taken == ([], 0, 1)
    load("base", {"prices": {"copper": 4.5, "gold": 2000}, "fiscal.regime": "standard"})
    assert counts.taken == ([], 0, 3)
    own = written.content(resolve.bundled()["delay_2031"].read_bytes(), "scenarios/delay_2031.yaml").leaves
    counts.taken  # noqa: B018
    later = load("delay_2031")
    assert counts.taken == ([], 0, len(own | dict.fromkeys(resolve.TEXTS)))
    assert load("delay_2031") is later
    assert counts.taken == ([], 0, 0)


def test_a_new_entry_is_validated_as_a_whole(forgotten: object, monkeypatch: pytest.MonkeyPatch) -> None:
    terms = {p.rpartition(".")[2]: leaf.value for p, leaf in load("base").leaves.items() if ".tranches.adb." in p}
    counts = Counts(monkeypatch)
    leaves = load("base", {"financing.tranches.aiib": terms}).leaves
    assert counts.taken[1] == 1
    assert [path for path in leaves if ".aiib." in path] == [f"financing.tranches.aiib.{key}" for key in terms]


@pytest.mark.parametrize("name", [*resolve.bundled()])
def test_step_by_step_is_as_a_whole(name: str, forgotten: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    changes = {
        "prices.copper": "{2028: 4, 2029-2040: 5}",
        "title": "Another",
        "financing.included": False,
        "capex.phase_1.schedule": {2026: 0.5, 2027: 0.5},
        "timeline.first_production": "2029-07-01",
    }
    changed, plain = load(name, changes), load(name)
    forgotten()
    monkeypatch.setattr(resolve, "_extended", lambda *_: None)
    for kept, anew in ((changed, load(name, changes)), (plain, load(name))):
        assert kept == anew and kept is not anew and list(kept.leaves) == list(anew.leaves)
        assert kept.sha256 == anew.sha256


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way[:40] or "empty")
def test_one_assumption_is_checked_as_the_whole_scenario_checks_it(way: str) -> None:
    """Every key of the schema with every wrong (or right) value: the same value, or an error of the same content."""
    base = resolve.resolved(load("base"))
    for path in one_of_each():
        layer = written.override(path, way, base.raws, [])
        if path not in layer:
            continue
        value = validation.converted(path, layer[path], [])
        found, errors = validation.checked(path, value)
        model, refused = validation.validated({**base.raws, **layer}, [])
        assert [(e["type"], e.get("ctx")) for e in errors] == [(e["type"], e.get("ctx")) for e in refused], path
        if model is not None:
            assert dict(validation.flat(model))[path] == found and type(found) is type(
                dict(validation.flat(model))[path]
            )


def test_a_changed_file_is_seen_within_one_tick_of_the_clock(tmp_path: Path) -> None:
    parent, child = tmp_path / "parent.yaml", tmp_path / "child.yaml"
    parent.write_text("extends: base\nprices: {copper: 3}\n")
    child.write_text("extends: parent.yaml\nprices: {gold: 1900}\n")
    os.utime(parent, ns=(1, 1))
    assert load(child).leaves["prices.copper"].value == 3
    parent.write_text("extends: base\nprices: {copper: 4}\n")
    os.utime(parent, ns=(1, 1))  # the same size and time
    assert load(child).leaves["prices.copper"].value == 4
    parent.write_text("extends: base\nprices: {coper: 4}\n")
    assert [(Path(p.file).name, p.line) for p in problems_of(child)] == [("parent.yaml", 2)]
    parent.write_text("extends: base\nprices: {copper: 3}\n")
    assert load(child).leaves["prices.copper"].value == 3
    parent.unlink()
    assert "no such file" in str(problems_of(child)[0])


def test_an_ancestor_that_is_wrong_by_itself_may_be_mended_below(tmp_path: Path) -> None:
    (tmp_path / "parent.yaml").write_text("extends: base\ncapex: {closure: {lead_years: 9}}\nprices: {copper: -1}\n")
    (tmp_path / "child.yaml").write_text("extends: parent.yaml\ncapex: {closure: {years: 10}}\nprices: {copper: 4}\n")
    assert len(problems_of(tmp_path / "parent.yaml")) == 2
    assert load(tmp_path / "child.yaml").leaves["capex.closure.lead_years"].value == 9
    assert load(tmp_path / "parent.yaml", {"capex.closure.years": 10, "prices.copper": 4}).overrides
    assert len(problems_of(tmp_path / "parent.yaml")) == 2


def test_equal_bytes_under_two_names_keep_their_places(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text("extends: base\nprices: {copper: 4}\n")
        leaf = load(tmp_path / f"{name}.yaml").leaves["prices.copper"]
        assert (Path(leaf.file).name, leaf.line, load(tmp_path / f"{name}.yaml").name) == (f"{name}.yaml", 2, name)


def test_nobody_can_change_a_later_answer() -> None:
    scenario = load("base")
    before = dict(scenario.leaves)
    for attempt in (
        lambda s: s.leaves.__setitem__("prices.copper", None),
        lambda s: s.leaves.clear(),
        lambda s: setattr(s, "name", "x"),
        lambda s: s.overrides.update(a=1),
        lambda s: setattr(s.leaves["prices.copper"], "value", 1),
    ):
        with pytest.raises((TypeError, AttributeError)):
            attempt(scenario)
    given = {"prices.copper": [4]}
    changed = replace(scenario, leaves=given)
    given.clear()
    assert changed.leaves and load("base").leaves == before and field_of("prices.copper") is field_of("prices.copper")


def test_a_scenario_travels_to_other_processes() -> None:
    scenario = load("delay_2031", {"prices.copper": 4.5})
    for copied in (pickle.loads(pickle.dumps(scenario)), copy.deepcopy(scenario)):
        assert copied == scenario and copied is not scenario and copied.sha256 == scenario.sha256
