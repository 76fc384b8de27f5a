"""The stages of the model, one file each, in the order that money flows."""
