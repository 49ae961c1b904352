"""A training run is a function of its parameters: told whole or in pieces, here or there, its numbers are the same."""

import dataclasses
import itertools
import math

import numpy as np
import pytest

from app.engine.backward.bptt import loss_per_step
from app.engine.backward.clipping import global_norm
from app.engine.backward.truncation import TRUNCATION_MODES
from app.engine.errors import InvalidParameter, UnknownName
from app.engine.model.cells import CELLS
from app.engine.model.network import forward
from app.engine.numerics.central_differences import central_differences
from app.engine.optimizers import OPTIMIZERS
from app.sequences.tasks import TASKS
from app.train.parameters import TrainingParameters
from app.train.training import (
    Diverged,
    Finished,
    Replayed,
    Snapshot,
    Started,
    State,
    Step,
    advance,
    batch_gradients,
    events,
    prepare,
    resolve,
)

SMALL = TrainingParameters(steps=12, hidden_size=5, batch_size=4, length=8, snapshot_every=5, clip_threshold=0.5)
DIVERGING = dataclasses.replace(
    SMALL, activation="relu", initializer="identity", spectral_radius=1.0, learning_rate=1e6, clip_threshold=None, length=20, steps=40
)


class Memory:
    """Checkpoints that forget nothing."""

    def __init__(self) -> None:
        self.states: dict[TrainingParameters, list[State]] = {}

    def latest(self, run, at_most):
        return max((state for state in self.states.get(run, []) if state.step <= at_most), key=lambda state: state.step, default=None)

    def keep(self, run, state):
        self.states.setdefault(run, []).append(state)


def plain(event):
    """An event in a form that compares."""
    if isinstance(event, Snapshot):
        return event.step, str(event.parts)
    return event


def test_events_come_in_order():
    told = list(events(SMALL))
    assert isinstance(told[0], Started)
    assert told[0].parameters == resolve(SMALL)
    assert [type(event).__name__ for event in told[1:4]] == ["Snapshot", "Step", "Step"]
    assert [event.step for event in told if isinstance(event, Step)] == list(range(1, 13))
    assert [event.step for event in told if isinstance(event, Snapshot)] == [0, 5, 10, 12]
    for event, after in itertools.pairwise(told):
        if isinstance(event, Snapshot) and event.step > 0:
            assert isinstance(after, Step)
            assert after.step == event.step
    assert told[-1] == Finished(12, completed=True)


def test_the_same_parameters_give_the_same_events():
    assert [*map(plain, events(SMALL))][1:] == [*map(plain, events(SMALL))][1:]


@pytest.mark.parametrize("start_after", [1, 4, 5, 11, 12])
@pytest.mark.parametrize("with_checkpoints", [False, True])
def test_going_on_after_any_step_gives_the_same_numbers(start_after, with_checkpoints):
    memory = Memory() if with_checkpoints else None
    whole = [plain(event) for event in events(SMALL, checkpoints=memory)]
    rest = [plain(event) for event in events(SMALL, start_after, memory)]
    replayed = [event for event in rest if isinstance(event, Replayed)]
    assert len(replayed) == (0 if with_checkpoints else start_after)  # with one checkpoint per step there is nothing to repeat
    first = (
        next(index for index, event in enumerate(whole) if isinstance(event, Step) and event.step > start_after) if start_after < 12 else -1
    )
    if isinstance(whole[first - 1], tuple) and whole[first - 1][0] == start_after + 1:
        first -= 1  # the snapshot that belongs to the step
    assert [event for event in rest[1:] if not isinstance(event, Replayed)] == whole[first:]


def test_a_checkpoint_of_another_run_is_not_taken():
    memory = Memory()
    list(events(SMALL, checkpoints=memory))
    other = dataclasses.replace(SMALL, seed=2)
    assert [plain(event) for event in events(other, 6, memory)][-3:] == [plain(event) for event in events(other)][-3:]


def test_variants_see_the_same_batches_and_start_from_the_same_weights():
    first, second = prepare(SMALL), prepare(dataclasses.replace(SMALL, optimizer="adam", truncation=3, clip_threshold=None, steps=99))
    for step in (1, 7):
        np.testing.assert_array_equal(first.batch(step).x, second.batch(step).x)
        np.testing.assert_array_equal(first.batch(step).target, second.batch(step).target)
    assert not np.array_equal(first.batch(1).x, first.batch(2).x)
    for name, value in first.initial.parameters.items():
        np.testing.assert_array_equal(value, second.initial.parameters[name])


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("task", ["adding", "temporal_order", "copy_memory", "sunspot_prediction", "next_character"])
def test_the_gradient_is_that_of_the_loss_which_is_told(task, cell):
    training = prepare(
        TrainingParameters(cell=cell, task=task, hidden_size=3, batch_size=3, length=21 if task == "copy_memory" else 12, bias_scale=0.3)
    )
    state, batch = training.first_state(), training.batch(1)

    def loss(theta):
        trace = forward(dataclasses.replace(training.initial, parameters=theta), batch.x)
        return float(batch.loss_weights @ loss_per_step(trace, batch.target).mean(axis=1))

    step, _, _ = advance(training, state)
    assert step.loss == pytest.approx(loss(state.parameters), rel=1e-14)
    gradients = batch_gradients(training.parameters, forward(training.initial, batch.x), batch)
    assert step.gradient_norm == pytest.approx(global_norm(gradients), rel=1e-14)
    for name, numerical in central_differences(loss, state.parameters).items():
        np.testing.assert_allclose(gradients[name], numerical, atol=1e-8)


def test_a_leaky_network_learns():
    """The next value of a sine, in fewer updates than would be needed by luck."""
    run = TrainingParameters(
        task="sine_prediction", cell="leaky", leak=0.6, spectral_radius=0.9, hidden_size=12, steps=300, learning_rate=0.1
    )
    losses = [event.loss for event in events(run) if isinstance(event, Step)]
    assert np.mean(losses[-20:]) < 0.1 * np.mean(losses[:5])


@pytest.mark.parametrize("task", TASKS)
def test_an_untrained_network_of_small_weights_is_at_chance(task):
    """The loss is in the unit of the task's chance level."""
    network = {"output_scale": 0.01, "input_scale": 0.1, "hidden_size": 8}
    step, _, _ = advance(training := prepare(TrainingParameters(task=task, batch_size=256, **network)), training.first_state())
    uniform = math.log(training.task.output_size) if training.task.readout == "softmax" else None
    mean_of_sums = 1.0 + training.task.chance(20) if task == "adding" else training.task.chance(training.length)
    assert step.loss == pytest.approx(uniform or mean_of_sums, rel=0.15)
    assert (step.accuracy is None) == (training.task.accuracy_about is None)


def test_clipping_is_told_step_by_step():
    steps = [event for event in events(dataclasses.replace(SMALL, clip_threshold=0.8, steps=40)) if isinstance(event, Step)]
    assert {step.clipped for step in steps} == {True, False}
    for step in steps:
        assert step.clipped == (step.gradient_norm > 0.8)
        assert step.clipped_norm == pytest.approx(min(step.gradient_norm, 0.8))


def test_without_a_threshold_nothing_is_clipped():
    steps = [event for event in events(dataclasses.replace(SMALL, clip_threshold=None)) if isinstance(event, Step)]
    assert all(not step.clipped and step.clipped_norm == step.gradient_norm for step in steps)


@pytest.mark.parametrize("mode", TRUNCATION_MODES)
def test_truncation_changes_the_gradient_and_a_full_window_does_not(mode):
    def losses(truncation):
        run = dataclasses.replace(SMALL, task="sine_prediction", truncation=truncation, truncation_mode=mode)
        return [event.loss for event in events(run) if isinstance(event, Step)]

    assert losses(8) == losses(None)
    assert losses(2)[0] == losses(None)[0]
    assert losses(2)[1:] != losses(None)[1:]


def test_spectrum_is_that_of_the_weights_after_the_step():
    training = prepare(dataclasses.replace(SMALL, spectrum_every=3))
    state, measured = training.first_state(), []
    while state.step < 12:
        step, state, _ = advance(training, state)
        if step.spectral_radius is not None:
            measured.append(step.step)
            assert step.spectral_radius == pytest.approx(np.abs(np.linalg.eigvals(state.parameters["W"])).max())
            assert step.sigma_max == pytest.approx(np.linalg.svd(state.parameters["W"], compute_uv=False)[0])
    assert measured == [3, 6, 9, 12]


def test_snapshots_go_along_the_same_sequence_and_show_the_trained_weights():
    first, *_, last = (event.parts for event in events(dataclasses.replace(SMALL, learning_rate=0.5)) if isinstance(event, Snapshot))
    assert first["verdict"].spectral_radius == pytest.approx(1.1)
    assert first["verdict"].spectral_radius != last["verdict"].spectral_radius
    assert first["flow_matrix"].steps == tuple(range(9))
    np.testing.assert_allclose(last["flow_matrix"].log10_frobenius[-1], last["jacobian_norms"].log10_frobenius, atol=1e-12)


def test_a_long_sequence_s_flow_matrix_is_thinned_and_keeps_its_last_row():
    run = TrainingParameters(length=200, steps=1, batch_size=1, hidden_size=4)
    parts = next(event.parts for event in events(run) if isinstance(event, Snapshot))
    steps, flow = parts["flow_matrix"].steps, parts["flow_matrix"].log10_frobenius
    assert len(steps) <= 64
    assert steps[-1] == 200
    assert flow.shape == (len(steps), len(steps))
    np.testing.assert_allclose(flow[-1], parts["jacobian_norms"].log10_frobenius[list(steps)], atol=1e-12)


def test_divergence_is_a_result():
    *_, step, diverged, finished = told = list(events(DIVERGING))
    assert isinstance(diverged, Diverged)
    assert diverged.quantity in {"loss", "gradient", "parameters"}
    assert finished == Finished(diverged.step, completed=False)
    assert isinstance(step, Step)
    assert step.step == diverged.step < 40
    assert all(math.isfinite(event.loss) for event in told if isinstance(event, Step) and event.step < diverged.step)


def test_going_on_after_a_divergence_tells_it_again():
    diverged = next(event for event in events(DIVERGING) if isinstance(event, Diverged))
    again = [event for event in events(DIVERGING, diverged.step) if not isinstance(event, Replayed | Started)]
    assert again == [diverged, Finished(diverged.step, completed=False)]


def test_parameters_that_leave_float64_are_a_divergence():
    run = dataclasses.replace(SMALL, learning_rate=1e308, output_scale=10.0, clip_threshold=None)
    training = prepare(run)
    step, state, divergence = advance(training, training.first_state())
    assert math.isfinite(step.loss)
    assert math.isfinite(step.gradient_norm)
    assert divergence == Diverged(1, "parameters")
    assert not all(np.isfinite(value).all() for value in state.parameters.values())


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_defaults_are_filled_in_and_what_the_optimizer_does_not_read_is_none(name):
    run = resolve(TrainingParameters(optimizer=name, momentum=0.5))
    assert run.learning_rate == OPTIMIZERS[name]().learning_rate
    assert run.momentum == (0.5 if name == "momentum" else None)
    assert (run.first_decay is None) == (name != "adam")
    assert (run.second_decay is None) == (name not in {"rmsprop", "adam"})
    assert run.length == run.truncation == 20
    assert run.snapshot_every == 25
    assert resolve(run) == run


def test_only_a_task_that_reads_a_text_has_one():
    assert resolve(TrainingParameters(text="abc abc")).text is None
    assert resolve(TrainingParameters(task="next_character")).text
    assert resolve(TrainingParameters(task="next_character", text="banana", length=5)).text == "banana"


@pytest.mark.parametrize(
    ("change", "parameter"),
    [
        ({"truncation": 9}, "truncation"),
        ({"length": 1}, "length"),
        ({"task": "alice", "length": 10_000}, "length"),
        ({"task": "next_character", "text": "a"}, "text"),
    ],
)
def test_what_does_not_go_together_is_refused_by_name(change, parameter):
    with pytest.raises(InvalidParameter) as caught:
        resolve(dataclasses.replace(SMALL, **change))
    assert caught.value.parameter == parameter


def test_an_unknown_task_is_refused():
    with pytest.raises(UnknownName):
        resolve(TrainingParameters(task="subtracting"))


@pytest.mark.parametrize("start_after", [-1, 13])
def test_going_on_after_a_step_that_is_none_of_the_run_s_is_refused(start_after):
    with pytest.raises(InvalidParameter):
        next(events(SMALL, start_after))
