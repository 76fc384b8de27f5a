"""Net smelter return (NSR): gross metal value less treatment, refining, freight and penalties."""

from __future__ import annotations

from typing import NamedTuple

from ..formulas.declaration import Declaration
from ..formulas.expr import Line
from .production import Production
from .timeline import REAL, Timeline


class Revenue(NamedTuple):
    gross_copper_real: Line
    gross_gold_real: Line
    refining_gold_real: Line
    selling_costs_real: Line
    nsr_real: Line
    nsr: Line


def revenue(model: Declaration, time: Timeline, mine: Production) -> Revenue:
    """Declare sales and NSR, real and nominal."""
    model.stage = "revenue"
    x, line = model.input, model.line
    copper_price = line(
        "copper_price",
        "US$/lb real",
        "Copper price",
        x("prices.copper") * x("factors.copper_price"),
        "Price deck after its factor.",
        kind="average",
    )
    gold_price = line(
        "gold_price",
        "US$/oz real",
        "Gold price",
        x("prices.gold") * x("factors.gold_price"),
        "Price deck after its factor.",
        kind="average",
    )
    copper = line(
        "gross_copper_real",
        REAL,
        "Gross copper value",
        mine.payable_copper * copper_price,
        "Payable copper at the price.",
    )
    gold = line(
        "gross_gold_real", REAL, "Gross gold value", mine.payable_gold * gold_price, "Payable gold at the price."
    )
    treatment = line(
        "treatment_real",
        REAL,
        "Treatment charges",
        mine.concentrate_dry * x("offtake.treatment_charge"),
        "Smelter's charge per dry tonne of concentrate (TC).",
    )
    refining_copper = line(
        "refining_copper_real",
        REAL,
        "Copper refining charges",
        mine.payable_copper * x("offtake.refining_charge_copper"),
        "Charge per pound of payable copper (RC).",
    )
    refining_gold = line(
        "refining_gold_real",
        REAL,
        "Gold refining charges",
        mine.payable_gold * x("offtake.refining_charge_gold"),
        "Charge per ounce of payable gold.",
    )
    freight = line(
        "freight_real",
        REAL,
        "Freight",
        mine.concentrate_wet * x("offtake.freight"),
        "Rail, port and ocean freight of wet concentrate.",
    )
    penalties = line(
        "penalties_real", REAL, "Penalties", mine.concentrate_dry * x("offtake.penalties"), "Deductions for impurities."
    )
    selling = line(
        "selling_costs_real",
        REAL,
        "Selling costs",
        treatment + refining_copper + refining_gold + freight + penalties,
        "All deductions between gross metal value and NSR.",
    )
    nsr_real = line(
        "net_smelter_return_real",
        REAL,
        "Net smelter return, real",
        copper + gold - selling,
        "Gross metal value less selling costs, in real money.",
    )
    nsr = line(
        "net_smelter_return",
        "US$m nominal",
        "Net smelter return (NSR)",
        nsr_real * time.metal_index,
        "Real NSR at the metal-price index.",
    )
    return Revenue(copper, gold, refining_gold, selling, nsr_real, nsr)
