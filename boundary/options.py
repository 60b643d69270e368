"""Options of the command line: those that several commands share, and those that come from the fields of a record."""

import importlib
import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from boundary.fields import Field, fields_of

INTEGER, REAL = "<int>", "<float>"
"""How `--help` shows numbers. They are read by `boundary`, which takes 1e4 and 10_000 and names what is wrong."""

Json = Annotated[
    str | None, typer.Option("--json", metavar="FILE", help="Write the result as JSON; - is standard output.")
]


def _loaded(files: list[Path] | None) -> list[Path]:
    for file in files or []:
        # by name: it stands above this package, and loads NumPy, which --help should not wait for
        importlib.import_module("simulate.plugins").load(file)
    return files or []


Plugin = Annotated[
    list[Path] | None,
    typer.Option(
        "--plugin",
        metavar="FILE.py",
        help="Execute FILE.py, which registers a problem, a device or an algorithm of your own; repeat.",
        is_eager=True,
        callback=_loaded,
    ),
]
"""Has files of the user's executed before any other option is read."""


def number(help: str, *names: str, shown: str = INTEGER) -> Any:  # noqa: A002, ANN401 - as Typer has it
    """Return an option that is shown as a number."""
    return typer.Option(*names, help=help, metavar=shown)


def of_fields(record: type, parameter: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command one option for each described field of a record.

    Args:
        record: a dataclass whose fields have metadata of `boundary.fields.about`.
        parameter: of the command, in whose place the options come; it gets those that are given, as text by name.

    """

    def changed(command: Callable[..., Any]) -> Callable[..., Any]:
        described = fields_of(record)

        def called(**arguments: Any) -> Any:  # noqa: ANN401
            given = {name: arguments.pop(name) for name in described}
            chosen: Mapping[str, str] = {name: text for name, text in given.items() if text is not None}
            return command(**{parameter: chosen}, **arguments)

        called.__doc__ = command.__doc__
        parts: list[inspect.Parameter] = []
        for own in inspect.signature(command, eval_str=True).parameters.values():
            parts.extend(map(_option, described.values()) if own.name == parameter else [own])
        called.__signature__ = inspect.Signature(parts)  # type: ignore[attr-defined]
        return called

    return changed


def _option(field: Field) -> inspect.Parameter:
    shown = typer.Option(field.option, help=field.described, metavar=field.reader.shown)
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Parameter(field.name, kind, default=None, annotation=Annotated[str | None, shown])
