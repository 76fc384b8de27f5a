"""A wheel in an environment of its own, without checkout and without compiler, gives the same figures.

One other Python than the running one in `make test`, every one that this machine has in `make test-all`.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.front.pythons import installed

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("pyproject.toml", "README.md", "model", "scenarios")
UNREACHABLE = re.compile(r"could not connect|failed to fetch|dns error|name resolution|network is unreachable", re.I)
RUNNING = sys.version_info[:2]
OTHERS = [version for version in installed() if version != RUNNING] or [RUNNING]


def versions() -> list[Any]:
    """The Pythons to try, the newest other than the running one first, the rest in the long tests alone."""
    first, *rest = dict.fromkeys([OTHERS[-1], *installed(), RUNNING])
    named = [pytest.param(version, id=".".join(map(str, version)), marks=pytest.mark.long) for version in rest]
    return [pytest.param(first, id=".".join(map(str, first))), *named]


def succeeded(*command: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """A command that must succeed."""
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode and UNREACHABLE.search(done.stderr):
        pytest.skip(f"packages cannot be had from here: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}\n{done.stderr}"
    return done


def installer() -> str | None:
    """uv, where it is."""
    return shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program's wheel, built from a copy of what it is made of and of nothing else."""
    source = tmp_path_factory.mktemp("source")
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name)
    for folder in source.rglob("__pycache__"):
        shutil.rmtree(folder)
    out = tmp_path_factory.mktemp("wheel")
    if uv := installer():
        succeeded(uv, "build", "--wheel", "--system-certs", "--out-dir", out, source)
    else:
        succeeded(sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", out, source)
    (found,) = out.glob("*.whl")
    return found


def answers(program: list[str | Path], folder: Path, environment: dict[str, str] | None) -> dict[str, Any]:
    """What the program answers to the commands of a user, run in a folder; seconds and the engine used left out."""
    folder.mkdir()

    def call(*arguments: str) -> str:
        return succeeded(*program, *arguments, cwd=folder, env=environment).stdout

    found: dict[str, Any] = {"run": call("run", "base", "--json")}
    drawn = json.loads(call("montecarlo", "base", "-n", "2000", "--json"))
    found["montecarlo"] = {name: value for name, value in drawn.items() if name not in ("seconds", "engine")}
    call("export", "base", "--out", "base.xlsx")
    with zipfile.ZipFile(folder / "base.xlsx") as book:
        found["export"] = {n: book.read(n) for n in book.namelist() if n != "docProps/core.xml"}  # says when
    call("report", "base", "--out", "base.html")
    found["report"] = (folder / "base.html").read_text(encoding="utf-8")
    return found


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The answers of the checkout."""
    return answers([sys.executable, ROOT / "cli.py"], tmp_path_factory.mktemp("checkout") / "run", None)


def test_the_wheel_holds_every_file_of_the_program(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    wanted = {
        f"{package}/{path.relative_to(ROOT / folder).as_posix()}"
        for folder, package in (("model", "rekodiq"), ("scenarios", "rekodiq/scenarios"))
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert wanted - held == set(), "missing from package-data or packages in pyproject.toml"


@pytest.mark.parametrize("version", versions())
def test_installed_alone(version: tuple[int, int], wheel: Path, expected: dict[str, Any], tmp_path: Path) -> None:
    home, nothing = tmp_path / "home", tmp_path / "nothing"
    home.mkdir()
    nothing.mkdir()
    uv, python = installer(), installed().get(version, Path(sys.executable))
    succeeded(python, "-m", "venv", *(["--without-pip"] if uv else []), tmp_path / "venv")
    own = tmp_path / "venv/bin/python"
    install: list[str | Path] = (
        [uv, "pip", "install", "--system-certs", "--python", own] if uv else [own, "-m", "pip", "install"]
    )
    succeeded(*install, "-q", "-c", ROOT / "constraints.txt", wheel)
    alone = {"PATH": str(nothing), "HOME": str(home)}
    where = "import importlib.util, rekodiq; print(importlib.util.find_spec('model'), rekodiq.__file__)"
    checkout, place = succeeded(own, "-c", where, cwd=nothing, env=alone).stdout.split()
    assert checkout == "None" and Path(place).is_relative_to(tmp_path / "venv")
    found = answers([own.with_name("rekodiq")], tmp_path / "run", alone)
    assert found.keys() == expected.keys()
    assert found["run"] == expected["run"]
    assert found["montecarlo"] == expected["montecarlo"]
    assert found["export"].keys() == expected["export"].keys()
    assert [name for name, content in expected["export"].items() if found["export"][name] != content] == []
    assert found["report"] == expected["report"]
