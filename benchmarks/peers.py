"""torch and JAX, where they are installed."""

import importlib
import importlib.util
from types import ModuleType

MODULES = {"torch": "benchmarks.by_torch", "jax": "benchmarks.by_jax"}


def installed() -> dict[str, ModuleType]:
    """What each peer that is installed does with our work, by the name of the library."""
    return {library: importlib.import_module(module) for library, module in MODULES.items() if importlib.util.find_spec(library)}
