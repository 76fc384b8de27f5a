"""Where kernels cannot be compiled, NumPy computes the run and one line says why."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest

from model.studies import montecarlo
from tests.conftest import Cli

from .places import forget, program

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the compilers here are shell scripts")
FAILURES = {  # what stands in the compiler's place, and what is said of it
    "none": ("", "there is no C++ compiler: neither c++ nor the package ziglang"),
    "exit": ("exit 1", "{} failed: exit 1"),
    "error": (
        "echo In a file >&2; echo '  x.cpp:1: error: no  room' >&2; exit 4",
        "{} failed: x.cpp:1: error: no room",
    ),
    "nothing is written": ("exit 0", "{} failed: exit 0"),
}


@pytest.fixture
def why(request: pytest.FixtureRequest, place: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make compiling fail in the test's way; what is to be said."""
    text, said = FAILURES[request.param]
    plain = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda n, *a: None if n == "ziglang" else plain(n, *a))
    monkeypatch.setattr(montecarlo, "_PREPARED", {})
    monkeypatch.setenv("PATH", str(place / "bin"))
    if text:
        program(place / "bin", text)
    forget()
    return said.format(place / "bin" / "c++")


@pytest.mark.parametrize("why", FAILURES, indirect=True)
def test_numpy_computes_and_says_so(why: str, cli: Cli) -> None:
    found = cli("montecarlo", "base", "-n", 1000, "--workers", 1)
    assert found.code == 0 and "project_irr" in found.out
    assert found.err.splitlines() == [f"NumPy computes this run, with the same figures: {why}."]


@pytest.mark.parametrize("why", FAILURES, indirect=True)
def test_the_kernel_asked_for_and_not_to_be_had_is_an_error(why: str, cli: Cli) -> None:
    found = cli("montecarlo", "base", "-n", 10, "--engine", "kernel", "--workers", 1)
    assert found.code == 2 and found.out == ""
    assert found.err.splitlines() == [f"the compiled engine cannot be used: {why}"]
