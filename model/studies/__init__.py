"""Studies: many evaluations of the model."""
