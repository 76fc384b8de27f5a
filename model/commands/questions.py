"""`sensitivity`, `grid`, `breakeven` and `debt-capacity`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .app import JsonOption, ScenarioArgument, SetOption, UsageError, app, load_scenario, print_json

if TYPE_CHECKING:
    from rich.console import Console

    from ..outputs.study_tables import Table

OutOption = Annotated[Path | None, typer.Option("--out", metavar="FILE.xlsx", help="Also write a workbook of values.")]
MetricOption = Annotated[str, typer.Option("--metric", metavar="M", help="Any metric of `run --json`, or figure line.")]
MOST_STEPS = 200


class Repayment(StrEnum):
    """How sized debt is repaid."""

    sculpted = "sculpted"
    equal_principal = "equal_principal"


@contextmanager
def study_errors() -> Iterator[None]:
    """Raise StudyError as UsageError."""
    from ..studies.vary import StudyError

    try:
        yield
    except StudyError as error:
        raise UsageError(str(error)) from None


def show_result(
    document: Any, as_json: bool, out: Path | None, tables: Sequence[Table], show: Callable[[Console], None]
) -> None:
    """Write a workbook to `out` if set; print JSON, or call `show`."""
    from ..outputs.study_tables import values_workbook
    from ..outputs.terminal import console

    if out is not None:
        values_workbook(out, tables)
    if as_json:
        print_json(document)
    else:
        show(console())


@app.command()
def sensitivity(
    scenario: ScenarioArgument,
    metric: MetricOption = "project_irr",
    swing: Annotated[float, typer.Option("--swing", help="Share by which each input is lowered and raised.")] = 0.1,
    paths: Annotated[
        list[str] | None,
        typer.Option("--path", metavar="PATH[=LOW:HIGH]", help="An input to vary, instead of factors.*; repeatable."),
    ] = None,
    settings: SetOption = None,
    as_json: JsonOption = False,
    out: OutOption = None,
) -> None:
    """Tornado: what one input at a time does to a metric."""
    from ..outputs.study_tables import show_tornado
    from ..studies.sensitivity import sensitivity as calculate

    chosen = load_scenario(scenario, settings)
    with study_errors():
        found = calculate(chosen, metric, swing, [_range(text) for text in paths or ()])
    header = ["path", "low", "high", f"{metric} at low", f"{metric} at high"]
    rows = [("scenario", None, None, found.base, found.base), *found.bars]
    show_result(found.document(), as_json, out, [("Sensitivity", header, rows)], partial(show_tornado, found))


@app.command()
def grid(
    scenario: ScenarioArgument,
    x: Annotated[str, typer.Option("--x", metavar="PATH=A:B:STEP", help="The input across.")],
    y: Annotated[str, typer.Option("--y", metavar="PATH=A:B:STEP", help="The input down.")],
    metric: MetricOption = "project_irr",
    settings: SetOption = None,
    as_json: JsonOption = False,
    out: OutOption = None,
) -> None:
    """Two-way table of a metric."""
    from ..outputs.study_tables import show_grid
    from ..studies.sensitivity import grid as calculate

    chosen = load_scenario(scenario, settings)
    with study_errors():
        found = calculate(chosen, _steps(x, "--x"), _steps(y, "--y"), metric)
    header = [f"{found.y[0]} \\ {found.x[0]}", *map(str, found.x[1])]
    rows = [[value, *row] for value, row in zip(found.y[1], found.values.tolist(), strict=True)]
    show_result(found.document(), as_json, out, [("Grid", header, rows)], partial(show_grid, found))


@app.command()
def breakeven(
    scenario: ScenarioArgument,
    vary: Annotated[str, typer.Option("--vary", metavar="PATH", help="The input to search.")],
    metric: Annotated[str, typer.Option("--metric", metavar="M", help="The metric to meet.")],
    target: Annotated[float, typer.Option("--target", metavar="V", help="Its value: 0.15 is 15 %.")],
    settings: SetOption = None,
    as_json: JsonOption = False,
    out: OutOption = None,
) -> int:
    """The value of an input at which a metric meets a target; exit 1 when there is none."""
    from ..outputs.study_tables import show_breakeven
    from ..studies.breakeven import breakeven as calculate
    from ..studies.sensitivity import unit_of

    chosen = load_scenario(scenario, settings)
    with study_errors():
        found = calculate(chosen, vary, metric, target)
    rows = [(k, v) for k, v in found._asdict().items() if not isinstance(v, tuple)]
    show_result(
        found.document(),
        as_json,
        out,
        [("Breakeven", ["", "value"], rows)],
        partial(show_breakeven, found, unit_of(chosen, metric)),
    )
    return 0 if found.converged else 1


@app.command("debt-capacity")
def debt_capacity(
    scenario: ScenarioArgument,
    dscr: Annotated[float, typer.Option("--dscr", metavar="X", help="Target cover of debt service.")] = 1.5,
    repayment: Annotated[Repayment, typer.Option("--repayment", help="How the debt is repaid.")] = Repayment.sculpted,
    settings: SetOption = None,
    as_json: JsonOption = False,
    out: OutOption = None,
) -> None:
    """The debt that the scenario's cash flow supports at a target DSCR."""
    from ..outputs.study_tables import show_capacity
    from ..studies.debt_capacity import debt_capacity as calculate

    chosen = load_scenario(scenario, settings)
    with study_errors():
        found = calculate(chosen, dscr, repayment.value)
    tables: list[Table] = [
        ("Debt capacity", list(found.periods), list(zip(*found.periods.values(), strict=True))),
        ("Answer", ["", "value"], [(k, v) for k, v in found._asdict().items() if k != "periods"]),
    ]
    show_result(found.document(), as_json, out, tables, partial(show_capacity, found))


def _range(text: str) -> tuple[str, float | None, float | None]:
    """PATH or PATH=LOW:HIGH."""
    path, equals, ends = text.partition("=")
    if not equals:
        return path, None, None
    low, high = _numbers(ends, 2, f"--path {text}", "PATH=LOW:HIGH")
    return path, low, high


def _steps(text: str, option: str) -> tuple[str, list[float]]:
    """PATH=A:B:STEP as the path and its values."""
    path, _, ends = text.partition("=")
    first, last, step = _numbers(ends, 3, f"{option} {text}", "PATH=A:B:STEP")
    count = (last - first) / step + 1e-9 if step else -1
    if not 0 <= count < MOST_STEPS:
        raise UsageError(
            f"{option} {text}: from {first:g} in steps of {step:g} does not reach {last:g} "
            f"in at most {MOST_STEPS} steps"
        )
    return path, [first + k * step for k in range(math.floor(count) + 1)]


def _numbers(text: str, count: int, option: str, form: str) -> list[float]:
    try:
        found = [float(part) for part in text.split(":")]
    except ValueError:
        found = []
    if len(found) != count or not all(map(math.isfinite, found)):
        raise UsageError(f"{option}: expected {form} with numbers")
    return found
