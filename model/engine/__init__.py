"""The interpreters of the formulas: what turns declared lines and a scenario's numbers into figures."""
