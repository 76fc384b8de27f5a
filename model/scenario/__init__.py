"""Assumptions: reading, inheriting, validating and showing scenario files."""
