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
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from .arrays import NAMESPACE, Array, input_name, knots, write
from .kernel import Kernel
from .lanes import LANES
from .sheet import Curve, Sheet

MOST_KEPT = 40  # kernels in the cache folder; the least recently used go


class Tables(NamedTuple):
    """The scenario's numbers, as a kernel takes them."""

    figures: Array
    rows: Array
    curves: Array


def available() -> bool:
    """Whether the compiler is installed."""
    return importlib.util.find_spec("numba") is not None


def cache_folder() -> Path:
    """Where kernels are kept: REKODIQ_CACHE, or the user's cache folder."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("REKODIQ_CACHE") or Path(home) / "rekodiq")


@cache
def machine_code(source: str) -> Callable[..., None]:
    """The compiled function of a kernel's source; compiling takes seconds the first time, after that it is read."""
    name = f"kernel_{hashlib.sha256(source.encode()).hexdigest()[:20]}"
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
    return Tables(figures, rows.reshape(-1, periods), np.concatenate([*curves, [0.0]]))


def _knots(curve: Curve, texts: Mapping[str, str], names: dict[str, Any]) -> tuple[Array, Array]:
    x, y = (knots([eval(write(k, {}, texts), names) for k in axis]) for axis in curve)
    return x, y


def _curve(x: Array, y: Array) -> Array:
    """By segment, the first being what lies before the curve: its start, slope and value at the start."""
    steps = np.diff(x)
    slopes = np.divide(np.diff(y), steps, out=np.zeros_like(steps), where=steps > 0)
    return np.concatenate([x[:1], x, [0.0], slopes, [0.0], y[:1], y])


def run(kernel: Kernel, shared: Tables, periods: int, changed: Mapping[str, Array], scenarios: int,
        together: int = 1) -> dict[str, Array]:  # fmt: skip
    """The wanted lines that differ between scenarios, by name: (scenarios,), or (periods / together, scenarios).

    Args:
        changed: the varied inputs by path: (scenarios,), or for rows (k, scenarios), each of the k numbers standing
            for as many periods.
        together: rows are given as sums over so many periods.
    """
    padded = -(-scenarios // LANES) * LANES
    x = np.stack([_filled_up(changed[path], padded) for path in kernel.scalars] or [np.empty(padded)])
    p = tuple(_filled_up(changed[path], padded) for path in kernel.series)
    out = np.empty((len(kernel.figures_out), padded))
    rows_out = np.zeros((len(kernel.rows_out), periods // together, padded))
    machine_code(kernel.source)(periods, padded, x, p, *shared, out, rows_out)
    lines = {name: out[k, :scenarios] for k, name in enumerate(kernel.figures_out)}
    return lines | {name: rows_out[k, :, :scenarios] for k, name in enumerate(kernel.rows_out)}


def _filled_up(values: Array, size: int) -> Array:
    """The last scenario repeated up to a whole number of blocks."""
    missing = size - values.shape[-1]
    return np.ascontiguousarray(np.concatenate([values, *[values[..., -1:]] * missing], axis=-1) if missing else values)
