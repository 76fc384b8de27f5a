"""`export`: the workbook of live formulas."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .app import ScenariosArgument, SetOption, app, load_scenario, note
from .progress import progress


@app.command()
def export(
    scenarios: ScenariosArgument,
    out: Annotated[Path, typer.Option("--out", metavar="FILE.xlsx", help="The workbook to write.")],
    settings: SetOption = None,
) -> None:
    """Write a workbook of live formulas: the first scenario's model, and all of them compared."""
    from ..outputs.workbook import write_workbook
    from ..studies.compare import compare

    chosen = [load_scenario(name, settings) for name in scenarios]
    with progress(len(chosen)) as step:
        comparison = compare(chosen, progress=step)
    write_workbook(chosen, out, comparison)
    note(f"wrote {out}")
