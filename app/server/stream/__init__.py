"""Server-sent events, and the states of trainings that make going on quick."""
