"""What validates also runs: scenarios at the edge of the schema, with all checks passed."""

from __future__ import annotations

from typing import Any

import pytest

from model.results.result import run
from model.scenario.resolve import load

BASE = load("base").leaves
LOANS = ("us_exim", "ifc_a", "adb", "edc", "jbic", "european_ecas", "ifc_ida_subordinated")


def copy(old: str, new: str) -> dict[str, Any]:
    """A new entry like an old one."""
    return {new: {path.rpartition(".")[2]: leaf.value for path, leaf in BASE.items() if path.startswith(f"{old}.")}}


CASES: dict[str, dict[str, Any]] = {
    "two knots": {
        "mine_plan": {
            "cumulative_ore": [0, 3000],
            "contained_copper": [0, 14_000],
            "contained_gold": [0, 26_000],
            "material_moved": [0, 6200],
            "sustaining_share": [0, 1],
        }
    },
    "longest ramp-up": {"ramp_up.curve": [0.5] * 59 + [1.0]},
    "longest life": {
        "timeline.first_production": "2060-12-31",
        "timeline.licence_years": 99,
        "timeline.delay_months": 120,
    },
    "shortest licence": {"timeline.licence_years": 5},
    "no price": {"prices.copper": 0, "prices.gold": 0},
    "no capacity": {"production.capacity": 1e-6, "production.phase_2.capacity": 0},
    "no loans": {f"financing.tranches.{loan}.commitment": 0 for loan in LOANS},
    "all tied": {f"financing.tranches.{loan}.us_exports_only": True for loan in LOANS},
    "none tied": {"financing.tranches.us_exim.us_exports_only": False},
    "annuity for nothing": {"financing.tranches.adb.repayment": "annuity", "financing.tranches.adb.rate": 0},
    "sculpted": {f"financing.tranches.{loan}.repayment": "sculpted" for loan in LOANS},
    "profile": {
        "financing.tranches.adb.repayment": "profile",
        "financing.tranches.adb.profile": {2031: 0.5, 2035: 0.5},
    },
    "names of Python": copy("fiscal.regimes.standard", "fiscal.regimes.self")
    | {"fiscal.regime": "self"}
    | copy("financing.tranches.adb", "financing.tranches.lambda")
    | {"ramp_up.named_curves.path.shares": [1.0]}
    | {"ramp_up.curve": "path"},
    "nothing at all": {path: 0 for path in BASE if path.startswith("factors.") and path != "factors.ramp_up_time"},
    "large reserves of cash": {
        "financing.dsra_months": 24,
        "financing.cash_sweep": 1,
        "financing.minimum_cash": 10_000,
    },
    "no grace": {"financing.tranches.adb.grace_months": 0, "financing.tranches.us_exim.repayment_years": 0.25},
    "loss for life": {"prices.copper": 0.5, "prices.gold": 100},
    "heavy withholding": {
        "fiscal.regime": "standard",
        "fiscal.regimes.standard.withholding_interest": 0.9,
        "financing.tranches.adb.withholding_exempt": False,
    },
    "negative discount rates": {"discounting.rate": -0.4, "discounting.equity_rate": -0.4},
    "closure at once": {"capex.closure.total": 0, "capex.closure.lead_years": 0, "capex.closure.years": 0.1},
    "all switches on": {
        "joint_venture.shareholder_loans.share": 1,
        "joint_venture.carry_recoupment": 1,
        "joint_venture.operator_fee": 0.2,
    },
    "rates by year": {
        "inflation.cpi": {2025: 0.05, "2026-2100": 0.02},
        "inflation.capex": {2030: 0.01},
        "financing.base_rate": "{2026: 0.05, 2040: 0.03, interpolation: linear}",
    },
}


@pytest.mark.parametrize("name", CASES)
def test_it_runs_and_all_checks_pass(name: str) -> None:
    result = run(load("base", CASES[name]))
    assert {check: item for check, item in result.checks["items"].items() if not item["passed"]} == {}
