"""Studies: questions asked of the model by running it more than once."""
