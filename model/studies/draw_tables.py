"""Tables of a sampler for kernel/header/draws.hpp."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .correlation import Row
from .distributions import EDGE, EDGE_SCORE, KINDS, KNOTS
from .sampling import Sampler
from .streams import key, net

SAMPLINGS = ("random", "latin_hypercube", "sobol")
WHOLE, NUMBER, ADDRESS = ctypes.c_int64, ctypes.c_double, ctypes.c_void_p


class Rows(ctypes.Structure):
    """`struct Rows` of the header."""

    _fields_ = [("starts", ADDRESS), ("columns", ADDRESS), ("coefficients", ADDRESS)]


class Draws(ctypes.Structure):
    """`struct Draws` of the header; keeps the arrays alive that it points to."""

    _fields_ = [
        ("scenarios", ctypes.c_uint64),
        ("inputs", WHOLE),
        ("metals", WHOLE),
        ("years", WHOLE),
        ("sampling", WHOLE),
        ("points", ADDRESS),
        ("strata", ADDRESS),
        ("directions", ADDRESS),
        ("kinds", ADDRESS),
        ("mixed", ADDRESS),
        ("scored", ADDRESS),
        ("parameters", ADDRESS),
        ("betas", ADDRESS),
        ("knots", ADDRESS),
        ("mixing", Rows),
        ("volatility", ADDRESS),
        ("kept", ADDRESS),
        ("shock_mixing", Rows),
        ("shocks", ADDRESS),
        ("decks", ADDRESS),
        ("half_variances", ADDRESS),
        ("edge", NUMBER),
        ("edge_score", NUMBER),
    ]
    arrays: list[NDArray[Any]]


def draw_tables(sampler: Sampler, seed: int, n: int) -> Draws:
    """The tables of a run.

    Args:
        n: scenarios of the run.
    """
    tables = Draws()
    tables.arrays = []

    def address(values: Any, kind: type[np.generic]) -> int:
        array = np.ascontiguousarray(np.asarray(values, kind))
        tables.arrays.append(array)
        return array.ctypes.data

    def rows(matrix: Sequence[Row]) -> Rows:
        starts = np.cumsum([0, *map(len, matrix)])
        entries = [entry for row in matrix for entry in row]
        return Rows(
            address(starts, np.int64),
            address([k for k, _ in entries], np.int64),
            address([x for _, x in entries], np.float64),
        )

    draws, numbers = sampler.draws, range(len(sampler.draws))
    metals, years = sampler.metals, sampler.years
    pert = [d for d in draws if d.kind == "pert"]
    sobol = sampler.sampling == "sobol"
    tables.scenarios, tables.inputs, tables.metals, tables.years = n, len(draws), len(metals), len(years)
    tables.sampling = SAMPLINGS.index(sampler.sampling)
    tables.points = address([key(seed, "input", d.name) for d in draws], np.uint64)
    tables.strata = address([key(seed, "shift" if sobol else "stratum", d.name) for d in draws], np.uint64)
    nets = [net(key(seed, "net", d.name), k) for k, d in enumerate(draws)] if sobol else []
    tables.directions = address(nets, np.uint64)
    tables.kinds = address([KINDS.index(d.kind) for d in draws], np.int64)
    tables.mixed = address([sampler.mixed(k) for k in numbers], np.int64)
    tables.scored = address([k in sampler.scored for k in numbers], np.int64)
    tables.parameters = address([d.parameters + d.applying for d in draws], np.float64)
    tables.betas = address([KNOTS * pert.index(d) if d in pert else 0 for d in draws], np.int64)
    tables.knots = address([d.beta for d in pert], np.float64)
    tables.mixing = rows(sampler.mixing)
    tables.volatility = address(sampler.volatility, np.float64)
    tables.kept = address([1 - back for back in sampler.reversion], np.float64)
    tables.shock_mixing = rows(sampler.shock_mixing)
    tables.shocks = address([[key(seed, "price", m, year) for year in years] for m in metals], np.uint64)
    tables.decks = address(list(sampler.decks.values()), np.float64)
    tables.half_variances = address(sampler.half_variances(), np.float64)
    tables.edge, tables.edge_score = EDGE, EDGE_SCORE
    return tables
