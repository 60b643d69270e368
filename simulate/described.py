"""Makes a run from its description as text or from TOML: the names of the options, and `set` for the rest."""

import os
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import boundary
from boundary import BadInput
from boundary.fields import fields_of, option_of
from simulate import problems
from simulate.run import Run
from theory.setting import devices

_LONGEST = 1 << 20
"""Bytes a configuration file may have: far more than any needs, and an end for files that have none."""
OF_THE_PROBLEM = ("problem", "stages", "set")
"""The keys that make the problem; `set` holds the device's parameters, too. All others are fields of `Run`."""


def parsed(name: str, path: Path, content: bytes) -> dict[str, Any]:
    """Return what a TOML file says; `name` is what an error calls it."""
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise BadInput(name, path, "a file that can be read (no UTF-8 text)") from None
    except RecursionError:
        raise BadInput(name, path, "a TOML file whose values are not nested that deeply") from None
    except ValueError as error:  # not only TOMLDecodeError: also an integer of thousands of digits
        raise BadInput(name, path, f"a TOML file ({error})") from None


def content_of(name: str, path: Path) -> bytes:
    """Return what a file holds; one without an end, and a pipe that nobody writes to, are refused."""
    try:
        # Opened as any other, a pipe would wait for a writer for ever.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            os.set_blocking(handle, True)
            content = file.read(_LONGEST + 1)
            if not content and stat.S_ISFIFO(os.fstat(handle).st_mode):
                raise BadInput(name, path, "a file that can be read (nobody writes to this pipe)")
    except OSError as error:
        raise BadInput(name, path, f"a file that can be read ({error.strerror or error})") from None
    if len(content) > _LONGEST:
        raise BadInput(name, path, f"a file of at most {_LONGEST} bytes")
    return content


def make_run(given: Mapping[str, Any], record: type[Run] = Run) -> Run:
    """Make a `Run` from options, whose values may be text; missing and wrong ones raise `BadInput`.

    `set` holds the problem's settings and the device's parameters together. A problem made for one saturation level
    (attaining, plus-minus, lipschitz-only) takes it from `tau` unless it is set, and so with a step size; attaining
    takes what else it needs from the device.
    """
    described = fields_of(record)
    given = {name: value for name, value in given.items() if value is not None}
    for name in ("problem", *(name for name, field in described.items() if field.required)):
        if name not in given:
            raise BadInput(option_of(name), None, f"given, as {option_of(name)} or in CONFIG.toml")
    read = {name: field.read(given[name]) for name, field in described.items() if name in given}
    problem, parameters = _make_problem(
        given, read["tau"], read["alpha"], read.get("device", described["device"].default)
    )
    run = record(problem=problem, device_parameters=parameters, **read)
    made = problem.for_device(run.make_device())
    return run if made is problem else replace(run, problem=made)


def _make_problem(
    options: Mapping[str, Any], tau: float, alpha: float, device: str
) -> tuple[problems.Problem, dict[str, float | str]]:
    """Share `set` out between the problem and the device."""
    name, given = str(options["problem"]), dict(options.get("set", {}))
    kind = devices.law_of(device)
    own = set(problems.kind_of(name, given).setting_fields())
    of_device = {*kind.names(), *devices.OF_PULSES, *devices.OF_ELEMENTS} - {"tau"}
    settings, parameters = dict[str, Any](), dict[str, float | str]()
    for key, value in given.items():
        boundary.known("--set", key, sorted(own | of_device), f"the problem {name} and the device {device}")
        if key in own:
            settings[key] = value
        else:
            parameters[key] = _parameter(key, value)
    if "tau" in own and tau < float("inf"):
        settings.setdefault("tau", tau)
    if "alpha" in own:
        settings.setdefault("alpha", alpha)
    return problems.make(name, boundary.integer("stages", options.get("stages", 1), at_least=1), **settings), parameters


def _parameter(key: str, value: object) -> float | str:
    """Read a parameter of the device: `elements` is a seed or names a file, its checksum is text, all else is real."""
    if key == "elements_sha256" or (key == "elements" and isinstance(value, str) and not value.strip().isdecimal()):
        return str(value)
    return boundary.integer(key, value) if key in ("elements", "BL") else boundary.real(key, value)
