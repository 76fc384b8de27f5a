"""What each writer makes of a line: `python -m docs.statements royalty_due` prints it; docs/engine.md shows it."""

from __future__ import annotations

import ast
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

from model.engine.python import PythonWriter
from model.engine.schedule import Schedule, schedule
from model.formulas.expr import Line
from model.kernel.cpp import kernel
from model.outputs.page.javascript import JavaScriptWriter
from model.outputs.workbook.excel import AFTER, BEFORE, NOW, ExcelWriter
from model.outputs.workbook.page import FIRST, LETTERS
from model.outputs.workbook.planning import planned
from model.results.result import Result, run
from model.scenario.resolve import load

STAGES = Path(__file__).parents[1] / "model" / "stages"
WANTED = ("project_irr", "equity_irr", "min_dscr")  # of a kernel
VARIED = ("factors.copper_price", "prices.copper", "fiscal.royalty_rate", "timeline.delay_months")
ASSIGNED = re.compile(r"(?:let |V )?(\w+) = (.*?);?")
AUXILIARY = re.compile(r"\b(?:h|u|prev_|next_)\d+\b")  # figures before the loop, operands taken twice, carried rows


def declared(name: str) -> str:
    """The statement of a stage that declares a line, as it is written there."""
    for path in sorted(STAGES.glob("*.py")):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)):
            if (
                isinstance(node, ast.Assign | ast.Expr)
                and isinstance(node.value, ast.Call)
                and len(node.value.args) > 3
            ):
                first = node.value.args[0]
                if isinstance(first, ast.Constant) and first.value == name:
                    lines = text.splitlines()[node.lineno - 1 : node.end_lineno]
                    return textwrap.dedent("\n".join(lines))
    raise KeyError(name)


def written(source: str, name: str) -> str:
    """The statements of a generated program that give a line and the auxiliary names in it."""
    lines = [line.strip() for line in source.splitlines()]
    found: dict[int, str] = {}
    wanted, seen = [f"v_{name}"], set()
    while wanted:
        seen.add(key := wanted.pop())
        for number, line in enumerate(lines):
            match = ASSIGNED.fullmatch(line)
            if match and match[1] == key and "r_" not in match[2][:2]:  # not a row read again by a later pass
                found[number] = line
                wanted += [each for each in AUXILIARY.findall(match[2]) if each not in seen]
    return "\n".join(found[number] for number in sorted(found))


def statements(result: Result, name: str) -> Iterator[tuple[str, str]]:
    """Name and text of a line in every language.

    Raises:
        KeyError: when the scenario has no such line, or its name is put together where it is declared.
    """
    model, sheet = result.model, result.model.declaration
    line, places = sheet.lines[name], {key: place for place, key in enumerate(sheet.elements)}
    plan = plan_of(result)
    varied = kernel(
        sheet.lines, sheet.curves, sheet.inputs, model.groups, model.texts, WANTED, VARIED, 12 // model.period_months
    )
    yield "declaration", declared(name)
    yield "python", written(PythonWriter(sheet.lines, plan).source(), name)
    yield "cpp", written(varied.source, name)
    yield "javascript", written(JavaScriptWriter(sheet.lines, plan, places).source(), name)
    yield "excel", excel(result, line)


def plan_of(result: Result) -> Schedule:
    """The schedule of all lines of a scenario."""
    model, sheet = result.model, result.model.declaration
    return schedule(sheet.lines, sheet.curves, model.groups, model.texts, sheet.lines)


def excel(result: Result, line: Line) -> str:
    """The formula of a row in its third period, after the address of its cell."""
    plan = planned(result)
    at, row = plan.places.lines[line.name]
    before, now, after = LETTERS[FIRST + 1 : FIRST + 4]
    text = ExcelWriter(at, plan.places).line(line)
    return f"{at}!{now}{row}: =" + text.replace(NOW, now).replace(BEFORE, before).replace(AFTER, after)


if __name__ == "__main__":
    for language, text in statements(run(load("base")), sys.argv[1]):
        print(f"{language}\n{textwrap.indent(text, '    ')}\n")
