"""What every kind of test shares: Hypothesis's profiles, the order of the tests, a live server."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.serving import ROOT, serving
from tests.site import nginx_program

# In CI the same examples every time; elsewhere new ones. A slow machine is not a failure.
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("default"), derandomize=True, print_blob=True)
settings.load_profile("ci" if "CI" in os.environ else "default")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run browser tests last: Playwright's synchronous interface leaves an event loop running in the thread that started it."""
    for item in items:
        if "browser" in item.path.relative_to(ROOT).parts:
            item.add_marker("browser")
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture
def anyio_backend() -> str:
    """The event loop of tests marked anyio: the server's own kind."""
    return "asyncio"


@pytest.fixture(scope="session")
def live_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an application in a process of its own, one for the whole session."""
    with serving(tmp_path_factory.mktemp("server") / "log.txt") as address:
        yield address


@pytest.fixture(scope="session")
def nginx() -> str:
    """The nginx to test with; in continuous integration there must be one."""
    program = nginx_program()
    if program is None and "CI" in os.environ:
        pytest.fail("nginx is not installed")
    return program or pytest.skip("nginx is not installed")
