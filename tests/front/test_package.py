"""The package as it is installed."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_package_list_is_the_folders() -> None:
    """A folder that the list forgets works in a checkout and is missing from an installation."""
    listed = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"])
    folders = {path.parent for path in (ROOT / "model").rglob("*.py")}
    found = {".".join(["rekodiq", *folder.relative_to(ROOT / "model").parts]) for folder in folders}
    assert listed == found | {"rekodiq.scenarios"}


def test_inside_the_package_imports_are_relative() -> None:
    for path in (ROOT / "model").rglob("*.py"):
        assert not re.search(r"^\s*(from|import) (model|rekodiq)\b", path.read_text(), re.MULTILINE), path


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *(d for group in project["optional-dependencies"].values() for d in group)]
    names = {re.split(r"[\[<>=!~ ]", d)[0].lower().replace("_", "-") for d in wanted} - {"rekodiq"}
    pinned = {line.split("==")[0].lower() for line in (ROOT / "constraints.txt").read_text().splitlines()}
    assert names <= pinned
