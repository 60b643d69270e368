"""`python -m simulate problems`: what can be trained."""

import inspect
import re
from typing import Any

import typer

import boundary
from boundary import options
from simulate.problems import REGISTRY, Problem


def problems(json_file: options.Json = None) -> None:
    """List the problems with their settings, defaults and meanings."""
    found = {name: _settings(kind) for name, kind in REGISTRY.items()}
    listed = [
        {"name": name, "summary": REGISTRY[name].summary, "settings": settings} for name, settings in found.items()
    ]
    boundary.deliver(json_file, {"problems": listed}, lambda: _show_problems(found))


def _show_problems(found: dict[str, dict[str, Any]]) -> None:
    for name, settings in found.items():
        typer.echo(f"{name}: {REGISTRY[name].summary}")
        for setting, about in settings.items():
            typer.echo(f"    {setting} = {about['default']}    {about['meaning']}")


def _settings(kind: type[Problem]) -> dict[str, dict[str, Any]]:
    """Return a problem's settings: defaults from its fields, meanings from its docstring."""
    words = dict(re.findall(r"^ *(\w+): (.+)$", inspect.getdoc(kind) or "", re.MULTILINE))
    return {
        name: {"default": field.default, "meaning": words.get(name, "")}
        for name, field in kind.setting_fields().items()
    }
