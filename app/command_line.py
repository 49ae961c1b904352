"""The command line: its options, and the settings of the environment, checked before anything starts."""

import argparse
import difflib
import os
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from app import __version__
from app.engine.errors import InvalidParameter, UnrolledError, in_words
from app.settings import Settings

OPTIONS = ("host", "port")
PREFIX = str(Settings.model_config["env_prefix"])
KINDS: Mapping[Any, str] = {int: "a whole number", float: "a number"}


def settings_from(arguments: Sequence[str] | None = None, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of the environment, where the options of the command line don't say otherwise.

    Raises
    ------
    SystemExit
        With status 2 after a line on standard error for each option or variable that is unknown or has a value that can't be used:
        a limit that is misspelt would otherwise not be a limit. With status 0 after `--help` and `--version`.
    """
    parser = _parser()
    given = {name: value for name, value in vars(parser.parse_args(arguments)).items() if value is not None}
    problems: list[UnrolledError] = list(_unknown(environment))
    try:
        settings = Settings(**given)
    except ValidationError as invalid:
        problems += (_explained(problem, given) for problem in invalid.errors())
    if problems:
        parser.exit(2, "".join(f"{parser.prog}: {problem}\n" for problem in problems))
    return settings


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "unrolled",
        description="Starts the server of Unrolled and prints the address to open. Ctrl-C stops it.",
        epilog=f"environment variables:\n{''.join(_variables())}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"unrolled {__version__}")
    for name in OPTIONS:
        field = Settings.model_fields[name]
        parser.add_argument(f"--{name}", help=f"{field.description} Default: {PREFIX}{name.upper()}, else {field.default}.")
    return parser


def _variables() -> Iterable[str]:
    for name, field in Settings.model_fields.items():
        about = textwrap.fill(f"{field.description} [{_default(field)}]", 100, initial_indent=" " * 6, subsequent_indent=" " * 6)
        yield f"  {PREFIX}{name.upper()}\n{about}\n"


def _unknown(environment: Mapping[str, str]) -> Iterable[UnrolledError]:
    known = [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]
    for name in sorted(environment):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            nearest = difflib.get_close_matches(name.upper(), known, n=1)
            remedy = f"Did you mean {nearest[0]}?" if nearest else "Unset it; --help lists the settings."
            yield UnrolledError(f"{name}: there is no setting of this name. {remedy}")


def _explained(problem: Mapping[str, Any], given: Mapping[str, str]) -> UnrolledError:
    """One of pydantic's problems in the words of an operator: which variable or option, what was got, what is allowed, what to do."""
    name = str(problem["loc"][0])
    field = Settings.model_fields[name]
    allowed = _allowed(field)
    if name in given:
        return InvalidParameter(f"--{name}", given[name], allowed, f"Leave it out for {field.default}.")
    return InvalidParameter(f"{PREFIX}{name.upper()}", problem["input"], allowed, f"Unset it for the default, {_default(field)}.")


def _default(field: FieldInfo) -> Any:
    return ",".join(field.default) or "none" if isinstance(field.default, tuple) else field.default


def _allowed(field: FieldInfo) -> str:
    """What a setting accepts, from its type and bounds.

    >>> _allowed(Settings.model_fields["port"])
    'a whole number from 0 to 65535'
    """
    if field.examples:
        return f"values like {in_words(field.examples)}, separated by commas"
    if choices := get_args(field.annotation):
        return in_words(choices)
    kind = KINDS.get(field.annotation)
    if kind is None:
        return "text that isn't empty"
    bounds = {bound: getattr(part, bound) for part in field.metadata for bound in ("gt", "ge", "le") if hasattr(part, bound)}
    if "gt" in bounds:
        return f"{kind} above {bounds['gt']}"
    return f"{kind} from {bounds['ge']} " + (f"to {bounds['le']}" if "le" in bounds else "on")
