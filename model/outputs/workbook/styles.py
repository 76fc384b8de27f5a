"""Number formats by unit, and colours of inputs, calculations and fixed values."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from ..numbers import OTHER, Look, look_of

DARK, MIDDLE, PALE, RULE = "#1F3A4D", "#5B7B8C", "#E8EEF1", "#C5D0D6"
LINK_INK = "#2E6B34"
INPUT_FILL, INPUT_INK, FIXED_INK, WORKING_INK = "#FFF8DC", "#0000C0", "#7A7A7A", "#6B6B6B"
GOOD_FILL, GOOD_INK, BAD_FILL, BAD_INK = "#DDF0DD", "#1B6B1B", "#F8D4D0", "#A01C10"
PALETTE = ("#1F3A4D", "#B87333", "#D4A017", "#4F8A8B", "#8C4A3C", "#7D8CA3", "#5E7F4E", "#A9A9A9", "#3C6E91", "#C9A48B")


def signed(digits: int) -> str:
    """A number format: thousands separated, negative numbers red, a dash for values that round to zero."""
    zeros = f"0.{'0' * digits}" if digits else "0"
    least = f"{0.5 * 10**-digits:.{digits + 1}f}"
    return f"[>={least}]#,##{zeros};[<=-{least}][Red]-#,##{zeros};\\-"


WHOLE, SHARE, PLAIN = "0;-0;\\-", "0.0%", "#,##0.00"


def pattern(look: Look) -> str:
    """A `Look` as an Excel number format."""
    zeros = f"0.{'0' * look.decimals}" if look.decimals else "0"
    suffix = {"percent": "%", "times": '"x"'}.get(look.style, "")
    return signed(look.decimals) if look.style == "number" else zeros + suffix


def unsigned(number_format: str) -> str:
    """The part of a number format that is for positive numbers."""
    return number_format.split(";")[0].rpartition("]")[2]


def number_format(unit: str, kind: str = "flow", values: Iterable[float] = (), shown: str = "") -> str:
    """The Excel number format of values of a unit.

    Args:
        kind: of the line; a flag is 0 or 1.
        values: the numbers, by which years differ from durations, and shares from counts where there is no unit.
        shown: of a metric; see `Metric.shown`.
    """
    present = [abs(v) for v in values if v == v]
    greatest, whole = max(present, default=0.0), all(v == int(v) for v in present)
    if unit == "years" and whole and greatest > 1000:
        return "0"
    if unit == "1" and not shown:
        return WHOLE if kind == "flag" or (whole and greatest >= 2) else SHARE if greatest <= 2 else PLAIN
    look = look_of(unit, shown)
    return PLAIN if look is OTHER else pattern(look)


class Styles:
    """The cell formats of one workbook, each created once."""

    def __init__(self, workbook: Workbook) -> None:
        self.workbook = workbook
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}
        self.title = self.of(bold=True, font_size=15, font_color=DARK)
        self.subtitle = self.of(font_color=MIDDLE, italic=True)
        self.heading = self.of(bold=True, font_color=DARK, bottom=1, bottom_color=MIDDLE)
        self.section = self.of(bold=True, font_color=DARK, bg_color=PALE)
        self.header = self.of(bold=True, font_color="#FFFFFF", bg_color=DARK, align="right")
        self.header_left = self.of(bold=True, font_color="#FFFFFF", bg_color=DARK)
        self.header_wrapped = self.of(
            bold=True, font_color="#FFFFFF", bg_color=DARK, align="center", text_wrap=True, valign="vcenter"
        )
        self.year = self.of(font_color=MIDDLE, align="right", num_format="0", bottom=1, bottom_color=RULE)
        self.year_label = self.of(font_color=MIDDLE, bottom=1, bottom_color=RULE)
        self.label = self.of()
        self.bold = self.of(bold=True)
        self.wrapped = self.of(text_wrap=True, valign="top")
        self.unit = self.of(font_color=MIDDLE)
        self.path = self.of(font_color=MIDDLE, font_size=9, valign="top")
        self.note = self.of(font_color=FIXED_INK, font_size=9, valign="top", indent=1)
        self.working_label = self.of(font_color=WORKING_INK, italic=True, indent=1)
        self.link = self.of(font_color="#1F5FA8", underline=1)
        self.check = self.of(bold=True, align="center", border=1, border_color=RULE)
        self.good = self.of(font_color=GOOD_INK, bg_color=GOOD_FILL)
        self.bad = self.of(font_color=BAD_INK, bg_color=BAD_FILL)

    def of(self, **properties: Any) -> Format:
        """The format with these properties."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.workbook.add_format(properties)
        return self._formats[key]

    def number(self, shown: str, **more: Any) -> Format:
        """The format of a calculated number."""
        return self.of(num_format=shown, **more)

    def input(self, shown: str, **more: Any) -> Format:
        """The format of an input cell."""
        return self.of(
            num_format=shown,
            font_color=INPUT_INK,
            bg_color=INPUT_FILL,
            border=1,
            border_color=RULE,
            valign="top",
            locked=False,
            **more,
        )

    def fixed(self, shown: str, **more: Any) -> Format:
        """The format of a value that is fixed at export, or not used."""
        return self.of(num_format=shown, font_color=FIXED_INK, valign="top", **more)


@cache
def title_of(stage: str) -> str:
    """The name of a stage's sheet."""
    return {"us_imports": "US imports"}.get(stage, stage.replace("_", " ").capitalize())
