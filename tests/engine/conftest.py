"""Kernels of these tests are kept in a folder of the test run: there are many, and the user's own are to stay."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from model.kernel import compiler

from .places import forget


@pytest.fixture(scope="session")
def kernels(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A cache folder for the kernels of all tests here."""
    return str(tmp_path_factory.mktemp("kernels"))


@pytest.fixture(autouse=True)
def cache_folder(kernels: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep compiled kernels there."""
    monkeypatch.setenv("REKODIQ_CACHE", kernels)


@pytest.fixture
def place(cache_folder: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a cache and a temporary folder of its own, which is to be empty after the test."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setenv("REKODIQ_CACHE", str(tmp_path / "cache"))
    forget()
    if compiler.compiler() is None:
        pytest.skip("no C++ compiler on this machine")
    yield tmp_path
    forget()
    assert [*temporary.iterdir()] == []
