"""The stages of the model, each a file; `model.py` lists them in the order in which a dollar passes through them."""
