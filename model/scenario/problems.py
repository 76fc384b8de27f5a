"""Problems in a scenario file: place, expected and actual value, nearest valid name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

MOST_SHOWN = 100
LONGEST_VALUE = 60
LONGEST_PATH = 160

# No scenario may hold these: they vanish on screen, break workbooks, or break lines where editors do not.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")

_NUMBER = r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_YES_NO = {"yes": "true", "on": "true", "y": "true", "true": "true"} | dict.fromkeys(
    ("no", "off", "n", "false"), "false"
)


@dataclass(frozen=True)
class Problem:
    """One problem at one place; line and column count from 1, line 0 where there is no file."""

    file: str
    line: int
    column: int
    path: str
    message: str
    value: str | None = None
    valid: tuple[str, ...] | None = None
    suggestion: str | None = None

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        named = not self.line and self.file.endswith(f" {self.path}")  # `--set PATH`, `column PATH`, `row 7, PATH`
        path = "" if not self.path or named else f"{clip(self.path, LONGEST_PATH)}: "
        got = "" if self.value is None else f", got {self.value}"
        valid = None if not self.valid else f"Valid here: {clip(', '.join(self.valid), 400)}"
        advice = "".join(f" {each.rstrip('.')}." for each in (self.suggestion, valid) if each).replace("?.", "?")
        return printable(f"{place}: {path}{self.message}{got}{'.' if advice else ''}{advice}".removesuffix("."))


class ScenarioError(Exception):
    """An invalid scenario, with every problem found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:MOST_SHOWN]]
        more = len(self.problems) - len(lines)
        return "\n".join([*lines, f"… and {more} more"] if more else lines)


def printable(text: str) -> str:
    """Text on one line, control characters escaped (no terminal escape sequences)."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def clip(text: str, length: int = LONGEST_VALUE) -> str:
    """Text truncated to a length, with an ellipsis."""
    return text if len(text) <= length else text[: length - 1] + "…"


def shown(value: object) -> str:
    """A value as displayed in messages."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"'{printable(clip(value))}'"
    if isinstance(value, dict):
        return f"a mapping ({clip(', '.join(printable(str(key)[:30]) for key in list(value)[:10]))})"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    try:
        return clip(f"{value:.15g}" if isinstance(value, float) else str(value))
    except ValueError:  # Python refuses to print integers of thousands of digits
        return "a number of thousands of digits"


def near(name: object, valid: Iterable[str]) -> str | None:
    """'Did you mean …?' for the closest valid name, if one is close."""
    # Comparing long texts takes quadratic time, and nobody meant a name that long.
    if not isinstance(name, str) or len(name) > 100:
        return None
    found = difflib.get_close_matches(name.lower(), list(valid), n=1, cutoff=0.6)
    return f"Did you mean '{found[0]}'?" if found else None


def near_path(key: object, paths: Iterable[str]) -> str | None:
    """'Did you mean …?' for a path that ends in this key, for a key that stands in the wrong place."""
    found = [path for path in paths if isinstance(key, str) and path.endswith(f".{key}")]
    return f"Did you mean '{min(found, key=lambda path: path.count('.'))}'?" if found else None


def how_to_write(value: object, valid: Iterable[str] = ()) -> str | None:
    """Advice for text that nearly is a number, a date, true or false, or one of the valid words."""
    if not isinstance(value, str) or len(value) > 100:
        return None
    text = value.strip()
    if text.lower() in _YES_NO and set(valid) <= {"true", "false"}:
        return f"Write {_YES_NO[text.lower()]}"
    if match := re.fullmatch(rf"({_NUMBER})\s*(?:%|per ?cent)", text):
        return f"Write {float(match[1]) / 100:.12g}, or {{value: {match[1]}, unit: '%'}}"
    if re.fullmatch(r"[-+]?[0-9]{1,3}(?:[,_ '][0-9]{3})+(?:\.[0-9]+)?", text):
        plain = re.sub(r"[,_ ']", "", text)
        return f"Write {plain}, without separators between thousands"
    if re.fullmatch(r"[-+]?[0-9]+,[0-9]+", text):
        return f"Write {text.replace(',', '.')}, with a decimal point"
    if re.fullmatch(r"[-+]?[0-9_]*[0-9][0-9_]*(?:\.[0-9_]*)?", text) and "_" in text:
        return f"Write {text.replace('_', '')}"
    if re.fullmatch(_NUMBER, text):
        digits = re.sub(r"^([-+]?)0+(?=[0-9])", r"\1", text)
        return f"Write {digits}, without quotes or leading zeros"
    if match := re.fullmatch(rf"(?:US\$|USD|\$)\s*({_NUMBER})|({_NUMBER})\s*([A-Za-z$][A-Za-z$/ ]*)", text):
        return f"Write the number alone, {match[1] or match[2]}; a unit goes into {{value: …, unit: …}}"
    if match := re.fullmatch(r"([0-9]{4})[-/.]([0-9]{1,2})(?:[-/.]([0-9]{1,2}))?(?:[T ].*)?", text):
        return f"Write a date as {match[1]}-{int(match[2]):02}-{int(match[3] or 1):02}"
    return near(text, valid)
