"""Requests read from bytes, answers written as bytes: queries, JSON bodies, arrays."""
