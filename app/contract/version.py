"""What computed an answer: the version of the software, and that of the answer's shape."""

from app import __version__

SCHEMA_VERSION = "2"
VERSION = {"software": __version__, "schema": SCHEMA_VERSION}
