"""Runs compiled kernels."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from ..engine.arrays import Array
from ..engine.structure import Model, evaluate, tables
from .compiler import library
from .cpp import Kernel

WIDEST = 8  # scenarios in the widest block


class Task(ctypes.Structure):
    """`Task` of header/kernel.hpp."""

    _fields_ = (
        *((name, ctypes.c_int64) for name in ("first", "count", "stride", "periods", "years")),
        ("draws", ctypes.c_void_p),
        *((name, ctypes.c_void_p) for name in ("columns", "shared", "row", "curves")),
        *((name, ctypes.c_void_p) for name in ("inputs_out", "figures", "rows", "work")),
    )


class Compiled(NamedTuple):
    """A compiled kernel with its shared tables."""

    kernel: Kernel
    function: Callable[..., None]
    periods: int
    years: int
    figures: Array
    rows: Array
    curves: Array


def compiled(kernel: Kernel, model: Model, report: Callable[[str], None] = lambda _: None) -> Compiled:
    """Compile a kernel and fill its tables, for the model's time axis; `report` and errors as in `library`."""
    function = library(kernel.source, report).run
    shared = tables(model, kernel.shared, evaluate(model))
    rows = np.array(shared.rows or [[0.0] * model.periods])
    curves = np.array([x for curve in shared.curves for part in curve for x in part] or [0.0])
    years = model.periods * model.period_months // 12
    return Compiled(
        kernel, function, model.periods, years, np.array(shared.figures), np.ascontiguousarray(rows.T), curves
    )


def run(
    ready: Compiled,
    first: int,
    count: int,
    draws: ctypes.Structure | None = None,
    columns: Mapping[str, Array] | None = None,
) -> tuple[Array, dict[str, Array]]:
    """Compute scenarios from random draws, or from columns of inputs.

    Args:
        first: number of the first scenario.
        draws: see `draw_tables`.
        columns: varied inputs by path: (count,), or (years, count) for rows.

    Returns:
        the inputs drawn, (inputs, count), and the outputs by name: figures (count,), rows (years, count) as sums by
        year.
    """
    kernel = ready.kernel
    stride = -(-count // WIDEST) * WIDEST
    inputs = np.empty((len(kernel.scalars), stride))
    figures = np.empty((len(kernel.figures_out), stride))
    rows = np.zeros((len(kernel.rows_out), ready.years, stride))
    size = 2 * len(kernel.scalars) + len(kernel.series) * ready.years + kernel.stored * ready.periods + 1
    work = np.empty(size * WIDEST)
    table = np.empty(0)
    if columns is not None:
        parts = [columns[p][None, :] for p in kernel.scalars] + [columns[p] for p in kernel.series]
        table = np.empty((len(kernel.scalars) + len(kernel.series) * ready.years, stride))
        table[:, :count] = np.concatenate(parts) if parts else table[:, :count]
        table[:, count:] = table[:, count - 1 : count]
    task = Task(
        first,
        count,
        stride,
        ready.periods,
        ready.years,
        None if draws is None else ctypes.addressof(draws),
        *(a.ctypes.data for a in (table, ready.figures, ready.rows, ready.curves, inputs, figures, rows, work)),
    )
    ready.function(ctypes.byref(task))
    lines: dict[str, Any] = {name: figures[k, :count] for k, name in enumerate(kernel.figures_out)}
    lines |= {name: rows[k, :, :count] for k, name in enumerate(kernel.rows_out)}
    return inputs[:, :count], lines
