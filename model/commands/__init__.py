"""The commands of `rekodiq`, each group a file; importing them here puts them on the program."""

from . import run
from .app import app, main

__all__ = ["app", "main", "run"]
