"""For every claim: the module whose lines evaluate it along a path, or why no path can show it."""

from collections.abc import Mapping

WITHOUT: Mapping[str, str] = {
    "order.root": "algebra of two numbers; used by multiplier.end, whose line compares A with the bound's number",
    "order.quadratic": "algebra of one quadratic; used by master.explicit, whose line has both sides of its result",
    "hilbert.cauchy_schwarz": "algebra of any two vectors; master.cauchy_schwarz shows it for noise and direction",
    "hilbert.product": "algebra of any two vectors; master.cauchy_schwarz shows it for noise and direction",
    "hilbert.minkowski": "algebra of any two vectors; window.displacement and stale.reach show it for theirs",
    "multiplier.ray": "algebra of any numbers: an upper end that excludes itself excludes all above; used by "
    "multiplier.end, whose line compares A with the end",
    "sync.attained": "says that a point of the feasible set exists, not that a run reaches it; "
    "sync.closed_form has the line, and tests/theory/bounds the point",
    "complexity.best_t": "a choice of t for print; complexity.linear has the line, at t = 1",
    "complexity.step_size": "speaks of one step size and horizon at once, not of steps; `verify run` judges runs of "
    "any step size, and complexity.linear has the line",
    "complexity.iterations": "algebra of lead, rest and eps: when a sum of two terms is below eps",
    "complexity.order": "an identity of polynomials in eps, and order between numbers of iterations; no run has an eps",
    "complexity.published": "complexity.linear, whose line is evaluated, at the step size of complexity.step_size",
    "complexity.best_batch": "a choice of B that makes clock cycles fewest; cycles are counted by pipeline.density and "
    "pipeline.synchronous, whose lines follow the slots",
    "growing.sharp": "an assumption (noise that grows with the gradient) no problem here needs; at growth 0 it is "
    "master.sharp, whose lines are evaluated",
    "growing.linear": "as growing.sharp; at growth 0 it is complexity.linear, whose line is evaluated",
    **dict.fromkeys(
        (
            "shape.fluctuation",
            "shape.element",
            "shape.noise",
            "shape.reach",
            "shape.feasible",
            "shape.explicit",
            "shape.floor",
        ),
        "speaks of means given the past, which a recording does not hold; tests/theory/lemmas/test_shape.py "
        "enumerates all paths of the noise",
    ),
    **dict.fromkeys(
        ("linear.lmi", "linear.late", "linear.aligned"),
        "speaks of a state of current and stale weights, which a recording does not hold; tests/theory/lemmas and "
        "tests/verify/judging/test_storage.py hold it against runs",
    ),
    "noise.stale": "speaks of the law of a sample at stale and at current weights, which a recording does not hold; "
    "tests/theory/lemmas/test_ceilings_by_force.py has all samples",
    "mean.shares": "at theta_0 = rho and h = 0 it is mean.drift, whose line is evaluated",
    "mean.shares_feasible": "at theta_0 = rho and h = 0 it is mean.feasible, whose lines are evaluated",
    "stopped.ceiling": "speaks of ceilings that are fixed before a run, of which a recording has none; "
    "verify.regions.own judges runs by them, and tests/theory/lemmas/test_ceilings_by_force.py has all samples",
    "tube.certified": "speaks of a region with a small probability of being left; verify.regions judges it, and "
    "stopped.average has the line",
    **dict.fromkeys(
        (
            "granularity.train",
            "granularity.variance",
            "granularity.rounding",
            "granularity.binomial",
            "granularity.step",
            "granularity.telescope",
            "granularity.enters",
            "granularity.total",
            "granularity.total_rounding",
            "granularity.start",
            "granularity.floor",
            "granularity.best_step",
        ),
        "the paths here are those of smooth steps; tests/theory/test_granularity.py draws pulses",
    ),
    **dict.fromkeys(
        ("free.complexity", "free.iterations"),
        "speaks of one step size and horizon at once, not of steps; free.explicit has the line that it starts from",
    ),
    "floor.transient_attained": "speaks of a function that falls at a constant slope, which is no problem here; "
    "sync.closed_form has the line of the root that it attains",
    **dict.fromkeys(
        (
            "network.second_product",
            "network.second_output",
            "network.second_backward",
            "network.second_sensitivity",
            "network.second_order",
        ),
        "speaks of second derivatives of a stage, which no path takes; tests/theory/test_second_order.py holds them "
        "against exact derivatives of networks",
    ),
    **dict.fromkeys(
        (
            "free.share",
            "free.adaptive_split",
            "free.adaptive_coherent",
            "free.adaptive_first_order",
            "free.adaptive_remainder",
            "free.adaptive",
        ),
        "has the share of the drift where its plain form, of which there is a line, has rho; `free-adaptive` holds the "
        "whole against runs, and tests/theory/lemmas/test_free_adaptive.py against every course of small ones",
    ),
    "network.box_obstacle": "speaks of the second derivative at one point of the box, where no path goes; "
    "tests/theory/lemmas/test_network_box.py holds it against differences of exact gradients",
    "network.lowest": "the least of a sample's loss is in no recording; the family-wise account of `verify` checks f* "
    "against the values met, and tests/theory/lemmas/test_network_box.py the claim",
    "challenge.cross_term": "an `if`: its premise is what is in question; `verify.rates.lag_price` measures the term",
}
"""Claims without lines, and why."""

LINES: Mapping[str, tuple[str, ...]] = {
    "pipeline": (
        "pipeline.collisions", "pipeline.lags_inside", "pipeline.lags", "pipeline.count", "pipeline.density",
        "pipeline.synchronous", "pipeline.sequential",
    ),
    "elements": (
        "device.closed_form", "device.drift", "device.step", "response.drift", "device.box", "device.inward",
        "adaptive.coordinate", "stale.pathwise", "sum.telescope", "master.telescope",
    ),
    "stages": (
        "network.forward", "network.backward", "network.forward_stale", "network.hadamard",
        "network.backward_stale", "network.full_change", "network.sensitivity", "network.depth",
        "network.dominance", "network.rows", "network.smooth",
    ),
    "windows": (
        "window.coherent", "window.martingale", "window.displacement", "stale.partial", "stale.row",
        "stale.whole_partial", "stale.whole_row",
    ),
    "frozen": (
        "free.frozen_orthogonal", "free.weighted_window",
    ),
    "frozen_run": (
        "free.split", "free.coherent", "free.first_order", "free.second", "free.linear", "free.orthogonal",
        "free.remainder",
    ),
    "free_windows": (
        "free.window", "free.moved", "free.joint_partial", "free.joint", "free.parts_partial", "free.parts",
        "free.weighted_stage", "free.weighted_partial", "free.weighted", "free.frozen_mean",
    ),
    "averages": (
        "noise.orthogonal", "noise.second_moment", "stale.minkowski", "stale.martingale", "stale.reach",
        "adaptive.reach", "master.telescope", "master.expand", "master.polarise", "hilbert.component",
        "master.cauchy_schwarz", "master.sharp", "master.young", "master.explicit", "master.resolved",
        "resolved.printed", "resolved.below_sharp", "resolved.explicit", "multiplier.bound",
        "multiplier.bound_resolved", "multiplier.sharp", "multiplier.end", "multiplier.end_resolved",
        "sync.closed_form", "complexity.linear", "floor.upper", "floor.adaptive", "free.feasible", "free.multiplier",
        "free.explicit", "free.end",
    ),
    "instances": (
        "floor.oracle", "floor.attained", "floor.plus_minus", "free.converse", "lag.first_steps", "lag.lower",
        "lag.lower_rate", "lag.upper",
    ),
    "responses": (
        "response.distortion", "response.best", "response.floor", "response.additive", "response.mean_step",
        "response.local", "response.attained", "response.linear", "response.power", "response.exponential",
        "response.shifted_linear", "device.pulse_train", "response.constant_step", "response.gain_spread",
        "response.own_parameters", "response.spread", "response.recentre", "response.best_centre",
        "device.box_general", "device.inward_general",
    ),
    "means": (
        "mean.element", "mean.variance", "mean.drift", "mean.curvature", "mean.measured", "mean.feasible", "mean.end",
        "mean.fold", "mean.size", "mean.sized", "mean.current", "mean.current_feasible",
        "path.form", "stopped.part", "stopped.noise", "stopped.window", "stopped.sum", "stopped.average",
    ),
}  # fmt: skip
"""The claims whose lines are made by each module of `verify.proof_lines`."""


def counterparts() -> dict[str, str]:
    """Return, for every claim that has one, the modules of its lines, and for the others the reason why not."""
    found = dict(WITHOUT)
    for module, claims in LINES.items():
        for claim in claims:
            found[claim] = ", ".join(filter(None, (found.get(claim), f"verify.proof_lines.{module}")))
    return found
