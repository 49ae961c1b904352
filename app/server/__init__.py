"""HTTP: the only place that knows requests, responses and templates."""
