"""`run`, `compare` and `lines`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .app import (
    JsonOption,
    ScenarioArgument,
    ScenariosArgument,
    SetOption,
    UsageError,
    app,
    load_scenario,
    note,
    print_json,
)
from .progress import progress

if TYPE_CHECKING:
    from ..results.result import Result

OutOption = Annotated[Path | None, typer.Option("--out", metavar="FILE.xlsx", help="Also write the workbook.")]
StrictOption = Annotated[bool, typer.Option("--strict", help="Exit 1 when a check or a covenant fails.")]


@app.command()
def run(
    scenario: ScenarioArgument,
    settings: SetOption = None,
    as_json: JsonOption = False,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="DIR", help="Also write annual, periods and metrics as CSV.")
    ] = None,
    out: OutOption = None,
    strict: StrictOption = False,
) -> int:
    """Headline metrics, the annual table and the checks of one scenario."""
    from ..results.result import run as calculate

    chosen = load_scenario(scenario, settings)
    result = calculate(chosen)
    if csv is not None:
        from ..outputs.csv_files import write_csv

        write_csv(result, csv)
    if out is not None:
        from ..outputs.workbook import write_workbook

        write_workbook([chosen], out)
    if as_json:
        print_json(result.document())
    else:
        from ..outputs.terminal import console, show_result

        show_result(result, console())
    return answer(strict, [result])


@app.command()
def compare(
    scenarios: ScenariosArgument,
    against: Annotated[
        str | None, typer.Option("--against", metavar="NAME", help="The case to compare with; else the first.")
    ] = None,
    settings: SetOption = None,
    as_json: JsonOption = False,
    out: OutOption = None,
    strict: StrictOption = False,
) -> int:
    """Cases side by side, and which changed inputs account for the difference in IRR."""
    from ..studies.compare import compare as calculate

    if len(scenarios) < 2 and against is None:
        raise UsageError("compare needs two scenarios, or one and --against")
    chosen = [load_scenario(name, settings) for name in scenarios]
    reference = None if against is None else load_scenario(against, settings)
    with progress(len(chosen)) as step:
        comparison = calculate(chosen, reference, step)
    if out is not None:
        from ..outputs.workbook import write_workbook

        write_workbook(chosen, out, comparison)
    if as_json:
        print_json(comparison.document())
    else:
        from ..outputs.terminal import console, show_comparison

        show_comparison(comparison, console())
    return answer(strict, list(comparison.results))


@app.command()
def lines(
    as_json: JsonOption = False,
    scenario: Annotated[str, typer.Option("--scenario", metavar="SCENARIO", help="Whose line items.")] = "base",
) -> None:
    """Every line item: name, unit, label, definition, stage."""
    from ..engine.structure import structure

    items = structure(load_scenario(scenario)).declaration.lines.values()
    if as_json:
        print_json(
            [
                {
                    "name": i.name,
                    "unit": i.written_unit,
                    "label": i.label,
                    "definition": i.definition,
                    "stage": i.stage,
                    "kind": i.kind,
                    "by_period": i.series,
                }
                for i in items
            ]
        )
        return
    from ..outputs.terminal import console, plain, table

    out, stage, section = console(), "", None
    for item in items:
        if item.stage != stage:
            if section is not None:
                out.print(section)
            stage, section = item.stage, table("Line", "Unit", "Definition", title=item.stage, numbers_from=9)
        assert section is not None
        section.add_row(item.name, item.written_unit, f"{plain(item.label)}. {plain(item.definition)}")
    if section is not None:
        out.print(section)


def answer(strict: bool, results: list[Result]) -> int:
    """Exit code: 1 if a check fails, or a covenant under --strict, with the reason on stderr."""
    failed = [r.scenario.name for r in results if not r.checks["passed"]]
    breached = [r.scenario.name for r in results if r.metrics["default_periods"] or r.metrics["lock_up_periods"]]
    if strict and failed:
        note(f"checks fail in {', '.join(failed)}")
    if strict and breached:
        note(f"covenants fail in {', '.join(breached)}")
    return int(strict and bool(failed or breached))
