"""What is true of every request: middleware, errors, logs, metrics, connections."""
