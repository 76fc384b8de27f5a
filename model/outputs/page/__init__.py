"""The page: one file that shows a scenario's figures before any script runs, and calculates once scripts do."""

from .build import page

__all__ = ["page"]
