"""How a cell and a read-out declare what they learn: each weight's name, shape and role. Nothing else lists weights by name."""

from dataclasses import dataclass
from typing import Literal

Role = Literal["input", "recurrent", "output", "bias", "initial"]

# The recurrent matrix has this name in every cell. Its gradient is the one that is taken apart, term by term.
RECURRENT = "W"


@dataclass(frozen=True)
class Weight:
    """A matrix or vector that is learned.

    Attributes
    ----------
    name : str
        As in docs/mathematics.md, in the API and on the page.
    shape : tuple of str
        In the letters of docs/mathematics.md: D, H, O, or several blocks of them such as 4H.
    role : str
        What decides how it is drawn, and how large it makes the pre-activation.
    about : str
        In a few words.
    """

    name: str
    shape: tuple[str, ...]
    role: Role
    about: str

    @property
    def in_letters(self) -> str:
        """The shape as people write it.

        >>> Weight("b_z", ("O",), "bias", "Bias of z").in_letters
        '(O)'
        """
        return f"({', '.join(self.shape)})"

    def sizes(self, **letters: int) -> tuple[int, ...]:
        """The shape in numbers.

        >>> Weight("U", ("4H", "D"), "input", "Input matrix").sizes(D=3, H=2, O=1)
        (8, 3)
        """
        return tuple(int(axis[:-1] or 1) * letters[axis[-1]] for axis in self.shape)


def affine_weights(blocks: int = 1) -> tuple[Weight, ...]:
    """U, W and b_s of s_t = U x_t + W h_{t−1} + b_s, with so many blocks of H rows."""
    rows = "H" if blocks == 1 else f"{blocks}H"
    return (
        Weight("U", (rows, "D"), "input", "Input matrix"),
        Weight(RECURRENT, (rows, "H"), "recurrent", "Recurrent matrix"),
        Weight("b_s", (rows,), "bias", "Bias of s"),
    )


READOUT_WEIGHTS = (
    Weight("V", ("O", "H"), "output", "Read-out matrix"),
    Weight("b_z", ("O",), "bias", "Bias of z"),
)


def initial_state(states: tuple[str, ...]) -> tuple[Weight, ...]:
    """The state before the first step, one vector for each state of a cell: h_0 for h."""
    about = "The state before the first step"
    return tuple(Weight(f"{name}_0", ("H",), "initial", about if name == "h" else f"{about}: {name}") for name in states)
