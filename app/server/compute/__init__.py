"""Where runs are computed, in which order, and which answers are cached."""
