"""Steps gathered into loops short enough for the compiler to turn into vector instructions.

A value used only within its loop stays in a register, others get a working place that is free again after their last
use.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

LONGEST_LOOP = 40  # operations in one loop over a block
ATOM = re.compile(r"[a-z]+[0-9]*|@[0-9]+@|[a-z]+\[[a-z0-9 +]+\]|-?[0-9.]+(e[+-]?[0-9]+)?|np\.(nan|inf)")
VALUE = re.compile(r"@([0-9]+)@")
PLACE = re.compile(r"\bs\[[0-9]+ \+ l\]")


@dataclass
class Step:
    """Statements for one scenario of a block; `makes` numbers the value they define, if any."""

    makes: int = -1
    text: list[str] = field(default_factory=list)
    cost: int = 0
    apart: bool = False  # from the loops that become vector instructions
    note: str = ""
    place: str = ""  # a lasting place of the value
    earlier: set[str] = field(default_factory=set)  # rows whose earlier value it reads


def gathered(steps: Iterable[Step]) -> list[list[Step]]:
    """Steps gathered into loops; what becomes no vector instructions joins an earlier loop of its like."""
    result: list[list[Step]] = []
    made: dict[int, int] = {}
    apart: list[int] = []
    cost = LONGEST_LOOP + 1
    for step in steps:
        if step.apart:
            ready = max((made[int(v)] + (made[int(v)] not in apart) for text in step.text
                         for v in VALUE.findall(text) if int(v) != step.makes), default=0)  # fmt: skip
            place = next((k for k in apart if k >= ready), len(result))
            if place == len(result):
                result.append([])
                apart.append(place)
                cost = LONGEST_LOOP + 1
            result[place].append(step)
            made[step.makes] = place
            continue
        if cost + step.cost > LONGEST_LOOP:
            result.append([])
            cost = 0
        result[-1].append(step)
        made[step.makes] = len(result) - 1
        cost += step.cost + 1
    return result


def rendered(steps: Iterable[Step], temporary: Callable[[int], str]) -> list[list[str]]:
    """The loops, each as the statements for one scenario, with every value at its place.

    Args:
        temporary: a working place by number.
    """
    loops = gathered(steps)
    made = {step.makes: number for number, loop in enumerate(loops) for step in loop}
    last = {int(v): number for number, loop in enumerate(loops) for step in loop
            for text in step.text for v in VALUE.findall(text)}  # fmt: skip
    places: dict[int, str] = {}
    taken: dict[int, int] = {}
    free: list[int] = []
    out = []
    for number, loop in enumerate(loops):
        body: list[str] = []
        for step in loop:
            text = [VALUE.sub(lambda m: spelled(int(m[1]), made, number, places), t) for t in step.text]  # noqa: B023
            body += [*text[:-1], f"{text[-1]}  # {step.note}" if step.note else text[-1]]
            v = step.makes
            if step.place:
                places[v] = step.place
            elif v >= 0 and last[v] > number:
                taken[v] = free.pop() if free else len(taken)
                places[v] = temporary(taken[v])
            if v in places:
                body.append(f"{places[v]} = a{v}")
        out.append(in_registers(body))
        free += [taken.pop(v) for v in list(taken) if last[v] <= number]
    return out


def in_registers(body: list[str]) -> list[str]:
    """The same statements, reading every place once: less for the compiler to read."""
    known: dict[str, str] = {}
    out: list[str] = []
    for line in body:
        target, _, formula = line.partition(" = ")
        for place in dict.fromkeys(PLACE.findall(formula)):
            if place not in known:
                known[place] = f"x{len(known)}"
                out.append(f"{known[place]} = {place}")
        formula = PLACE.sub(lambda m: known[m[0]], formula)
        if PLACE.fullmatch(target):
            value, note, rest = formula.partition("  # ")
            if not ATOM.fullmatch(value):
                known[target] = f"x{len(known)}" if target not in known else known[target]
                out.append(f"{known[target]} = {value}{note}{rest}")
                out.append(f"{target} = {known[target]}")
            else:
                known[target] = value
                out.append(f"{target} = {formula}")
        else:
            out.append(f"{target} = {formula}" if formula else line)
    return out


def spelled(v: int, made: dict[int, int], loop: int, places: dict[int, str]) -> str:
    """A value as its register within its own loop, as its place in later ones."""
    return f"a{v}" if made[v] == loop else places[v]


def loop(body: Iterable[str], indent: int) -> list[str]:
    """A loop over the scenarios of a block, nothing where there is nothing to do."""
    pad = " " * indent
    lines = [f"{pad}    {line}" for line in body]
    return [f"{pad}for l in range(LANES):", *lines] if lines else []
