"""Reads a run from text: options of the command line, or a TOML file with the same names."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

import boundary
from boundary import BadInput, options
from boundary.fields import fields_of
from simulate import problems
from simulate.described import OF_THE_PROBLEM, content_of, make_run, parsed
from simulate.run import Run

Configuration = Annotated[Path | None, typer.Argument(metavar="CONFIG.toml", help="Options by name.")]
ProblemName = Annotated[str | None, typer.Option(help=", ".join(problems.REGISTRY))]
Stages = Annotated[str | None, options.number("M, >= 1; one stage means no lag.")]
Settings = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Of the problem or the device; repeat.")
]
"""What a command takes that describes a run, beside the fields of `Run`; read by `from_options`."""


def read_toml(path: Path, record: type[Run] = Run) -> dict[str, Any]:
    """Read a configuration file; a key that is not one of the options raises `BadInput`."""
    given = parsed("CONFIG", path, content_of("CONFIG", path))
    for key in given:
        boundary.known("CONFIG key", key, (*OF_THE_PROBLEM, *fields_of(record)), str(path))
    if not isinstance(given.get("set", {}), dict):
        raise BadInput("CONFIG key", "set", "a table [set] of NAME = VALUE", str(path))
    return given


def from_options(
    file: Path | None, problem: str | None, stages: str | None, fields: Mapping[str, str], settings: Sequence[str]
) -> Run:
    """Make a `Run` from a configuration file, if there is one, and from options, which win over it.

    Args:
        file: with the same names as the options.
        problem: its name.
        stages: M.
        fields: fields of `Run`, by name.
        settings: of the problem or the device, NAME=VALUE.

    """
    given = {} if file is None else read_toml(file)
    given |= {name: value for name, value in (("problem", problem), ("stages", stages)) if value is not None}
    # Which names exist is known only with the problem and the device.
    chosen = boundary.assignments(settings, [pair.partition("=")[0] for pair in settings])
    return make_run({**given, **fields, "set": {**given.get("set", {}), **chosen}})
