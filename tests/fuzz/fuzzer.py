"""A fuzzer of the loader: mutated scenario files and overrides; anything but a scenario or a clear error is a defect.

For an hour: `python -m tests.fuzz --seconds 3600 --seed 7`. What fails is printed and kept beside the seed's number.
Work is counted in calls of functions, which are the same on every machine, not in seconds.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from model.scenario.problems import ScenarioError
from model.scenario.reader import read_text
from model.scenario.resolve import bundled, load
from model.scenario.show import as_yaml
from tests.work import calls

MOST_CALLS = 2_000_000  # for one file, some ten times as many as the largest bundled scenario takes
TOKENS = (
    "{",
    "}",
    "[",
    "]",
    ":",
    ": ",
    "- ",
    "? ",
    "&a ",
    "*a",
    "!!str ",
    "!x ",
    "|",
    ">-",
    "'",
    '"',
    "#",
    " #",
    "%",
    "@",
    "`",
    "\t",
    "\r",
    "\n",
    "\n  ",
    "\n\n",
    "---\n",
    "...\n",
    "<<: ",
    "\0",
    "\x1b[0m",
    "\ufeff",
    "\u2028",
    "\U0001f4a5",
    "\\",
    "\\u0000",
    ".nan",
    ".inf",
    "-.inf",
    "1e999",
    "1" * 400,
    "0x10",
    "0o7",
    "010",
    "1_0",
    "1:30",
    "~",
    "null",
    "yes",
    "true",
    "-0.0",
    "2028-02-30",
    "2028-07-01",
    "0000-01-01",
    "2031: ",
    "2031-2033: ",
    "9999: ",
    "interpolation: linear",
    "value: ",
    "unit: '%'",
    "unit: US$/t",
    "source: ",
    "extends: base",
    "extends: ../x.yaml",
    "prices: ",
    "copper: ",
    "factors: ",
    "tranches: ",
    "us_exim: ",
    "name: ",
    "=cmd()",
    "<script>",
    "{{",
    "}}",
    "${x}",
    "a" * 5000,
    "[" * 200,
    "{a: " * 100,
)
VALUES = (
    "4",
    "-1",
    "0.5",
    "1e308",
    "[0, 1, 2]",
    "{2030: 4}",
    "{2030: 4, 2040: 5, interpolation: linear}",
    "{value: 1, unit: '%'}",
    "words",
    "true",
    "2029-01-01",
    "{}",
    "[]",
    "",
    "~",
    "{value: {2031-2033: 45}, unit: US$/t, source: s, note: n}",
)


@dataclass
class Findings:
    """What a run saw."""

    tried: int = 0
    loaded: int = 0
    most_calls: int = 0
    messages: Counter[str] = field(default_factory=Counter)
    defects: list[tuple[str, str]] = field(default_factory=list)


def fuzz(seed: int, folder: Path, going: Callable[[Findings], bool]) -> Findings:
    """Mutate and load as long as `going` says so of what was found."""
    pick = random.Random(seed)
    corpus = [path.read_text(encoding="utf-8") for path in bundled().values()]
    small = [text for text in corpus if len(text) < 3000]
    paths = list(load("base").leaves)
    found = Findings()
    while going(found):
        text = pick.choice(corpus) if pick.random() < 0.1 else pick.choice(small)
        for _ in range(pick.choice((1, 1, 2, 3, 8))):
            text = pick.choice(MUTATIONS)(text, pick, paths)
        data = text.encode("utf-8", "surrogatepass")
        if pick.random() < 0.1:
            data = bytes(b ^ (1 << pick.randrange(8)) if pick.random() < 0.01 else b for b in data)
        overrides = {pick.choice(paths): pick.choice(VALUES + TOKENS)} if pick.random() < 0.2 else {}
        attempt(folder / "fuzzed.yaml", data, overrides, found)
    return found


def attempt(file: Path, data: bytes, overrides: dict[str, str], found: Findings) -> None:
    """Load one file; what is neither a scenario that shows and reads back, nor a clear error, is kept."""
    file.write_bytes(data)
    found.tried += 1
    with calls() as work:
        _attempt(file, data, overrides, found)
    found.most_calls = max(found.most_calls, work.calls)
    if work.calls > MOST_CALLS:
        found.defects.append((f"took {work.calls:,} calls", f"{overrides} {data!r}"[:2000]))


def _attempt(file: Path, data: bytes, overrides: dict[str, str], found: Findings) -> None:
    try:
        scenario = load(file, overrides)
        found.loaded += 1
        shown, problems = read_text(as_yaml(scenario), "shown")
        if problems or not isinstance(shown.value, dict):
            found.defects.append(("what is shown does not read", f"{overrides} {data!r}"))
    except ScenarioError as error:
        for problem in error.problems:
            found.messages[problem.message[:30]] += 1
            text = str(problem)
            if len(text) > 1500 or not text.isprintable() or not problem.message:
                found.defects.append((f"unclear: {text[:300]}", repr(data)))
    except Exception as error:
        found.defects.append((f"{type(error).__name__}: {error}", f"{overrides} {data!r}"))


def _insert(text: str, pick: random.Random, paths: list[str]) -> str:
    at = pick.randrange(len(text) + 1)
    return text[:at] + pick.choice(TOKENS) + text[at:]


def _cut(text: str, pick: random.Random, paths: list[str]) -> str:
    at = pick.randrange(len(text) + 1)
    return text[:at] + text[at + pick.choice((1, 1, 2, 5, 50)) :]


def _repeat(text: str, pick: random.Random, paths: list[str]) -> str:
    lines = text.splitlines(keepends=True) or [""]
    at = pick.randrange(len(lines))
    return "".join([*lines[: at + 1], *lines[at : at + pick.randrange(1, 4)], *lines[at + 1 :]])


def _swap(text: str, pick: random.Random, paths: list[str]) -> str:
    lines = text.splitlines(keepends=True) or [""]
    a, b = pick.randrange(len(lines)), pick.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]
    return "".join(lines)


def _change(text: str, pick: random.Random, paths: list[str]) -> str:
    at = pick.randrange(len(text) + 1)
    return text[:at] + chr(pick.choice((pick.randrange(32, 127), pick.randrange(0x10FFFF)))) + text[at + 1 :]


def _set(text: str, pick: random.Random, paths: list[str]) -> str:
    """A key of the schema with a value that may or may not suit it, well formed."""
    *groups, key = pick.choice(paths).split(".")
    return text + "".join(f"\n{'  ' * n}{name}:" for n, name in enumerate([*groups, key])) + f" {pick.choice(VALUES)}\n"


def _truncate(text: str, pick: random.Random, paths: list[str]) -> str:
    return text[: pick.randrange(len(text) + 1)]


MUTATIONS: tuple[Callable[[str, random.Random, list[str]], str], ...] = (
    _insert,
    _insert,
    _cut,
    _repeat,
    _swap,
    _change,
    _set,
    _set,
    _truncate,
)
