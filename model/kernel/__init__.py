"""Compiled kernel for many scenarios: C++ generated from the lines, over the headers in `header/`."""
