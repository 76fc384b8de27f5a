"""The last bits decide no order: equal bars and equal drivers stand by name, whatever rounding left of them."""

from __future__ import annotations

import math
from itertools import permutations

import numpy as np
import pytest

from model.scenario.resolve import load
from model.studies.outcome import drivers
from model.studies.ranking import ranked, significant
from model.studies.sensitivity import Bar, sensitivity, widest_first


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        (0.1 + 0.2, 0.3),
        (math.nextafter(0.2, 1), 0.2),
        (-1.2345678901234, -1.23456789012),
        (0.0, 0.0),
        (100000000000.5, 100000000001.0),
        (-100000000000.5, -100000000001.0),
        (5e-324, 5e-324),
        (math.inf, math.inf),
        (1.7976931348623157e308, 1.79769313486e308),
    ],
)
def test_twelve_significant_digits(value: float, rounded: float) -> None:
    assert significant(value) == rounded


def test_equal_sizes_stand_by_name_and_those_without_one_last() -> None:
    sizes = {"c": 0.3, "b": 0.1 + 0.2, "a": 0.3 * (1 + 1e-15), "d": 0.3001, "n": math.nan, "m": math.nan, "z": 0.0}
    for order in permutations(sizes):
        assert ranked(order, sizes.__getitem__, str) == ["d", "a", "b", "c", "z", "m", "n"]


def test_bars_that_differ_by_rounding_stand_by_path() -> None:
    wide, narrow, dust = Bar("w", 0.9, 1.1, 0.1, 0.3), ("b", "a"), ("z", "y", "x")
    level = 0.18242980206574377, 0.22257267651411605
    for ends in ((level[0], math.nextafter(level[1], 1)), (math.nextafter(level[0], 0), level[1])):
        bars = [
            *(Bar(path, 0.9, 1.1, *pair) for path, pair in zip(narrow, (ends, level), strict=True)),
            *(Bar(p, 0.9, 1.1, 0.2, v) for p, v in zip(dust, (0.2, math.nextafter(0.2, 1), math.nan), strict=True)),
            wide,
        ]
        assert [bar.path for bar in widest_first(bars)] == ["w", "a", "b", "x", "y", "z"]
        assert [bar.path for bar in widest_first(reversed(bars))] == ["w", "a", "b", "x", "y", "z"]


def test_grade_and_recovery_stand_by_name() -> None:
    """Five per cent more grade and five per cent more recovery are the same copper."""
    paths = [bar.path for bar in sensitivity(load("base")).bars]
    for metal in ("copper", "gold"):
        at = paths.index(f"factors.{metal}_grade")
        assert paths[at + 1] == f"factors.{metal}_recovery"


def test_equal_drivers_stand_by_name() -> None:
    rising = np.arange(50.0)
    mixed = np.roll(rising, 10)
    chunk = {"input.z": rising, "input.b": mixed, "input.a": -mixed, "input.c": mixed * 2, "input.y": np.ones(50)}
    found = drivers([chunk], {"project_irr": rising})["project_irr"]
    assert [d["input"] for d in found] == ["z", "a", "b", "c", "y"]
    assert found[1]["rank_correlation"] == -found[2]["rank_correlation"] != 0
