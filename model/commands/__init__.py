"""The commands of `rekodiq`, each group a file; importing them here puts them on the program."""

from . import assumptions, explain, export, montecarlo, report, run, studies
from .app import app, main

__all__ = ["app", "assumptions", "explain", "export", "main", "montecarlo", "report", "run", "studies"]
