"""Every key of the schema, wrong in every way: one message each, where the value stands, and all in one go."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
from pydantic.fields import FieldInfo

from model.scenario.problems import how_to_write
from model.scenario.refusals import unit_of
from model.scenario.values import Bounds, Kind, date, named_series, number, phasing, schedule, series, words
from tests.scenario.files import one_of_each, problems_of, write

FIELDS = one_of_each()
NUMERIC = {number, series, named_series, schedule, phasing}


def kind(field: FieldInfo) -> object:
    """What a key holds: the function that reads it, or bool, str, or 'choice'."""
    kinds = [m.parse for m in field.metadata if isinstance(m, Kind)]
    return kinds[0] if kinds else "choice" if get_args(field.annotation) else field.annotation


ALL = {*NUMERIC, date, bool, words, "choice"}
BY_YEAR = {schedule, phasing}
# what is written -> the kinds of keys for which it is wrong
WAYS: dict[str, set[object]] = {
    "'some words'": ALL - {words},
    "true": ALL - {bool},
    "7.25": ALL - {number, schedule},
    "": ALL,
    "null": ALL,
    "[]": ALL,
    "[1, [2]]": ALL,
    "[1, true]": ALL,
    "{}": ALL,
    "{key: 1}": ALL,
    ".nan": ALL,
    "-.inf": ALL,
    "1e999": ALL,
    "1" + "0" * 5000: ALL,
    "1" + "0" * 30: ALL,
    "-1e30": ALL,
    "'4'": ALL - {words},
    "4,5": ALL - {words},
    "1_000": ALL,
    "yes": ALL - {words},
    "2028-13-45": ALL,
    "0099-01-01": ALL,
    "2028": ALL - {schedule},
    "{2031: words}": ALL,
    "{2031: .inf}": ALL,
    "{1950: 1}": ALL,
    "{2033-2031: 1}": ALL,
    "{20310: 1}": ALL,
    "{2031: 0.5, 2030-2032: 0.5}": ALL,
    "{2031: 0.1, 2036: 0.1}": ALL,
    "{2031: 0.1, 2036: 0.1, interpolation: cubic}": ALL,
    "{value: 1, unit: furlongs}": ALL,
    "{value: 1, unit: [t]}": ALL,
    "{unit: t}": ALL,
    "{2031: 1, unit: t}": ALL,
    "{value: {}}": ALL,
    "{value: null, source: somewhere}": ALL,
    "{source: somewhere}": ALL,
}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way[:40] or "empty")
def test_every_wrong_key_is_told_once_where_it_stands(way: str, tmp_path: Path) -> None:
    wrong = {path for path, field in FIELDS.items() if kind(field) in WAYS[way] and not fits(way, field)}
    file = tmp_path / "wrong.yaml"
    places = write(file, dict.fromkeys(wrong, way))
    problems = problems_of(file)
    told = {path: [p for p in problems if p.line == line] for path, line in places.items()}
    assert {path for path in wrong if len(told[path]) != 1} == set()
    assert len(problems) == len(wrong)
    for path, (problem,) in told.items():
        assert problem.path == path or problem.path.startswith((f"{path}[", f"{path}."))
        text = str(problem)
        assert text.startswith(f"{file}:{places[path]}:{problem.column}: {problem.path}: ")
        assert problem.column > 0 and "\n" not in text and len(text) < 1000
        assert not any(word in text for word in ("pydantic", "Traceback", "ctx", "float_type"))


def fits(way: str, field: FieldInfo) -> bool:
    """The few places where what is wrong elsewhere is right."""
    bounds = next((m for m in field.metadata if isinstance(m, Bounds)), Bounds())
    if kind(field) in (number, schedule) and way in ("2028", "7.25"):
        return bounds.hold(float(way))
    return way == "-1e30" and bounds.ge is None and bounds.gt is None and kind(field) in NUMERIC


def test_every_number_has_limits_and_a_unit() -> None:
    for path, field in FIELDS.items():
        if kind(field) in NUMERIC:
            bounds = next(m for m in field.metadata if isinstance(m, Bounds))
            assert unit_of(field), path
            assert not bounds.hold(1e30) and not bounds.hold(-1e30), path


def test_every_key_has_a_definition() -> None:
    assert [path for path, field in FIELDS.items() if len(field.description or "") < 10] == []


@pytest.mark.parametrize("beyond", [-1, 1])
def test_just_beyond_a_limit(beyond: int, tmp_path: Path) -> None:
    values = {}
    for path, field in FIELDS.items():
        bounds = next((m for m in field.metadata if isinstance(m, Bounds)), None)
        limit = bounds and (bounds.ge if beyond < 0 else bounds.le)
        if limit is not None and kind(field) in (number, schedule):
            values[path] = repr(limit + beyond * max(1e-6, abs(limit) * 1e-6))
    file = tmp_path / "beyond.yaml"
    places = write(file, values)
    problems = problems_of(file)
    assert {p.path for p in problems} == set(values) and len(values) > 80
    assert {p.line for p in problems} == set(places.values())


@pytest.mark.parametrize("mistake", [lambda key: key + "x", lambda key: key[:-1] + "_", str.upper, lambda key: key[1:]])
def test_every_misspelled_key_names_the_right_one(mistake: object, tmp_path: Path) -> None:
    paths = [p for p in FIELDS if len(p.rpartition(".")[2]) > 3]
    values = {f"{p.rpartition('.')[0]}.{mistake(p.rpartition('.')[2])}".lstrip("."): "1" for p in paths}
    file = tmp_path / "misspelled.yaml"
    places = write(file, values)
    problems = {p.line: p for p in problems_of(file) if p.message == "unknown key"}
    near = 0
    for path, misspelled in zip(paths, values, strict=True):
        problem = problems[places[misspelled]]
        assert path.rpartition(".")[2] in (problem.valid or ())
        near += f"'{path.rpartition('.')[2]}'" in (problem.suggestion or "")
    assert near > 0.95 * len(paths)


@pytest.mark.parametrize(
    ("written", "advice"),
    [
        ("5%", "Write 0.05"),
        ("5 percent", "Write 0.05"),
        ("4.03 US$/lb", "Write the number alone, 4.03"),
        ("$4", "Write the number alone, 4"),
        ("1,250", "Write 1250"),
        ("1 250", "Write 1250"),
        ("4,5", "Write 4.5"),
        ("010", "Write 10"),
        ("2028/7/1", "Write a date as 2028-07-01"),
        ("2028-07", "Write a date as 2028-07-01"),
    ],
)
def test_text_that_is_nearly_a_value_is_met_with_advice(written: str, advice: str) -> None:
    assert (how_to_write(written) or "").startswith(advice)
