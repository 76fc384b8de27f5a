"""Counter-based streams of random numbers: the i-th number of a stream needs none before it.

A stream has a key of 64 bits, the head of a SHA-256 of its purpose. Its numbers are those of SplitMix64 (Steele, Lea
and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014) begun at the key. All of it is integer
operations modulo 2^64, the same in header/draws.hpp; docs/decisions/0007-draws.md argues that streams are independent.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from ..engine.arrays import Array

U64 = NDArray[np.uint64]

BLOCK = 2048  # scenarios that are stratified together
BLOCK_BITS = 11
GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio, made odd
FIRST, SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
ONE = np.uint64(0x3FF0000000000000)  # the bits of 1.0
ROUNDS = 2  # of a permutation, each of four mixings
DIGITS = 52  # binary digits of a uniform number


@lru_cache(maxsize=4096)
def key(seed: int, kind: str, name: str, place: int | str = "") -> np.uint64:
    """The key of a stream: a kind of draw, the name of what is drawn, and the calendar year of a price."""
    head = sha256(f"{seed}/{kind}/{name}/{place}".encode()).digest()[:8]
    return np.uint64(int.from_bytes(head, "little"))


def mixed(x: U64) -> U64:
    """SplitMix64's finaliser: every bit of x moves every bit of the result."""
    x = (x ^ (x >> np.uint64(30))) * FIRST
    x = (x ^ (x >> np.uint64(27))) * SECOND
    return x ^ (x >> np.uint64(31))


def words(keys: np.uint64 | U64, places: U64) -> U64:
    """64 random bits at places of streams, from 0 on."""
    return mixed(keys + (places + np.uint64(1)) * GOLDEN)


def uniforms(bits: U64, digits: int = DIGITS) -> Array:
    """Numbers (m + 1/2) / 2^digits of the first binary digits m of each word: exact, symmetric, never 0 or 1."""
    m = bits >> np.uint64(64 - digits) << np.uint64(DIGITS - digits)
    result: Array = (m | ONE).view(np.float64) - (1 - 0.5 ** (digits + 1))
    return result


def hypercube(points: np.uint64, strata: np.uint64, scenarios: U64, n: int) -> Array:
    """One coordinate of Latin hypercube points: each of a block's scenarios in a stratum of its own, anywhere in it.

    Args:
        points: key of the stream of places within strata.
        strata: key of the stream of permutations, one for each block.
        scenarios: places in the run.
        n: scenarios of the run; its last block has as many strata as it has scenarios.
    """
    blocks = scenarios >> np.uint64(BLOCK_BITS)
    size = np.minimum(np.uint64(n) - blocks * np.uint64(BLOCK), np.uint64(BLOCK))
    stratum = permuted(scenarios & np.uint64(BLOCK - 1), size, words(strata, blocks))
    within = uniforms(words(points, scenarios), DIGITS - BLOCK_BITS - 1)  # so that the sum is exact
    result: Array = (stratum.astype(np.float64) + within) / size.astype(np.float64)
    return result


def permuted(places: U64, size: U64, chosen: U64) -> U64:
    """Where the permutation of `size` places that the word `chosen` stands for takes each place.

    A chain of bijections of whole numbers of k bits, 2^k >= size; from beyond `size` it goes on until it is back below.
    """
    bits = np.zeros_like(size)
    for k in range(BLOCK_BITS):
        bits += size > np.uint64(1 << k)
    mask, half = (np.uint64(1) << bits) - np.uint64(1), (bits + np.uint64(1)) >> np.uint64(1)
    drawn = [chosen]
    for _ in range(2 * ROUNDS - 1):
        drawn.append(mixed(drawn[-1]))
    found = places
    outside = np.ones(places.shape, bool)
    while outside.any():
        moved = found
        for added, factors in zip(drawn[::2], drawn[1::2], strict=True):
            for shift in map(np.uint64, range(0, 64, 16)):
                moved = ((moved ^ (added >> shift)) * ((factors >> shift) | np.uint64(1))) & mask
                moved = moved ^ (moved >> half)
        found = np.where(outside, moved, found)
        outside = found >= size
    return found


def net_points(directions: U64, shifts: np.uint64, scenarios: U64) -> Array:
    """One coordinate of Sobol points: in each block the first points of a net, shifted by a word of the block's own."""
    places = scenarios & np.uint64(BLOCK - 1)
    gray = places ^ (places >> np.uint64(1))
    digits = words(shifts, scenarios >> np.uint64(BLOCK_BITS))
    for b, direction in enumerate(directions):
        digits = digits ^ (-((gray >> np.uint64(b)) & np.uint64(1)) & direction)
    return uniforms(digits)


@lru_cache(maxsize=256)
def net(scramble: np.uint64, dimension: int) -> U64:
    """Direction numbers of one dimension of a block's Sobol net, scrambled; the first digit is the highest bit.

    The scrambling is linear (Matousek, "On the L2-discrepancy for anchored boxes", 1998): each digit of a point takes
    in a random choice of the digits before it.

    Args:
        scramble: key of the stream of choices.
        dimension: from 0 on, of the sequence of Joe and Kuo.
    """
    plain = _plain_net(dimension + 1)[dimension]
    rows = words(scramble, np.arange(DIGITS, dtype=np.uint64))
    digit = np.uint64(63) - np.arange(DIGITS, dtype=np.uint64)
    lower = rows >> digit << digit | np.uint64(1) << digit  # digits up to its own, and its own always
    odd = np.bitwise_count(lower[:, None] & plain).astype(np.uint64) & np.uint64(1)
    return np.asarray(np.bitwise_or.reduce(odd << digit[:, None], axis=0))


@lru_cache(maxsize=4)
def _plain_net(dimensions: int) -> U64:
    """Direction numbers as SciPy has them, (dimensions, BLOCK_BITS): whole numbers of 30 bits, scaled exactly."""
    from scipy.stats import qmc

    points = qmc.Sobol(dimensions, scramble=False).random_base2(BLOCK_BITS)
    at = [2 ** (b + 1) - 1 for b in range(BLOCK_BITS)]  # the Gray code of which has one bit, b
    directions: U64 = (points[at].T * 2.0**30).astype(np.uint64) << np.uint64(34)
    return directions
