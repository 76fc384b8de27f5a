"""The charts of the workbook, as Excel charts over its cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from xlsxwriter import Workbook

from .page import FIRST, LETTERS, YEAR_ROW, SheetPage
from .plan import Plan
from .styles import PALETTE, RULE
from .yearly import ANNUAL_SHEET

WIDTH, HEIGHT, ROWS_APART, COLUMNS_APART = 640, 330, 18, 10
GREY = "#5B7B8C"


@dataclass(frozen=True)
class Series:
    """A series of a chart: cells of categories and values, column or line, axis and colour."""

    name: str
    categories: str
    values: str
    kind: str = "column"
    second_axis: bool = False
    colour: str | None = None
    dash: str | None = None


@dataclass(frozen=True)
class Chart:
    """A chart: columns and lines over them, with axis titles and number formats."""

    title: str
    series: Sequence[Series]
    axis: str = "US$m nominal"
    second: str = ""
    number: str = "#,##0"
    second_number: str = "0.00"
    least: float | None = None
    notes: dict[str, Any] = field(default_factory=dict)

    @staticmethod
    def sources_and_uses(sheet: str, header: int, first: int, last: int) -> Chart:
        """Uses and sources in US$m nominal as two stacked columns; a series for every row first to last of `sheet`."""
        items = [
            Series(f"={sheet}!$A${row}", f"={sheet}!$B${header}:$C${header}", f"={sheet}!$B${row}:$C${row}")
            for row in range(first, last + 1)
        ]
        return Chart("Sources and uses of construction funding", items)


def yearly_charts(plan: Plan, rows: dict[str, int]) -> list[Chart]:
    """The charts by calendar year, from the rows of `Annual`."""
    lines, labels = plan.model.declaration.lines, plan.scenario.leaves
    own = plan.own_periods * plan.model.period_months // 12

    def over(first: int, last: int) -> tuple[str, Any]:
        a, b = LETTERS[FIRST + max(first, 0)], LETTERS[FIRST + min(last, len(plan.years) - 1)]
        return f"={ANNUAL_SHEET}!${a}${YEAR_ROW}:${b}${YEAR_ROW}", lambda r: f"={ANNUAL_SHEET}!${a}${r}:${b}${r}"

    years, cells = over(0, own - 1)

    def series(name: str, label: str = "", kind: str = "column", **look: Any) -> Series:
        return Series(label or lines[name].label, years, cells(rows[name]), kind, **look)

    def parties(suffix: str, group: str) -> list[Series]:
        return [
            series(f"{key}_{suffix}", str(labels[f"{group}.{key}.label"].value))
            for key in plan.model.declaration.entries(group)
            if f"{key}_{suffix}" in rows
        ]

    charts = [
        Chart(
            "Copper produced and head grade",
            [
                series("copper_recovered_kt", "Copper recovered, kt"),
                series("copper_head_grade", "Copper head grade (right)", "line", second_axis=True, colour=PALETTE[1]),
            ],
            "kt",
            "head grade",
            second_number="0.00%",
        ),
        Chart(
            "Gold produced and head grade",
            [
                series("gold_recovered_koz", "Gold recovered, koz", colour=PALETTE[2]),
                series("gold_head_grade", "Gold head grade, g/t (right)", "line", second_axis=True, colour=PALETTE[4]),
            ],
            "koz",
            "g/t",
            second_number="0.00",
        ),
        Chart(
            "Net smelter return against costs",
            [
                series("operating_costs", "Operating costs"),
                series("royalties_and_taxes", "Royalties and taxes"),
                series("capital_expenditure", "Capital expenditure"),
                series("net_smelter_return", "Net smelter return", "line", colour="#000000"),
            ],
        ),
        Chart("Cash to and from each shareholder", parties("cash_flow", "joint_venture.shareholders")),
        Chart(
            "Receipts of the Federation and of Balochistan",
            [
                series("federation_taxes", "Federation, taxes"),
                series("federation_dividends", "Federation, dividends"),
                series("royalty_paid", "Balochistan, royalty"),
                series("balochistan_dividends", "Balochistan, dividends"),
            ],
        ),
    ]
    with_dscr = [k for k, v in enumerate(plan.result.annual_rows["dscr"]) if v == v]
    if with_dscr:  # where a ratio does not apply its cell holds text, which a line chart would draw as zero
        years, cells = over(with_dscr[0], with_dscr[-1])
        charts.insert(
            3,
            Chart(
                "Debt service cover against covenants",
                [
                    series("dscr", "DSCR", "line", colour=PALETTE[0]),
                    series("financing.lock_up_dscr", "Lock-up level", "line", colour="#D98A00", dash="dash"),
                    series("financing.default_dscr", "Default level", "line", colour="#A01C10", dash="dash"),
                ],
                "x",
                number="0.0",
                least=0.0,
            ),
        )
    with_debt = [k for k, v in enumerate(plan.result.annual_rows["debt_outstanding"]) if v > 0]
    if with_debt:
        years, cells = over(0, with_debt[-1] + 1)
        charts.insert(3, Chart("Debt outstanding by lender, end of year", parties("balance", "financing.tranches")))
    with_imports = [k for k, v in enumerate(plan.result.annual_rows["us_imports"]) if v > 0]
    years, cells = over(0, max(with_imports, default=own - 2) + 1)
    charts.append(
        Chart(
            "Imports from the United States and the EXIM loan",
            [
                series("us_imports_construction", "US imports, construction"),
                series("us_imports_operations", "US imports, operation"),
                series("exim_drawdown", "EXIM drawdown", "line", colour=PALETTE[1]),
            ],
        )
    )
    return charts


def place_charts(
    workbook: Workbook, sheet: SheetPage, plan: Plan, rows: dict[str, int], others: list[Chart], column: int
) -> None:
    """Insert all charts into a sheet from a column on, two side by side."""
    charts = yearly_charts(plan, rows)
    charts[3:3] = others
    for k, chart in enumerate(charts):
        sheet.insert_chart(
            3 + ROWS_APART * (k // 2),
            column + COLUMNS_APART * (k % 2),
            excel_chart(workbook, chart),
            {"object_position": 2, "x_offset": 14 * (k % 2), "description": chart.title},
        )


def excel_chart(workbook: Workbook, chart: Chart) -> Any:
    """A chart as an XlsxWriter chart of the workbook."""
    bars = [s for s in chart.series if s.kind == "column"]
    curves = [s for s in chart.series if s.kind == "line"]
    base = workbook.add_chart({"type": "column", "subtype": "stacked"} if bars else {"type": "line"})
    for k, s in enumerate(bars):
        base.add_series(
            {
                "name": s.name,
                "categories": s.categories,
                "values": s.values,
                "gap": 35,
                "fill": {"color": s.colour or PALETTE[k % len(PALETTE)]},
                "border": {"none": True},
                **chart.notes.get(s.name, {}),
            }
        )
    over = workbook.add_chart({"type": "line"}) if bars and curves else base
    for s in curves:
        line = {"color": s.colour or "#000000", "width": 2.0} | ({"dash_type": s.dash} if s.dash else {})
        over.add_series(
            {"name": s.name, "categories": s.categories, "values": s.values, "line": line, "y2_axis": s.second_axis}
        )
    if over is not base:
        base.combine(over)
    if chart.second:
        over.set_y2_axis(
            {"name": chart.second, "num_format": chart.second_number, **_text(), "line": {"none": True}, "min": 0}
        )
    base.set_title({"name": chart.title, "name_font": {"size": 12, "bold": True, "color": "#1F3A4D"}, "overlay": False})
    base.set_x_axis(
        {
            **_text(rotation=-90 if len(chart.series) and ANNUAL_SHEET in chart.series[0].categories else 0),
            "label_position": "low",
            "line": {"color": RULE},
            "major_tick_mark": "none",
        }
    )
    least = {} if chart.least is None else {"min": chart.least}
    base.set_y_axis(
        {
            "name": chart.axis,
            "num_format": chart.number,
            **_text(),
            "line": {"none": True},
            "major_gridlines": {"visible": True, "line": {"color": RULE, "width": 0.5}},
            **least,
        }
    )
    base.set_legend({"position": "bottom", "font": {"size": 9}})
    base.set_size({"width": WIDTH, "height": HEIGHT})
    base.set_chartarea({"border": {"color": RULE}})
    return base


def _text(rotation: int = 0) -> dict[str, Any]:
    font: dict[str, Any] = {"size": 9, "color": GREY}
    if rotation:
        font["rotation"] = rotation
    return {"num_font": font, "name_font": {"size": 9, "bold": False, "color": GREY}}
