"""What goes into the network: signals, text, measured series, a user's own numbers; and the tasks for training (`tasks`)."""

from app.sequences.own import own_sequence
from app.sequences.sequence import InputSequence, Source
from app.sequences.series import CO2, SUNSPOTS_MONTHLY, SUNSPOTS_YEARLY
from app.sequences.signals import IMPULSE, RANDOM_WALK, SINE, WHITE_NOISE
from app.sequences.text import TEXT

__all__ = ["SOURCES", "InputSequence", "Source", "own_sequence"]

SOURCES: dict[str, Source] = {
    source.name: source for source in (IMPULSE, SINE, WHITE_NOISE, RANDOM_WALK, TEXT, SUNSPOTS_YEARLY, SUNSPOTS_MONTHLY, CO2)
}
