"""`explain`: the printed tree is evaluated again, node by node, and must give the printed figures."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from model.arithmetic.rates import irr
from model.results.result import run
from model.scenario.resolve import load

CLOSE = 1e-9


def applied(function: Any) -> Any:
    """A reduction over the periods where the row is applicable."""

    def reduce(row: Any) -> float:
        known = np.asarray(row, float)
        known = known[~np.isnan(known)]
        return float(function(known)) if known.size else math.nan

    return reduce


# What the calculations of the tree mean, written apart from the program.
MEANING: dict[str, Any] = {
    "min": np.minimum,
    "max": lambda a, *rest: np.max(np.broadcast_arrays(a, *rest), axis=0),
    "both": lambda a, b: np.logical_and(a, b) * 1.0,
    "either": lambda a, b: np.logical_or(a, b) * 1.0,
    "where": np.where,
    "per": lambda a, b, o: np.where(np.equal(b, 0), o, np.divide(a, np.where(np.equal(b, 0), 1, b))),
    "floor": np.floor,
    "interp": lambda x, curve: np.interp(x, curve["x"], curve["y"]),
    "earlier": lambda row, first: np.concatenate([[np.ravel(first)[0]], row[:-1]]),
    "later": lambda row, last: np.concatenate([row[1:], [np.ravel(last)[0]]]),
    "total": lambda row: float(np.sum(row)),
    "highest": applied(np.max),
    "lowest": applied(np.min),
    "average": applied(np.mean),
    "irr": irr,
    "nan": math.nan,
}


def value(node: dict[str, Any]) -> Any:
    """A node's value; JSON's null is 'not applicable'."""
    v = node["value"]
    if isinstance(v, list):
        return np.array([math.nan if x is None else x for x in v])
    return math.nan if v is None else v


def nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for inner in node.get("inputs", ()):
        yield from nodes(inner)


def same(a: Any, b: Any) -> bool:
    a, b = np.broadcast_arrays(np.asarray(a, float), np.asarray(b, float))
    size = max(1e-3, float(np.max(np.abs(b)[~np.isnan(b)], initial=0.0)))
    return bool(np.all(np.isnan(a) == np.isnan(b)) and np.all(np.abs(a - b)[~np.isnan(b)] <= CLOSE * size))


def recomputed(tree: dict[str, Any]) -> int:
    """How many figures of a tree follow from their printed inputs; all must."""
    count = 0
    for node in nodes(tree):
        if "calculation" in node:
            names = {f"i{k}": value(inner) for k, inner in enumerate(node.get("inputs", ()), 1)}
            with np.errstate(all="ignore"):
                got = eval(node["calculation"], {"__builtins__": {}, **MEANING}, names)
            assert same(got, value(node)), (node["name"], node["period"], node["calculation"])
            count += 1
    return count


def test_dscr_of_base_recomputes_at_every_node(cli: Any) -> None:
    tree = cli("explain", "base", "dscr", "--period", "2034", "--depth", "100", "--json").json["figure"]
    assert recomputed(tree) > 500
    leaves = [n for n in nodes(tree) if n["kind"] == "assumption"]
    assert {"prices.copper", "fiscal.royalty_rate"} <= {n["name"] for n in leaves}
    assert all(n["source"] and n["file"] and n["definition"] for n in leaves)
    unfolded = {n["name"] for n in nodes(tree) if "calculation" in n}
    assert {n["name"] for n in nodes(tree) if n["kind"] == "line"} == unfolded, "all lines lead on to their inputs"


@pytest.mark.parametrize(
    ("scenario", "line", "period"),
    [
        ("base", "project_irr", None),
        ("base", "equity_irr", None),
        ("base", "min_dscr", None),
        ("base", "aisc", None),
        ("delay_2031", "payback_years", None),
        ("base", "llcr", "2030H1"),
        ("base", "debt_outstanding", "2033"),
        ("base", "operations_jobs_period", "2028"),
        ("base", "close_flag", "2026"),
        ("base", "distributions", None),
        ("price_crash", "copper_price", "2031"),
        ("standard_regime", "company_income_tax", "2040H2"),
        ("no_exim", "dscr", None),
        ("base", "ore_opening", "2025H1"),
        ("base", "copper_head_grade", "2025"),
    ],
)
def test_other_figures_recompute(scenario: str, line: str, period: str | None, cli: Any) -> None:
    at = ("--period", period) if period else ()
    answer = cli("explain", scenario, line, *at, "--depth", "4", "--json")
    assert answer.code == 0 and recomputed(answer.json["figure"]) > 0
    result = run(load(scenario))
    printed = answer.json["figure"]["value"]
    if period is None:
        expected: Any = result.series(line) if isinstance(printed, list) else result.figure(line)
    elif period in result.model.labels:
        expected = result.series(line)[result.model.labels.index(period)]
    else:
        expected = result.annual_rows[line][result.annual_rows["year"].index(int(period))]
    assert same(value({"value": printed}), expected)


def test_every_line_and_every_metric_can_be_explained() -> None:
    """One level deep, for a year, the first and the last period."""
    from model.engine.structure import structure
    from model.explain.calculated import FIGURE, At
    from model.explain.trace import trace
    from model.studies.differences import figures_of

    figures = figures_of(structure(load("base")))
    last = At("period", len(figures.labels) - 1)
    places = (At("period", 0), At("period", 12), last, At("year", 0), At("year", 9))
    count = 0
    for name, line in figures.declaration.lines.items():
        for at in places if line.series else (FIGURE,):
            node = trace(figures, name, at, 1)
            names = {
                f"i{k}": inner.value if not isinstance(inner.value, list) else np.array(inner.value)
                for k, inner in enumerate(node.inputs, 1)
            }
            with np.errstate(all="ignore"):
                assert same(eval(node.calculation, {"__builtins__": {}, **MEANING}, names), node.value), (name, at)
            assert node.words and node.definition
            count += 1
    assert count > 2000


def test_the_terminal_is_readable_and_its_numbers_add_up(cli: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    answer = cli("explain", "base", "copper_recovered_kt", "--period", "2031H1", "--depth", "2")
    assert answer.code == 0 and max(map(len, answer.out.splitlines())) <= 80
    left, right, total = re.search(r"= ([\d.,]+) × ([\d.,]+) = ([\d.,]+)\n", answer.out).groups()
    number = [float(x.replace(",", "")) for x in (left, right, total)]
    assert number[0] * number[1] == pytest.approx(number[2], rel=1e-3)
    assert "scenarios/base.yaml:" in answer.out and "Source: Derived" in answer.out


def test_a_rate_of_return_shows_the_flows_that_it_zeroes(cli: Any) -> None:
    answer = cli("explain", "base", "project_irr")
    assert f"{run(load('base')).metrics['project_irr']:.4%}" in answer.out
    total = re.search(r"Sum of the values at the rate: (\S+)", answer.out)
    assert total is not None and abs(float(total[1])) < 1e-6
    assert re.search(r"2031 +[\d,.]+ +[\d,.]+", answer.out)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("base", "dcsr"), "'dscr'"),
        (("base", "prices.copper"), "assumption"),
        (("base", "dscr", "--period", "1990"), "2025H1"),
        (("base", "dscr", "--period", "²"), "no period"),
        (("base", "project_irr", "--period", "2030"), "one figure"),
        (("bsae", "dscr"), "base"),
        (("base", "dscr", "--against", "nowhere"), "nowhere"),
    ],
)
def test_what_cannot_be_explained_is_told(arguments: tuple[str, ...], message: str, cli: Any) -> None:
    answer = cli("explain", *arguments)
    assert answer.code == 2 and message in answer.err and answer.out == "" and "Traceback" not in answer.err


def test_the_difference_between_two_cases(cli: Any) -> None:
    document = cli("explain", "base", "project_irr", "--against", "copper_low", "--depth", "12", "--json").json
    found = document["figure"]
    assert found["value"] == run(load("base")).metrics["project_irr"]
    assert found["other"] == run(load("copper_low")).metrics["project_irr"]
    assert [a["path"] for a in document["assumptions"]] == ["prices.copper"]
    names = [n["name"] for n in nodes(found)]
    assert "net_smelter_return" in names and "prices.copper" in names
    assert "ore_milled_mt" not in names, "what does not differ is left out"
    text = cli("explain", "base", "project_irr", "--against", "copper_low").out
    assert "prices.copper" in text and "scenarios/copper_low.yaml" in text


def test_a_longer_timeline_is_no_difference_of_its_own(cli: Any) -> None:
    found = cli("explain", "base", "project_irr", "--against", "delay_2031", "--depth", "12", "--json").json["figure"]
    names = {n["name"] for n in nodes(found)}
    assert "net_smelter_return" in names and not names & {"cpi_index", "unlevered_income_tax"}


def test_two_cases_of_different_structure(cli: Any) -> None:
    answer = cli("explain", "base", "cfads", "--period", "2040", "--against", "standard_regime")
    assert answer.code == 0 and "fiscal.regime" in answer.out
    assert cli("explain", "base", "dscr", "--against", "base").code == 0
