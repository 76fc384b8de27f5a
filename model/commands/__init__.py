"""The commands of `rekodiq`, each group a file; importing them here puts them on the program."""

from . import assumptions, export, lineages, questions, report, run, simulate
from .app import app, main

__all__ = ["app", "assumptions", "export", "lineages", "main", "questions", "report", "run", "simulate"]
