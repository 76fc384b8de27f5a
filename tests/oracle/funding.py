"""Uses of funds and draws of one period of construction, as docs/methodology.md has them."""

from __future__ import annotations

from .inputs import clamp
from .period import Period


def draw(p: Period) -> None:
    """Uses are linear in the draws: solved by algebra, the loans in two groups."""
    x, o, now, before, h = p.x, p.o, p.now, p.before, p.h
    funding, available = p.given("funding_share"), p.given("availability_share")
    build = p.given("reserve_build") * p.reserve_months()
    base_cost, cost, undrawn = 0.0, {}, {}
    for key in o["loans"]:
        commitment, rate, gross = o[f"{key}_commitment"], p.given(f"{key}_rate"), 1 + o[f"{key}_gross_up"]
        term = {
            name: x(f"financing.tranches.{key}.{name}")
            for name in ("commitment_fee", "upfront_fee", "premium", "premium_timing")
        }
        undrawn[key] = commitment - before[f"{key}_drawn"]
        as_drawn = term["premium"] if term["premium_timing"] == "as_drawn" else 0.0
        upfront = term["premium"] - as_drawn
        base_cost += funding * rate * h * before[f"{key}_balance"] * gross
        base_cost += term["commitment_fee"] * available * h * undrawn[key]
        base_cost += (term["upfront_fee"] + upfront) * commitment * p.given("close_flag")
        cost[key] = funding * rate * h / 2 * gross - term["commitment_fee"] * available * h / 2 + as_drawn
        if key in o["senior"]:
            cost[key] += build * (p.next(f"{key}_rate") * h + p.next(f"{key}_repay_share"))
        now[f"{key}_undrawn"], now[f"{key}_draw_cost"] = undrawn[key], cost[key]
    service = sum(p.next_service(key, before[f"{key}_balance"], before[f"{key}_drawn"]) for key in o["senior"])
    now["financing_cost_before_draw"] = base_cost
    now["reserve_before_draw"] = max(build * service - before["dsra_balance"], 0)
    base = p.given("phase_1_capex") + p.given("startup_funding") + base_cost + now["reserve_before_draw"]
    now["uses_before_draw"] = base
    room, weighted = {}, {}
    for group in ("tied", "untied"):
        room[group] = sum(undrawn[key] for key in o[group])
        weighted[group] = sum(undrawn[key] * cost[key] for key in o[group]) / room[group] if room[group] else 0.0
        now[f"{group}_undrawn"], now[f"{group}_draw_cost"] = room[group], weighted[group]
    drawn_tied = sum(before[f"{key}_drawn"] for key in o["tied"])
    financed = x("us_imports.financed_share") * p.given("us_eligible_to_date")
    headroom = clamp(financed - drawn_tied, 0, room["tied"]) if available > 0 else 0.0
    both = room["tied"] + room["untied"]
    share = room["tied"] / both if both else 0.0
    gearing = p.given("gearing_target")
    mixed = share * weighted["tied"] + (1 - share) * weighted["untied"]
    wish = _over(gearing * base, 1 - gearing * mixed)
    first = min(headroom, share * wish)
    asked = gearing * (base + weighted["tied"] * first) - first
    untied = clamp(_over(asked, 1 - gearing * weighted["untied"]), 0, room["untied"])
    rest = gearing * (base + weighted["untied"] * untied) - untied
    tied = min(headroom, max(first, _over(rest, 1 - gearing * weighted["tied"])))
    now["tied_headroom"], now["tied_share"], now["draw_wish"], now["tied_draw_first"] = headroom, share, wish, first
    now["untied_draw"], now["tied_draw"] = untied, tied
    for group, amount in (("tied", tied), ("untied", untied)):
        for key in o[group]:
            now[f"{key}_drawdown"] = amount * undrawn[key] / room[group] if room[group] else 0.0
            now[f"{key}_drawn"] = before[f"{key}_drawn"] + now[f"{key}_drawdown"]
    _uses(p, funding, available, build)


def _uses(p: Period, funding: float, available: float, build: float) -> None:
    """What the draws themselves cost, line by line."""
    x, o, now, before, h = p.x, p.o, p.now, p.before, p.h
    for key in o["loans"]:
        tranche, drawn = f"financing.tranches.{key}", now[f"{key}_drawdown"]
        commitment = o[f"{key}_commitment"] * p.given("close_flag")
        now[f"{key}_idc"] = (
            funding * p.given(f"{key}_rate") * h * (1 + o[f"{key}_gross_up"]) * (before[f"{key}_balance"] + drawn / 2)
        )
        now[f"{key}_fees"] = (
            x(f"{tranche}.commitment_fee") * available * h * (now[f"{key}_undrawn"] - drawn / 2)
            + x(f"{tranche}.upfront_fee") * commitment
        )
        charged = drawn if x(f"{tranche}.premium_timing") == "as_drawn" else commitment
        now[f"{key}_premium"] = x(f"{tranche}.premium") * charged
    now["interest_during_construction"] = p.total("idc", o["loans"])
    now["financing_fees"] = p.total("fees", o["loans"])
    now["exposure_premiums"] = p.total("premium", o["loans"])
    now["financing_cost"] = now["interest_during_construction"] + now["financing_fees"] + now["exposure_premiums"]
    now["dsra_funded"] = now["reserve_before_draw"] + build * sum(
        now[f"{key}_drawdown"] * (p.next(f"{key}_rate") * h + p.next(f"{key}_repay_share")) for key in o["senior"]
    )
    now["uses_of_funds"] = (
        p.given("phase_1_capex") + p.given("startup_funding") + now["financing_cost"] + now["dsra_funded"]
    )
    now["debt_drawdown"] = p.total("drawdown", o["loans"])
    now["exim_drawdown"] = p.total("drawdown", o["tied"])
    now["equity_construction"] = now["uses_of_funds"] - now["debt_drawdown"]


def _over(amount: float, room: float) -> float:
    """amount / room; 0 where a dollar drawn calls for more debt than it brings."""
    return amount / room if room > 0 else 0.0
