"""`python -m simulate run`: one run from a file or from options."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.table import Table

import boundary
from boundary import options
from boundary.options import Plugin
from simulate import notes
from simulate.commands import config
from simulate.problems.sampling import Sampled
from simulate.results import RunResult
from simulate.run import Run
from simulate.running import execute

Threads = Annotated[str, options.number("Threads of the compiled kernels; changes no number.")]
"""What `run` and `replay` take; read by `boundary.integer`."""


_LONG = 60e9
"""Time of all looks, in ns, from which on a run says beforehand how long they take."""


def long_looks(described: Run) -> str:
    """Return about how long the looks at all rows of data take, in words; empty where that is short or not known."""
    if not isinstance(described.problem, Sampled):
        return ""
    looks = described.looks * described.replicas
    took = described.problem.look_and_step[0]
    if looks * took < _LONG:
        return ""
    return (
        f"measuring takes about {looks * took / 60e9:.3g} minutes of one core: {looks} looks at all rows of "
        f"{took / 1e9:.2g} s each; --measure-every sets the steps between two"
    )


@options.of_fields(Run, "fields")
def run(
    configuration: config.Configuration = None,
    problem: config.ProblemName = None,
    stages: config.Stages = None,
    fields: Mapping[str, str] | None = None,
    settings: config.Settings = None,
    plugin: Plugin = None,  # noqa: ARG001 - executed as it is read
    threads: Threads = "1",
    checkpoint: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Go on from FILE if it exists; write it now and then.")
    ] = None,
    checkpoint_every: Annotated[
        str | None, options.number("Keep one more checkpoint beside it every so many steps, for replay.")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE.npz", help="Write all arrays.")] = None,
    json_file: options.Json = None,
) -> None:
    """Train from CONFIG.toml or from options (options win) and measure what the theorems speak of."""
    described = config.from_options(configuration, problem, stages, fields or {}, settings or [])
    for path in (out, checkpoint, json_file):
        boundary.check_writable(path)
    if expected := long_looks(described):
        notes.say(expected)
    result = execute(
        described,
        progress=True,
        threads=boundary.integer("threads", threads, at_least=1),
        checkpoint=checkpoint,
        checkpoint_every=None
        if checkpoint_every is None
        else boundary.integer("checkpoint_every", checkpoint_every, at_least=1),
    )
    boundary.deliver(json_file, result.to_json(), lambda: _show(result))
    if out is not None:
        boundary.write_atomically(out, result.to_npz())
    for one in result.diverged:
        sys.stderr.write(f"replica {one.replica} diverged at step {one.step}, stage {one.stage}\n")


def _show(result: RunResult) -> None:
    """Print the result for people."""
    described, document = result.run, result.to_json()
    observed, constants = document["mean_squared_gradient"], document["constants"]
    table = Table(title=f"{described.algorithm} on {described.problem.name}", show_header=False, title_justify="left")
    spread = "" if observed["stderr"] is None else f" +- {observed['stderr']:.2g}"
    table.add_row("mean squared gradient", f"{observed['mean']:.6g}{spread}")
    if not described.constant_step:
        ends = [f"{described.step_size(step):.6g}" for step in (0, described.iterations - 1)]
        table.add_row("step size", f"{ends[0]} at first, {ends[1]} at the last step ({described.decay})")
    table.add_row("initial gap", f"{result.initial_gap:.6g}")
    for name, value in constants.items():
        if isinstance(value, float):
            table.add_row(name, f"{value:.6g} ({'certified' if constants['certified'][name] else 'measured'})")
    table.add_row("max saturation", f"{document['max_saturation']:.6g}")
    table.add_row("mean square saturation", f"{document['mean_square_saturation']:.6g}")
    if result.accuracy is not None:
        for part, shares in result.accuracy.final.items():
            spread = f" (of replicas: {np.min(shares):.4g} to {np.max(shares):.4g})" if described.replicas > 1 else ""
            table.add_row(f"accuracy, {part}", f"{np.mean(shares):.4g}{spread}")
    table.add_row("diverged replicas", f"{len(result.diverged)} of {described.replicas}")
    table.add_row("replica-steps per second", f"{result.replica_steps_per_second:.3g}")
    boundary.show(table)
