"""`python -m theory graph`: the blueprint of claims, from the assumptions to the theorems."""

import html
import json
import shutil
import subprocess
import sys
from typing import Annotated, Any

import typer

from theory import blueprint
from theory.blueprint import Outcome
from theory.commands import app
from theory.setting.assumptions import REGISTRY as ASSUMPTIONS
from theory.setting.boundary import HOLDS, BadInput, known

_COLOUR = {"proved": "#cfe8cf", "refuted": "#f2b8b5", "undecided": "#fdeeb5", "unsupported": "#e6e6e6"}


@app.command()
def graph(
    form: Annotated[str, typer.Option("--format", help="dot, svg or json.")] = "dot",
) -> int:
    """Draw which claim uses which, coloured by verdict, with the assumptions at the bottom."""
    known("--format", form, ("dot", "svg", "json"))
    outcomes = {outcome.claim: outcome for outcome in blueprint.prove(blueprint.all_claims())}
    if form == "json":
        sys.stdout.write(json.dumps(as_data(outcomes), indent=2) + "\n")
    else:
        text = as_dot(outcomes)
        sys.stdout.write(text if form == "dot" else as_svg(text))
    return HOLDS


def as_data(outcomes: dict[str, Outcome]) -> dict[str, Any]:
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


def as_dot(outcomes: dict[str, Outcome]) -> str:
    """Return the blueprint in the language of Graphviz; the statement shows when the pointer rests on a claim."""
    lines = [
        "digraph blueprint {",
        "  rankdir=BT;",
        '  node [shape=box, style="filled,rounded", fontname="Helvetica"];',
    ]
    used = {name for item in blueprint.all_claims() for name in item.assumes}
    for name in sorted(used):
        tip = _quoted(ASSUMPTIONS[name].statement)
        lines.append(f'  "assume {name}" [label="{name}", shape=ellipse, fillcolor="#d6e4f5", tooltip={tip}];')
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


def as_svg(text: str) -> str:
    """Draw the blueprint with Graphviz; raises `BadInput` where it is not installed."""
    program = shutil.which("dot")
    if program is None:
        raise BadInput(
            "--format", "svg", "Graphviz's `dot` is installed (apt install graphviz)", "drawing the blueprint"
        )
    done = subprocess.run([program, "-Tsvg"], input=text, capture_output=True, text=True, check=True)
    return done.stdout
