"""Kernels of these tests are kept in a folder of the test run: there are many, and the user's own are to stay."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def kernels(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A cache folder for the kernels of all tests here."""
    return str(tmp_path_factory.mktemp("kernels"))


@pytest.fixture(autouse=True)
def cache_folder(kernels: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep compiled kernels there."""
    monkeypatch.setenv("REKODIQ_CACHE", kernels)
