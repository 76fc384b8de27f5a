"""The stages of the model, each a file, in the order in which a dollar passes through them."""

from __future__ import annotations

from ..graph.sheet import Sheet
from .capex import Capex, capex
from .costs import Costs, costs
from .production import Production, production
from .revenue import Revenue, revenue
from .timeline import Timeline, timeline


def declare_mine(sheet: Sheet, first_year: int) -> tuple[Timeline, Production, Revenue, Costs, Capex]:
    """Declare the mine itself: the stages before any government or lender."""
    time = timeline(sheet, first_year)
    mine = production(sheet, time)
    sales = revenue(sheet, time, mine)
    cost = costs(sheet, time, mine, sales)
    return time, mine, sales, cost, capex(sheet, time, mine)


def declare(sheet: Sheet, first_year: int) -> None:
    """Declare the whole model."""
    from .fiscal import fiscal
    from .funding import funding
    from .us_imports import us_imports

    time, mine, sales, cost, capital = declare_mine(sheet, first_year)
    us = us_imports(sheet, time, mine, cost, capital)
    money = fiscal(sheet, time, mine, sales, cost, capital)
