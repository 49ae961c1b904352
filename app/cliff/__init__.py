"""The cliff: its parameters and its answer."""
