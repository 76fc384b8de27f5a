"""`list`, `show`, `validate` and `schema`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .app import JsonOption, ScenarioArgument, SetOption, app, load_scenario, note, print_json

if TYPE_CHECKING:
    from ..scenario.resolve import Leaf, Scenario


@app.command("list")
def list_scenarios(as_json: JsonOption = False) -> None:
    """The bundled scenarios and what each has otherwise than its parent."""
    from ..scenario.resolve import bundled, load

    scenarios = {name: load(name) for name in bundled()}
    found = [_listed(scenario, scenarios) for scenario in scenarios.values()]
    if as_json:
        print_json({"schema": "rekodiq/list/1", "scenarios": found})
        return
    import textwrap

    from ..outputs.terminal import console

    out = console()
    for each in found:
        out.print(each["name"], style="bold", markup=False, end="  ")
        out.print(each["title"], markup=False)
        for change in each["differences"]:
            unit = "" if change["unit"] in (None, "1") else f" {change['unit']}"
            text = f"{change['path']}: {change['shown']}{unit} (was {change['shown_before']})"
            for line in textwrap.wrap(text, out.width, initial_indent="  ", subsequent_indent="      "):
                out.print(line, markup=False)


def _listed(scenario: Scenario, scenarios: dict[str, Scenario]) -> dict[str, Any]:
    from ..scenario.resolve import load, plain
    from ..scenario.show import differing, short

    parent = None if scenario.parent is None else scenarios.get(scenario.parent) or load(scenario.parent)
    differences = []
    for leaf in differing(scenario, parent) if parent else ():
        before = parent.leaves[leaf.path].value if parent and leaf.path in parent.leaves else None
        differences.append(
            {
                "path": leaf.path,
                "value": plain(leaf.value),
                "parent_value": None if before is None else plain(before),
                "unit": leaf.unit,
                "shown": short(leaf.value),
                "shown_before": "-" if before is None else short(before),
            }
        )
    return {
        "name": scenario.name,
        "title": scenario.title,
        "description": scenario.description,
        "parent": scenario.parent,
        "differences": differences,
    }


@app.command()
def show(
    scenario: ScenarioArgument,
    settings: SetOption = None,
    diff: Annotated[str | None, typer.Option("--diff", metavar="OTHER", help="Only what OTHER has otherwise.")] = None,
    as_json: JsonOption = False,
) -> None:
    """The resolved scenario as YAML: every value, its unit, its source, and the file and line it comes from."""
    from ..scenario.show import as_yaml, difference, differing

    chosen = load_scenario(scenario, settings)
    other = None if diff is None else load_scenario(diff)
    if as_json:
        leaves = list(chosen.leaves.values()) if other is None else differing(chosen, other)
        about = {"name": chosen.name, "title": chosen.title, "description": chosen.description}
        print_json(
            {
                "schema": "rekodiq/show/1",
                "scenario": about | {"sha256": chosen.sha256},
                "against": diff,
                "values": {leaf.path: _documented(leaf, other) for leaf in leaves},
            }
        )
    elif other is not None and diff is not None:
        sys.stdout.write(difference(chosen, other, diff))
    else:
        sys.stdout.write(as_yaml(chosen))
    for warning in chosen.warnings:
        note(f"Note: {warning}")


def _documented(leaf: Leaf, other: Scenario | None) -> dict[str, Any]:
    from ..scenario.resolve import plain

    entry = asdict(leaf) | {"value": plain(leaf.value)}
    del entry["path"]
    if other is not None:
        entry["other"] = plain(other.leaves[leaf.path].value) if leaf.path in other.leaves else None
    return entry


@app.command()
def validate(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Scenario files, or bundled names.")],
    as_json: JsonOption = False,
) -> int:
    """Every problem in scenario files; exit 2 where there is one."""
    from ..scenario.problems import ScenarioError, printable
    from ..scenario.resolve import load

    documents = []
    for file in files:
        document: dict[str, Any] = {"file": file, "valid": True, "problems": [], "warnings": []}
        try:
            scenario = load(file)
        except ScenarioError as error:
            document |= {"valid": False, "problems": [asdict(problem) for problem in error.problems]}
            note(str(error))
        else:
            document["warnings"] = [asdict(warning) for warning in scenario.warnings]
            for warning in scenario.warnings:
                note(f"Note: {warning}")
            if not as_json:
                sys.stdout.write(f"{printable(file)}: valid, {len(scenario.leaves)} assumptions\n")
        documents.append(document)
    if as_json:
        print_json({"schema": "rekodiq/validate/1", "files": documents})
    return 0 if all(document["valid"] for document in documents) else 2


@app.command()
def schema() -> None:
    """The JSON Schema of a scenario file; an editor reads it where the file's first line is
    `# yaml-language-server: $schema=FILE`."""
    from ..scenario.json_schema import json_schema

    sys.stdout.write(json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n")
