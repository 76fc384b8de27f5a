"""The audit's verdict: a package that was not looked up is not called safe."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

SPEC = importlib.util.spec_from_file_location("audit", Path(__file__).parents[2] / ".ci" / "audit.py")
assert SPEC and SPEC.loader
audit = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(audit)

SAFE = {"name": "numpy", "version": "2.0.0", "vulns": []}
SKIPPED = {"name": "pandas", "skip_reason": "Dependency not found and could not be audited"}
FLAWED = {"name": "pyyaml", "version": "5.1", "vulns": [{"id": "CVE-2020-14343", "fix_versions": ["5.4"]}]}


@pytest.mark.parametrize(
    ("found", "code", "words"),
    [
        ([SAFE], 0, "1 of 1 pinned packages audited, 0 known"),
        ([SAFE, SKIPPED], 0, "NOT audited: pandas"),
        ([SKIPPED], 0, "NOT audited: no pinned package"),
        ([], 0, "NOT audited"),
        ([SAFE, FLAWED], 1, "pyyaml 5.1: CVE-2020-14343, fixed in 5.4"),
    ],
)
def test_verdict(found: list[Any], code: int, words: str) -> None:
    assert audit.verdict(json.dumps({"dependencies": found}))[0] == code
    assert words in "\n".join(audit.verdict(json.dumps({"dependencies": found}))[1])


def test_no_answer() -> None:
    assert audit.verdict("ConnectionError") == audit.verdict("") == audit.verdict("{}")
    assert audit.verdict("")[0] == 0 and "NOT audited" in audit.verdict("")[1][0]
