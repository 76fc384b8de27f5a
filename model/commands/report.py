"""`rekodiq report`: one self-contained page that shows the cases and calculates the first of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .app import ScenariosArgument, SetOption, app, load_scenario, note
from .progress import progress

SWING = 0.1  # by which the page's sensitivity moves each factor


@app.command()
def report(
    scenarios: ScenariosArgument,
    out: Annotated[Path, typer.Option("--out", metavar="FILE.html", help="Where to write the page.")],
    setting: SetOption = None,
) -> None:
    """Write one HTML page that opens from disk: the answer, charts, sources, and the model itself to play with."""
    from ..outputs.page import page
    from ..outputs.writing import atomic
    from ..studies.compare import compare
    from ..studies.sensitivity import sensitivity

    chosen = [load_scenario(name, setting) for name in scenarios]
    with atomic(out) as path, progress(len(chosen)) as step:
        comparison = compare(chosen, progress=step)
        path.write_text(page(comparison, sensitivity(chosen[0], swing=SWING), SWING), encoding="utf-8")
    note(f"Wrote {out} ({out.stat().st_size / 1e6:.1f} MB)")
