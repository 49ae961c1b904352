"""Numerics that know no network: norms, exact ranks, products beyond float64's range, central differences."""
