"""What holds for every line of CELLS; tests/test_registries.py asks for their words."""

import dataclasses

import pytest

from app.common.parameters import NetworkParameters
from app.engine.model.cells import CELLS, settings_of


@pytest.mark.parametrize("name", CELLS)
def test_a_setting_is_a_flat_parameter_that_is_not_given_by_default(name):
    flat = {field.name: field for field in dataclasses.fields(NetworkParameters)}
    for setting, default in settings_of(CELLS[name]).items():
        field = flat[setting]
        assert field.default is None
        assert field.metadata["minimum"] <= default <= field.metadata["maximum"]
        assert f"Default: {default:g}" in field.metadata["about"]


def test_a_cell_is_registered_under_its_own_name():
    assert [cell.name for cell in CELLS.values()] == list(CELLS)
