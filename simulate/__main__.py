"""The command line: run, replay, problems, schedule."""

import dataclasses
import inspect
import re
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

import boundary
from simulate import problems
from simulate.commands import config, drawing
from simulate.engines import registry
from simulate.problems.base import Problem
from simulate.replay import Replay, replay
from simulate.results import RunResult
from simulate.run import DEFAULT_BACKEND
from simulate.running import execute
from theory.setting import algorithms, devices, schedules

app = typer.Typer(
    help="Simulate stochastic gradient descent on analog pipelines.", no_args_is_help=True, add_completion=False
)
_TASK = 400
"""Bytes that one pass takes on the way into a drawing."""
_CELL = 16
"""Bytes that one slot of one stage takes in a drawing."""
FORMATS = ("text", "svg", "json")
Json = Annotated[str | None, typer.Option("--json", metavar="FILE", help="Write the result as JSON; - for stdout.")]


def _names(registry: dict[str, Any]) -> str:
    return ", ".join(registry)


@app.command()
def run(
    configuration: Annotated[Path | None, typer.Argument(metavar="CONFIG.toml", help="Options by name.")] = None,
    problem: Annotated[str | None, typer.Option(help=_names(problems.REGISTRY))] = None,
    algorithm: Annotated[str | None, typer.Option(help=_names(algorithms.REGISTRY))] = None,
    stages: Annotated[str | None, typer.Option(help="M, >= 1; one stage means no lag.")] = None,
    alpha: Annotated[str | None, typer.Option(help="Step size, > 0.")] = None,
    tau: Annotated[str | None, typer.Option(help="Saturation level, > 0; inf is digital.")] = None,
    iterations: Annotated[str | None, typer.Option(help="K, >= 1.")] = None,
    replicas: Annotated[str | None, typer.Option(help="R, >= 1.")] = None,
    seed: Annotated[str | None, typer.Option(help="Seed, in [0, 2^64).")] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Of the problem or the device; repeat.")
    ] = None,
    device: Annotated[str | None, typer.Option(help=_names(devices.REGISTRY))] = None,
    batch: Annotated[str | None, typer.Option(help="Micro-batches B of analog-sgd-sp.")] = None,
    lags: Annotated[str | None, typer.Option(help="d_1,...,d_M instead of the schedule's.")] = None,
    dtype: Annotated[str | None, typer.Option(help="float64 or float32.")] = None,
    measure_every: Annotated[str | None, typer.Option(help="Steps a stratum of measuring times has.")] = None,
    backend: Annotated[str | None, typer.Option(help=_names(registry.REGISTRY))] = None,
    schedule_name: Annotated[
        str | None, typer.Option("--schedule", help="Of a pipelined algorithm: asynchronous (its own) or full-duplex.")
    ] = None,
    threads: Annotated[str, typer.Option(help="Threads of the compiled kernels; changes no number.")] = "1",
    checkpoint: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Go on from FILE if it exists; write it now and then.")
    ] = None,
    checkpoint_every: Annotated[
        str | None, typer.Option(help="Keep one more checkpoint beside it every so many steps, for replay.")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE.npz", help="Write all arrays.")] = None,
    json_file: Json = None,
) -> None:
    """Train from CONFIG.toml or from options (options win) and measure what the theorems speak of."""
    given = {} if configuration is None else config.read_toml(configuration)
    options = {
        "problem": problem,
        "algorithm": algorithm,
        "stages": stages,
        "alpha": alpha,
        "tau": tau,
        "iterations": iterations,
        "replicas": replicas,
        "seed": seed,
        "device": device,
        "batch": batch,
        "lags": lags,
        "dtype": dtype,
        "measure_every": measure_every,
        "backend": backend,
        "schedule": schedule_name,
    }
    given |= {name: value for name, value in options.items() if value is not None}
    given["set"] = {**given.get("set", {}), **_assignments(settings or [])}
    described = config.make_run(given, DEFAULT_BACKEND)
    for path in (out, checkpoint, json_file):
        boundary.check_writable(path)
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


@app.command("replay")
def replay_steps(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A checkpoint or a JSON result of `run`.")],
    first: Annotated[str, typer.Option("--from", metavar="K", help="First step, >= 0.")],
    steps: Annotated[str, typer.Option(metavar="N", help="Steps to make again, >= 0.")],
    threads: Annotated[str, typer.Option(help="Threads of the compiled kernels; changes no number.")] = "1",
    out: Annotated[Path | None, typer.Option(metavar="FILE.npz", help="Write weights and measures.")] = None,
    json_file: Json = None,
) -> None:
    """Make steps K, ..., K + N - 1 of a stored run again, bit for bit, and show every step."""
    for path in (out, json_file):
        boundary.check_writable(path)
    found = replay(
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


def _assignments(pairs: list[str]) -> dict[str, str]:
    """Read NAME=VALUE pairs; which names exist is known only with the problem and the device."""
    return boundary.assignments(pairs, [pair.partition("=")[0] for pair in pairs])


def _show(result: RunResult) -> None:
    """Print the result for people."""
    described, document = result.run, result.to_json()
    observed, constants = document["mean_squared_gradient"], document["constants"]
    table = Table(title=f"{described.algorithm} on {described.problem.name}", show_header=False, title_justify="left")
    spread = "" if observed["stderr"] is None else f" +- {observed['stderr']:.2g}"
    table.add_row("mean squared gradient", f"{observed['mean']:.6g}{spread}")
    table.add_row("initial gap", f"{result.initial_gap:.6g}")
    for name, value in constants.items():
        if isinstance(value, float):
            table.add_row(name, f"{value:.6g} ({'certified' if constants['certified'][name] else 'measured'})")
    table.add_row("max saturation", f"{document['max_saturation']:.6g}")
    table.add_row("mean square saturation", f"{document['mean_square_saturation']:.6g}")
    table.add_row("diverged replicas", f"{len(result.diverged)} of {described.replicas}")
    table.add_row("replica-steps per second", f"{result.replica_steps_per_second:.3g}")
    boundary.show(table)


@app.command("problems")
def list_problems(json_file: Json = None) -> None:
    """List the problems with their settings, defaults and meanings."""
    found = {name: _settings(kind) for name, kind in problems.REGISTRY.items()}
    listed = [
        {"name": name, "summary": problems.REGISTRY[name].summary, "settings": settings}
        for name, settings in found.items()
    ]
    boundary.deliver(json_file, {"problems": listed}, lambda: _show_problems(found))


def _show_problems(found: dict[str, dict[str, Any]]) -> None:
    for name, settings in found.items():
        typer.echo(f"{name}: {problems.REGISTRY[name].summary}")
        for setting, about in settings.items():
            typer.echo(f"    {setting} = {about['default']}    {about['meaning']}")


def _settings(kind: type[Problem]) -> dict[str, dict[str, Any]]:
    """Return a problem's settings: defaults from its fields, meanings from its docstring."""
    words = dict(re.findall(r"^ *(\w+): (.+)$", inspect.getdoc(kind) or "", re.MULTILINE))
    return {
        name: {"default": field.default, "meaning": words.get(name, "")}
        for name, field in kind.setting_fields().items()
    }


@app.command()
def schedule(
    stages: Annotated[str, typer.Option(help="M, >= 1.")],
    samples: Annotated[str, typer.Option(help="Samples that pass, >= 1.")],
    batch: Annotated[
        str, typer.Option(help="Micro-batches of the synchronous pipeline, >= 1; no other has any.")
    ] = "1",
    kind: Annotated[str | None, typer.Option(help=_names(schedules.REGISTRY))] = None,
    form: Annotated[str, typer.Option("--format", help=", ".join(FORMATS))] = "text",
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write to a file instead of stdout.")] = None,
) -> None:
    """Draw a pipeline and print its lags, slots and density (default: asynchronous, synchronous if --batch > 1)."""
    boundary.known("--format", form, FORMATS)
    size = boundary.integer("batch", batch, at_least=1)
    name = kind if kind is not None else ("asynchronous" if size == 1 else "synchronous")
    grouped = size if name == schedules.Synchronous.name else 1
    plan = schedules.make(name, boundary.integer("stages", stages, at_least=1), grouped)
    count = boundary.integer("samples", samples, at_least=1)
    boundary.check_writable(out)
    _check_drawing(plan, count, _TASK, 0 if form == "json" else _CELL)
    content = {"text": _schedule_text, "svg": drawing.svg, "json": _schedule_json}[form](plan, count)
    if out is None:
        sys.stdout.write(content)
    else:
        boundary.write_atomically(out, content)


def _check_drawing(plan: schedules.Schedule, samples: int, task: int, cell: int) -> None:
    """Refuse what would not fit: a row a stage, `cell` bytes a slot, and `task` bytes for every pass in them."""
    name = "stages" if plan.stages > samples else "samples"
    value = plan.stages if name == "stages" else samples
    passes = 2 * task * plan.stages * samples
    words = f"{samples} samples drawn in {plan.stages} stages"
    # There are more slots than samples and stages: what that alone refuses is not counted.
    boundary.memory.require(name, value, passes + cell * plan.stages * (samples + plan.stages), words)
    boundary.memory.require(name, value, passes + cell * plan.stages * plan.slots(samples), words)


def _schedule_text(plan: schedules.Schedule, samples: int) -> str:
    lags = ", ".join(str(lag) for lag in plan.lags())
    facts = f"lags     {lags}\nslots    {plan.slots(samples)}\ndensity  {plan.density(samples):.6g}\n"
    return f"{plan.name}, {plan.stages} stages\n{drawing.text(plan, samples)}{facts}"


def _schedule_json(plan: schedules.Schedule, samples: int) -> str:
    tasks = [dataclasses.asdict(task) for task in plan.tasks(samples)]
    document = {
        "kind": plan.name,
        "stages": plan.stages,
        "batch": plan.batch,
        "samples": samples,
        "lags": plan.lags(),
        "slots": plan.slots(samples),
        "density": plan.density(samples),
        "tasks": tasks,
    }
    return boundary.json_text(document)


if __name__ == "__main__":
    boundary.run_command(app, "python -m simulate")
