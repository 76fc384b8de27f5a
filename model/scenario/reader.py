"""Strict YAML: one document, no aliases or tags, no implicit conversions, every node with its place.

Nodes are built from the parser's events and not by its composer, which recurses (its C version kills the
process on deep nesting) and silently keeps the last of two equal keys.
"""

from __future__ import annotations

import datetime as dt
import math
import os
import re
import stat
from collections.abc import Iterator, Sequence
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
_NODES = frozenset((yaml.ScalarEvent, yaml.AliasEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent))
# What can begin a plain scalar that is not text, in any case of its letters; İ and ı are an i where case is ignored.
_BEGINNINGS = frozenset("-+.0123456789~tTfFnNiIİı")


@dataclass(slots=True)
class YamlNode:
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


def read_bytes(path: Path, label: str) -> bytes:
    """The content of a scenario file.

    Args:
        path: the file.
        label: the file's name in messages.

    Raises:
        ScenarioError: it cannot be read, is no ordinary file or is too large.
    """
    try:
        status = os.stat(path)
        if stat.S_ISDIR(status.st_mode):
            raise _stop(label, "is a directory, expected a scenario file")
        if not stat.S_ISREG(status.st_mode):
            raise _stop(label, "is not an ordinary file")
        with open(path, "rb") as stream:
            data = stream.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise _stop(label, "file not found") from None
    except (OSError, ValueError) as error:
        raise _stop(label, f"cannot be read: {getattr(error, 'strerror', None) or 'invalid name'}") from None
    if len(data) > LARGEST_FILE:
        raise _stop(label, f"is larger than {LARGEST_FILE // 1_000_000} MB, the limit for a scenario")
    return data


def parse(data: bytes, label: str) -> tuple[YamlNode, list[Problem]]:
    """Parse the content of a scenario file.

    Returns:
        The root mapping, and the problems that do not stop the reading.

    Raises:
        ScenarioError: it is no text or no YAML mapping.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _stop(label, "is UTF-16 text: save it as UTF-8", 1, 1)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line_start = before.rfind(b"\n") + 1
        column = len(before[line_start:].decode("utf-8", "replace")) + 1
        raise _stop(label, "is not UTF-8 text: save it as UTF-8", before.count(b"\n") + 1, column) from None
    root, problems = read_text(text, label)
    if not isinstance(root.value, dict):
        if root.value is None:
            raise _stop(label, "is empty, expected a scenario", 1, 1)
        raise _stop(label, "expected a mapping (`key: value` lines) at the top", root.line, root.column)
    return root, problems


def _stop(label: str, message: str, line: int = 0, column: int = 0) -> ScenarioError:
    return ScenarioError([Problem(label, line, column, "", message)])


def read_text(text: str, label: str) -> tuple[YamlNode, list[Problem]]:
    """Read YAML text; see `parse`. The root may be of any kind."""
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
        while (event := loader.get_event()) is not None:
            yield event
    finally:
        loader.dispose()


def _build(events: Iterator[Any], label: str, problems: list[Problem]) -> YamlNode:
    """Turn events into nodes, with an explicit stack of open collections instead of recursion."""
    root: YamlNode | None = None
    open_nodes: list[YamlNode] = []
    keys: list[YamlNode | None] = []  # for each open collection, the key that waits for its value
    steps: list[YamlNode | int | None] = []  # and its own key, or its place in a list
    count = 0
    for event in events:
        kind = type(event)
        if kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            open_nodes.pop()
            keys.pop()
            steps.pop()
            continue
        parent = open_nodes[-1].value if open_nodes else None
        key = keys[-1] if keys else None
        in_mapping = type(parent) is dict
        is_key = in_mapping and key is None
        step = key if in_mapping or parent is None else len(parent)
        mark = event.start_mark
        line, column = mark.line + 1, mark.column + 1
        count += kind in _NODES
        if kind is not yaml.ScalarEvent or event.anchor or event.tag or count > MOST_NODES:
            if wrong := _forbidden(event, kind, count, len(open_nodes), is_key, root):
                raise ScenarioError([*problems, Problem(label, line, column, "", wrong)])
            if kind is not yaml.MappingStartEvent and kind is not yaml.SequenceStartEvent:
                continue
            node = YamlNode({} if kind is yaml.MappingStartEvent else [], label, line, column)
        else:
            value, message = _scalar(event.value, event.style)
            node = YamlNode(value, label, line, column)
            if message:
                problems.append(Problem(label, line, column, _path((*steps, step)), message))
        if is_key:
            keys[-1] = node
        elif parent is None:
            root = node
        elif key is not None:
            if wrong := _put(parent, key, node):
                problems.append(Problem(label, key.line, key.column, _path((*steps, step)), wrong))
            keys[-1] = None
        else:
            parent.append(node)
        if kind is not yaml.ScalarEvent:
            open_nodes.append(node)
            keys.append(None)
            steps.append(step)
    return root or YamlNode(None, label, 1, 1)


def _forbidden(event: Any, kind: type, count: int, depth: int, is_key: bool, root: YamlNode | None) -> str | None:
    """Why an event is not allowed, None if it is."""
    if kind is yaml.DocumentStartEvent and root:
        return "a second document starts here, only one is allowed"
    if getattr(event, "anchor", None) is not None:
        return "anchors and aliases (&, *) are not allowed"
    if getattr(event, "tag", None) is not None:
        return f"tags ({clip(event.tag)}) are not allowed"
    if count > MOST_NODES:
        return f"more than {MOST_NODES} values in one file"
    if kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
        if is_key:
            return "a key must be a name or a year, not a collection"
        if depth >= DEEPEST:
            return f"nested deeper than {DEEPEST} levels"
    return None


def _path(steps: Sequence[YamlNode | int | None]) -> str:
    """The path of a value from the keys and places in lists that lead to it; None leads nowhere."""
    path = ""
    for step in steps:
        if isinstance(step, int):
            path = f"{path}[{step}]"
        elif step is not None and (name := clip(str(step.value))):
            path = f"{path}.{name}" if path else name
    return path


def _put(parent: dict[Any, YamlNode], key: YamlNode, node: YamlNode) -> str | None:
    """Set a value under its key; returns why it cannot be, or None."""
    node.key_line, node.key_column = key.line, key.column
    name = key.value
    if isinstance(name, bool) or not isinstance(name, str | int):
        return f"a key must be a name or a year, got {shown(name)}"
    if name in parent:
        return f"key {shown(name)} is given twice, first on line {parent[name].key_line}"
    parent[name] = node
    return None


def _scalar(text: str, style: str | None) -> tuple[Scalar, str | None]:
    """A scalar's value, and what is wrong with it.

    Plain scalars are numbers, dates, true, false, null or text; quoted ones are text.
    """
    if style:  # plain is None for one parser and empty for the other
        # The file's text has no control character: only an escape in double quotes makes one.
        return text, "control character in text" if style == '"' and CONTROL.search(text) else None
    if text in _WORDS:
        return _WORDS[text], None
    if text[0] not in _BEGINNINGS:
        return text, None
    if _FLOAT.fullmatch(text):
        if len(text) > LONGEST_NUMBER:
            return text, f"a number of {len(text)} characters"
        if _INT.fullmatch(text):
            return int(text), None
        if math.isfinite(number := float(text)):
            return number, None
        return text, f"expected a finite number, got {shown(text)}"
    if _SEPARATED.fullmatch(text):
        return text, f"write {clip(text.replace('_', ''))}: underscores are not allowed in numbers"
    if _NOT_FINITE.fullmatch(text):
        return text, f"expected a finite number, got {shown(text)}"
    if _DATE.fullmatch(text):
        try:
            return dt.date.fromisoformat(text), None
        except ValueError:
            return text, f"{shown(text)} is not a date in the calendar"
    return text, None
