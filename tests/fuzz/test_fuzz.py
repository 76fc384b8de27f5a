"""The fuzzer on a fixed number of files; `python -m tests.fuzz --seconds 3600` for an hour."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import count
from tests.fuzz.fuzzer import Findings, attempt, fuzz

FILES = count(250, 10_000)


def test_hostile_files_find_nothing(tmp_path: Path) -> None:
    found = fuzz(1, tmp_path, lambda so_far: so_far.tried < FILES)
    assert found.defects == []
    assert found.tried == FILES and found.loaded > FILES / 20 and len(found.messages) > 50
    assert [path.name for path in tmp_path.iterdir()] == ["fuzzed.yaml"]


def test_the_fuzzer_sees_a_defect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr("tests.fuzz.fuzzer.load", broken)
    found = Findings()
    attempt(tmp_path / "fuzzed.yaml", b"extends: base\n", {}, found)
    assert found.defects == [("RecursionError: too deep", "{} b'extends: base\\n'")]


def test_the_fuzzer_counts_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that takes more calls than any should is a defect."""
    monkeypatch.setattr("tests.fuzz.fuzzer.MOST_CALLS", 1000)
    found = Findings()
    attempt(tmp_path / "fuzzed.yaml", b"extends: base\n", {}, found)
    (defect,) = found.defects
    assert defect == (f"took {found.most_calls:,} calls", "{} b'extends: base\\n'") and found.most_calls > 1000
