"""The figures of the bundled scenarios and of a Monte Carlo, kept as files and compared on every run of the tests."""
