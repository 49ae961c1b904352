"""The tasks of the Train page, by name."""

from app.engine.errors import UnknownName
from app.sequences.tasks.adding import Adding
from app.sequences.tasks.copy_memory import CopyMemory
from app.sequences.tasks.forecast import SinePrediction, SunspotPrediction
from app.sequences.tasks.next_character import NextCharacter
from app.sequences.tasks.task import Batch, Task
from app.sequences.tasks.temporal_order import TemporalOrder

__all__ = ["TASKS", "Batch", "Task", "find_task"]

TASKS: dict[str, Task] = {
    task.name: task
    for task in (
        Adding(),
        CopyMemory(),
        TemporalOrder(),
        SinePrediction(),
        SunspotPrediction(),
        NextCharacter("next_character", "Your own text. At every step: the next character."),
        NextCharacter("alice", "The first pages of Alice's Adventures in Wonderland. At every step: the next character.", "alice.txt"),
        NextCharacter("sowol", "Twelve poems of Kim Sowol (김소월). At every step: the next character.", "sowol.txt"),
    )
}


def find_task(name: str, text: str | None = None) -> Task:
    """The task of this name; a task that reads a user's text gets it here.

    >>> find_task("next_character", "banana").symbols
    ('a', 'b', 'n')
    """
    if name not in TASKS:
        raise UnknownName("task", name, TASKS)
    return TASKS[name].with_text(text)
