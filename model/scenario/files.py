"""Scenario files: where they are, and the chain of `extends` from the oldest ancestor down."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from .problems import Problem, ScenarioError, near, shown
from .reader import YamlNode, read_bytes
from .written import Content, content

HERE = Path(__file__).resolve().parent.parent
FOLDERS = (HERE / "scenarios", HERE.parent / "scenarios")  # installed, and in a checkout
LONGEST_CHAIN = 20


class File(NamedTuple):
    """A scenario file on disk, and its name in messages."""

    path: Path
    label: str


def bundled() -> dict[str, Path]:
    """The scenarios that come with the program, by name; `base` first."""
    for folder in FOLDERS:
        if folder.is_dir():
            return {p.stem: p for p in sorted(folder.glob("*.yaml"), key=lambda p: (p.stem != "base", p.stem))}
    return {}


def read_chain(name_or_path: str | os.PathLike[str]) -> tuple[Content, ...]:
    """The files of a scenario, from its oldest ancestor to itself.

    Every file is read each time, and parsed when its bytes have changed.

    Raises:
        ScenarioError: a file cannot be read, an ancestor is missing, or the chain goes round in a circle.
    """
    reference = os.fspath(name_or_path)
    chain: list[Content] = []
    seen: list[Path] = []
    following: File | None = _named(reference, YamlNode(None, reference, 0, 0), "") or File(Path(reference), reference)
    while following is not None:
        path = _resolved(following.path)
        if path in seen or len(seen) >= LONGEST_CHAIN:
            at = chain[-1].root.value["extends"]
            message = "goes round in a circle" if path in seen else f"is a chain of more than {LONGEST_CHAIN} files"
            raise _stop(at, message, at.value)
        seen.append(path)
        chain.append(content(read_bytes(path, following.label), following.label))
        following = _parent(chain[-1].root, path.parent)
    return tuple(reversed(chain))


def _parent(root: YamlNode, folder: Path) -> File | None:
    """What a file extends; a path is relative to the file's folder and never leaves it."""
    at = root.value.get("extends")
    if at is None:
        return None
    if not isinstance(at.value, str) or not at.value:
        raise _stop(at, "expected the name of a scenario, or the path of one beside this file", at.plain())
    if found := _named(at.value, at, "extends"):
        return found
    path = _resolved(folder / at.value)
    if Path(at.value).is_absolute() or ".." in Path(at.value).parts or not path.is_relative_to(folder):
        raise _stop(at, "a path stays inside the folder of its file", at.value)
    if not os.path.isfile(path):
        raise _stop(at, "there is no such file beside this one", at.value)
    return File(path, os.path.join(os.path.dirname(root.file), at.value))


def _resolved(path: Path) -> Path:
    """The path with its links followed, where that can be done; else as it is, to be refused when it is opened."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):  # a round of links, a NUL in the name
        return path


def _named(reference: str, at: YamlNode, key: str) -> File | None:
    """The bundled scenario of this name; None for what looks like the path of a file."""
    known = bundled()
    if reference in known:
        return File(known[reference], f"scenarios/{reference}.yaml")
    if reference.endswith((".yaml", ".yml")):
        return None
    message = "no bundled scenario has this name, and a path ends in .yaml"
    raise ScenarioError(
        [Problem(at.file, at.line, at.column, key, message, shown(reference), tuple(known), near(reference, known))]
    )


def _stop(at: YamlNode, message: str, got: object) -> ScenarioError:
    return ScenarioError([Problem(at.file, at.line, at.column, "extends", message, shown(got))])
