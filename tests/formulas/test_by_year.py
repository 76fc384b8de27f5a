"""A year's figure from its periods': one rule for every reader."""

from __future__ import annotations

import random
from typing import get_args

import numpy as np
import pytest

from model.explain.trace import FUNCTIONS
from model.formulas.by_year import BY_YEAR, by_year, calculation
from model.formulas.expr import Kind

ROW = [3.0, -1.5, 0.0, 2.25, 0.1, 0.2, 0.3, 7.0]
EXPECTED = {
    "flow": [3.75, 0.1 + 0.2 + 0.3 + 7.0],
    "balance": [2.25, 7.0],
    "opening": [3.0, 0.1],
    "average": [3.75 / 4, (0.1 + 0.2 + 0.3 + 7.0) / 4],
    "flag": [3.0, 7.0],
}


def test_every_kind_but_the_ratio_has_a_rule() -> None:
    assert set(BY_YEAR) == set(EXPECTED) == set(get_args(Kind)) - {"ratio"}


@pytest.mark.parametrize("kind", BY_YEAR)
def test_rows_of_numbers_and_of_arrays(kind: str) -> None:
    assert by_year(kind, ROW, 4) == EXPECTED[kind]
    assert by_year(kind, ROW, 1) == ROW
    if kind != "flag":  # which no reader takes of many scenarios at once
        assert [x.tolist() for x in by_year(kind, np.array([ROW, ROW]).T, 4)] == [[x, x] for x in EXPECTED[kind]]


@pytest.mark.parametrize("kind", BY_YEAR)
@pytest.mark.parametrize("each", [1, 2, 4])
def test_the_calculation_of_an_explanation_gives_the_same_bits(kind: str, each: int) -> None:
    rng = random.Random(each)
    for _ in range(20):
        row = [rng.gauss(0, 1) for _ in range(each)]
        taken = row[BY_YEAR[kind].periods]
        names = {f"i{k}": x for k, x in enumerate(taken, 1)}
        text = calculation(kind, list(names))
        assert eval(text, {"__builtins__": {}, **FUNCTIONS}, names) == by_year(kind, row, each)[0]
