"""Outputs: tables, files and pages written from results; nothing is computed here."""
