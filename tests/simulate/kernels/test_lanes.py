"""The SIMD kernels against the portable one: the same bits, whatever the stages, lags, chunks and replicas."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boundary import BadInput
from simulate import kernels
from theory.setting.devices import Elements, Pulses

PARAMETERS = {
    "ald": (), "power": (2.0, 1.5), "exponential": (1.5,), "shifted-linear": (0.8, 1.3), "pulse-train": (),
    "constant-step": (), "linear-step": (0.9, 1.1, 0.5, 0.7), "exp-step": (0.9, 1.1, 0.2, 0.3, 1.5, 2.5),
    "table": (1.5, 1.2, 0.4, 0.3, 0.5, 1.4),
}  # fmt: skip
PULSES = {"none": None, "rounded": Pulses(0.05), "trains": Pulses(0.05, 5, 0.4, 0.01)}
ELEMENTS = {"alike": None, "unequal": Elements(0.1, 0.1, 0.1, 0.05, 0.02, seed=3)}


def run(
    path, widths, lags, *, replicas=9, steps=40, cuts=(), dtype=np.float64, seed=0, tau=2.0, alpha=0.1, batch=1,
    device="ald", pulses="none", elements="alike", **options,
):  # fmt: skip
    rng = np.random.default_rng(seed)
    inputs, targets = rng.normal(size=(16, widths[0])), rng.normal(size=(16, widths[-1]))
    size = sum(a * b for a, b in itertools.pairwise(widths))
    state = kernels.start(rng.normal(size=size) * 0.4, replicas, lags, dtype)
    samples = rng.integers(0, 16, size=(replicas, steps, batch))
    times = np.sort(rng.integers(0, steps, size=(replicas, 3)), axis=1)
    reach = None if pulses == "none" and elements == "alike" else np.inf
    beside = (0.0, PULSES[pulses], ELEMENTS[elements], 7, range(2, 2 + replicas), reach)
    shots = []
    for low, high in itertools.pairwise([0, *cuts, steps]):
        mask = np.zeros((replicas, 0), np.int64) if cuts else times
        shots.append(
            kernels.network(
                state, samples[:, low:high], inputs, targets, widths, lags, alpha=alpha,
                element=kernels.Element(device, tau, PARAMETERS[device], *beside), times=mask, path=path, **options,
            )
        )  # fmt: skip
    return state, np.concatenate(shots, axis=1)


def assert_same(one, other):
    (a, shots), (b, same) = one, other
    sound = a.diverged[:, 0] < 0
    np.testing.assert_array_equal(a.diverged, b.diverged)
    np.testing.assert_array_equal(a.history[sound], b.history[sound])
    np.testing.assert_array_equal(a.tally, b.tally)
    np.testing.assert_array_equal(shots, same)


@st.composite
def shapes(draw):
    widths = draw(st.lists(st.integers(1, 9), min_size=2, max_size=6))
    lags = sorted(draw(st.lists(st.integers(0, 7), min_size=len(widths) - 1, max_size=len(widths) - 1)), reverse=True)
    return tuple(widths), tuple(lags)


@settings(deadline=None, max_examples=60)
@given(
    shapes(),
    st.sampled_from(tuple(kernels.ACTIVATIONS)),
    st.sampled_from(("log-cosh", "squared", "logistic")),
    st.sampled_from((2.0, np.inf)),
    st.integers(1, 19),
    st.integers(0, 9),
)
def test_both_kernels_give_the_same_bits(shape, activation, loss, tau, replicas, seed):
    options = {"activation": activation, "loss": loss, "tau": tau, "replicas": replicas, "seed": seed}
    assert_same(run("plain", *shape, **options), run("lanes", *shape, **options))


@settings(deadline=None, max_examples=60)
@given(
    shapes(), st.sampled_from(tuple(PARAMETERS)), st.integers(1, 4), st.sampled_from((2.0, 0.7, np.inf)),
    st.integers(1, 9), st.integers(0, 9),
)  # fmt: skip
def test_batches_and_devices_give_the_same_bits(shape, device, batch, tau, replicas, seed):
    options = {"batch": batch, "tau": tau if device == "ald" else min(tau, 2.0), "device": device, "seed": seed}
    plain, fast = (run(path, *shape, replicas=replicas, **options) for path in ("plain", "lanes"))
    assert_same(plain, fast)


@settings(deadline=None, max_examples=40)
@given(
    shapes(), st.sampled_from(("ald", "exponential", "table")), st.sampled_from(("rounded", "trains")),
    st.sampled_from(tuple(ELEMENTS)), st.integers(1, 2), st.integers(1, 9), st.integers(0, 9),
)  # fmt: skip
def test_pulses_and_unequal_elements_give_the_same_bits(shape, device, pulses, elements, batch, replicas, seed):
    options = {"batch": batch, "device": device, "pulses": pulses, "elements": elements, "seed": seed}
    plain, fast = (run(path, *shape, replicas=replicas, **options) for path in ("plain", "lanes"))
    assert_same(plain, fast)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_what_is_drawn_does_not_depend_on_chunks_threads_or_neighbours(dtype):
    widths, lags, options = (8, 5, 8, 4, 3), (3, 2, 1, 0), {"pulses": "trains", "elements": "unequal", "dtype": dtype}
    whole, _ = run("lanes", widths, lags, replicas=19, **options)
    for cuts, threads in (((1, 2, 10, 33), 1), ((7,), 2)):
        cut, _ = run("lanes", widths, lags, replicas=19, cuts=cuts, threads=threads, **options)
        np.testing.assert_array_equal(whole.history, cut.history)
    assert_same(*(run(path, widths, lags, **options) for path in ("plain", "lanes")))
    smooth, _ = run("lanes", widths, lags, replicas=19, **{**options, "pulses": "none"})
    assert not np.allclose(whole.weights, smooth.weights, atol=1e-3)


@pytest.mark.parametrize(("batch", "device"), [(3, "ald"), (1, "power"), (2, "pulse-train")])
def test_batches_in_chunks_threads_and_float32(batch, device):
    widths, lags, options = (8, 5, 8, 4, 3), (3, 2, 1, 0), {"batch": batch, "device": device, "replicas": 19}
    whole, _ = run("lanes", widths, lags, **options)
    for cuts, threads in (((1, 2, 10, 33), 1), ((7,), 2)):
        cut, _ = run("lanes", widths, lags, cuts=cuts, threads=threads, **options)
        np.testing.assert_array_equal(whole.history, cut.history)
        np.testing.assert_array_equal(whole.tally, cut.tally)
    assert_same(*(run(path, widths, lags, dtype=np.float32, **options) for path in ("plain", "lanes")))


@pytest.mark.parametrize("lags", [(3, 2, 1, 0), (6, 4, 2, 0), (0, 0, 0, 0)])
def test_float32_gives_the_same_bits_too(lags):
    widths = (8, 5, 8, 4, 3)
    assert_same(run("plain", widths, lags, dtype=np.float32), run("lanes", widths, lags, dtype=np.float32))


def test_chunks_threads_and_taking_turns_change_no_bit():
    widths, lags = (8, 5, 8, 4, 3), (3, 2, 1, 0)
    whole, _ = run("lanes", widths, lags, replicas=19)
    for cuts, threads in (((1, 2, 10, 33), 1), ((7,), 2)):
        cut, _ = run("lanes", widths, lags, replicas=19, cuts=cuts, threads=threads)
        np.testing.assert_array_equal(whole.history, cut.history)
        np.testing.assert_array_equal(whole.tally, cut.tally)


def test_every_divergence_is_seen_at_the_same_step_and_stage():
    for tau, alpha in ((0.9, 3.0), (np.inf, 50.0)):
        options = {"tau": tau, "alpha": alpha, "loss": "squared", "activation": "identity", "replicas": 12}
        for batch in (1, 2):
            one, other = (run(path, (4, 4, 4, 4), (2, 1, 0), batch=batch, **options) for path in ("plain", "lanes"))
            assert (one[0].diverged[:, 0] >= 0).any()
            assert_same(one, other)


def test_what_no_fast_kernel_serves_goes_to_the_portable_one():
    with pytest.raises(BadInput, match="path = lanes"):
        run("lanes", (3, 4, 2), (0, 2))
    state = run("auto", (3, 4, 2), (0, 2))[0]
    np.testing.assert_array_equal(state.history, run("plain", (3, 4, 2), (0, 2))[0].history)


def test_a_kernel_that_reads_other_weights_differs():
    assert not np.array_equal(run("lanes", (8, 8, 8), (1, 0))[0].weights, run("lanes", (8, 8, 8), (2, 0))[0].weights)


@pytest.mark.parametrize("steps", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("lags", [(2, 1, 0), (0, 0, 0)])
def test_ranges_of_a_stretch_hold_the_weights_after_every_step_of_it(steps, lags):
    """The last ones too, however many steps there are, and nothing else: the observer would hide what is left out."""
    size, found = 3 * 4 + 4 * 2 + 2 * 5, []
    for path in ("plain", "lanes"):
        found.append(np.full((9, 2, size), np.nan))
        run(path, (3, 4, 2, 5), lags, steps=steps, spans=found[-1])
    np.testing.assert_array_equal(*found)
