"""Running many scenarios through a compiled kernel."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from ..graph.arrays import Array, evaluated
from ..structure import Model, bind, evaluate
from .compiler import library
from .cpp import Kernel
from .curves import segments
from .python import Value

WIDEST = 8  # scenarios in the widest block

NUMBERS = ctypes.POINTER(ctypes.c_double)


class Task(ctypes.Structure):
    """`Task` of header/kernel.hpp."""

    _fields_ = (
        *((name, ctypes.c_int64) for name in ("first", "count", "stride", "periods", "years")),
        ("draws", ctypes.c_void_p),
        *((name, ctypes.c_void_p) for name in ("columns", "shared", "row", "curves")),
        *((name, ctypes.c_void_p) for name in ("inputs_out", "figures", "rows", "work")),
    )


class Compiled(NamedTuple):
    """A compiled kernel with the numbers that all scenarios share."""

    kernel: Kernel
    function: Callable[..., None]
    periods: int
    years: int
    figures: Array
    rows: Array
    curves: Array


def compiled(kernel: Kernel, model: Model, said: Callable[[str], None] = lambda _: None) -> Compiled:
    """Compile a kernel and fill its tables.

    Args:
        model: on the axis of all scenarios.
        said: see `library`.

    Raises:
        CompilerError: see `library`.
    """
    function = library(kernel.source, said).run
    values: Mapping[str, Value] = evaluate(model)
    inputs, elements = bind(model)
    found = evaluated(
        model.sheet, model.texts, model.periods, (*kernel.figures, *kernel.rows), {**inputs, **values}, elements
    )
    figures = np.array([np.ravel(a)[0] for a in found[: len(kernel.figures)]])
    rows = [np.broadcast_to(np.reshape(a, (-1, 1)), (model.periods, 1)) for a in found[len(kernel.figures) :]]
    table = np.concatenate(rows, axis=1) if rows else np.zeros((model.periods, 1))
    knots = [evaluated(model.sheet, model.texts, model.periods, axis, inputs, elements)
             for name in kernel.curves for axis in model.sheet.curves[name]]  # fmt: skip
    curves = [
        part
        for x, y in zip(knots[::2], knots[1::2], strict=True)
        for part in segments([float(np.ravel(v)[0]) for v in x], [float(np.ravel(v)[0]) for v in y])
    ]
    years = model.periods * model.period_months // 12
    by_period, flat = np.ascontiguousarray(table), np.concatenate([*curves, [0.0]])
    return Compiled(kernel, function, model.periods, years, figures, by_period, flat)


def run(ready: Compiled, first: int, count: int, draws: ctypes.Structure | None = None,
        columns: Mapping[str, Array] | None = None) -> tuple[Array, dict[str, Array]]:  # fmt: skip
    """Compute scenarios whose inputs are drawn, or given in columns.

    Args:
        first: number of the first scenario.
        draws: what is drawn; see `draw_tables`.
        columns: varied inputs by path: (count,), or for rows (years, count).

    Returns:
        the varied figures that were drawn, (inputs, count), and the wanted lines by name: figures (count,), rows
        (years, count) as sums by year.
    """
    kernel = ready.kernel
    stride = -(-count // WIDEST) * WIDEST
    inputs = np.empty((len(kernel.scalars), stride))
    figures = np.empty((len(kernel.figures_out), stride))
    rows = np.zeros((len(kernel.rows_out), ready.years, stride))
    size = 2 * len(kernel.scalars) + len(kernel.series) * ready.years + kernel.stored * ready.periods + 1
    work = np.empty(size * WIDEST)
    given = np.empty(0)
    if columns is not None:
        table = [columns[p][None, :] for p in kernel.scalars] + [columns[p] for p in kernel.series]
        given = np.empty((len(kernel.scalars) + len(kernel.series) * ready.years, stride))
        given[:, :count] = np.concatenate(table) if table else given[:, :count]
        given[:, count:] = given[:, count - 1 : count]
    task = Task(
        first, count, stride, ready.periods, ready.years,
        None if draws is None else ctypes.addressof(draws),
        *(a.ctypes.data for a in (given, ready.figures, ready.rows, ready.curves, inputs, figures, rows, work)),
    )  # fmt: skip
    ready.function(ctypes.byref(task))
    lines: dict[str, Any] = {name: figures[k, :count] for k, name in enumerate(kernel.figures_out)}
    lines |= {name: rows[k, :, :count] for k, name in enumerate(kernel.rows_out)}
    return inputs[:, :count], lines
