"""Open project-finance scenario model of the Reko Diq copper-gold mine."""

from .irr import irr, irr_roots, npv

__all__ = ["irr", "irr_roots", "npv"]
