"""Randomized settings: what is run, made from a few axes a family.

Step size and saturation level are chosen so that the domain of the theorems is met by design, from the constants of
the problem and before anything is run:

    x = alpha L                       is drawn below 1,
    q = (1 + rho) alpha Lambda1       is a drawn share of sqrt((1 - x)(1 - s^2)), which meets x + q^2 < 1 and
                                      rho^2 + q^2/(1 - x) < 1 for every rho <= s,
    tau                               is the reach of the weights divided by the drawn saturation s.

Setting i of a seed depends on (seed, i) and the chosen families alone.

A standard sweep spends about 0.2 s of one core on a setting. Networks long enough for the bound to come to rest
(K = 1e7) cost a hundred times that, so they are a family of their own, `network-long`, which a sweep has only when it
is asked for: alone by its name, or with `--long` as every 58th setting beside the others. Deeper ones, `network-deep`,
are run by their name alone: their steps are outside the domain of the saturation box.
"""

import math
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

import theory
from boundary import BadInput, known
from simulate import problems
from simulate.problems import activations
from theory.setting import algorithms
from theory.theorems import network
from verify.judging.pilots import BINS
from verify.sweep import axes, device_families, units
from verify.sweep.axes import Draw, Geometric, OneOf, Uniform, Whole
from verify.sweep.drawn import Family, Setting, largest_weight, replicas_of, step_size, weight_range
from verify.sweep.own_families import OwnFamilies

_QUADRATIC_AXES: dict[str, axes.Axis] = {
    "algorithm": OneOf(
        ("analog-sgd-ap",) * 4 + ("digital-ap", "analog-sgd", "analog-sgd-sp", "stashed-ap", "digital-sgd")
    ),
    "stages": Whole(2, 8),
    "size": Whole(1, 4),
    "noise": OneOf(("two-point", "uniform", "gaussian")),
    "sigma": Geometric(0.1, 3.0),
    "noise_spread": Geometric(1.0, 30.0),
    "L": Geometric(0.2, 5.0),
    "condition": Geometric(1.0, 100.0),
    "coupling": Uniform(0.0, 1.0),
    "start": Geometric(0.1, 3.0),
    "target": Geometric(0.1, 3.0),
    "instance": Whole(0, 2**31 - 1),
    "x": Geometric(0.003, 0.3),
    "share": Geometric(0.02, 0.7),
    "saturation": Geometric(0.05, 0.7),
    "iterations": Whole(200, 20_000, geometric=True),
    "batch": Whole(2, 6),
}


def _given_lags(draw: Draw) -> tuple[int, ...] | None:
    """Return lags that grow or fall from stage to stage by the same number, none below 0; None if none are drawn."""
    if "first_lag" not in draw:
        return None
    return tuple(max(0, draw["first_lag"] + draw["lag_slope"] * m) for m in range(draw["stages"]))


def _quadratic(draw: Draw, diagonal: bool = False) -> Setting:
    names = ("size", "noise", "sigma", "noise_spread", "L", "condition", "coupling", "start", "target", "instance")
    chosen = {name: draw[name] for name in names} | {"diagonal": diagonal}
    problem = problems.make("quadratic", stages=draw["stages"], **chosen)
    algorithm = algorithms.named(draw["algorithm"])
    given = _given_lags(draw)
    batch = draw["batch"] if algorithm.batched else 1
    lags = algorithm.lags(draw["stages"], batch) if given is None else given
    facts = problem.facts(lags, stashed=algorithm.stashed).values
    saturation = draw["saturation"] if algorithm.analog else 0.0
    alpha = step_size(facts, draw["x"], draw["share"], saturation)
    tau = weight_range(problem, alpha, lags, draw["sigma"] ** 2) / saturation if algorithm.analog else math.inf
    dimension = draw["stages"] * draw["size"]
    replicas = replicas_of(2e8, draw["iterations"], dimension * (dimension + 8), 48, 256)
    return Setting(
        problem,
        algorithm.name,
        alpha,
        tau,
        draw["iterations"],
        replicas,
        batch=batch,
        lags=lags,
        free_lags=given is not None,
    )


def _attaining(draw: Draw) -> Setting:
    problem = problems.make("attaining", rho=draw["rho"], tau=draw["tau"])
    # K long enough for the start to be forgotten, up to a limit: the bound's 2 Delta/(alpha K) is then small
    iterations = int(min(draw["horizon"] / draw["alpha"], 20_000))
    return Setting(problem, "analog-sgd", draw["alpha"], draw["tau"], iterations, 256)


def _plus_minus(draw: Draw) -> Setting:
    problem = problems.make("plus-minus", stages=draw["stages"], rho=draw["rho"], tau=draw["tau"])
    algorithm = algorithms.named(draw["algorithm"])
    facts = problem.facts(algorithm.lags(draw["stages"])).values
    alpha = step_size(facts, draw["x"], draw["share"], min(1.2 * draw["rho"], 0.99))
    iterations = int(min(max(draw["horizon"] / alpha, 100), 20_000))
    replicas = replicas_of(1e8, iterations, draw["stages"] * (draw["stages"] + 8), 64, 512)
    tau = draw["tau"] if algorithm.analog else math.inf
    return Setting(problem, algorithm.name, alpha, tau, iterations, replicas)


def _drawn_network(draw: Draw) -> problems.Network:
    names = ("width", "samples", "activation", "loss", "gain", "teacher_gain", "label_noise", "instance")
    return problems.Network(stages=draw["stages"], **{name: draw[name] for name in names})


def _network(draw: Draw) -> Setting:
    problem = _drawn_network(draw)
    algorithm = algorithms.named(draw["algorithm"])
    lags, stashed = algorithm.lags(draw["stages"]), algorithm.stashed
    # L and Lambda of weights larger than the first ones; what the run shows decides a-posteriori
    saturation = draw["saturation"] if algorithm.analog else 0.0
    constants = units.constants(problem, lags, stashed=stashed)
    alpha = step_size(constants, draw["x"], draw["share"], saturation)
    tau = units.reach(problem, alpha, lags) / saturation if algorithm.analog else math.inf
    replicas = replicas_of(3e8, draw["iterations"], 12 * draw["stages"] * draw["width"] ** 2, 16, 96)
    return Setting(problem, algorithm.name, alpha, tau, draw["iterations"], replicas)


LOOKS = 16
"""Looks at the mean step of each replica of the networks that are judged on tubes."""
LADDER = (10**4, 10**5, 10**6, 10**7)
"""K of the long runs."""


def _network_long(draw: Draw) -> Setting:
    """Take constants that the saturation box certifies, and the device that suits them best.

    A high saturation level has no floor to speak of, but certifies norms so large that the steps get nowhere; a low one
    the other way round. The level taken is the one whose bound at the top of the ladder is the smallest.
    """
    problem = _drawn_network(draw)
    lags = algorithms.named(draw["algorithm"]).lags(draw["stages"])
    start = problem.moments(problem.initial_weights())
    facts = {
        "sigma2": float(sum(stage.sum() for stage in start.variance)),
        "Delta": float(start.value),
        "K": LADDER[-1],
    }
    # how far weights grow: a rule of thumb, further behind a gentle activation
    reached = 3 * largest_weight(problem) / math.sqrt(problem.stage_data["p0"])
    found = []
    for rho in np.geomspace(0.6, 0.01, 40):
        tau = reached / rho
        certified = network.constants(problem.stage_data, problem.stage_norms(tau))
        constants = {"L": certified.L, "Lambda1": certified.Lambda1(lags), "Lambdah": certified.Lambdah(lags)}
        alpha = step_size(constants, draw["x"], draw["share"], 0.6)
        bound = theory.bound("explicit")(**facts, **constants, alpha=alpha, rho=rho)
        found.append((float(bound), alpha, float(tau)))
    _, alpha, tau = min(found)
    iterations = draw["iterations"]
    replicas = replicas_of(1.6e8, iterations, 1, 16, 32)
    return Setting(problem, draw["algorithm"], alpha, tau, iterations, replicas, ranges=BINS, drift=LOOKS)


TRAVEL = {4: 600.0, 8: 100.0}
"""Least alpha K of the deep networks at the top of the ladder by their stages, where the activation's slope is 1."""


def _network_deep(draw: Draw) -> Setting:
    """Take steps by which the weights move, whatever can be certified of them, and a device that holds the weights.

    Gain and step are told in units of the activation's slope: a gentle one wants larger weights and larger steps for
    signals and gradients of the same size.
    """
    slope = activations.REGISTRY[draw["activation"]].p0
    problem = _drawn_network(draw | {"gain": draw["gain"] / slope})
    alpha = TRAVEL[draw["stages"]] * draw["stretch"] / slope**2 / LADDER[-1]
    iterations = draw["iterations"]
    nanoseconds = 40 + 0.5 * draw["stages"] * draw["width"] ** 2  # a replica-step's, measured
    replicas = replicas_of(1e10, iterations, nanoseconds, 16, 32)
    tau = 3 * largest_weight(problem)
    return Setting(problem, draw["algorithm"], alpha, tau, iterations, replicas, ranges=BINS, drift=LOOKS)


_NETWORK_AXES: dict[str, axes.Axis] = {
    "algorithm": OneOf(("analog-sgd-ap", "analog-sgd-ap", "digital-ap", "stashed-ap", "analog-sgd")),
    "stages": Whole(1, 4),
    "width": Whole(2, 6),
    "samples": Whole(4, 32),
    "activation": OneOf(("tanh", "sigmoid")),
    "loss": OneOf(("log-cosh", "squared", "logistic")),
    "gain": Geometric(0.3, 1.0),
    "teacher_gain": Geometric(0.3, 2.0),
    "label_noise": Geometric(0.3, 2.0),
    "instance": Whole(0, 2**31 - 1),
    "x": Geometric(0.02, 0.6),
    "share": Geometric(0.1, 0.8),
    "saturation": Geometric(0.05, 0.4),
    "iterations": Whole(3_000, 100_000, geometric=True),
}


FAMILIES: dict[str, Family] = {
    family.name: family
    for family in (
        Family("quadratic", "coupled quadratic blocks, any noise, all algorithms", _QUADRATIC_AXES, _quadratic),
        Family(
            "quadratic-certified",
            "diagonal quadratics with bounded noise: saturation is proved, not measured",
            _QUADRATIC_AXES | {"noise": OneOf(("two-point", "uniform")), "saturation": Geometric(0.05, 0.9)},
            partial(_quadratic, diagonal=True),
        ),
        Family(
            "quadratic-stress",
            "lags up to the edge of the domain (q up to 0.95), many stages, short runs and long ones",
            _QUADRATIC_AXES
            | {
                "algorithm": OneOf(("analog-sgd-ap", "analog-sgd-ap", "digital-ap", "stashed-ap")),
                "stages": Whole(4, 12),
                "size": Whole(1, 2),
                "share": Uniform(0.5, 0.95),
                "x": Uniform(0.05, 0.6),
                "saturation": Geometric(0.02, 0.4),
                "iterations": Whole(5, 20_000, geometric=True),
            },
            _quadratic,
        ),
        Family(
            "attaining",
            "the instance that attains the floor",
            {
                "rho": Uniform(0.05, 0.9),
                "tau": Geometric(1.0, 30.0),
                "alpha": Geometric(5e-2, 2e-3),
                "horizon": Geometric(30.0, 1000.0),
            },
            _attaining,
        ),
        Family(
            "plus-minus",
            "its sibling with plain two-point noise, one weight a stage",
            {
                "algorithm": OneOf(("analog-sgd-ap", "analog-sgd", "digital-ap")),
                "stages": Whole(1, 8),
                "rho": Uniform(0.05, 0.85),
                "tau": Geometric(0.3, 10.0),
                "x": Geometric(0.002, 0.1),
                "share": Geometric(0.02, 0.7),
                "horizon": Geometric(10.0, 100.0),
            },
            _plus_minus,
        ),
        Family(
            "network",
            "networks of smooth stages on teacher-student data; norms of weights and noise are sampled",
            _NETWORK_AXES,
            _network,
        ),
        *device_families.FAMILIES,
    )
}
"""The families of a standard sweep by name."""

LONG = Family(
    "network-long",
    "networks on devices and with steps for which the saturation box certifies L and Lambda, K from 1e4 to 1e7",
    {name: axis for name, axis in _NETWORK_AXES.items() if name != "saturation"}
    | {
        # a digital device has no saturation box; wider and deeper networks need steps too small for K = 1e7
        "algorithm": OneOf(("analog-sgd-ap",) * 3 + ("analog-sgd",)),
        "stages": Whole(2, 3),
        "width": Whole(2, 3),
        "x": Geometric(0.02, 0.3),
        "share": Geometric(0.3, 0.8),
        "iterations": OneOf(LADDER),
    },
    _network_long,
    LADDER,
)
"""Long runs: 10^7 iterations times 16 replicas and as many pilots at the top of the ladder, up to two minutes of a
core."""

DEEP = Family(
    "network-deep",
    "networks of 4 and 8 stages with steps that move them far, for certificates of the regions that are visited",
    {name: axis for name, axis in LONG.axes.items() if name not in ("x", "share")}
    | {
        "stages": OneOf(tuple(TRAVEL)),
        "width": Whole(2, 6),
        # signals and gradients neither vanish nor grow from stage to stage
        "gain": Geometric(0.8, 1.25),
        "stretch": Geometric(1.0, 3.0),
    },
    _network_deep,
    LADDER,
)
"""Deep runs: no box certifies constants that help here. 10^7 iterations times 16 replicas and as many
pilots at the top of the ladder, one to six minutes of a core."""

ANY_LAGS = Family(
    "quadratic-any-lags",
    "diagonal quadratics with bounded noise in pipelines of any lags: equal, growing, falling fast",
    dict(FAMILIES["quadratic-certified"].axes)
    | {
        "algorithm": OneOf(("analog-sgd-ap", "analog-sgd-ap", "digital-ap", "stashed-ap")),
        "first_lag": Whole(0, 16),
        "lag_slope": OneOf((0, -1, 1, -2, 2, -4, 4)),
    },
    partial(_quadratic, diagonal=True),
)
"""What no schedule of ours makes, and the theorems allow: sought for trouble, and run when asked for."""

SEARCHED = FAMILIES | {ANY_LAGS.name: ANY_LAGS}
"""The families that `falsify` searches."""

_BY_NAME = SEARCHED | {LONG.name: LONG, DEEP.name: DEEP}

_FIRST = ("quadratic", "quadratic-certified", "attaining")
_LINEAR = (*_FIRST, "quadratic", "quadratic-stress", "quadratic-certified", "plus-minus", "network", "quadratic")
PATTERN = (*_LINEAR, *(family.name for family in device_families.FAMILIES))
"""Which family the settings 0, 1, 2, ... of a sweep come from, over and over."""


def own_families(path: Path) -> OwnFamilies:
    """Read a file of the user's own families; a name that is taken is refused."""
    return OwnFamilies.read(path, _BY_NAME)


def plan_families(names: Sequence[str], *, long: bool = False, own: OwnFamilies | None = None) -> tuple[str, ...]:
    """Return the pattern of families of a sweep restricted to `names`.

    Args:
        names: of families; none means all of `own`, or without that all of `PATTERN`.
        long: add a setting of `LONG` after every three rounds of the others.
        own: the user's.

    """
    of_file = () if own is None else tuple(own.by_name)
    for name in names:
        known("--family", name, (*_BY_NAME, *of_file))
    wanted = names or of_file or PATTERN
    chosen = tuple(family for family in PATTERN if family in wanted)
    chosen += tuple(name for name in dict.fromkeys(wanted) if name not in PATTERN)
    return 3 * chosen + (LONG.name,) if long and LONG.name not in chosen else chosen


def family_of(name: str, own: OwnFamilies | None = None) -> Family | None:
    """Return the family of a name, built-in or the user's; None if there is none."""
    return _BY_NAME.get(name) or (None if own is None else own.by_name.get(name))


def summary_of(name: str, own: OwnFamilies | None = None) -> str:
    """Return one line on a family, for people; empty for an unknown name."""
    family = family_of(name, own)
    return family.summary if family else ""


def sample(seed: int, index: int, families: Sequence[str] = PATTERN, own: OwnFamilies | None = None) -> Setting:
    """Return setting `index` of the sweep with `seed`: a function of its arguments alone."""
    if seed < 0:
        raise BadInput("--seed", seed, "an integer >= 0")
    name = families[index % len(families)]
    family = family_of(name, own)
    if family is None:
        raise BadInput("--family", name, "a built-in family, or one of --families")
    rung = index // len(families) % len(family.ladder) if family.ladder else 0
    first = index - rung * len(families)  # the setting at the foot of the ladder, index itself without one
    draw = axes.sample(family.axes, np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, first]))))
    if family.ladder:
        draw["iterations"] = family.ladder[rung]
    runs = np.random.SeedSequence([seed, index]).generate_state(2, np.uint64)
    return family.make(draw, index, int(runs[1] >> np.uint64(1)))


def strategy(*names: str) -> st.SearchStrategy[Setting]:
    """Return settings of the named families (if none, of all that are in the domain by design) for Hypothesis."""
    return st.one_of([_BY_NAME[name].strategy() for name in names or _BY_NAME if names or name != DEEP.name])
