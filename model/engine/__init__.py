"""Evaluation of the declared lines: structure, schedule, and generated Python and NumPy code."""
