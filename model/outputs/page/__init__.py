"""The page: one HTML file with static charts and tables, and scripts that recalculate the scenario."""

from .build import page

__all__ = ["page"]
