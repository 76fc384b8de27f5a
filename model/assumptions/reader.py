"""Strict YAML: one document, no aliases or tags, nothing guessed, every node with its place.

Nodes are built from the parser's events and not by its composer, which recurses (its C version kills the
process on deep nesting) and silently keeps the last of two equal keys.
"""

from __future__ import annotations

import datetime as dt
import math
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from .problems import CONTROL, Problem, ScenarioError, clip, printable, shown

DEEPEST, MOST_NODES, LARGEST_FILE, LONGEST_NUMBER = 30, 20_000, 2_000_000, 60

Scalar: TypeAlias = str | int | float | bool | dt.date | None

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_SEPARATED = re.compile(r"[-+]?[0-9]+(?:_[0-9]+)+(?:\.[0-9_]*)?")
_NOT_FINITE = re.compile(r"[-+]?\.?(?:nan|inf|infinity)", re.IGNORECASE)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(slots=True)
class Node:
    """A scalar, a list of nodes or a mapping of nodes, with its place and, in a mapping, its key's place."""

    value: Any
    file: str
    line: int
    column: int
    key_line: int = 0
    key_column: int = 0

    def plain(self) -> Any:
        """The value without places; as deep as the reader's limit at most."""
        if isinstance(self.value, dict):
            return {key: child.plain() for key, child in self.value.items()}
        if isinstance(self.value, list):
            return [child.plain() for child in self.value]
        return self.value


def read_file(path: Path, label: str) -> tuple[Node, list[Problem]]:
    """Read a scenario file.

    Args:
        path: the file.
        label: the file's name in messages.

    Returns:
        The root mapping, and the problems that do not stop the reading.

    Raises:
        ScenarioError: the file cannot be read as a YAML mapping.
    """

    def stop(message: str, line: int = 0, column: int = 0) -> ScenarioError:
        return ScenarioError([Problem(label, line, column, "", message)])

    try:
        status = os.stat(path)
        if stat.S_ISDIR(status.st_mode):
            raise stop("is a directory, expected a scenario file")
        if not stat.S_ISREG(status.st_mode):
            raise stop("is not an ordinary file")
        with open(path, "rb") as stream:
            data = stream.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise stop("file not found") from None
    except (OSError, ValueError) as error:
        raise stop(f"cannot be read: {getattr(error, 'strerror', None) or 'invalid name'}") from None
    if len(data) > LARGEST_FILE:
        raise stop(f"is larger than {LARGEST_FILE // 1_000_000} MB, the limit for a scenario")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise stop("is UTF-16 text: save it as UTF-8", 1, 1)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line_start = before.rfind(b"\n") + 1
        column = len(before[line_start:].decode("utf-8", "replace")) + 1
        raise stop("is not UTF-8 text: save it as UTF-8", before.count(b"\n") + 1, column) from None
    root, problems = read_text(text, label)
    if not isinstance(root.value, dict):
        if root.value is None:
            raise stop("is empty, expected a scenario", 1, 1)
        raise stop("expected a mapping (`key: value` lines) at the top", root.line, root.column)
    return root, problems


def read_text(text: str, label: str) -> tuple[Node, list[Problem]]:
    """Read YAML text; see `read_file`. The root may be of any kind."""
    if match := re.search(f"\t|{CONTROL.pattern}", text):
        line_start = text.rfind("\n", 0, match.start()) + 1
        line, column = text.count("\n", 0, match.start()) + 1, match.start() - line_start + 1
        what = "tab character, use spaces" if match[0] == "\t" else f"control character {printable(match[0])}"
        raise ScenarioError([Problem(label, line, column, "", what)])
    problems: list[Problem] = []
    try:
        return _build(_events(text), label, problems), problems
    except yaml.YAMLError as error:
        mark: Any = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        message = f"not valid YAML: {clip(getattr(error, 'problem', None) or 'cannot be parsed', 200)}"
        raise ScenarioError([*problems, Problem(label, line, column, "", message)]) from None


def _events(text: str) -> Iterator[Any]:
    loader = _LOADER(text)
    try:
        while loader.check_event():
            yield loader.get_event()
    finally:
        loader.dispose()


def _build(events: Iterator[Any], label: str, problems: list[Problem]) -> Node:
    """Turn events into nodes, with an explicit stack of open collections instead of recursion."""
    root: Node | None = None
    open_nodes: list[Node] = []
    keys: list[Node | None] = []  # for each open collection, the key that waits for its value
    paths: list[str] = []  # and its own path
    count = 0
    for event in events:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        count += isinstance(event, yaml.NodeEvent)
        is_key = bool(keys) and keys[-1] is None and isinstance(open_nodes[-1].value, dict)
        if wrong := _forbidden(event, count, len(open_nodes), is_key, root):
            raise ScenarioError([*problems, Problem(label, line, column, "", wrong)])
        if isinstance(event, yaml.CollectionEndEvent):
            open_nodes.pop()
            keys.pop()
            paths.pop()
        if not isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
            continue
        node = Node(None, label, line, column)
        path = _path(paths[-1], open_nodes[-1], keys[-1]) if paths else ""
        if isinstance(event, yaml.ScalarEvent):
            node.value = _scalar(event, node, path, problems)
        else:
            node.value = {} if isinstance(event, yaml.MappingStartEvent) else []
        if is_key:
            keys[-1] = node
        elif not open_nodes:
            root = node
        elif key := keys[-1]:
            _put(open_nodes[-1], key, node, path, problems)
            keys[-1] = None
        else:
            open_nodes[-1].value.append(node)
        if isinstance(event, yaml.CollectionStartEvent):
            open_nodes.append(node)
            keys.append(None)
            paths.append(path)
    return root or Node(None, label, 1, 1)


def _forbidden(event: Any, count: int, depth: int, is_key: bool, root: Node | None) -> str | None:
    """Why reading stops at this event, if it does."""
    if isinstance(event, yaml.DocumentStartEvent) and root:
        return "a second document starts here, only one is allowed"
    if getattr(event, "anchor", None) is not None:
        return "anchors and aliases (&, *) are not allowed"
    if getattr(event, "tag", None) is not None:
        return f"tags ({clip(event.tag)}) are not allowed"
    if count > MOST_NODES:
        return f"more than {MOST_NODES} values in one file"
    if isinstance(event, yaml.CollectionStartEvent):
        if is_key:
            return "a key must be a name or a year, not a collection"
        if depth >= DEEPEST:
            return f"nested deeper than {DEEPEST} levels"
    return None


def _path(outer: str, parent: Node, key: Node | None) -> str:
    """The path of the value that comes next in a collection."""
    if isinstance(parent.value, list):
        return f"{outer}[{len(parent.value)}]"
    name = "" if key is None else clip(str(key.value))
    return f"{outer}.{name}" if outer and name else outer or name


def _put(parent: Node, key: Node, node: Node, path: str, problems: list[Problem]) -> None:
    node.key_line, node.key_column = key.line, key.column
    name = key.value
    if isinstance(name, bool) or not isinstance(name, str | int):
        message = f"a key must be a name or a year, got {shown(name)}"
        problems.append(Problem(key.file, key.line, key.column, path, message))
    elif name in parent.value:
        first = parent.value[name]
        message = f"key {shown(name)} is given twice, first on line {first.key_line}"
        problems.append(Problem(key.file, key.line, key.column, path, message))
    else:
        parent.value[name] = node


def _scalar(event: yaml.ScalarEvent, node: Node, path: str, problems: list[Problem]) -> Scalar:
    """Plain scalars are numbers, dates, true, false, null or text; quoted ones are text."""
    text = event.value
    message = None
    if CONTROL.search(text):
        message = "control character in text"
    elif event.style:  # plain is None for one parser and empty for the other
        pass
    elif text in _WORDS:
        return _WORDS[text]
    elif _SEPARATED.fullmatch(text):
        message = f"write {clip(text.replace('_', ''))}: underscores are not allowed in numbers"
    elif _NOT_FINITE.fullmatch(text):
        message = f"expected a finite number, got {shown(text)}"
    elif _FLOAT.fullmatch(text):
        if len(text) > LONGEST_NUMBER:
            message = f"a number of {len(text)} characters"
        elif _INT.fullmatch(text):
            return int(text)
        elif math.isfinite(number := float(text)):
            return number
        else:
            message = f"expected a finite number, got {shown(text)}"
    elif _DATE.fullmatch(text):
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            message = f"{shown(text)} is not a date in the calendar"
    if message:
        problems.append(Problem(node.file, node.line, node.column, path, message))
    return text
