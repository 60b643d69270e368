"""Groups of commands whose modules are imported when a command is called, not when the group's `--help` is shown.

One command is one module, PACKAGE/commands/NAME.py, with a function of that name (`list_` for the command `list`). The
overview of a group takes the first lines of the functions' docstrings from the source, without importing it.
"""

import ast
import builtins
import importlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

_LOAD = "load the command"
"""The attribute by which a stand-in is known."""


class _Lazy(TyperGroup):
    """A group that holds a stand-in for each command, and imports the one that is called."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - Typer's own types are private
        """Return name, command and the arguments that are left."""
        name, found, rest = super().resolve_command(ctx, args)
        load = getattr(getattr(found, "callback", None), _LOAD, None)
        return name, found if load is None else load(str(name)), rest


def group(package: str, names: Sequence[str], summary: str, before: Callable[[], None] = lambda: None) -> typer.Typer:
    """Return the commands of a package as an application that imports none of them before it is called.

    Args:
        package: where the modules are, for example `theory.commands`.
        names: of the commands, in the order in which they are listed.
        summary: one line on the group.
        before: called before a command is imported; may refuse with `BadInput`.

    """
    app = typer.Typer(
        cls=_Lazy, help=summary, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
    )
    for name in names:
        app.command(name, help=described(package, name))(_stand_in(package, before))
    return app


def _stand_in(package: str, before: Callable[[], None]) -> Callable[[], None]:
    """Return what is listed in place of a command of a package, and knows how to load it."""

    def nothing() -> None: ...

    def load(name: str) -> Any:  # noqa: ANN401
        before()
        return command(package, name)

    setattr(nothing, _LOAD, load)
    return nothing


def command(package: str, name: str) -> Any:  # noqa: ANN401 - Typer's own types are private
    """Import a command and return it as Typer runs it."""
    function = getattr(importlib.import_module(f"{package}.{name}"), function_of(name))
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    alone.command(name)(function)
    return get_command(alone)


def function_of(name: str) -> str:
    """Return the name of a command's function: the command's own, with `_` after it if Python has one so named."""
    return f"{name}_" if hasattr(builtins, name) else name


def described(package: str, name: str) -> str:
    """Return the docstring of a command's function, read from its source."""
    folder = Path(str(importlib.import_module(package).__file__)).parent
    tree = ast.parse((folder / f"{name}.py").read_text(encoding="utf-8"))
    wanted = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == function_of(name)]
    return ast.get_docstring(wanted[0]) or ""
