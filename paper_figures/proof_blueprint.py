"""The blueprint of the proof: from the assumptions to the theorems, every claim shaded by who has checked it."""

from collections import defaultdict
from typing import Any

from matplotlib import figure
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from paper_figures import style
from paper_figures.figure import Data, Figure
from paper_figures.sources import Sources
from theory import blueprint
from theory.theorems import explicit, floor, sharp

THEOREMS = (sharp.THEOREM, explicit.THEOREM, floor.THEOREM)
SHADES = {0: style.WARM, 1: "#dbe7f5", 2: "#8fb3dd", 3: style.DEEP}
"""Fill by the number of authorities that proved a claim; none is an alarm."""


def compute(sources: Sources) -> dict[str, Any]:
    """Return the claims that the theorems rest on, their level in the proof, and which authorities proved each."""
    proofs = sources.proofs()
    wanted: set[str] = set().union(*(blueprint.rests_on(name) for theorem in THEOREMS for name in theorem.claims))
    rows = {row["id"]: row for row in proofs["claims"] if row["id"] in wanted}
    grounds = [(ground, name) for name in rows for ground in own_assumptions(rows, name)]
    nodes = [{"id": name, "kind": "assumption", "level": 0, "by": []} for name in dict(grounds)]
    level: dict[str, int] = {}
    for name, row in rows.items():  # the claims come in order: what a claim uses stands before it
        level[name] = 1 + max((level[used] for used in row["uses"]), default=0)
        by = [engine for engine, opinion in row["engines"].items() if opinion["verdict"] == "proved"]
        nodes.append({"id": name, "kind": "claim", "level": level[name], "by": by})
    edges = [*grounds, *((used, name) for name, row in rows.items() for used in row["uses"])]
    engines = sorted({engine for row in rows.values() for engine in row["engines"]})
    return {"total": len(proofs["claims"]), "engines": engines, "nodes": nodes, "edges": edges}


def own_assumptions(rows: dict[str, Any], name: str) -> list[str]:
    """Return the assumptions that a claim makes itself, not through a claim it uses."""
    inherited = {ground for used in rows[name]["uses"] for ground in rows[used]["assumes"]}
    return [ground for ground in rows[name]["assumes"] if ground not in inherited]


def draw(data: Data) -> figure.Figure:
    """Draw assumptions on the left, theorems on the right."""
    places = layout(data)
    rows = max(y for _, y in places.values()) + 1
    picture = style.page(2, 0.6 + 0.31 * rows)
    panel = picture.subplots()
    panel.set_axis_off()
    for start, end in data["edges"]:
        _edge(panel, places[start], places[end])
    for node in data["nodes"]:
        _node(panel, node, places[node["id"]])
    columns = max(x for x, _ in places.values())
    panel.set(xlim=(-0.5, columns + 0.5), ylim=(rows - 0.5, -0.5))
    picture.legend(handles=_legend(data), loc="outside lower center", ncols=5)
    return picture


def layout(data: Data) -> dict[str, tuple[float, float]]:
    """Return a place for every node: its level to the right, and down by the mean place of what it rests on."""
    columns: dict[int, list[str]] = defaultdict(list)
    for node in data["nodes"]:
        columns[node["level"]].append(node["id"])
    below: dict[str, list[str]] = defaultdict(list)
    for start, end in data["edges"]:
        below[end].append(start)
    tallest = max(map(len, columns.values()))
    places: dict[str, tuple[float, float]] = {}
    for level in sorted(columns):
        heights = {
            name: sum(places[used][1] for used in below[name] if used in places) / max(1, len(below[name]))
            for name in columns[level]
        }
        ordered = sorted(columns[level], key=lambda name: heights[name])
        gap = tallest / len(ordered)
        places |= {name: (float(level), (row + 0.5) * gap - 0.5) for row, name in enumerate(ordered)}
    return places


def _edge(panel: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    panel.plot(*zip(start, end, strict=True), color="#b8b8b8", linewidth=0.4, zorder=1)


def _node(panel: Axes, node: Data, place: tuple[float, float]) -> None:
    assumption = node["kind"] == "assumption"
    fill = "white" if assumption else SHADES[min(len(node["by"]), 3)]
    ink = "white" if style.lightness(fill) < 60 else style.INK
    box = {"boxstyle": "round,pad=0.25" if assumption else "square,pad=0.25", "facecolor": fill, "linewidth": 0.4}
    label = node["id"].replace(".", ".\n", 1)
    style_of_text = "italic" if assumption else "normal"
    panel.text(*place, label, fontsize=5, color=ink, ha="center", va="center", bbox=box, style=style_of_text, zorder=2)


def _legend(data: Data) -> list[Patch]:
    counts = sorted({len(node["by"]) for node in data["nodes"] if node["kind"] == "claim"})
    titles = {0: "not proved", 1: "one authority", 2: "two authorities", 3: "three authorities"}
    patches = [Patch(facecolor=SHADES[n], edgecolor=style.INK, label=f"proved by {titles[n]}") for n in counts if n]
    if 0 in counts:
        patches.append(Patch(facecolor=SHADES[0], edgecolor=style.INK, label=titles[0]))
    return [Patch(facecolor="white", edgecolor=style.INK, label="assumption (italic)"), *patches]


def caption(data: Data) -> str:
    """Say how many claims there are and who proved how many."""
    shown = [node for node in data["nodes"] if node["kind"] == "claim"]
    by = ", ".join(
        rf"{engine} {sum(engine in node['by'] for node in shown)}" for engine in ("kernel", "smt", "coq")
        if engine in data["engines"]
    )  # fmt: skip
    return (
        rf"The blueprint of the proof: {len(shown)} of {data['total']} claims, those that the sharp, explicit and "
        r"floor theorems rest on. A line leads from a claim or an assumption to what uses it, from left to right. "
        rf"Proved by authority: {by}."
    )


def claims(data: Data) -> dict[str, bool]:
    """Check that all is proved and that nothing leans on what comes later."""
    level = {node["id"]: node["level"] for node in data["nodes"]}
    return {
        "every claim is proved by the exact kernel": all(
            "kernel" in node["by"] for node in data["nodes"] if node["kind"] == "claim"
        ),
        "no claim uses itself or a later one": all(level[start] < level[end] for start, end in data["edges"]),
    }


FIGURE = Figure(
    name="proof_blueprint",
    title="the blueprint of the proof, every claim shaded by who has checked it",
    compute=compute,
    draw=draw,
    caption=caption,
    claims=claims,
    needs=("proofs",),
)
