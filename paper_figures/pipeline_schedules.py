"""The three pipeline schedules slot by slot: passes, bubbles, and the weight version each pass reads."""

from typing import Any

from matplotlib import figure
from matplotlib.axes import Axes
from matplotlib.patches import Patch, Rectangle

from paper_figures import style
from paper_figures.figure import Data, Figure
from paper_figures.sources import Sources
from theory.setting import schedules

STAGES = 4
BATCH = 4
SLOTS = 28
MANY = 1000
FORWARD, BACKWARD = style.DEEP, "#f2c879"


def compute(sources: Sources) -> dict[str, Any]:
    """List the passes of the first 28 slots of each schedule, and count slots and density of 1000 samples."""
    del sources
    kinds = (
        schedules.Sequential(STAGES),
        schedules.Synchronous(STAGES, BATCH),
        schedules.Asynchronous(STAGES),
    )
    return {"stages": STAGES, "batch": BATCH, "slots": SLOTS, "many": MANY, "schedules": [timeline(s) for s in kinds]}


def timeline(schedule: schedules.Schedule) -> dict[str, Any]:
    """Return the passes in the window with the weight version each reads, the lags, and the density."""
    tasks = list(schedule.tasks(SLOTS))
    updates = [task for task in tasks if task.kind == "backward" and schedule.updates_after(task.sample)]
    return {
        "name": schedule.name,
        "passes": [
            {
                "slot": task.slot,
                "stage": task.stage,
                "kind": task.kind,
                "sample": task.sample + 1,
                "version": sum(done.stage == task.stage and done.slot < task.slot for done in updates),
            }
            for task in tasks
            if task.slot < SLOTS
        ],
        "lags": schedule.lags(),
        "slots_of_many": schedule.slots(MANY),
        "density_of_many": schedule.density(MANY),
    }


def draw(data: Data) -> figure.Figure:
    """Draw one panel a schedule: stages downwards, slots to the right."""
    picture = style.page(2, 3.75)
    panels = picture.subplots(3, 1, sharex=True)
    for panel, entry in zip(panels, data["schedules"], strict=True):
        _grid(panel, data["stages"], data["slots"])
        for task in entry["passes"]:
            _cell(panel, task)
        batch = f", {data['batch']} micro-batches" if entry["name"] == "synchronous" else ""
        panel.set_title(
            f"{entry['name']}{batch}: {entry['slots_of_many']:,} slots for {data['many']:,} samples, "
            f"density {entry['density_of_many']:.3f}, lags " + ", ".join(map(str, entry["lags"]))
        )
    panels[-1].set_xlabel("slot")
    panels[-1].set_xticks(
        [slot + 0.5 for slot in range(0, data["slots"], 2)], [str(slot + 1) for slot in range(0, data["slots"], 2)]
    )
    style.label_panels(list(panels))
    picture.legend(handles=_legend(), loc="outside lower center", ncols=4)
    return picture


def _grid(panel: Axes, stages: int, slots: int) -> None:
    panel.set(xlim=(0, slots), ylim=(stages, 0), ylabel="stage")
    panel.set_yticks([stage + 0.5 for stage in range(stages)], [str(stage + 1) for stage in range(stages)])
    panel.tick_params(length=0)
    panel.grid(visible=False)
    panel.spines[["left", "bottom"]].set_visible(False)
    for stage in range(stages):
        for slot in range(slots):
            bubble = Rectangle((slot, stage), 1, 1, facecolor="white", edgecolor=style.FAINT, hatch="////")
            panel.add_patch(bubble)


def _cell(panel: Axes, task: Data) -> None:
    forward = task["kind"] == "forward"
    x, y = task["slot"], task["stage"] - 1
    panel.add_patch(Rectangle((x, y), 1, 1, facecolor=FORWARD if forward else BACKWARD, edgecolor="white"))
    text: dict[str, Any] = {"ha": "center", "va": "center", "color": "white" if forward else style.INK}
    panel.text(x + 0.5, y + 0.34, str(task["sample"]), fontsize=7, fontweight="bold", **text)
    panel.text(x + 0.5, y + 0.76, f"v{task['version']}", fontsize=5, **text)


def _legend() -> list[Patch]:
    return [
        Patch(facecolor=FORWARD, label="forward pass"),
        Patch(facecolor=BACKWARD, label="backward pass and update"),
        Patch(facecolor="white", edgecolor=style.FAINT, hatch="////", label="bubble (stage idle)"),
        Patch(facecolor="none", label="large: sample; small: weight version read"),
    ]


def caption(data: Data) -> str:
    """Say what differs, with the densities and the lags of the asynchronous schedule."""
    sequential, synchronous, asynchronous = data["schedules"]
    lags = ", ".join(map(str, asynchronous["lags"]))
    return (
        rf"Pipeline schedules of a model with $M={data['stages']}$ stages, slot by slot. "
        r"Large numbers are samples, small ones the number of updates the stage has made, so the weight version the "
        rf"pass reads. (a) Sequential: density ${sequential['density_of_many']:.3f}$ over ${data['many']}$ samples. "
        rf"(b) Synchronous with $B={data['batch']}$ micro-batches: both passes of a sample read one version; bubbles "
        rf"at fill and drain leave density ${synchronous['density_of_many']:.3f}$. (c) Asynchronous, one forward and "
        r"one backward without stashing: once filled, no stage idles "
        rf"(density ${asynchronous['density_of_many']:.3f}$); the forward pass reads weights {lags} updates "
        r"older than the backward pass does (stages $1$ to $M$), and all backward passes of a sample read one version."
    )


def claims(data: Data) -> dict[str, bool]:
    """Check on the passes drawn what the caption says of versions and bubbles."""
    sequential, synchronous, asynchronous = data["schedules"]
    full = [task["slot"] for task in asynchronous["passes"] if task["slot"] >= 2 * data["stages"]]
    places = {(task["slot"], task["stage"]) for task in asynchronous["passes"]}
    busy = {(slot, stage) for slot in set(full) for stage in range(1, data["stages"] + 1)}
    return {
        "no stage makes two passes in one slot": all(
            len({(task["slot"], task["stage"]) for task in entry["passes"]}) == len(entry["passes"])
            for entry in data["schedules"]
        ),
        "without asynchrony both passes read one version": all(
            lag == 0 for entry in (sequential, synchronous) for lag in staleness(entry)
        ),
        "asynchronous forward passes read weights as old as the lags say": {
            (stage, lag) for stage, lag in zip(_stages(asynchronous), staleness(asynchronous), strict=True)
        }
        >= set(enumerate(asynchronous["lags"], start=1)),
        "asynchronous backward passes of one sample read one version": all(
            task["version"] == task["sample"] - 1 for task in asynchronous["passes"] if task["kind"] == "backward"
        ),
        "the filled asynchronous pipeline has no bubble": busy <= places,
        "density grows from sequential to synchronous to asynchronous": sequential["density_of_many"]
        < synchronous["density_of_many"]
        < asynchronous["density_of_many"],
    }


def _pairs(entry: Data) -> list[tuple[Data, Data]]:
    forward = {(t["stage"], t["sample"]): t for t in entry["passes"] if t["kind"] == "forward"}
    return [(forward[t["stage"], t["sample"]], t) for t in entry["passes"] if t["kind"] == "backward"]


def _stages(entry: Data) -> list[int]:
    return [backward["stage"] for _, backward in _pairs(entry)]


def staleness(entry: Data) -> list[int]:
    """Return, for each sample and stage in the window, the updates between its forward and its backward pass."""
    return [backward["version"] - forward["version"] for forward, backward in _pairs(entry)]


FIGURE = Figure(
    name="pipeline_schedules",
    title="the three pipeline schedules slot by slot, with densities and weight versions",
    compute=compute,
    draw=draw,
    caption=caption,
    claims=claims,
)
