"""Lineage on the terminal: a tree of formulas with their values and of assumptions with their sources."""

from __future__ import annotations

import math
from typing import Any

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from ..explain.calculated import Figures
from ..explain.trace import Figure
from ..explain.words import plain as number
from ..scenario.resolve import Leaf, Scenario, plain
from ..studies.differences import Difference
from .terminal import console

RESULT, SOURCE = "bold", "dim"
MARKS = {"": "", "elsewhere": " (unfolded elsewhere)", "deeper": " …"}


def print_lineage(node: Figure, figures: Figures, scenario: Scenario) -> None:
    """Print a figure as a tree of its inputs, then its values by period or, of an IRR, the discounted flows."""
    out = console()
    out.print(Text(f"{scenario.name}: {scenario.title}", style=SOURCE))
    out.print(_tree(node, figures, scenario))
    rate = next((inner for inner in node.inputs if isinstance(inner.value, list)), None)
    if "irr(i1)" in node.calculation and rate is not None and isinstance(node.value, float):
        out.print(_discounting(node, rate, figures))
    elif isinstance(node.value, list):
        out.print(_row(node.value, figures))


def _tree(node: Figure, figures: Figures, scenario: Scenario) -> Tree:
    tree = Tree(_description(node, figures, scenario), guide_style=SOURCE)
    _add_inputs(tree, node, figures, scenario)
    return tree


def _add_inputs(tree: Tree, node: Figure, figures: Figures, scenario: Scenario) -> None:
    for inner in node.inputs:
        _add_inputs(tree.add(_description(inner, figures, scenario)), inner, figures, scenario)


def _description(node: Figure, figures: Figures, scenario: Scenario) -> Group:
    """Text of one figure: label, value and unit, then its formula by name and by number, or its source."""
    head = Text(node.label, style=RESULT)
    head.append(f" {node.at}" if node.at else "", style="")
    head.append("  ")
    head.append(with_unit(node.value, node.unit), style="cyan")
    parts: list[Any] = [head]
    if node.kind == "line":
        head.append(f"  {node.name}{MARKS[node.unfolded]}", style=SOURCE)
        if node.words:
            parts.append(Text(node.definition, style=SOURCE))
        if node.words:
            parts.append(Text(f"= {node.words}"))
        if node.numbers and node.numbers != node.words and isinstance(node.value, float):
            parts.append(Text(f"= {node.numbers} = {number(node.value)}"))
    leaf = scenario.leaves.get(node.name.partition("[")[0])
    if node.kind == "assumption" and leaf is not None:
        parts.append(Text(origin(leaf), style=SOURCE))
    if node.kind == "curve":
        parts.append(Text(node.definition, style=SOURCE))
    return Group(*parts)


def origin(leaf: Leaf) -> str:
    """Definition, source, note, file and line of an assumption as one text."""
    source = leaf.source if leaf.source.startswith("assumption") else f"Source: {leaf.source}"
    note = f" ({leaf.note})" if leaf.note else ""
    place = f"{leaf.file}:{leaf.line}" if leaf.line else leaf.file
    return f"{leaf.definition}. {source[0].upper()}{source[1:]}{note}. {place}"


def with_unit(value: Any, unit: str) -> str:
    """A value with its unit as text; a series as lowest … highest, a curve as its end points."""
    if isinstance(value, dict):
        ends = [f"{number(axis[k])}" for k in (0, -1) for axis in (value["x"], value["y"])]
        return f"({ends[0]}, {ends[1]}) … ({ends[2]}, {ends[3]})"
    if isinstance(value, list):
        known = [v for v in value if not math.isnan(v)]
        return f"{number(min(known))} … {number(max(known))} {unit}" if known else "n/a"
    if value is None:
        return "absent"
    if isinstance(value, float) and unit == "years" and 1900 < value < 2300:
        return f"{value:.6g}"
    if isinstance(value, float) and unit in ("1", "1/year") and 0 < abs(value) < 1:
        return f"{number(value)} ({100 * value:.4g} %)"
    return f"{number(value)} {unit if unit != '1' else ''}".rstrip() if isinstance(value, float | int) else str(value)


def _row(values: list[float], figures: Figures) -> Padding:
    """A series as a table of period labels and values, in four columns."""
    table = Table(box=None, padding=(0, 1), show_header=False)
    columns = 4
    height = math.ceil(len(values) / columns)
    for k in range(height):
        cells = range(k, len(values), height)
        table.add_row(*(text for at in cells for text in (figures.labels[at], f"{number(values[at])} ")))
    for k, column in enumerate(table.columns):
        column.justify, column.style = ("left", SOURCE) if k % 2 == 0 else ("right", "")
    return Padding(table, (1, 0, 0, 2))


def _discounting(node: Figure, flows: Figure, figures: Figures) -> Group:
    """Flows by year, in their own unit, beside their present values at the IRR, which sum to zero."""
    if math.isnan(node.value):
        return Group(Text("No rate sets these flows to zero."), _row(flows.value, figures))
    periods_a_year = len(figures.periods_of(0))
    rate = (1 + node.value) ** (1 / periods_a_year) - 1
    discounted = [flow / (1 + rate) ** t for t, flow in enumerate(flows.value)]
    table = Table(box=None, padding=(0, 1))
    for _ in range(3):
        table.add_column("Year", style=SOURCE)
        table.add_column("Flow", justify="right")
        table.add_column("At rate", justify="right")
    years = sorted(set(figures.years))
    by_year = [
        [math.fsum(row[t] for t in figures.periods_of(k)) for row in (flows.value, discounted)]
        for k in range(len(years))
    ]
    height = math.ceil(len(years) / 3)
    for k in range(height):
        cells = [
            f"{v:,.1f}" if isinstance(v, float) else str(v)
            for at in range(k, len(years), height)
            for v in (years[at], *by_year[at])
        ]
        table.add_row(*cells)
    heading = Text(
        f"\n{flows.label} by year, and its value at {node.value:.4%} a year"
        + (f" ({rate:.4%} a period)" if periods_a_year > 1 else "")
    )
    total = Text(f"Sum of the values at the rate: {math.fsum(discounted):.2g} {flows.unit}")
    return Group(heading, Padding(table, (0, 0, 0, 1)), total)


def print_difference(
    diff: Difference, figures: Figures, one: Scenario, two: Scenario, changed: list[tuple[Leaf | None, Leaf | None]]
) -> None:
    """Print a figure that differs between two scenarios, its inputs that differ, and the assumptions changed."""
    out = console()
    out.print(Text(f"{one.name} → {two.name}", style=SOURCE))
    tree = Tree(_difference_line(diff), guide_style=SOURCE)
    _add_causes(tree, diff)
    out.print(tree)
    out.print(Text(f"\nAssumptions behind it that differ: {len(changed)}", style=RESULT))
    for a, b in changed:
        leaf = a or b
        assert leaf is not None
        unit = "" if leaf.unit in (None, "1") else leaf.unit
        out.print(
            Padding(
                Group(
                    Text.assemble((leaf.path, RESULT), "  ", (f"{_value_text(a)} → {_value_text(b)} {unit}", "cyan")),
                    Text(origin(b or leaf), style=SOURCE),
                ),
                (0, 0, 0, 2),
            )
        )


def _add_causes(tree: Tree, diff: Difference) -> None:
    for inner in diff.inputs:
        _add_causes(tree.add(_difference_line(inner)), inner)


def _difference_line(diff: Difference) -> Group:
    head = Text(diff.label, style=RESULT)
    head.append(f" {diff.at}" if diff.at else "", style="")
    if isinstance(diff.value, list) and isinstance(diff.other, list):
        pairs = zip(diff.value, diff.other, strict=False)
        most = max((abs(a - b) for a, b in pairs if a - b == a - b), default=math.nan)
        head.append(f"  differs by up to {with_unit(most, diff.unit)}", style="cyan")
    else:
        head.append(f"  {with_unit(diff.value, diff.unit)} → {with_unit(diff.other, diff.unit)}", style="cyan")
    if isinstance(diff.value, float) and isinstance(diff.other, float):
        change = diff.other - diff.value
        head.append(f"  {'+' if change > 0 else ''}{number(change)}")
    head.append(MARKS[diff.unfolded], style=SOURCE)
    return Group(head, Text(f"= {diff.words}")) if diff.words else Group(head)


def _value_text(leaf: Leaf | None) -> str:
    if leaf is None:
        return "absent"
    value = plain(leaf.value)
    if isinstance(value, dict):
        return ", ".join(f"{k}: {number(v)}" for k, v in value.items() if v is not None and k != "interpolation")
    if isinstance(value, list):
        return "[" + ", ".join(map(number, value)) + "]"
    return number(value) if isinstance(value, float) else str(value).lower() if isinstance(value, bool) else str(value)
