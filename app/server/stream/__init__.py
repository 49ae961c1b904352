"""Server-sent events, and cached states of trainings, so that a stream resumes quickly."""
