"""The recurrent cells, by name. A new cell is one file here and one line in CELLS."""

from app.engine.model.cells.base import Cell, Linearization, declared_weights, settings_of, shapes_of
from app.engine.model.cells.leaky import Leaky
from app.engine.model.cells.rnn import RNN

CELLS: dict[str, type[Cell]] = {cell.name: cell for cell in (RNN, Leaky)}

__all__ = ["CELLS", "Cell", "Linearization", "declared_weights", "settings_of", "shapes_of"]
