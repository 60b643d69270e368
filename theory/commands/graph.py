"""`python -m theory graph`: the blueprint of claims, from the assumptions to the theorems."""

import html
import json
import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from boundary import HOLDS, known
from theory import blueprint, drawing
from theory.blueprint import ProofOutcome
from theory.drawing import Node
from theory.kernel.claim import Claim
from theory.setting.assumptions import REGISTRY as ASSUMPTIONS

_COLOUR = {"proved": "#cfe8cf", "refuted": "#f2b8b5", "undecided": "#fdeeb5", "unsupported": "#e6e6e6"}
_GROUND = "#d6e4f5"


def graph(
    form: Annotated[str, typer.Option("--format", help="dot, svg or json.")] = "dot",
) -> int:
    """Draw which claim uses which, coloured by verdict, with the assumptions at the bottom."""
    known("--format", form, ("dot", "svg", "json"))
    outcomes = {outcome.claim: outcome for outcome in blueprint.prove(blueprint.all_claims())}
    if form == "json":
        sys.stdout.write(json.dumps(as_data(outcomes), indent=2) + "\n")
    else:
        sys.stdout.write(as_dot(outcomes) if form == "dot" else as_svg(outcomes))
    return HOLDS


def as_data(outcomes: dict[str, ProofOutcome]) -> dict[str, Any]:
    """Return the blueprint as nodes and edges."""
    claims = blueprint.all_claims()
    nodes = [
        {"id": item.id, "title": item.title, "verdict": outcomes[item.id].verdict, "statement_latex": item.latex}
        for item in claims
    ]
    edges = [{"from": used, "to": item.id} for item in claims for used in blueprint.uses(item)]
    grounds = [{"id": name, "statement": assumption.statement} for name, assumption in ASSUMPTIONS.items()]
    rests = [{"from": name, "to": item.id} for item in claims for name in item.assumes]
    return {"claims": nodes, "uses": edges, "assumptions": grounds, "assumes": rests}


def as_dot(outcomes: dict[str, ProofOutcome]) -> str:
    """Return the blueprint in the language of Graphviz; the statement shows when the pointer rests on a claim."""
    lines = [
        "digraph blueprint {",
        "  rankdir=BT;",
        '  node [shape=box, style="filled,rounded", fontname="Helvetica"];',
    ]
    used = {name for item in blueprint.all_claims() for name in item.assumes}
    for name in sorted(used):
        tip = _quoted(ASSUMPTIONS[name].statement)
        lines.append(f'  "assume {name}" [label="{name}", shape=ellipse, fillcolor="{_GROUND}", tooltip={tip}];')
    lines.append("  { rank=source; " + " ".join(f'"assume {name}";' for name in sorted(used)) + " }")
    for item in blueprint.all_claims():
        colour = _COLOUR[outcomes[item.id].verdict]
        tip = _quoted(item.statement or item.title)
        lines.append(f'  "{item.id}" [fillcolor="{colour}", tooltip={tip}, id={_quoted(item.id)}];')
        lines.extend(f'  "{name}" -> "{item.id}";' for name in blueprint.uses(item))
        lines.extend(f'  "assume {name}" -> "{item.id}" [style=dotted];' for name in item.assumes)
    return "\n".join([*lines, "}", ""])


def _quoted(text: str) -> str:
    return '"' + html.escape(text, quote=True).replace("\\", "\\\\") + '"'


def as_svg(outcomes: dict[str, ProofOutcome]) -> str:
    """Return the blueprint as a picture; an assumption is drawn below the first claims that make it."""
    claims = {item.id: item for item in blueprint.all_claims()}
    made = {name: _own_assumptions(item, claims) for name, item in claims.items()}
    grounds = sorted({ground for own in made.values() for ground in own})
    nodes = [Node(name, ASSUMPTIONS[name].statement, _GROUND, ground=True) for name in grounds]
    for name, item in claims.items():
        below = (*blueprint.uses(item), *made[name])
        tip = f"{outcomes[name].verdict}. {item.statement or item.title}"
        nodes.append(Node(name, tip, _COLOUR[outcomes[name].verdict], below))
    return drawing.svg(nodes)


def _own_assumptions(item: Claim, claims: Mapping[str, Claim]) -> list[str]:
    """Return the assumptions that a claim makes itself, not through a claim it uses."""
    inherited = {name for used in blueprint.uses(item) for name in claims[used].assumes}
    return [name for name in item.assumes if name not in inherited]
