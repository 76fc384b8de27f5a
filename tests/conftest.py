"""What all tests share: the front door in one process, long versions, and the rule that CI skips nothing.

`make test-all` sets REKODIQ_TESTS=long, which is read here and nowhere else: tests marked `long` run too, and where
`count` says how many random cases a test takes, it is the second of the two numbers.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import settings

from model.commands import main

QUICK = ("assumptions", "explain", "finance", "front", "graph", "security")  # folders of tests well below a second

settings.register_profile("repeatable", derandomize=True, deadline=None)  # the same cases in every run, at any speed
settings.load_profile("repeatable")

LONG = os.environ.get("REKODIQ_TESTS") == "long"


def count(short: int, long: int) -> int:
    """How many random cases a test takes: in `make test`, and in `make test-all`."""
    return long if LONG else short


@dataclass(frozen=True)
class Answer:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Cli = Callable[..., Answer]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    """`cli("run", "base", "--json")`: the program's own main(), in this process."""

    def call(*arguments: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["rekodiq", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as exit_:
            main()
        captured = capsys.readouterr()
        return Answer(int(exit_.value.code or 0), captured.out, captured.err)

    return call


def pytest_configure(config: pytest.Config) -> None:
    """The markers of this suite."""
    config.addinivalue_line("markers", "long: runs in `make test-all` only")
    config.addinivalue_line("markers", "slow: takes ten seconds or more, so that no worker should begin it last")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long tests out of `make test`; quick tests first, then slow ones, so that workers end together."""
    left_out = [item for item in items if item.get_closest_marker("long") and not LONG]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]
    items.sort(key=lambda item: (item.path.parent.name not in QUICK, item.get_closest_marker("slow") is None))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Under CI a skipped test is a failed one: everything it needs is installed there."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("CI") == "true" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped under CI: {report.longrepr}"
