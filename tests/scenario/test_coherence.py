"""What assumptions must be together, each contradiction told once, where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.engine.structure import structure
from model.scenario.coherence import RESERVED, RESERVED_CATEGORIES
from model.scenario.resolve import load
from tests.scenario.files import problems_of, write

ADB = {key.rpartition(".")[2]: leaf.value for key, leaf in load("base").leaves.items() if ".tranches.adb." in key}
CASES: tuple[tuple[dict[str, str], str, str], ...] = (
    ({"joint_venture.shareholders.barrick.dividend_share": "0.6"}, "", "must sum to 1, they sum to 1.1"),
    ({"joint_venture.shareholders.ppl.funding_share": "0"}, "", "funding_share of barrick, ogdcl"),
    ({"capex.phase_1.categories.site.share": "0.2"}, "", "must sum to 1, they sum to 1.1"),
    ({"capex.phase_1.schedule": "{2026: 0.5, 2027: 0.4}"}, "", "must sum to 1, they sum to 0.9"),
    ({"capex.phase_1.schedule": "{2026: 1.5, 2027: -0.5}"}, "capex.phase_1.schedule.2027", "cannot be negative"),
    ({"capex.phase_1.schedule": "{2030: 1}"}, "", "begins after the phase itself starts"),
    ({"capex.phase_1.schedule": "{2001: 1}"}, "", "begins more than 20 years before"),
    ({"capex.phase_2.schedule": "{2040: 1}"}, "", "begins after the phase itself starts"),
    ({"production.phase_2.start": "2027-01-01"}, "", "is before Phase 1"),
    ({"capex.closure.lead_years": "9"}, "", "closure would end before production does"),
    ({"timeline.first_production": "2024-12-31"}, "", "is before the date of real money"),
    ({"timeline.first_production": "1999-01-01"}, "", "is not within 2000-2100"),
    ({"financing.financial_close": "2029-01-01"}, "", "is after first production on the same calendar"),
    ({"financing.financial_close": "2005-01-01"}, "", "20 years and more before"),
    ({"fiscal.advance_royalty.start": "2030-01-01"}, "", "is after first production"),
    ({"discounting.base_date": "2080-01-01"}, "", "more than 40 years from first production"),
    ({"prices.copper": "{2000-2005: 4}"}, "", "has no year between 2008 and"),
    ({"inflation.cpi": "{2145-2150: 0.02}"}, "", "has no year between 2008 and"),
    ({"mine_plan.cumulative_ore": "[0, 5]"}, "mine_plan.contained_copper", "has 38 knots, cumulative_ore has 2"),
    ({"mine_plan.cumulative_ore": "[0]"}, "", "must start at 0 and rise"),
    ({"mine_plan.contained_gold": str([0, 5, 4, *[9] * 35])}, "", "never fall"),
    ({"mine_plan.contained_gold": str([*range(1, 39)])}, "", "must start at 0"),
    ({"mine_plan.sustaining_share": str([0, *[0.5] * 37])}, "", "must end at 1"),
    ({"mine_plan.material_moved": str([*range(38)])}, "", "ends below the ore in it"),
    ({"mine_plan.contained_copper": str([n * 100_000 / 4 for n in range(38)])}, "", ""),
    ({"ramp_up.curve": "mcnulty_9"}, "", "Did you mean 'mcnulty_"),
    ({"ramp_up.curve": "[0.5, 0]"}, "", "must end above 0"),
    ({"ramp_up.named_curves.mcnulty_4.shares": "[0]"}, "", "must end above 0"),
    ({"fiscal.regime": "stabilized"}, "", "Did you mean 'stabilised'?"),
    (
        {"fiscal.regimes.standard.community": "1", "fiscal.regimes.standard.final_tax": "0.1"},
        "fiscal.regimes.standard.final_tax",
        "more than all",
    ),
    (
        {"fiscal.regimes.technical_report.royalty_applies": "true"},
        "fiscal.regimes.technical_report.effective_take",
        "in place of the royalty",
    ),
    ({"joint_venture.operator": "antofagasta"}, "", "one of the shareholders"),
    (
        {
            f"financing.tranches.{t}.rank": "subordinated"
            for t in ("us_exim", "ifc_a", "adb", "edc", "jbic", "european_ecas")
        },
        "",
        "at least one loan must be senior",
    ),
    ({"ramp_up.curve": str([0.5] * 61)}, "", "at most 60 bands"),
    ({"fiscal.advance_royalty.amounts": str([5] * 61)}, "", "at most 60 years"),
    ({"capex.phase_1.schedule": "{2026: 0.5, 2080: 0.5}"}, "", "ends more than 10 years after"),
    ({"uncertainty.inputs.delay.path": "timeline.delays"}, "", "no assumption has this path"),
    ({"uncertainty.inputs.delay.path": "timeline.first_production"}, "", "is not a single number"),
    ({"uncertainty.inputs.delay.high": "3"}, "", "expected low <= likely <= high"),
    ({"uncertainty.inputs.capital_cost.low": "0"}, "", "is above 0"),
    ({"uncertainty.correlations.copper_and_gold.first": "copper"}, "", "the name of an uncertain input"),
    ({"uncertainty.correlations.copper_and_gold.first": "gold_price_level"}, "", "expected two inputs"),
    ({"financing.tranches.adb.label": "''"}, "", "one line of 1 to 200"),
    ({"title": '"two\\nlines"'}, "", "one line of 1 to 200"),
    (
        {"financing.tranches.us_exim.repayment": "profile", "financing.tranches.us_exim.profile": "{2020: 1}"},
        "financing.tranches.us_exim.profile",
        "repays before financial close",
    ),
    (
        {
            f"financing.tranches.debt.{k}": str(v).lower() if isinstance(v, bool) else str(v)
            for k, v in ADB.items()
            if k != "profile"
        }
        | {"financing.tranches.debt.profile": "{2031: 1}"},
        "financing.tranches.debt.label",
        "the name 'debt' is taken",
    ),
)


@pytest.mark.parametrize(("values", "path", "message"), CASES, ids=lambda part: " ".join(part)[:60])
def test_a_contradiction_is_told_once(values: dict[str, str], path: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "case.yaml"
    places = write(file, values)
    problems = problems_of(file)
    if not message:  # at the edge: still possible
        assert problems == ()
        return
    first = problems[0]
    at = path or next(iter(values))
    assert {p.path for p in problems} >= {at} and message in "\n".join(map(str, problems))
    own = [p for p in problems if p.file == str(file)]
    assert len(own) <= 1 and (not own or own[0].line in places.values())
    assert "Traceback" not in str(first)
    assert len(problems) == 1 or "knots" in message


def test_the_place_is_in_the_file_that_contradicts(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text("extends: base\njoint_venture:\n  shareholders:\n    ppl: {funding_share: 0}\n")
    (problem,) = problems_of(tmp_path / "case.yaml")
    assert (problem.file, problem.line) == (str(tmp_path / "case.yaml"), 4)


def test_shares_in_thirds_are_no_contradiction() -> None:
    thirds = {f"joint_venture.shareholders.{name}.dividend_share": 0.25 / 3 for name in ("ogdcl", "ppl", "ghpl")}
    assert problems_of("base", thirds) == ()


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("financing.default_dscr", 1.3, "is above the lock-up"),
        ("financing.completion_months", 3, "completion comes before"),
        ("us_imports.construction_total", 2100, "is above the announced total"),
        ("financing.tranches.us_exim.commitment", 1300, "cannot all be drawn"),
        ("financing.tranches.adb.profile", {2031: 0.5, 2032: 0.5}, "is not used by repayment"),
        ("production.phase_2.start", "2031-06-01", "goes on more than a year after"),
    ],
)
def test_a_doubt_is_a_warning(path: str, value: object, message: str) -> None:
    (warning,) = load("base", {path: value}).warnings
    assert warning.file == f"--set {path}" and message in str(warning)


def test_no_doubt_about_limits_that_are_off() -> None:
    assert load("base", {"financing.lock_up_dscr": 0}).warnings == ()


@pytest.mark.parametrize("group", ["financing.tranches", "joint_venture.shareholders", "capex.phase_1.categories"])
def test_named_entries_cannot_take_the_names_of_other_lines(group: str) -> None:
    """Whatever an entry is called, its lines are called otherwise than all others."""
    scenario = load("base")
    lines = structure(scenario).declaration.lines.keys()
    start = "capex_" if group.startswith("capex") else ""
    depth = group.count(".") + 1
    names = {f"{start}{path.split('.')[depth]}" for path in scenario.leaves if path.startswith(f"{group}.")}
    endings = {
        line.removeprefix(name) for line in lines for name in names if line == name or line.startswith(f"{name}_")
    }
    own = {name + ending for name in names for ending in endings}
    others = lines - own
    taken = {
        line.removesuffix(end).removeprefix(start)
        for line in others
        for end in endings
        if line.endswith(end) and line.startswith(start)
    }
    assert endings and taken - {""} <= (RESERVED_CATEGORIES if start else RESERVED)
