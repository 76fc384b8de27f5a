"""A headline figure is one line item and one entry: every output takes it up, and no name stands in another list."""

from __future__ import annotations

import ast
import csv
import io
import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from rich.console import Console

from docs import generate
from model.formulas.expr import Expr, lowest
from model.outputs.csv_files import write_csv
from model.outputs.page import page
from model.outputs.study_tables import show_montecarlo
from model.outputs.terminal import show_comparison, show_result
from model.outputs.workbook import write_workbook
from model.results import registry
from model.results.registry import PARTIES, Metric, metric_lines, metrics
from model.results.result import run
from model.scenario.resolve import bundled, load
from model.stages import metrics as stage
from model.stages.timeline import REAL
from model.studies.chunks import local, run_chunks
from model.studies.compare import compare
from model.studies.montecarlo import prepare, study
from model.studies.outcome import summary
from model.studies.sensitivity import sensitivity
from tests.goldens.figures import figures_of
from tests.rules import replaced
from tests.workbook.calc import defined_names

MODEL = Path(registry.__file__).parents[1]
NAME, LABEL = "deepest_cash", "Deepest cash flow to date"
ENTRY = Metric(
    NAME,
    "Returns",
    absent="nothing is spent",
    column="Deepest",
    tile=("Deep", "Of all"),
    also="montecarlo drivers docs",
)


@pytest.fixture
def added(monkeypatch: pytest.MonkeyPatch) -> None:
    """A metric more: its line in a stage, its entry in the registry."""

    def operations(model: Any, *parts: Any) -> None:
        stage.operations(model, *parts)
        model.line(NAME, REAL, LABEL, lowest(model.lines["project_cash_to_date"]), "Least over the periods.")

    replaced(monkeypatch, "model", "operations", operations)
    monkeypatch.setattr(registry, "ENTRIES", (*registry.ENTRIES, ENTRY))


def printed(show: Any, *given: Any) -> str:
    out = Console(file=io.StringIO(), width=160)
    show(*given, out)
    return out.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.slow
@pytest.mark.usefixtures("added")
def test_one_line_and_one_entry_are_shown_everywhere(tmp_path: Path) -> None:
    base, other = load("base"), load("no_exim")
    result, comparison = run(base), compare([base, other])
    value = min(result.series("project_cash_to_date"))
    assert value < -1_000
    shown = f"{value:,.0f}"

    assert list(result.document()["metrics"])[-1] == NAME
    assert result.document()["metrics"][NAME] == comparison.document()["cases"][0]["metrics"][NAME] == value
    assert re.search(rf"{LABEL} +{shown}  US\$m real", printed(show_result, result))
    assert "Deepest" in (text := printed(show_comparison, comparison)) and shown in text

    write_csv(result, tmp_path)
    rows = {row[0]: row[1:] for row in csv.reader((tmp_path / "metrics.csv").open(encoding="utf-8"))}
    assert rows[NAME] == [repr(value), REAL, LABEL]
    assert [v for (_, party, name), v in figures_of("base", result) if (party, name) == ("metrics", NAME)] == [value]
    assert LABEL in generate.cases({"base": result}) and shown in generate.cases({"base": result})

    write_workbook([base, other], tmp_path / "b.xlsx", comparison)
    book = openpyxl.load_workbook(tmp_path / "b.xlsx")
    sheet, cell = defined_names(tmp_path / "b.xlsx")[f"metrics.{NAME}"]
    cached = openpyxl.load_workbook(tmp_path / "b.xlsx", data_only=True)
    assert cached[sheet][cell].value == pytest.approx(value, rel=1e-12)
    for name in ("Summary", "Compare"):
        assert LABEL in [row[0] for row in book[name].iter_rows(values_only=True)], name

    tornado = sensitivity(base, NAME, ranges=[("factors.capex", 0.9, 1.1)])
    assert tornado.base == pytest.approx(value, rel=1e-9) and tornado.unit == REAL
    html = page(comparison, tornado, 0.1)
    data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.S)[1])  # type: ignore[index]
    assert data["metrics"][NAME] == NAME and [NAME, "usd"] in data["figures"]
    buttons = re.findall(rf'<button[^>]*data-line="{NAME}".*?</button>', html, re.S)  # a tile, and a row of the table
    assert len(buttons) == 2 and all("−US$" in button for button in buttons)
    assert '<th scope="col" title="Deepest cash flow to date">Deepest</th>' in html

    made = study(base, 64, engine="numpy")
    found = summary(made, run_chunks(made, local(1)), 0.0)
    assert found["metrics"][NAME]["mean"] < 0 and NAME in found["drivers"]
    assert NAME in printed(show_montecarlo, found, prepare(made).units)


@pytest.mark.parametrize("name", bundled())
def test_every_metric_has_a_line_or_a_reason(name: str) -> None:
    """Of all metrics and all parties' figures; one that does not exist is a warning with its reason."""
    result = run(load(name))
    lines = result.model.declaration.lines
    assert list(result.metrics) == list(metrics())
    for metric in registry.ENTRIES:
        line = lines[metric.line_of()]
        assert line.label and line.definition and (metric.of_party or not line.series), metric.name
        if result.headline(metric) != result.headline(metric) and not metric.of_party:
            said = [w for w in result.warnings if w.startswith(f"{metric.name} does not exist: ")]
            assert len(said) == 1 and (metric.absent in said[0] if metric.absent else is_rate(line.formula))
    for kind, party in PARTIES.items():
        for metric in party.metrics:
            for key, view in result.party(kind).items():
                value = view[metric.name]
                if isinstance(value, float) and math.isnan(value):
                    assert metric.absent or is_rate(lines[metric.line_of(prefix_of(kind, key))].formula)


def is_rate(formula: Expr) -> bool:
    return formula.op == "irr" or any(map(is_rate, formula.args))


def prefix_of(kind: str, key: str) -> str:
    return next((prefix for name, prefix, _ in PARTIES[kind].named if name == key), key)


# Sentences of the page are about these figures; each names in its conditions what it says.
EXCEPTIONS = {"outputs/page/story.py": "Sentence"}


def listed(path: Path, names: set[str]) -> Iterator[str]:
    """Names of metrics in the lists, tuples, sets and dictionaries of a module."""
    allowed = EXCEPTIONS.get(path.relative_to(MODEL).as_posix())

    def visit(node: ast.AST) -> Iterator[str]:
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == allowed:
            return
        if isinstance(node, ast.List | ast.Tuple | ast.Set | ast.Dict):
            items = [*node.keys, *node.values] if isinstance(node, ast.Dict) else node.elts
            yield from (e.value for e in items if isinstance(e, ast.Constant) and e.value in names)
        for inner in ast.iter_child_nodes(node):
            yield from visit(inner)

    yield from visit(ast.parse(path.read_text("utf-8")))


def test_no_metric_stands_in_another_list() -> None:
    """Rows of periods may share a metric's name (`us_imports`): its line is then another, and its name is free."""
    names = set(metric_lines().values())
    modules = [p for p in MODEL.rglob("*.py") if p.parent.name != "stages" and p != Path(registry.__file__)]
    assert len(modules) > 90
    assert {p.name: found for p in modules if (found := list(listed(p, names)))} == {}
    assert len(list(listed(Path(registry.__file__), names))) == 0  # an entry is a call, not a list
    scripts = [p for p in MODEL.rglob("*.js") if p.parent.name != "vendor"]
    quoted = [word for p in scripts for word in re.findall(r'"(\w+)"', p.read_text("utf-8")) if word in names]
    assert len(scripts) > 5 and quoted == ["project_irr"]  # that the closed panel of a small screen shows
