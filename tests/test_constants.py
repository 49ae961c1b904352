"""Every numerical constant says where it comes from; docs/numerics.md repeats it."""

from scripts.constants import constants


def test_every_constant_has_an_origin() -> None:
    found = constants()
    assert len(found) > 80
    assert [f"{constant.file}: {constant.name}" for constant in found if not constant.origin] == []
