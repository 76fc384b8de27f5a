"""Cholesky factors of correlation matrices, which correlate independent normal scores."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

Row = tuple[tuple[int, float], ...]  # (column, coefficient) of what is not 0, columns rising

NOTHING = 1e-12  # of a variance: what rounding leaves of none


class ContradictionError(Exception):
    """A correlation matrix that is not positive semi-definite."""


def lower_root(matrix: Sequence[Sequence[float]]) -> tuple[Row, ...]:
    """The lower triangle L with L L' = matrix (Cholesky), its rows without their zeros.

    Sums are taken in the order of the columns. A variable that others determine (a correlation of 1) has no share of
    its own.

    Raises:
        ContradictionError: when the matrix is not positive semi-definite.
    """
    size = len(matrix)
    root = [[0.0] * size for _ in range(size)]
    for j in range(size):
        left = matrix[j][j] - _product(root[j], root[j], j)
        if left < -NOTHING:
            raise ContradictionError
        pivot = sqrt(left) if left > NOTHING else 0.0
        root[j][j] = pivot
        for i in range(j + 1, size):
            residual = matrix[i][j] - _product(root[i], root[j], j)
            if pivot:
                root[i][j] = residual / pivot
            elif abs(residual) > sqrt(NOTHING):
                raise ContradictionError
    return tuple(tuple((j, x) for j, x in enumerate(row) if x != 0) for row in root)


def _product(a: Sequence[float], b: Sequence[float], count: int) -> float:
    total = 0.0
    for k in range(count):
        total += a[k] * b[k]
    return total
