"""Compiling a kernel, keeping its machine code, and running scenarios through it.

The source of a kernel is written to the user's cache folder under a name that is its own hash, and imported from
there as a module, which is what lets the compiler keep the machine code between runs.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..rates import irr_many
from .arrays import NAMESPACE, Array, input_name, knots, write
from .kernel import Kernel
from .lanes import LANES
from .sheet import Curve, Sheet
from .sweep import BUCKETS

MOST_KEPT = 40  # kernels in the cache folder; the least recently used go


class Tables(NamedTuple):
    """The scenario's numbers, as a kernel takes them."""

    figures: Array
    rows: Array
    curves: Array
    buckets: np.ndarray[Any, np.dtype[np.int64]]


def available() -> bool:
    """Whether the compiler is installed."""
    return importlib.util.find_spec("numba") is not None


def cache_folder() -> Path:
    """Where kernels are kept: REKODIQ_CACHE, or the user's cache folder."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("REKODIQ_CACHE") or Path(home) / "rekodiq")


def machine_code(source: str) -> Callable[..., None]:
    """The compiled function of a kernel's source; compiling takes seconds the first time, after that it is read."""
    name = f"kernel_{hashlib.sha256(source.encode()).hexdigest()[:20]}"
    if name in sys.modules:
        return sys.modules[name].run  # type: ignore[no-any-return]
    try:
        folder = cache_folder()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = _written(folder, name, source)
        _forget(folder)
    except OSError:  # a read-only home, say: compiled anew each time
        path = _written(Path(tempfile.mkdtemp(prefix="rekodiq")), name, source)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module.run  # type: ignore[no-any-return]


def _written(folder: Path, name: str, source: str) -> Path:
    """The source as a file, written only when it changed, whole or not at all."""
    path = folder / f"{name}.py"
    if not path.exists() or path.read_text("utf-8") != source:
        handle, draft = tempfile.mkstemp(dir=folder, suffix=".tmp")
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(source)
        os.replace(draft, path)
    else:
        os.utime(path.parent)
    return path


def _forget(folder: Path) -> None:
    """Remove the oldest kernels beyond the number kept."""
    old = sorted(folder.glob("kernel_*.py"), key=lambda p: p.stat().st_mtime)[:-MOST_KEPT]
    for path in old:
        for file in (path, *folder.glob(f"__pycache__/{path.stem}.*")):
            file.unlink(missing_ok=True)


def tables(kernel: Kernel, sheet: Sheet, texts: Mapping[str, str], periods: int, inputs: Mapping[str, Array],
           elements: Mapping[tuple[str, int], float], lines: Mapping[str, Array]) -> Tables:  # fmt: skip
    """What all scenarios share, computed by the NumPy interpreter.

    Args:
        lines: every line of the scenario itself.
    """
    names = dict(NAMESPACE, T=periods, elements=elements, **lines)
    names |= {input_name(path): value for path, value in inputs.items()}
    names["curves"] = {c: _knots(curve, texts, names) for c, curve in sheet.curves.items()}

    def evaluated(e: Any) -> Array:
        return np.asarray(eval(write(e, {}, texts), names), dtype=np.float64)

    with np.errstate(all="ignore"):
        figures = np.array([evaluated(e).reshape(-1)[0] for e in kernel.figures])
        rows = np.array([np.broadcast_to(evaluated(e).reshape(-1, 1), (periods, 1))[:, 0] for e in kernel.rows])
    curves = [_curve(*names["curves"][c]) for c in kernel.curves]
    buckets = [_buckets(names["curves"][c][0]) for c in kernel.axes]
    return Tables(figures, rows.reshape(-1, periods), np.concatenate([*curves, [0.0]]),
                  np.concatenate([*buckets, [0]]).astype(np.int64))  # fmt: skip


def _knots(curve: Curve, texts: Mapping[str, str], names: dict[str, Any]) -> tuple[Array, Array]:
    x, y = (knots([eval(write(k, {}, texts), names) for k in axis]) for axis in curve)
    return x, y


def _curve(x: Array, y: Array) -> Array:
    """Start and buckets per unit of the axis; then by segment, the first being what lies before the curve: its
    start, slope and value at the start."""
    steps = np.diff(x)
    slopes = np.divide(np.diff(y), steps, out=np.zeros_like(steps), where=steps > 0)
    wide = x[-1] - x[0]
    return np.concatenate([
        [x[0], BUCKETS / wide if wide > 0 else 0.0],
        x[:1], x, [0.0], slopes, [0.0], y[:1], y,
    ])  # fmt: skip


def _buckets(x: Array) -> np.ndarray[Any, np.dtype[np.intp]]:
    """For each bucket, how many knots surely lie before it; half a bucket of room for rounding."""
    edges = x[0] + (np.arange(BUCKETS) - 0.5) * (x[-1] - x[0]) / BUCKETS
    found: np.ndarray[Any, np.dtype[np.intp]] = np.searchsorted(x, edges, side="right")
    return found


def run(kernel: Kernel, shared: Tables, periods: int, changed: Mapping[str, Array],
        scenarios: int) -> dict[str, Array]:  # fmt: skip
    """The wanted lines that differ between scenarios, by name: (scenarios,) or (periods, scenarios).

    Scenarios with cash flows of which only `model/rates.py` can tell the rate of return go through the kernel again,
    once to give their flows and once to take the rates.

    Args:
        changed: the varied inputs by path: (scenarios,), or (periods, scenarios).
    """
    lines, hard, _ = _through(kernel, shared, periods, changed, scenarios)
    at = np.flatnonzero(hard.any(axis=0))
    if at.size:
        some = {path: values[..., at] for path, values in changed.items()}
        _, _, flows = _through(kernel, shared, periods, some, at.size, flows=True)
        rates = np.full((kernel.rates, at.size), np.nan)
        for each, asked, found in zip(flows, hard[:, at] > 0, rates, strict=True):
            found[asked] = irr_many(each[:, asked])
        again, _, _ = _through(kernel, shared, periods, some, at.size, rates)
        for name, values in again.items():
            lines[name][..., at] = values
    return lines


def _through(kernel: Kernel, shared: Tables, periods: int, changed: Mapping[str, Array], scenarios: int,
             rates: Array | None = None, flows: bool = False) -> tuple[dict[str, Array], Array, Array]:  # fmt: skip
    """Lines, which rates of which scenario need `rates.py`, and, where asked for, the flows of every rate."""
    run_block = machine_code(kernel.source)
    padded = -(-scenarios // LANES) * LANES
    x = np.empty((len(kernel.scalars), padded))
    p = np.empty((len(kernel.series), periods, padded))
    for table, paths in ((x, kernel.scalars), (p, kernel.series)):
        for k, path in enumerate(paths):
            table[k, ..., :scenarios] = changed[path]
            table[k, ..., scenarios:] = table[k, ..., scenarios - 1 : scenarios]
    out = np.empty((len(kernel.figures_out), padded))
    rows_out = np.empty((len(kernel.rows_out), periods, padded))
    hard = np.zeros((kernel.rates, padded))
    given = np.full((kernel.rates, padded), np.nan)
    if rates is not None:
        given[:, :scenarios] = rates
    taken = np.empty((kernel.rates, periods, padded if flows else 0))
    run_block(periods, padded, x, p, *shared, out, rows_out, hard, taken, given)
    lines = {name: out[k, :scenarios] for k, name in enumerate(kernel.figures_out)}
    lines |= {name: rows_out[k, :, :scenarios] for k, name in enumerate(kernel.rows_out)}
    return lines, hard[:, :scenarios], taken[..., :scenarios]
