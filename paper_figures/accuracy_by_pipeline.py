"""Digital and analog SGD, the synchronous and the asynchronous pipeline on images of digits: accuracy and loss.

One network of eight layers is trained; M stages cut it in M equal parts. Without a pipeline and in the synchronous one
the cut changes the clock alone, so one run serves every M; the lags of the asynchronous pipeline change the run.
"""

from typing import Any

import numpy as np

import theory
from boundary import BadInput
from paper_figures.accuracy_drawing import draw, draw_narrow
from paper_figures.figure import Data, Figure
from paper_figures.runs import SEED, Array, Request, StoredRun
from paper_figures.sources import Sources
from simulate.problems import LayerNetwork, make
from simulate.problems.named import images
from theory.setting import algorithms
from verify.judging.observations import of_network

DATASETS = ("digits", "mnist")
DEPTHS = (1, 2, 4, 8)
LAYERS = 8
WIDTH = 16
CLASSES = 10
ROWS = 1000
"""Training rows of a data set."""
HELD_OUT = 0.2
ALPHA = 0.01
TAU = 6.0
BATCH = 8
"""Micro-batches that the synchronous pipeline takes a step, at as many times the step size."""
SAMPLES = 20_000
REPLICAS = 5
MEASURED = 32
"""Times at which every replica is measured."""
LEVEL = 0.6
"""Clock cycles are compared where the accuracy has come so far from chance to what analog SGD ends with."""
ALONE = ("digital-sgd", "analog-sgd", "analog-sgd-sp")
"""Algorithms whose steps do not depend on the cut."""


def present() -> dict[str, str]:
    """Return for every data set why it cannot be read; empty text where it can."""
    found = {}
    for name in DATASETS:
        try:
            images(name)
            found[name] = ""
        except BadInput as missing:
            found[name] = f"drawn only where {missing.condition}"
    return found


def drawn(quick: bool) -> dict[str, str]:
    """Return for every data set why it is not drawn; empty text where it is. Quick figures have one."""
    found = present()
    first = next((name for name, missing in found.items() if not missing), None)
    return {name: missing or ("left out of quick figures" if quick and name != first else "")
            for name, missing in found.items()}  # fmt: skip


def lacks() -> str:
    """Return what is missing if there is no data set at all, else empty text."""
    found = present()
    return "" if not all(found.values()) else next(iter(found.values()))


def problem(dataset: str, stages: int) -> LayerNetwork:
    """Return the network, cut in `stages` equal parts."""
    made = make(
        "network",
        stages,
        data=dataset,
        width=(WIDTH,) * (LAYERS - 1) + (CLASSES,),
        activation=",".join(["tanh"] * (LAYERS - 1) + ["identity"]),
        loss="cross-entropy",
        samples=ROWS,
        test=HELD_OUT,
    )
    assert isinstance(made, LayerNetwork)
    return made


def request(dataset: str, algorithm: str, stages: int, quick: bool) -> Request:
    """Return a run of one algorithm; `stages` cuts the network."""
    row = algorithms.named(algorithm)
    batch = BATCH if row.batched else 1
    iterations = (SAMPLES // 4 if quick else SAMPLES) // batch
    return Request(
        problem=problem(dataset, stages),
        algorithm=algorithm,
        alpha=ALPHA * batch,
        tau=TAU if row.analog else float("inf"),
        iterations=iterations,
        replicas=2 if quick else REPLICAS,
        seed=SEED,
        batch=batch,
        measure_every=max(1, iterations // MEASURED),
    )


def runs(quick: bool) -> dict[str, Request]:
    """Return every run on the data sets that can be read: of `ALONE` one each, of the asynchronous pipeline one an M.

    Those of `ALONE` are cut in as many stages as there are layers, for which the theorems on networks have constants.
    """
    found: dict[str, Request] = {}
    for dataset, missing in drawn(quick).items():
        if not missing:
            found |= {f"{dataset}, {name}": request(dataset, name, LAYERS, quick) for name in ALONE}
            found |= {f"{dataset}, AP, M={M}": request(dataset, "analog-sgd-ap", M, quick) for M in DEPTHS if M > 1}
    return found


def compute(sources: Sources) -> dict[str, Any]:
    """Return accuracy and loss of every run, with what is known of the bounds there."""
    every = runs(sources.quick).values()
    missing = drawn(sources.quick)
    return {
        "alpha": ALPHA,
        "tau": TAU,
        "batch": BATCH,
        "depths": DEPTHS,
        "layers": LAYERS,
        "not_drawn": {name: reason for name, reason in missing.items() if reason},
        "panels": [
            {
                "name": name,
                "rows": made.rows,
                "widths": made.widths,
                "series": [series(one, sources.run(one)) for one in every if one.problem.settings["data"] == name],
                "bounds": [bound(one, sources.run(one)) for one in every if one.problem.settings["data"] == name],
            }
            for name in DATASETS
            if not missing[name]
            for made in (problem(name, LAYERS),)
        ],
    }


def series(one: Request, run: StoredRun) -> dict[str, Any]:
    """Return the curves of one run: median, least and largest over replicas, averaged over bins of time."""
    curves = {
        "test": run["curve_accuracy_test"],
        "train": run["curve_accuracy_train"],
        "loss": run["curve_loss"],
    }
    bins = len(curves["test"])
    samples: Array = np.arange(1.0, bins + 1) * (one.iterations * one.batch / bins)
    alone = one.algorithm in ALONE
    return {
        "algorithm": one.algorithm,
        "stages": None if alone else one.problem.stages,
        "batch": one.batch,
        "replicas": one.replicas,
        "samples": samples,
        "clock_cycles": {str(M): clock_cycles(one, M, samples) for M in (DEPTHS if alone else (one.problem.stages,))},
        **{name: spread(curve) for name, curve in curves.items()},
        "final": {part: spread(run[f"accuracy_{part}"][None])["median"][0] for part in ("train", "test")},
        "saturation": float(run["max_saturation"].max()),
    }


def spread(curve: Array) -> dict[str, Array]:
    """Return median, least and largest over replicas, shape (bins,) each."""
    return {"median": np.median(curve, axis=1), "low": curve.min(axis=1), "high": curve.max(axis=1)}


def clock_cycles(one: Request, stages: int, samples: Array) -> list[int]:
    """Return the slot in which stage 1 has finished the last of so many samples: the schedule's own count."""
    schedule = algorithms.named(one.algorithm).make_schedule(stages, one.batch)
    return [schedule.backward_slot(1, max(round(sample), 1) - 1) + 1 for sample in samples]


def bound(one: Request, run: StoredRun) -> dict[str, Any]:
    """Return the sharp bound on A with the constants that the run showed, or why there is none.

    A network's L and Lambda follow from the norms of its weights by the theorems on networks.
    """
    network = one.problem
    assert isinstance(network, LayerNetwork)
    found: dict[str, Any] = {"algorithm": one.algorithm, "stages": network.stages, "alpha": one.alpha, "sharp": None}
    if network.unstaged:
        return found | {"not_applied": f"L is not established: {network.unstaged}"}
    known = run.result["constants"]
    if not known["stage_data"]:
        return found | {"not_applied": "L is not established: nothing is known of the stages"}
    constants = of_network(one, known["stage_data"], known["w"])
    given = {name: constants[name] for name in ("L", "Lambda1", "Lambdah")}
    found |= given | {"alpha_L": one.alpha * constants["L"], "norms": known["w"]}
    rho = float(run["max_saturation"].max())
    sizes = {"Delta": run.result["initial_gap"], "sigma2": known["sigma2"] / one.batch}
    try:
        value = theory.bound("sharp")(**given, **sizes, alpha=one.alpha, K=one.iterations, rho=rho)
    except BadInput as refused:
        return found | {"not_applied": str(refused)}
    return found | {"sharp": float(value), "not_applied": None}


# What is said of it


def of(panel: Data, algorithm: str, stages: int | None = None) -> Data:
    """Return one series of a data set; the asynchronous pipeline of one stage is analog SGD."""
    if algorithm == "analog-sgd-ap" and stages == 1:
        algorithm = "analog-sgd"
    cut = None if algorithm in ALONE else stages
    return next(e for e in panel["series"] if e["algorithm"] == algorithm and e["stages"] == cut)


def late(entry: Data, key: str = "test") -> float:
    """Return the mean of the median curve over its last quarter."""
    curve = entry[key]["median"]
    return float(np.mean(curve[-max(1, len(curve) // 4) :]))


def time_to(panel: Data, algorithm: str, stages: int) -> float:
    """Return the clock cycles until the training accuracy has come to `LEVEL` of its way in analog SGD."""
    chance = 1 / CLASSES
    goal = chance + LEVEL * (late(of(panel, "analog-sgd"), "train") - chance)
    entry = of(panel, algorithm, stages)
    reached = np.flatnonzero(np.asarray(entry["train"]["median"]) >= goal)
    return float(entry["clock_cycles"][str(stages)][reached[0]]) if reached.size else float("inf")


def gain(panel: Data, stages: int) -> float:
    """Return how many times fewer clock cycles the asynchronous pipeline needs than no pipeline."""
    return time_to(panel, "analog-sgd", stages) / time_to(panel, "analog-sgd-ap", stages)


def caption(data: Data) -> str:
    """Say what is compared, what came out, and what the bounds say."""
    deepest = data["depths"][-1]
    parts = []
    for panel in data["panels"]:
        ends = [late(of(panel, name, deepest)) for name in (*ALONE, "analog-sgd-ap")]
        words = ", ".join(rf"${100 * end:.0f}\,\%$" for end in ends)
        gains = ", ".join(f"${gain(panel, stages):.1f}$" for stages in data["depths"][1:])
        parts.append(rf"{panel['name']} ({panel['rows']} training rows): {words}; AP is {gains} times sooner")
    smooth = [e["alpha_L"] for panel in data["panels"] for e in panel["bounds"] if "alpha_L" in e]
    depths = ", ".join(str(stages) for stages in data["depths"][1:])
    low, high = (rf"10^{{{int(np.floor(np.log10(value)))}}}" for value in (min(smooth), max(smooth)))
    orders = f"${low}$" if low == high else f"${low}$ to ${high}$"
    return (
        rf"Accuracy on held-out rows and training loss $f$ of one network of {data['layers']} layers, cut into $M$ "
        rf"equal stages, against samples and against clock cycles ($\alpha={data['alpha']:g}$, $\tau={data['tau']:g}$; "
        rf"the synchronous pipeline, SP, takes $B={data['batch']}$ micro-batches a step at $B$ times the step size). "
        r"Median of the replicas, and their range for digital SGD and the asynchronous pipeline, AP; against samples "
        r"the thickest of its lines is that of the largest $M$. At $M=1$ AP is analog SGD. Accuracy at the end for "
        rf"digital SGD, analog SGD, SP and AP with $M={deepest}$, and how many times fewer cycles than no pipeline AP "
        rf"needs at $M={depths}$ to come ${100 * LEVEL:.0f}\,\%$ of the way in training accuracy: {'. '.join(parts)}. "
        r"No bound is drawn: with one layer a stage the theorems on networks give an $L$, from the norms that runs "
        rf"showed, with $\alpha L$ of the order {orders}, where $\alpha L<1$ is needed; with several layers a stage "
        r"none of them gives an $L$."
    )


def claims(data: Data) -> dict[str, bool]:
    """Check learning, order and clock on the drawn series."""
    found = {}
    for panel in data["panels"]:
        name, analog = panel["name"], of(panel, "analog-sgd")
        found[f"{name}: digital SGD ends above analog SGD"] = late(of(panel, "digital-sgd"), "train") > late(
            analog, "train"
        )
        for M in data["depths"][1:]:
            pipeline = of(panel, "analog-sgd-ap", M)
            near = late(pipeline, "train") > late(analog, "train") - 0.1
            found[f"{name}, M={M}: in samples AP ends at most 10% of the rows below analog SGD"] = near
            order = [time_to(panel, one, M) for one in ("analog-sgd-ap", "analog-sgd-sp", "analog-sgd")]
            found[f"{name}, M={M}: in clock cycles AP is first, no pipeline last"] = order == sorted(order)
            ends = [of(panel, one, M)["clock_cycles"][str(M)][-1] for one in ("analog-sgd", "analog-sgd-ap")]
            ratio = ends[0] / ends[1]
            found[f"{name}, M={M}: AP passes M times as many samples a slot"] = abs(ratio / M - 1) < 0.02
        found[f"{name}: every bound is void or not applied, and the data say why"] = all(
            one["sharp"] is None and one["not_applied"] for one in panel["bounds"]
        )
    return found


FIGURE = Figure(
    name="accuracy_by_pipeline",
    title="accuracy and loss on images of digits against samples and clock cycles (extra: data)",
    compute=compute,
    draw=draw,
    narrow=draw_narrow,
    caption=caption,
    claims=claims,
    runs=runs,
    lacks=lacks,
)
