"""Writes the tables of the documentation that say what the code says; `python -m scripts.tables` brings docs/ up to date."""

import dataclasses
import re
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from app.cliff.parameters import CliffParameters
from app.common.answers import about, json_name
from app.engine.optimizers import OPTIMIZERS
from app.explore.answer import Divergence, Loss, SequenceUsed
from app.explore.parameters import RunParameters
from app.explore.parts import PARTS
from app.explore.verdict import Verdict
from app.sequences.tasks import TASKS
from app.server.http.errors import STATUS
from app.settings import Settings
from app.train.parameters import TrainingParameters
from scripts.constants import constants

DOCS = Path(__file__).resolve().parent.parent / "docs"
MARKED = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def main() -> None:
    """Rewrite every marked table in place."""
    for page in sorted(DOCS.glob("*.md")):
        page.write_text(with_tables(page.read_text("utf-8")), "utf-8")


def with_tables(text: str) -> str:
    """The page with its marked tables made anew."""
    return MARKED.sub(lambda match: f"{match[1]}{TABLES[match[2]]()}{match[3]}", text)


def parameters(of: type) -> str:
    """Every flat parameter, from the metadata of its dataclass."""
    rows = ((f"`{field.name}`", _default(field.default), _allowed(field), _with_unit(field)) for field in dataclasses.fields(of))
    return _table(("parameter", "default", "allowed", "meaning"), rows)


def _default(value: object) -> str:
    if value is None:
        return "depends"
    return ", ".join(f"`{part}`" for part in value) if isinstance(value, tuple) else f"`{value}`"


def _allowed(field: "dataclasses.Field[typing.Any]") -> str:
    facts = field.metadata
    if "choices" in facts:
        return ("any of " if facts.get("many") else "") + ", ".join(f"`{choice}`" for choice in facts["choices"])
    if "minimum" in facts:
        return f"{facts['minimum']:,.12g} to {facts['maximum']:,.12g}"
    return f"text, at most {facts['longest']:,} characters" if "longest" in facts else "text"


def _with_unit(field: "dataclasses.Field[typing.Any]") -> str:
    about, unit = str(field.metadata["about"]), field.metadata.get("unit")
    return f"{about} Unit: {unit}." if unit else about


def answer(*declared: tuple[str, type]) -> str:
    """These objects of an answer and every field of theirs, from their dataclasses."""
    rows = [row for name, of in declared for row in ((f"`{name}`", "object", about(of)), *_fields_of(f"{name}.", of))]
    return _table(("field", "shape or type", "meaning"), rows)


def _fields_of(path: str, of: type) -> Iterator[tuple[str, str, str]]:
    hints = typing.get_type_hints(of)
    for field in dataclasses.fields(of):
        facts, inner, place = field.metadata, _dataclass_in(hints[field.name]), path + json_name(field)
        choices = ", ".join(f"`{choice}`" for choice in facts.get("choices") or ())
        yield f"`{place}`", facts.get("shape") or choices or _type_in_words(hints[field.name]), facts.get("about") or ""
        if inner:
            yield from _fields_of(f"{place}.", inner)


def _dataclass_in(hint: Any) -> type | None:
    """The dataclass that a field holds, perhaps in a tuple or with None."""
    candidates = (hint, *typing.get_args(hint))
    return next((candidate for candidate in candidates if dataclasses.is_dataclass(candidate) and isinstance(candidate, type)), None)


def _type_in_words(hint: Any) -> str:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (list, tuple):
        return "list"
    if origin is types.UnionType:
        return f"{_type_in_words(arguments[0])} or null"
    return {bool: "true or false", int: "integer", float: "number", str: "text"}.get(hint, "object")


def numerical_constants() -> str:
    """Every constant of the engine and the estimates with its origin, from the comments beside them."""
    rows = ((f"`{constant.name}`", f"`{constant.value}`", f"`{constant.file}`", _cell(constant.origin)) for constant in constants())
    return _table(("constant", "value", "where", "origin"), rows)


def _cell(text: str) -> str:
    """Text of a comment as a sentence in a table."""
    return (text[:1].upper() + text[1:]).replace("|", "\\|")


def errors() -> str:
    """Every code of the one error shape, from the exception classes."""
    answered = {error: status for error, status in STATUS.items() if status not in (500, 499)}  # 499: there is nobody to read it
    rows = {(f"`{error.code}`", str(status), _first_line(error)) for error, status in answered.items()}
    return _table(("code", "status", "meaning"), sorted(rows, key=lambda row: (row[1], row[0])))


def _first_line(documented: type) -> str:
    return (documented.__doc__ or "").strip().partition("\n")[0]


def settings() -> str:
    """Every setting of the server, from the fields of Settings."""
    prefix = Settings.model_config["env_prefix"]
    rows = (
        (f"`{prefix}{name.upper()}`", "cores" if name == "workers" else f"`{field.default}`", field.description or "")
        for name, field in Settings.model_fields.items()
    )
    return _table(("variable", "default", "meaning"), rows)


def tasks() -> str:
    """Every task of training, with the loss of an answer that doesn't look."""
    rows = ((f"`{task.name}`", str(task.default_length), task.about, task.chance_formula) for task in TASKS.values())
    return _table(("task", "T", "what is asked", "chance"), rows)


def optimizers() -> str:
    """Every optimiser, as its formula."""
    return _table(("optimizer", "update"), ((f"`{optimizer.name}`", optimizer.about) for optimizer in OPTIMIZERS.values()))


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


TABLES: dict[str, Callable[[], str]] = {
    "parameters": partial(parameters, RunParameters),
    "training_parameters": partial(parameters, TrainingParameters),
    "cliff_parameters": partial(parameters, CliffParameters),
    "parts": partial(answer, *((name, part.answer) for name, part in PARTS.items())),
    "verdict": partial(answer, ("verdict", Verdict)),
    "answer": partial(answer, ("sequence", SequenceUsed), ("loss", Loss), ("divergence", Divergence)),
    "constants": numerical_constants,
    "tasks": tasks,
    "optimizers": optimizers,
    "errors": errors,
    "settings": settings,
}

if __name__ == "__main__":
    main()
