"""What must hold for any valid scenario; `python -m tests.properties 1000000` looks for a counterexample at length."""
