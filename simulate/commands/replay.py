"""`python -m simulate replay`: some steps of a stored run again."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

import boundary
from boundary import options
from boundary.options import Plugin
from simulate.commands.run import Threads
from simulate.replay import Replay
from simulate.replay import replay as replayed


def replay(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A checkpoint or a JSON result of `run`.")],
    first: Annotated[str, options.number("First step, >= 0.", "--from")],
    steps: Annotated[str, options.number("Steps to make again, >= 0.")],
    threads: Threads = "1",
    plugin: Plugin = None,  # noqa: ARG001 - executed as it is read
    out: Annotated[Path | None, typer.Option(metavar="FILE.npz", help="Write weights and measures.")] = None,
    json_file: options.Json = None,
) -> None:
    """Make steps K, ..., K + N - 1 of a stored run again, bit for bit, and show every step."""
    for path in (out, json_file):
        boundary.check_writable(path)
    found = replayed(
        file,
        boundary.integer("--from", first, at_least=0),
        boundary.integer("--steps", steps, at_least=0),
        threads=boundary.integer("threads", threads, at_least=1),
    )
    boundary.deliver(json_file, found.to_json(), lambda: _show_replay(found))
    if out is not None:
        boundary.write_atomically(out, found.to_npz())


def _show_replay(found: Replay) -> None:
    """Print the first replica's steps, and where replicas diverged."""
    table = Table(title=f"replica 0 of {found.run.replicas}, from step {found.first}", title_justify="left")
    for name in ("step", "f(W_k)", "norm(grad f(W_k))^2", "max |W_k|/tau"):
        table.add_column(name, justify="right")
    for place in range(len(found.value)):
        values = (found.value, found.squared_gradient, found.saturation)
        table.add_row(str(found.first + place), *(f"{column[place, 0]:.6g}" for column in values))
    boundary.show(table)
    for replica, (step, stage) in enumerate(found.diverged.tolist()):
        if step >= 0:
            sys.stderr.write(f"replica {replica} diverged at step {step}, stage {stage}\n")
