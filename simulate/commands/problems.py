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
            typer.echo(f"    {setting} = {about['default']}    {about['meaning']}")


def _settings(kind: type[Problem]) -> dict[str, dict[str, Any]]:
    """Return a problem's settings: defaults from its fields, meanings from its docstring."""
    words = dict(re.findall(r"^ *(\w+): (.+)$", inspect.getdoc(kind) or "", re.MULTILINE))
    return {
        name: {"default": field.default, "meaning": words.get(name, "")}
        for name, field in kind.setting_fields().items()
    }
