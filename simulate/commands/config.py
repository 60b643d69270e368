"""Reads a run from text: options of the command line, or a TOML file with the same names."""

import dataclasses
import os
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boundary
from boundary import BadInput
from simulate import problems
from simulate.run import Run
from theory.setting import devices

REQUIRED = ("problem", "algorithm", "alpha", "tau", "iterations")
OPTIONAL = (
    "stages",
    "replicas",
    "seed",
    "device",
    "dtype",
    "batch",
    "lags",
    "measure_every",
    "backend",
    "schedule",
    "set",
)
_LONGEST = 1 << 20
"""Bytes a configuration file may have: far more than any needs, and an end for files that have none."""
_DEFAULTS: dict[str, Any] = {"stages": 1, "replicas": 1, "seed": 0, "device": "ald", "dtype": "float64", "batch": 1}


def read_toml(path: Path) -> dict[str, Any]:
    """Read a configuration file; a key that is not one of the options raises `BadInput`."""
    try:
        given = tomllib.loads(_content(path).decode("utf-8-sig"))
    except OSError as error:
        raise BadInput("CONFIG", path, f"a file that can be read ({error.strerror or error})") from None
    except UnicodeDecodeError:
        raise BadInput("CONFIG", path, "a file that can be read (no UTF-8 text)") from None
    except RecursionError:
        raise BadInput("CONFIG", path, "a TOML file whose values are not nested that deeply") from None
    except BadInput:
        raise
    except ValueError as error:  # not only TOMLDecodeError: also an integer of thousands of digits
        raise BadInput("CONFIG", path, f"a TOML file ({error})") from None
    for key in given:
        boundary.known("CONFIG key", key, (*REQUIRED, *OPTIONAL), str(path))
    if not isinstance(given.get("set", {}), dict):
        raise BadInput("CONFIG key", "set", "a table [set] of NAME = VALUE", str(path))
    return given


def _content(path: Path) -> bytes:
    """Return what a file holds; one without an end, and a pipe that nobody writes to, are refused."""
    # Opened as any other, a pipe would wait for a writer for ever.
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        os.set_blocking(handle, True)
        content = file.read(_LONGEST + 1)
        if not content and stat.S_ISFIFO(os.fstat(handle).st_mode):
            raise BadInput("CONFIG", path, "a file that can be read (nobody writes to this pipe)")
    if len(content) > _LONGEST:
        raise BadInput("CONFIG", path, f"a file of at most {_LONGEST} bytes")
    return content


def make_run(given: Mapping[str, Any], default_backend: str) -> Run:
    """Make a `Run` from options, whose values may be text; missing and wrong ones raise `BadInput`.

    `set` holds the problem's settings and the device's parameters together. A problem made for one saturation level
    (attaining, plus-minus) takes it from `tau` unless it is set.
    """
    for name in REQUIRED:
        if given.get(name) is None:
            raise BadInput(_option(name), None, f"given, as {_option(name)} or in CONFIG.toml")
    options = _DEFAULTS | {name: value for name, value in given.items() if value is not None}
    tau = boundary.real("tau", options["tau"])
    device = str(options["device"])
    problem, parameters = _make_problem(options, tau, device)
    return Run(
        problem=problem,
        algorithm=str(options["algorithm"]),
        alpha=boundary.real("alpha", options["alpha"]),
        tau=tau,
        iterations=boundary.integer("iterations", options["iterations"], at_least=1),
        replicas=boundary.integer("replicas", options["replicas"], at_least=1),
        seed=boundary.integer("seed", options["seed"]),
        device=device,
        device_parameters=parameters,
        batch=boundary.integer("batch", options["batch"], at_least=1),
        lags=_lags(options.get("lags")),
        dtype=str(options["dtype"]),
        measure_every=_optional_integer("measure_every", options.get("measure_every")),
        backend=str(options.get("backend", default_backend)),
        schedule=None if options.get("schedule") is None else str(options["schedule"]),
    )


def _make_problem(options: Mapping[str, Any], tau: float, device: str) -> tuple[problems.Problem, dict[str, float]]:
    """Share `set` out between the problem and the device."""
    name = boundary.known("--problem", str(options["problem"]), problems.REGISTRY)
    kind = devices.REGISTRY[boundary.known("--device", device, devices.REGISTRY)]
    own = set(problems.REGISTRY[name].setting_fields())
    of_device = {field.name for field in dataclasses.fields(kind)} - {"tau"}
    settings, parameters = dict[str, Any](), dict[str, float]()
    for key, value in dict(options.get("set", {})).items():
        boundary.known("--set", key, sorted(own | of_device), f"the problem {name} and the device {device}")
        if key in own:
            settings[key] = value
        else:
            parameters[key] = boundary.real(key, value)
    if "tau" in own and tau < float("inf"):
        settings.setdefault("tau", tau)
    return problems.make(name, boundary.integer("stages", options["stages"], at_least=1), **settings), parameters


def _lags(given: object) -> tuple[int, ...] | None:
    if given is None:
        return None
    parts = given.split(",") if isinstance(given, str) else given
    if not isinstance(parts, list | tuple):
        raise BadInput("lags", given, "integers >= 0, one a stage, separated by commas", "stale.martingale")
    return tuple(boundary.integer("lags", part, at_least=0, needed_by="stale.martingale") for part in parts)


def _optional_integer(name: str, given: object) -> int | None:
    return None if given is None else boundary.integer(name, given, at_least=1)


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")
