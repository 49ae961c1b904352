"""The one-unit recursion: its error surface, descents on it and bifurcations (the cliff)."""
