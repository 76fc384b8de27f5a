"""Many scenarios by a compiled kernel: its C++ is generated from the lines, its header is in `header/`."""
