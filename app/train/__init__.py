"""One training run: its parameters, the run as events, snapshots, the stories."""
