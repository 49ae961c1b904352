"""One exploration from its parameters to its answer: resolve, build, compute the parts that were asked for."""

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.common.answers import plain
from app.common.build_network import build_network
from app.common.cell_settings import resolved_settings, without_unread
from app.engine.arrays import Array, Weights
from app.engine.errors import InvalidParameter, WrongShape
from app.engine.interruption import checkpoint
from app.engine.model.cells import CELLS
from app.engine.model.network import Network, check_shapes
from app.engine.model.readouts import READOUTS, loss_steps
from app.engine.model.weights import RECURRENT
from app.explore.answer import Loss, SequenceUsed
from app.explore.exploration import Exploration
from app.explore.parameters import OWN_SOURCE, RunParameters
from app.explore.parts import PARTS
from app.explore.verdict import verdict
from app.explore.work import DEVIATIONS, SMALLEST_PLAIN_RADIUS
from app.sequences import SOURCES, InputSequence, own_sequence

DEFAULT_HIDDEN_SIZE = RunParameters().hidden_size


@dataclass(frozen=True)
class OwnData:
    """A user's own weights (any that the cell and the read-out declare), inputs (T, D) and targets (T, O)."""

    weights: Weights | None = None
    x: Array | None = None
    target: Array | None = None


@dataclass(frozen=True)
class PreparedRun:
    """A run of which everything is known but its numbers.

    Attributes
    ----------
    parameters : RunParameters
        Resolved: every default is filled in.
    own : OwnData
        What was given in place of drawn weights and made sequences.
    sequence : InputSequence, optional
        Inputs, targets and labels; without it, `compute` makes it again.
    """

    parameters: RunParameters
    own: OwnData
    sequence: InputSequence | None

    def without_sequence(self) -> "PreparedRun":
        """The same run, small enough to wait in a queue."""
        return dataclasses.replace(self, sequence=None)


def prepare(parameters: RunParameters, own: OwnData | None = None) -> PreparedRun:
    """Make the sequence, and fill in every default that follows from it.

    Raises
    ------
    InvalidParameter
        Where the parameters can't go together: with the parameter, what was got, what is allowed and what to do.
    """
    own = own or OwnData()
    sequence = _sequence(parameters, own)
    return PreparedRun(_resolved(parameters, own, sequence), own, sequence)


def largest_argument(run: PreparedRun) -> float | None:
    """About the largest |s| where weights or inputs are the user's own, for states of size 1 at most; None where none are.

    It is infinite where W is so small that its powers leave float64 at once: such steps take as long as saturated ones.
    """
    weights, x = run.own.weights or {}, run.own.x
    if not weights and x is None:
        return None
    parameters = run.parameters
    scales = {"input": parameters.input_scale, "recurrent": parameters.spectral_radius, "bias": parameters.bias_scale}
    sizes = {
        weight: float(np.abs(weights[weight.name]).max(initial=0.0)) if weight.name in weights else DEVIATIONS * scales[weight.role]
        for weight in CELLS[parameters.cell].weights
    }
    largest_input = DEVIATIONS if x is None else float(np.abs(x).max(initial=0.0))
    if any(weight.role == "recurrent" and weight.name in weights and 0.0 < size < SMALLEST_PLAIN_RADIUS for weight, size in sizes.items()):
        return math.inf
    return sum(size * (largest_input if weight.role == "input" else 1.0) for weight, size in sizes.items())


def compute(run: PreparedRun) -> dict[str, Any]:
    """Draw the network and compute the parts that are asked for.

    Parameters
    ----------
    run : PreparedRun
        From `prepare`.

    Returns
    -------
    dict
        The answer in the shape of the API, with NumPy arrays as leaves. The parts in `parameters.include` are there,
        the others are absent; `verdict` comes with `jacobian_norms`.

    Raises
    ------
    InvalidParameter
        Where the weights can't be drawn, or a part can't be made for these sizes.
    """
    resolved = run.parameters
    sequence = _sequence(resolved, run.own) if run.sequence is None else run.sequence
    exploration = Exploration(resolved, sequence, _network(resolved, run.own))
    parts = {}
    for name in resolved.include:
        checkpoint()
        parts[name] = plain(PARTS[name].compute(exploration))
    if "jacobian_norms" in parts:
        parts["verdict"] = plain(verdict(exploration))
    divergence = exploration.divergence(with_gradients=any(PARTS[name].plain_gradient for name in resolved.include))
    return {
        "parameters": echo(resolved, run.own),
        "sequence": plain(SequenceUsed(sequence.x, sequence.target, sequence.labels, sequence.symbols)),
        "loss": plain(Loss(resolved.loss or "", exploration.loss_steps, exploration.loss_per_step, exploration.loss)),
        **parts,
        "divergence": plain(divergence) if divergence else None,
    }


def explore(parameters: RunParameters, own: OwnData | None = None) -> dict[str, Any]:
    """Prepare a run and compute it."""
    return compute(prepare(parameters, own))


def resolve(parameters: RunParameters, own: OwnData | None = None) -> RunParameters:
    """The same parameters with every default filled in; errors as `prepare`."""
    return prepare(parameters, own).parameters


def echo(resolved: RunParameters, own: OwnData) -> dict[str, Any]:
    """The request as understood: posting it again gives the same answer."""
    given = {"weights": own.weights, "x": own.x, "target": own.target}
    flat = {**vars(resolved), "include": list(resolved.include)}
    return {**without_unread(flat), **{name: value for name, value in given.items() if value is not None}}


def _sequence(parameters: RunParameters, own: OwnData) -> InputSequence:
    """Inputs and targets, as `source` and `input_at` say or as the user gave them."""
    sequence = _given_or_made(parameters, own)
    if parameters.input_at == "every":
        return sequence
    x = np.zeros_like(sequence.x)
    x[0] = sequence.x[0]
    return dataclasses.replace(sequence, x=x)


def _given_or_made(parameters: RunParameters, own: OwnData) -> InputSequence:
    if own.x is not None:
        return own_sequence(own.x, own.target)
    if own.target is not None:
        raise InvalidParameter("target", "a target without x", "target together with x", "Post x (T, D) as well.")
    if parameters.source == OWN_SOURCE:
        raise InvalidParameter("source", OWN_SOURCE, list(SOURCES), "Own data comes by POST, as x (T, D).")
    return SOURCES[parameters.source].make(
        length=parameters.length,
        input_size=parameters.input_size,
        output_size=parameters.output_size,
        text=parameters.text,
        seed=parameters.seed,
    )


def _resolved(parameters: RunParameters, own: OwnData, sequence: InputSequence) -> RunParameters:
    length, (input_size, output_size) = len(sequence.x), (sequence.x.shape[1], sequence.target.shape[1])
    for name, asked, found in (
        ("input_size", parameters.input_size, input_size),
        ("output_size", parameters.output_size, output_size),
        ("length", parameters.length, length),
    ):
        if asked not in (None, found):
            raise InvalidParameter(name, asked, found, f"The sequence has {found}; leave {name} out.")
    readout = parameters.readout or sequence.readout
    loss = parameters.loss or READOUTS[readout].loss
    if loss != READOUTS[readout].loss:
        raise InvalidParameter("loss", loss, READOUTS[readout].loss, f"It is the loss of readout={readout}; leave loss out.")
    if readout == "softmax" and not _is_distribution(sequence.target):
        remedy = "Use readout=identity for numbers, or source=text."
        raise InvalidParameter("readout", readout, "softmax only where every target row is a probability distribution", remedy)
    truncation = parameters.truncation or length
    if truncation > length:
        raise InvalidParameter("truncation", truncation, f"1 to {length} (the sequence's length)", "Lower truncation, or leave it out.")
    loss_steps(parameters.loss_at, length)  # raises if a step is outside the sequence
    return dataclasses.replace(
        parameters,
        input_size=input_size,
        hidden_size=_hidden_size(parameters, own),
        output_size=output_size,
        readout=readout,
        loss=loss,
        length=length,
        source=parameters.source if own.x is None else OWN_SOURCE,
        text=_text(parameters, own),
        truncation=truncation,
        include=tuple(name for name in PARTS if name in parameters.include),
        **resolved_settings(parameters),
    )


def _text(parameters: RunParameters, own: OwnData) -> str | None:
    """The text that was read, or None for a source that reads none."""
    default = SOURCES[parameters.source].default_text if own.x is None else None
    return None if default is None else parameters.text or default


def _is_distribution(target: Array) -> bool:
    return bool((target >= 0.0).all() and np.allclose(target.sum(axis=1), 1.0, atol=1e-9))


def _hidden_size(parameters: RunParameters, own: OwnData) -> int:
    """hidden_size, or the size of a posted W if hidden_size was left at its default."""
    W = (own.weights or {}).get(RECURRENT)
    if W is None or parameters.hidden_size != DEFAULT_HIDDEN_SIZE:
        return parameters.hidden_size
    if W.ndim != 2:
        raise WrongShape(RECURRENT, W.shape, (DEFAULT_HIDDEN_SIZE, DEFAULT_HIDDEN_SIZE))
    return int(W.shape[1])


def _network(resolved: RunParameters, own: OwnData) -> Network:
    if resolved.input_size is None or resolved.output_size is None or resolved.readout is None:
        raise TypeError("the parameters must be resolved first")
    network = build_network(resolved, input_size=resolved.input_size, output_size=resolved.output_size, readout=resolved.readout)
    if own.weights:
        network = dataclasses.replace(network, parameters={**network.parameters, **own.weights})
        check_shapes(network.parameters, network.cell, resolved.input_size, resolved.hidden_size, resolved.output_size)
    return network
