"""`python -m simulate problems`: what can be trained."""

import inspect
import re
from typing import Any

import typer

import boundary
from boundary import options
from boundary.options import Plugin
from simulate.problems import ON_DATA, REGISTRY, Problem


def problems(
    plugin: Plugin = None,  # noqa: ARG001 - executed as it is read
    json_file: options.Json = None,
) -> None:
    """List the problems with their settings, defaults and meanings."""
    kinds = [*REGISTRY.values(), *ON_DATA.values()]
    listed = [{"name": kind.name, "summary": kind.summary, "settings": _settings(kind)} for kind in kinds]
    boundary.deliver(json_file, {"problems": listed}, lambda: _show_problems(kinds))


def _show_problems(kinds: list[type[Problem]]) -> None:
    for kind in kinds:
        typer.echo(f"{kind.name}: {kind.summary}")
        for setting, about in _settings(kind).items():
            default = "(none)" if about["default"] in ("", (), None) else about["default"]
            typer.echo(f"    {setting} = {default}    {about['meaning']}")


def _settings(kind: type[Problem]) -> dict[str, dict[str, Any]]:
    """Return a problem's settings: defaults from its fields, meanings from its docstring."""
    words = _arguments(inspect.getdoc(kind) or "")
    return {
        name: {"default": field.default, "meaning": words.get(name, "")}
        for name, field in kind.setting_fields().items()
    }


def _arguments(docstring: str) -> dict[str, str]:
    """Return what a docstring says of each argument, entire and on one line.

    What is indented further than a name goes on with it; an empty line, or one that is indented less, ends them.
    """
    found, name = dict[str, str](), ""
    _, _, listed = docstring.partition("\nArgs:\n")
    for line in listed.splitlines():
        if re.match(r" {0,3}(\S|$)", line):
            break
        begun = re.match(r" {4}(\w+): (.+)$", line)
        if begun:
            name, found[begun[1]] = begun[1], begun[2].strip()
        elif name:
            found[name] += " " + line.strip()
    return found
