"""Open project-finance scenario model of the Reko Diq copper-gold mine.

`load` a scenario, `run` it, `run_many` variants of it, `compare` several; `irr`, `irr_roots` and `npv` for cash flows
of your own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .arithmetic.rates import irr, irr_roots, npv
    from .results.result import run
    from .scenario.resolve import load
    from .studies.compare import compare_table as compare
    from .studies.many import run_many

    __version__: str

__all__ = ["compare", "irr", "irr_roots", "load", "npv", "run", "run_many"]

_HOMES = {
    "load": ("scenario.resolve", "load"),
    "run": ("results.result", "run"),
    "compare": ("studies.compare", "compare_table"),
    "run_many": ("studies.many", "run_many"),
    **{name: ("arithmetic.rates", name) for name in ("irr", "irr_roots", "npv")},
}


def __dir__() -> list[str]:
    return [*__all__, "__version__"]


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: the commands start without what they do not use."""
    if name == "__version__":
        from importlib.metadata import version

        return version("rekodiq")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    home, attribute = _HOMES[name]
    return getattr(import_module(f".{home}", __name__), attribute)
