"""Writes a resolved scenario as YAML with the place of every value; reading it gives the same assumptions."""

from __future__ import annotations

import datetime as dt
import json
import re
import textwrap
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from .resolve import TEXTS, Leaf, Scenario, plain
from .values import INTERPOLATION, ByYear

WIDTH = 118
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.()/$%&;'+ -]*")
_WORDS = ("true", "false", "null", "nan", "inf", "infinity")


def as_yaml(scenario: Scenario) -> str:
    """Every assumption of a scenario, without a parent."""
    lines = [*_about(scenario), ""]
    leaves = [leaf for leaf in scenario.leaves.values() if leaf.path not in TEXTS]
    return "\n".join([*lines, *_tree((leaf, _place(leaf)) for leaf in leaves)]) + "\n"


def difference(scenario: Scenario, other: Scenario, reference: str) -> str:
    """The difference of a scenario from another, as YAML that extends the other.

    Args:
        reference: the name or path of the other.
    """
    lines = [f"extends: {_text(reference)}", *_about(scenario), ""]
    changed = differing(scenario, other)
    lines += _tree((leaf, f"{_place(leaf)}; {_was(other.leaves.get(leaf.path))}") for leaf in changed)
    lines += [f"# only in {other.name}: {path}" for path in other.leaves if path not in scenario.leaves]
    return "\n".join(lines if changed else [*lines, f"# the same assumptions as {other.name}"]) + "\n"


def differing(scenario: Scenario, other: Scenario) -> list[Leaf]:
    """The scenario's assumptions whose values the other does not have."""
    before = {path: plain(leaf.value) for path, leaf in other.leaves.items()}
    return [
        leaf
        for path, leaf in scenario.leaves.items()
        if path not in TEXTS and (path not in before or before[path] != plain(leaf.value))
    ]


def short(value: Any) -> str:
    """A value abbreviated for a table: the range of a schedule, the ends of a list."""
    if isinstance(value, ByYear) and len(value.years) > 2:
        range_ = f"{min(value.values):.4g} to {max(value.values):.4g}"
        return f"by year {value.years[0]}-{value.years[-1]}, {range_}"
    if isinstance(value, tuple) and len(value) > 4:
        return f"[{value[0]:.4g}, {value[1]:.4g} … {value[-1]:.4g}]"
    return textwrap.shorten(f"{value:.6g}" if type(value) is float else written(value), 60, placeholder=" …")


def written(value: Any) -> str:
    """A value as a scenario file writes it, on one line."""
    if isinstance(value, ByYear):
        how = [f"{INTERPOLATION}: {value.interpolation}"] if value.interpolation else []
        return "{" + ", ".join([*_years(value), *how]) + "}"
    if isinstance(value, tuple):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(int(value)) if abs(value) < 1e15 and value == int(value) else repr(value)


def _years(value: ByYear) -> Iterator[str]:
    """Neighbouring years of one value as a range."""
    runs = enumerate(zip(value.years, value.values, strict=True))
    for (_, amount), group in groupby(runs, lambda item: (item[1][0] - item[0], item[1][1])):
        years = [year for _, (year, _) in group]
        key = str(years[0]) if len(years) == 1 else f"{years[0]}-{years[-1]}"
        yield f"{key}: {written(amount)}"


def _text(text: str) -> str:
    """Text as a plain YAML scalar if it reads back, else in double quotes."""
    bare = _PLAIN.fullmatch(text) and text == text.strip() and text.lower() not in _WORDS
    return text if bare else json.dumps(text, ensure_ascii=False)


def _about(scenario: Scenario) -> Iterator[str]:
    yield f"name: {_text(scenario.name)}"
    yield f"title: {_text(scenario.title)}"
    text = scenario.description
    if text and text == " ".join(text.split()):
        yield "description: >-"
        yield from textwrap.wrap(
            text, WIDTH, initial_indent="  ", subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
        )
    else:
        yield f"description: {json.dumps(text, ensure_ascii=False)}"


def _tree(leaves: Iterable[tuple[Leaf, str]]) -> Iterator[str]:
    """Leaves under their groups, each with a comment."""
    above: list[str] = []
    for leaf, comment in leaves:
        *groups, key = leaf.path.split(".")
        shared = next(
            (k for k, (a, b) in enumerate(zip(above, groups, strict=False)) if a != b), min(len(above), len(groups))
        )
        yield from ("  " * depth + f"{groups[depth]}:" for depth in range(shared, len(groups)))
        above = groups
        yield from _lines(leaf, key, "  " * len(groups), comment)


def _lines(leaf: Leaf, key: str, indent: str, comment: str) -> Iterator[str]:
    """One line where the assumption fits on it, else one for each part."""
    texts = {"unit": leaf.unit if leaf.unit != "1" else None, "source": leaf.source, "note": leaf.note}
    parts = {"value": written(leaf.value)} | {name: _text(text) for name, text in texts.items() if text}
    line = f"{indent}{key}: {{{', '.join(f'{name}: {part}' for name, part in parts.items())}}}  # {comment}"
    if len(line) <= WIDTH:
        yield line
        return
    yield f"{indent}{key}:  # {comment}"
    for name, part in parts.items():
        start = f"{indent}  {name}: "
        if isinstance(leaf.value, tuple | ByYear) and name == "value":
            whole = part.replace(": ", ":\N{NO-BREAK SPACE}")  # a year stays on the line of its value
            for line in textwrap.wrap(
                start + whole, WIDTH, subsequent_indent=indent + "    ", break_long_words=False, break_on_hyphens=False
            ):
                yield line.replace("\N{NO-BREAK SPACE}", " ")
        else:
            yield start + part


def _place(leaf: Leaf) -> str:
    return f"{leaf.file}:{leaf.line}" if leaf.line else leaf.file.partition("\n")[0]


def _was(leaf: Leaf | None) -> str:
    return "not there before" if leaf is None else f"was {short(leaf.value)} ({_place(leaf)})"
