"""A small mine worked by hand, line by line, to the cent: IDC, reserve, tax loss, two loans, a free carry.

Every figure below follows from the inputs in small_mine.yaml by the arithmetic written beside it; nothing is taken from
the engine. Rows run over 2028 (construction), 2029 to 2031 (production), 2032 (closure) and 2033 (nothing left).
"""

from __future__ import annotations

from pathlib import Path

import numpy_financial as npf
import pytest

from tests.conftest import Cli

TO_THE_CENT = 1e-8  # in US$m: a cent
SCENARIO = Path(__file__).with_name("small_mine.yaml")
LB_PER_KT = 1 / 0.45359237  # million pounds in a thousand tonnes


def test_small_mine(cli: Cli) -> None:
    found = cli("run", SCENARIO, "--json").json
    rows, metrics = found["periods"], found["metrics"]
    assert rows["period"] == ["2028", "2029", "2030", "2031", "2032", "2033"]
    assert found["checks"]["passed"]

    def row(name: str, expected: list[float]) -> None:
        assert rows[name] == pytest.approx(expected + [0.0] * (6 - len(expected)), abs=TO_THE_CENT), name

    # The mine: 10 Mt a year of 0.5 % copper and 10 koz of gold a million tonnes; recovered 90 % and 60 %.
    row("ore_milled_mt", [0, 10, 10, 10])
    copper, gold = 50 * 0.9, 100 * 0.6
    row("copper_recovered_kt", [0, copper, copper, copper])
    row("gold_recovered_koz", [0, gold, gold, gold])
    concentrate = copper / 0.25  # 180 kt dry, 200 kt wet
    payable_copper = copper * min(0.95, 1 - 0.01 / 0.25) * LB_PER_KT  # 95 % is paid, less than 96 %
    payable_gold = gold * 0.9
    gross = payable_copper * 5 + payable_gold * 2000 / 1000
    selling = concentrate * 100 / 1000 + payable_copper * 0.1 + payable_gold * 10 / 1000 + concentrate / 0.9 * 50 / 1000
    nsr = gross - selling
    row("net_smelter_return", [0, nsr, nsr, nsr])
    opex = 20 * 2 + 10 * 8 + 20  # mining 20 Mt, processing 10 Mt, general
    row("operating_costs", [0, opex, opex, opex])
    gold_refining, gold_credit = payable_gold * 10 / 1000, payable_gold * (2000 - 10) / 1000
    c1 = (opex + selling - gold_refining - gold_credit) / payable_copper
    assert metrics["c1_cost"] == pytest.approx(c1, abs=TO_THE_CENT)

    # Capital 500 + 10 %; sustaining 20 % in the first year, 40 % in each of the others; working capital a tenth of NSR.
    row("phase_1_capex", [550])
    sustaining = [0.0, 12.0, 24.0, 24.0, 0.0, 0.0]
    row("sustaining_capex", sustaining)
    receivable = 0.1 * nsr
    row("working_capital", [0, receivable, receivable, receivable])
    row("closure_provision", [0, 10, 20, 30])
    row("closure_expense", [0, 10, 10, 10])
    row("closure_spending", [0, 0, 0, 0, 30])

    # Royalty 5 %, with 2 paid in advance in 2028 and credited in 2029. In the standard
    # regime the community receives 0.4 % and there are no federal levies.
    due = 0.05 * nsr
    row("royalty_due", [0, due, due, due])
    row("royalty_paid", [2, due - 2, due, due])
    community = 0.004 * nsr

    # Uses of 2028. US-sourced share of capital 25.75 %, so eligible invoices reach their ceiling of 100 and EXIM may
    # lend 85. Debt = 60 % of uses U; IFC lends 0.6 U - 85. A draw D costs half a year of interest.
    us_share = 0.15 * 0.62 + 0.35 * 0.25 + 0.15 * 0.20 + 0.10 * 0.03 + 0.10 * 0.02 + 0.15 * 0.28
    assert 550 * us_share > 100
    startup = 2  # the advance royalty
    exim = 0.85 * 100
    # Reserve: half a year of the next year's senior service, interest on D and an instalment of half of D (the
    # first is due at the end of 2029, where grace of 24 months ends).
    reserve_exim, reserve_ifc = (0.06 + 0.5) / 2, (0.08 + 0.5) / 2
    exim_cost = exim * (0.06 / 2 + 0.10 + reserve_exim)
    ifc_cost_per_dollar = 0.08 / 2 - 0.01 / 2 + reserve_ifc
    # U = 550 + 2 + exim_cost + 2.5 (1 % on IFC's 250, before the draw) + ifc x cost;  exim + ifc = 0.6 U
    fixed = 550 + startup + exim_cost + 0.01 * 250
    ifc = (0.6 * fixed - exim) / (1 - 0.6 * ifc_cost_per_dollar)
    ifc = min(ifc, 250)
    uses = fixed + ifc * ifc_cost_per_dollar
    equity = uses - exim - ifc
    row("uses_of_funds", [uses])
    row("us_exim_drawdown", [exim])
    row("ifc_a_drawdown", [ifc])
    row("equity_construction", [equity])
    idc = exim * 0.03 + ifc * 0.04
    row("interest_during_construction", [idc])
    fees = 0.01 * (250 - ifc / 2)
    premium = 0.1 * exim
    row("financing_fees", [fees])
    row("exposure_premiums", [premium])
    reserve = exim * reserve_exim + ifc * reserve_ifc
    row("dsra_funded", [reserve])

    # Service: interest on the opening balance, half the loan at the end of 2029 and of 2030.
    interest = [0.0, exim * 0.06 + ifc * 0.08, (exim * 0.06 + ifc * 0.08) / 2]
    half = (exim + ifc) / 2
    row("interest_expense", interest)
    row("scheduled_principal", [0, half, half])
    row("debt_outstanding", [exim + ifc, half])

    # Depreciation by units of production: a third, a half, all of what is left. Financing cost likewise.
    book, depreciation = 550.0, []
    for year, share in ((1, 1 / 3), (2, 1 / 2), (3, 1.0)):
        charge = (book + sustaining[year]) * share
        depreciation.append(charge)
        book += sustaining[year] - charge
    financing = (idc + fees + premium) / 3
    row("depreciation", [0, *(d + financing for d in depreciation)])

    # Income tax of 39 %, at least 1 % of NSR: declining-balance depreciation of 15 %, the rest when production ends.
    # 2028 loses nothing for tax: the advance royalty is an expense only when due.
    pool, losses, company_tax, unlevered_tax = 550.0, [0.0, 0.0], [0.0], [0.0]
    for year in (1, 2, 3):
        pool += sustaining[year]
        allowance = pool if year == 3 else 0.15 * pool
        pool -= allowance
        before_interest = nsr - opex - due - community - 10 - allowance
        after_interest = before_interest - (interest[year] if year < 3 else 0) - financing
        for kind, profit, taxes in ((0, before_interest, unlevered_tax), (1, after_interest, company_tax)):
            used = min(losses[kind], max(profit, 0))
            taxes.append(max(0.39 * (max(profit, 0) - used), 0.01 * nsr))
            losses[kind] += max(-profit, 0) - used
    row("company_income_tax", company_tax)
    row("unlevered_income_tax", unlevered_tax)

    # CFADS and the waterfall.
    operating = (
        [-2.0]
        + [
            nsr
            - opex
            - (due - 2 if year == 1 else due)
            - community
            - sustaining[year]
            - (receivable if year == 1 else 0)
            - 10
            for year in (1, 2, 3)
        ]
        + [receivable]
    )
    cfads = [0.0] + [operating[year] - company_tax[year] for year in (1, 2, 3)] + [receivable]
    row("cfads", cfads)
    service = [0.0, interest[1] + half, interest[2] + half]
    targets = [reserve, service[2] / 2, 0.0]  # half of the next year's service
    row("dsra_balance", targets)
    assert cfads[1] / service[1] < 1.20 < cfads[2] / service[2]  # locked up in 2029, free in 2030
    trapped = cfads[1] - service[1] + targets[0] - targets[1]
    row("cash_balance", [0, trapped, 5, 5])  # the minimum cash of 5 stays until closure ends
    distributions = [
        0.0,
        0.0,
        trapped - 5 + cfads[2] - service[2] + targets[1],
        cfads[3],
        cfads[4] + 5,  # closure is over, the minimum cash goes
    ]
    row("distribution_paid", distributions)
    assert metrics["min_dscr"] == pytest.approx(min(cfads[1] / service[1], cfads[2] / service[2]), abs=TO_THE_CENT)
    # LLCR at the start of 2029: cash flow of 2029 and 2030 (the loan life) at 6 and 8 % weighted by commitments.
    rate = (0.06 * 100 + 0.08 * 250) / 350
    llcr = (cfads[1] / (1 + rate) + cfads[2] / (1 + rate) ** 2) / (exim + ifc)
    assert rows["llcr"][1] == pytest.approx(llcr, abs=TO_THE_CENT)

    # Dividends are what retained earnings allow; the standard regime withholds 15 % of them.
    retained, received = 0.0, [0.0]
    for year in range(1, 5):
        profit = 0.0
        if year <= 3:
            profit = (
                nsr
                - opex
                - due
                - community
                - 10
                - depreciation[year - 1]
                - financing
                - (interest[year] if year < 3 else 0)
                - company_tax[year]
            )
        dividend = min(max(retained + profit, 0), distributions[year])
        retained += profit - dividend
        received.append(distributions[year] - 0.15 * dividend)
    row("distributions", received)

    # The joint venture: the free carry receives 10 % and pays nothing.
    holders = found["shareholders"]
    assert holders["barrick"]["contributions"] == pytest.approx(equity * 50 / 90, abs=TO_THE_CENT)
    assert holders["bmrl"]["contributions"] == pytest.approx(equity * 15 / 90, abs=TO_THE_CENT)
    assert holders["balochistan_free_carry"]["contributions"] == 0
    assert holders["balochistan_free_carry"]["distributions"] == pytest.approx(0.1 * sum(received), abs=TO_THE_CENT)
    assert metrics["equity_irr"] == pytest.approx(npf.irr([-equity, *received[1:]]), abs=1e-10)

    # The project without lenders: capital, operations, unlevered tax; closure from cash, not through the fund.
    project = [-550 - 2] + [operating[y] + 10 - unlevered_tax[y] for y in (1, 2, 3)] + [receivable - 30]
    row("project_cash_flow", project)
    assert metrics["project_irr"] == pytest.approx(npf.irr(project), abs=1e-10)
    assert metrics["project_npv"] == pytest.approx(npf.npv(0.08, project) / 1.08, abs=TO_THE_CENT)
