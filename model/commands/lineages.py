"""`rekodiq explain`: lineage of a figure, down to the sourced assumptions."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .app import JsonOption, ScenarioArgument, SetOption, UsageError, app, load_scenario, print_json

if TYPE_CHECKING:
    from ..explain.calculated import Figures
    from ..explain.trace import Figure
    from ..scenario.resolve import Leaf, Scenario
    from ..studies.differences import Difference

DEPTH = 3


@app.command()
def explain(
    scenario: ScenarioArgument,
    line: Annotated[str, typer.Argument(metavar="LINE", help="A line item or metric: cfads, dscr, project_irr.")],
    period: Annotated[
        str | None, typer.Option("--period", metavar="PERIOD", help="A year or period: 2031 or 2031H1.")
    ] = None,
    depth: Annotated[int, typer.Option("--depth", min=0, max=100, help="Levels of line items to unfold.")] = DEPTH,
    against: Annotated[
        str | None, typer.Option("--against", metavar="OTHER", help="Explain the difference from another scenario.")
    ] = None,
    setting: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show where a figure comes from: its formula with numbers, its inputs in turn, down to sourced assumptions."""
    from ..engine.structure import structure
    from ..explain.trace import trace
    from ..studies import differences as lineage

    loaded = load_scenario(scenario, setting)
    other = load_scenario(against, setting) if against is not None else None
    model = structure(loaded)
    if line not in model.declaration.lines:
        raise UsageError(_unknown(line, list(model.declaration.lines), list(loaded.leaves)))
    figures = lineage.figures_of(model)
    at = lineage.place_of(figures, line, period)
    if at is None:
        raise UsageError(
            f"no period '{period}': the timeline runs from {figures.labels[0]} to {figures.labels[-1]}, "
            f"by year or by period"
        )
    if period is not None and line in figures.figures:
        raise UsageError(f"'{line}' is one figure for the whole scenario: leave --period out")
    if other is None:
        node = trace(figures, line, at, depth)
        if as_json:
            print_json(
                {"schema": "rekodiq/explain/1", "scenario": loaded.name, "figure": node_json(node, figures, loaded)}
            )
        else:
            from ..outputs.lineage import print_lineage

            print_lineage(node, figures, loaded)
        return
    second = structure(other)
    found = lineage.difference(figures, lineage.figures_of(second), line, at, depth)
    changed = list(lineage.changed_assumptions(loaded, other, (model, second), line))
    if as_json:
        print_json(
            {
                "schema": "rekodiq/explain-difference/1",
                "scenario": loaded.name,
                "against": other.name,
                "figure": difference_json(found),
                "assumptions": [
                    {"path": (a or b).path, "value": _plain(a), "other": _plain(b)}  # type: ignore[union-attr]
                    for a, b in changed
                ],
            }
        )
    else:
        from ..outputs.lineage import print_difference

        print_difference(found, figures, loaded, other, changed)


def _unknown(name: str, lines: list[str], paths: list[str]) -> str:
    near = difflib.get_close_matches(name.lower(), lines, n=3, cutoff=0.5)
    near += [x for x in lines if name.lower() in x and x not in near][: 3 - len(near)]
    hint = f" Did you mean {', '.join(repr(n) for n in near)}?" if near else ""
    if name in paths:
        hint = " It is an assumption: see `rekodiq show`."
    return f"no line item '{name}'.{hint} `rekodiq lines` lists all."


def _plain(leaf: Leaf | None) -> Any:
    from ..scenario.resolve import plain

    return None if leaf is None else plain(leaf.value)


def node_json(node: Figure, figures: Figures, scenario: Scenario) -> dict[str, Any]:
    """A node and its inputs as plain values; an assumption with its source and place."""
    result: dict[str, Any] = {
        "kind": node.kind,
        "name": node.name,
        "label": node.label,
        "unit": node.unit,
        "period": node.at,
        "value": node.value,
    }
    if isinstance(node.value, list):
        result["periods"] = figures.labels
    leaf = scenario.leaves.get(node.name.partition("[")[0])
    if node.kind == "assumption" and leaf is not None:
        result |= {
            "definition": leaf.definition,
            "source": leaf.source,
            "note": leaf.note,
            "file": leaf.file,
            "line": leaf.line,
        }
    else:
        result |= {"definition": node.definition, "stage": node.stage}
    if node.calculation:
        result |= {"formula": node.words, "numbers": node.numbers, "calculation": node.calculation}
    if node.unfolded:
        result["unfolded"] = node.unfolded
    if node.inputs:
        result["inputs"] = [node_json(inner, figures, scenario) for inner in node.inputs]
    return result


def difference_json(found: Difference) -> dict[str, Any]:
    """A difference and the inputs that differ, as plain values."""
    result: dict[str, Any] = {
        "kind": found.kind,
        "name": found.name,
        "label": found.label,
        "unit": found.unit,
        "period": found.at,
        "value": found.value,
        "other": found.other,
    }
    if found.words:
        result["formula"] = found.words
    if found.unfolded:
        result["unfolded"] = found.unfolded
    if found.inputs:
        result["inputs"] = [difference_json(inner) for inner in found.inputs]
    return result
