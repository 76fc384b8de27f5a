"""A second, separate model: docs/methodology.md written again as plain loops over periods.

It shares nothing with the engine but the resolved assumptions, so that an error of the engine, or of the document,
shows as a difference. `python -m tests.oracle 1000` compares the two on a thousand random scenarios.
"""
