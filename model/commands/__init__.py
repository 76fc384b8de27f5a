"""The commands of `rekodiq`, a file for each group; importing them registers them."""

from . import assumptions, export, lineages, questions, report, run, simulate
from .app import app, main

__all__ = ["app", "assumptions", "export", "lineages", "main", "questions", "report", "run", "simulate"]
