"""The fuzzer, for a minute; `python -m tests.fuzz --seconds 3600` for an hour."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.fuzzer import Findings, attempt, fuzz


def test_a_minute_finds_nothing(tmp_path: Path) -> None:
    found = fuzz(seconds=60, seed=1, folder=tmp_path)
    assert found.defects == []
    assert found.tried > 50 and found.loaded > 0 and len(found.messages) > 10
    assert [path.name for path in tmp_path.iterdir()] == ["fuzzed.yaml"]


def test_the_fuzzer_sees_a_defect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr("tests.fuzz.fuzzer.load", broken)
    found = Findings()
    attempt(tmp_path / "fuzzed.yaml", b"extends: base\n", {}, found)
    assert found.defects == [("RecursionError: too deep", "{} b'extends: base\\n'")]
