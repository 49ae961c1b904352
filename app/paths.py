"""Where the page's files lie: beside the package in a checkout and in the image, inside it in an installed wheel."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def resource_directory(name: str) -> Path:
    """The directory of that name (`static`, `templates`), wherever this copy of the application keeps it."""
    places = (PACKAGE / name, PACKAGE.parent / name)
    for place in places:
        if place.is_dir():
            return place
    raise FileNotFoundError(f"{name}: in neither of {', '.join(map(str, places))}; the installation is incomplete.")
