"""What needs nginx is skipped without it; in continuous integration that is a failure."""

import os

import pytest

from tests.site import nginx_program


@pytest.fixture(scope="session")
def nginx() -> str:
    """The nginx to test with."""
    program = nginx_program()
    if program is None:
        message = "nginx is not installed"
        if "CI" in os.environ:
            pytest.fail(message)
        pytest.skip(message)
    return program
