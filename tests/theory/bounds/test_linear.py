"""The matrix inequality for linear directions: a certificate is checked in rational numbers, and faults are refused."""

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import sympy
from flint import fmpq, fmpq_mat

from boundary import OutsideDomain
from theory.bounds import linear, linear_search
from theory.bounds.arithmetic import ball_function
from theory.bounds.linear import LinearRun, Multipliers

RHO = 0.4


def a_run(*lags: int, alpha: float = 0.05, rho: float = RHO) -> LinearRun:
    D, rng = len(lags), np.random.default_rng(0)
    basis, _ = np.linalg.qr(rng.standard_normal((D, D)))
    H = (basis * np.geomspace(1, 0.2, D)) @ basis.T
    start, target = rng.uniform(-0.3, 0.3, D), rng.uniform(-0.1, 0.1, D)
    return LinearRun((H + H.T) / 2, lags, alpha, start, target, np.full(D, 0.04), np.full(D, rho))


def found_of(run: LinearRun, iterations: int = 1000) -> Multipliers:
    found = linear_search.find(run, iterations)
    assert found is not None
    return found


def test_the_matrices_make_the_steps_of_the_recursion() -> None:
    run = a_run(2, 0, 1)
    A, B, F, G = (np.array(m.tolist(), dtype=object).astype(float) for m in run.matrices)
    rng = np.random.default_rng(1)
    past = [run.start.copy()] * 3
    z = np.array([float(entry) for entry in run.state.entries()])
    for _ in range(6):
        stale = np.array([past[-1 - lag][i] for i, lag in enumerate(run.lags)])
        g, more = run.hessian @ (stale - run.minimiser), rng.standard_normal(3)
        assert np.allclose(G @ z, g)
        assert np.allclose(F @ z, run.hessian @ (past[-1] - run.minimiser))
        past.append(past[-1] - run.alpha * (g + more))
        z = A @ z + B @ more
        assert np.allclose(z[list(run.current)], past[-1] - run.minimiser)


@pytest.mark.parametrize("lags", [(0,), (0, 0), (1, 0), (2, 1, 0)])
@pytest.mark.parametrize("rho", [0.0, 0.4])
def test_what_is_found_is_a_certificate(lags: tuple[int, ...], rho: float) -> None:
    run = a_run(*lags, rho=rho)
    assert linear.check(run, found_of(run)) == ""


def means(run: LinearRun, steps: int, tau: float) -> tuple[float, float]:
    """Return A of a run with two-point noise, over all paths, and the largest saturation met."""
    scale, D = np.sqrt(run.variance), len(run.lags)
    total, most = 0.0, 0.0
    for signs in product((-1.0, 1.0), repeat=D * steps):
        past = [run.start]
        for noise in np.reshape(signs, (steps, D)) * scale:
            now = past[-1]
            stale = np.array([past[max(len(past) - 1 - lag, 0)][i] for i, lag in enumerate(run.lags)])
            total += float(np.sum((run.hessian @ (now - run.minimiser)) ** 2))
            most = max(most, float(np.abs(now).max()) / tau)
            g = run.hessian @ (stale - run.minimiser) + noise
            past.append(now - run.alpha * (g + np.abs(g) * now / tau))
    return total / (steps * 2.0 ** (D * steps)), most


@pytest.mark.parametrize(("lags", "steps", "alpha"), [((0,), 10, 0.3), ((3,), 10, 0.1), ((1, 0), 5, 0.3)])
def test_the_bound_holds_of_all_paths_of_a_short_run(lags: tuple[int, ...], steps: int, alpha: float) -> None:
    run = a_run(*lags, alpha=alpha, rho=0.6)
    A, met = means(run, steps, tau=1.0)
    assert met <= 0.6
    bound = linear.evaluate(run, found_of(run, steps), steps).value
    assert bound >= A


def test_without_drift_nothing_is_lost_but_what_is_left_at_the_end() -> None:
    run, tau = a_run(2, alpha=0.3, rho=0.0), 1e12
    A, _ = means(run, 10, tau)
    H = run.hessian[0, 0]
    bound = linear.evaluate(run, found_of(run, 10), 10).value
    assert A <= bound <= A + H * max(float(run.start[0]), 1.0) / (2 * run.alpha * 10)
    long = linear.evaluate(run, found_of(run, 10**9), 10**9).value
    # of d = 2 delays: the stationary variance of w+ = w - a w_{-2} + noise, by its spectral density
    angle = np.linspace(0, 2 * np.pi, 2**16, endpoint=False)
    density = 1 / np.abs(np.exp(1j * angle) - 1 + run.alpha * H * np.exp(-2j * angle)) ** 2
    assert long == pytest.approx(float((run.alpha * H) ** 2 * run.variance[0] * density.mean()), rel=2e-4)


def negative_theta(found: Multipliers) -> Multipliers:
    theta = found.theta.copy()
    theta[1] *= -1
    return replace(found, theta=theta)


def with_P(change: Callable[[np.ndarray], np.ndarray]) -> Callable[[Multipliers], Multipliers]:
    return lambda found: replace(found, P=change(found.P))


def flip(P: np.ndarray) -> np.ndarray:
    P = P.copy()
    P[0, 0] *= -1
    return P


def tilt(P: np.ndarray) -> np.ndarray:
    P = P.copy()
    P[0, 1] = np.nextafter(P[0, 1], np.inf)
    return P


FAULTS = {
    "P negative": (with_P(lambda P: -P), "P is not positive definite"),
    "P indefinite": (with_P(flip), "P is not positive definite"),
    "P zero": (with_P(lambda P: 0 * P), "P is not positive definite"),
    "P not symmetric": (with_P(tilt), "P is not symmetric"),
    "P not a number": (with_P(lambda P: P * np.nan), "not finite"),
    "P too small": (with_P(lambda P: P * (1 - 1e-6)), "the matrix inequality does not hold"),
    "P of another size": (with_P(lambda P: P[:-1, :-1]), "shape"),
    "theta negative": (negative_theta, "theta is negative"),
    "theta zero": (lambda found: replace(found, theta=0 * found.theta), "the matrix inequality does not hold"),
    "theta too large": (lambda found: replace(found, theta=2 * found.theta), "the matrix inequality does not hold"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_refused(fault: str) -> None:
    run = a_run(2, 0, 1)
    change, why = FAULTS[fault]
    found = change(found_of(run))
    assert why in linear.check(run, found)
    with pytest.raises(OutsideDomain, match="certificate"):
        linear.evaluate(run, found, 1000)


def test_a_pair_on_the_edge_has_no_margin_and_is_refused() -> None:
    run = a_run(2, 0, 1)
    found = found_of(run)
    edge = linear_search._Floats(run, 1000).storage(found.theta)
    assert edge is not None
    assert linear.check(run, replace(found, P=(edge + edge.T) / 2)) != ""


def without_lag(run: LinearRun) -> None:
    A, B, F, G = run.matrices
    A, G = A * 1, G * 1
    for j in range(G.nrows()):
        G[j, run.current[0] + run.lags[0]] = 0
        G[j, run.current[0]] = F[j, run.current[0]]
    for at, row in zip(run.current, range(G.nrows()), strict=True):
        for column in range(run.size):
            keeps = 1 if column == at else 0
            A[at, column] = keeps - linear.exact(run.alpha) * G[row, column]
    run.__dict__["matrices"] = A, B, F, G


def other_sign(run: LinearRun) -> None:
    A, B, F, G = run.matrices
    A = A * 1
    A[0, run.lags[0]] *= -1
    run.__dict__["matrices"] = A, B, F, G


def no_drift(run: LinearRun) -> None:
    run.__dict__["squares"] = [fmpq(0)] * len(run.lags)


@pytest.mark.parametrize("fault", [without_lag, other_sign, no_drift])
def test_a_certificate_of_another_run_is_none_of_this_one(fault: Callable[[LinearRun], None]) -> None:
    """A fault in what the search believes the run to be cannot pass, as the check makes its own matrices."""
    believed, run = a_run(3, 0, alpha=0.2), a_run(3, 0, alpha=0.2)
    fault(believed)
    floats = linear_search._Floats(believed, 1000)
    if fault is no_drift:
        floats.squares = 0 * floats.squares
    theta = np.full(2, 1.3)
    P = floats.storage(theta, 1e-9)
    if P is None:  # of the other sign there may be none at all
        assert fault is other_sign
        return
    assert linear.check(run, Multipliers((P + P.T) / 2, theta)) != ""


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("H", {"hessian": np.array([[1.0, 0.5], [0.4, 1.0]])}),
        ("lags", {"lags": (-1, 0)}),
        ("alpha", {"alpha": 0.0}),
        ("alpha", {"alpha": float("inf")}),
        ("variance", {"variance": np.array([-1.0, 0.0])}),
        ("rho", {"saturation": np.array([1.0, 0.0])}),
        ("start", {"start": np.array([np.nan, 0.0])}),
    ],
)
def test_what_is_no_run_is_refused(name: str, change: dict[str, object]) -> None:
    with pytest.raises(OutsideDomain, match=name):
        replace(a_run(1, 0), **change)  # type: ignore[arg-type]


def test_steps_too_long_and_states_too_large_have_no_certificate() -> None:
    assert linear_search.find(a_run(1, 1, alpha=2.5), 100) is None
    assert linear_search.find(a_run(40), 100) is None
    flat = a_run(0, 0)
    assert linear_search.find(replace(flat, hessian=np.diag([1.0, 0.0])), 100) is None


def test_rounding_moves_a_bound_up_and_what_is_unknown_takes_it_away() -> None:
    run = a_run(1, 0)
    found = found_of(run)
    plain, moved, lost = (linear.evaluate(run, found, 1000, off) for off in (0.0, 1e-9, float("inf")))
    assert plain.value == plain.moved == moved.value < moved.moved < plain.value * (1 + 2**-12 + 1e-6)
    assert lost.moved == float("inf")


@pytest.mark.parametrize("value", [fmpq(1, 3), fmpq(0), fmpq(2**60 + 1), fmpq(1, 10**30)])
def test_a_float_rounded_up_is_the_next_one(value: fmpq) -> None:
    up = linear.rounded_up(value)
    assert linear.exact(up) >= value
    assert up == 0 or linear.exact(float(np.nextafter(up, -np.inf))) < value


@pytest.mark.parametrize(
    ("rows", "definite"),
    [
        ([[2, 1], [1, 2]], True),
        ([[1, 1], [1, 1]], False),
        ([[1, 2], [2, 1]], False),
        ([[0, 0], [0, 1]], False),
        ([[1, 0, 1], [0, 1, 1], [1, 1, fmpq(2)]], False),
        ([[1, 0, 1], [0, 1, 1], [1, 1, fmpq(2) + fmpq(1, 10**30)]], True),
    ],
)
def test_positive_definite_decides_exactly(rows: list[list[int | fmpq]], definite: bool) -> None:
    exact = [[fmpq(entry) for entry in row] for row in rows]
    whole = fmpq_mat(len(rows), len(rows), [entry for row in exact for entry in row])
    assert linear.positive_definite(exact) == linear._positive_pivots(whole) == definite
    assert definite or not linear._dominant_after_congruence(whole)


def test_a_state_of_forty_numbers_has_a_certificate() -> None:
    """It takes about a second of one core; the exact check by elimination alone took twenty."""
    run = a_run(*(7,) * 5, alpha=0.01)
    assert run.size == 40 < linear.LARGEST_STATE
    assert linear.evaluate(run, found_of(run), 10**5).value > 0


def test_the_inequality_is_the_claims_premise_at_every_state_and_drift() -> None:
    """What the premise `storage` has to spare without noise is the quadratic form that must be positive."""
    run = a_run(1, 0)
    found = found_of(run)
    A, B, F, G = run.matrices
    storage, rng = linear.CLAIM.premise("storage"), np.random.default_rng(2)
    P = fmpq_mat(run.size, run.size, [linear.exact(entry) for entry in found.P.ravel()])
    z = fmpq_mat(run.size, 1, [fmpq(int(entry)) for entry in rng.integers(-9, 10, run.size)])
    h = fmpq_mat(2, 1, [fmpq(int(entry)) for entry in rng.integers(-9, 10, 2)])
    after, psi = A * z + B * h, G * z
    weights = [linear._weights(linear.exact(t), rho2) for t, rho2 in zip(found.theta, run.squares, strict=True)]
    values = {
        "stored": (z.transpose() * P * z)[0, 0],
        "stored_next": (after.transpose() * P * after)[0, 0],
        "<F_k|F_k>": ((F * z).transpose() * (F * z))[0, 0],
        "<wh_k|wh_k>": sum((paid * h[i, 0] ** 2 for i, (paid, _) in enumerate(weights)), fmpq(0)),
        "<wg_k|wg_k>": sum((kept * psi[i, 0] ** 2 for i, (_, kept) in enumerate(weights)), fmpq(0)),
    }
    spare = storage.rhs - storage.lhs
    noiseless = {symbol: 0 for symbol in spare.free_symbols if symbol.name not in values}
    (left,) = ball_function([spare.xreplace(noiseless)], [sympy.Symbol(name, real=True) for name in values])(
        *values.values()
    )
    both = [*z.entries(), *h.entries()]
    form = linear.inequality(run, found)
    assert left == sum((a * b * form[i][j] for i, a in enumerate(both) for j, b in enumerate(both)), fmpq(0))


def test_the_bound_is_the_claims() -> None:
    alpha, rho, theta, P, s2 = fmpq(1, 7), fmpq(2, 5), fmpq(3), fmpq(5, 2), fmpq(11, 3)
    assert linear._added(alpha, rho, theta, P, s2) == [alpha**2 * P * (1 + rho) ** 2 * s2, theta * rho**2 * s2]
    assert linear._bound(fmpq(6), fmpq(4), fmpq(1), fmpq(2)) == [fmpq(9, 2)]


def test_the_parts_of_noise_and_supply_make_them_up() -> None:
    """N((1 + rho) o) is N(o) + N(rho o) at most, and that is what it is where rho is one number."""
    rho = linear.device.rho
    noise = (sympy.sqrt(linear.STILL) + rho * sympy.sqrt(linear.MOVED)) ** 2 * linear._S2
    assert sympy.expand(noise - linear.NOISE) == 0
    assert sympy.expand(linear.FED * rho**2 * linear._S2 - linear.SUPPLY) == 0
    one, other = sympy.symbols("one other", nonnegative=True)
    assert sympy.expand(linear._apart(one, other) - (one + other) ** 2) == 0


def test_what_is_weighed_is_the_worst_that_the_sum_allows() -> None:
    weights, most = [fmpq(1), fmpq(3), fmpq(2)], [fmpq(4), fmpq(1), fmpq(1)]
    for total, worst in ((0, 0), (1, 3), (fmpq(3, 2), 4), (2, 5), (4, 7), (6, 9), (100, 9)):
        assert linear.weighed(weights, most, fmpq(total)) == worst


def test_a_measured_saturation_never_makes_a_bound_larger_and_is_that_of_its_largest() -> None:
    run = a_run(2, 0, 1)
    certificate = linear.certify(run, found_of(run))
    whole = float(np.sum(run.saturation**2 * run.variance))
    plain = certificate.bound(1000).value
    found = [certificate.bound(1000, T2=share * whole).value for share in (0.0, 0.25, 0.5, 1.0, 2.0)]
    assert found == sorted(found) and found[0] < found[2] < plain == found[-1]
    assert found[-2] == pytest.approx(plain, rel=1e-12)
    still = linear.certify(replace(run, saturation=0 * run.saturation), found_of(run)).bound(1000).value
    assert found[0] == pytest.approx(still, rel=1e-12)
    with pytest.raises(OutsideDomain, match="T2"):
        certificate.bound(1000, T2=-1.0)


def test_a_pair_for_a_measured_saturation_is_better_for_it_and_a_certificate_of_the_run() -> None:
    run = a_run(3, 1, 0)
    T2 = 0.05 * float(np.sum(run.saturation**2 * run.variance))
    plain, measured = (linear.certify(run, linear_search.find(run, 1000, square)) for square in (None, T2))
    assert measured.bound(1000, T2=T2).value <= plain.bound(1000, T2=T2).value
    assert measured.bound(1000).value >= plain.bound(1000).value * (1 - 1e-3)


def test_a_large_state_has_a_certificate() -> None:
    run = a_run(*(7,) * 12, alpha=0.004)
    assert run.size == 96
    assert linear.evaluate(run, found_of(run), 10**5).value > 0


def test_balls_that_do_not_decide_show_nothing_of_a_large_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    near = [[fmpq(1), fmpq(1)], [fmpq(1), fmpq(1) + fmpq(1, 10**30)]]
    assert linear.positive_definite(near)
    monkeypatch.setattr(linear, "LARGEST_ELIMINATION", 1)
    assert not linear.positive_definite(near)


@pytest.mark.parametrize("least", [1.1, 1.7, 40.0, 1e9])
def test_the_search_along_a_ray_finds_the_least_cost_and_asks_no_more_than_it_needs(least: float) -> None:
    asked = []

    def spent(scale: float) -> float:
        asked.append(scale)
        return math.inf if scale < 1.08 else 2 + math.log(scale / least) ** 2

    cost, scale = linear_search._along(spent, refine=True)
    assert math.isfinite(cost) and cost == spent(scale) and len(asked) < 32
    best = min(least, 1 + 2.0**14)
    assert cost - (2 + math.log(best / least) ** 2) < 0.01
    coarse = linear_search._along(spent, refine=False)
    assert coarse[0] >= cost and coarse[1] in linear_search._SCALES
    assert linear_search._along(lambda _: math.inf, refine=True)[0] == math.inf
