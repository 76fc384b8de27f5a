"""Mutation testing of the finance stages: `python -m tests.mutation` changes one operation at a time and asks whether
the oracle's comparison would notice."""
