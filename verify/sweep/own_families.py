"""Families of settings of the user's own: a TOML file with the options of `simulate run`, some of them drawn.

Each `[[family]]` has a name, values that stay (`problem`, `algorithm`, `alpha`, ..., `set`), and `axes`: what is drawn,
under the same names. An axis is a list of choices, or a range `[low, high, SCALE]` with a scale of `SCALES`. The values
are drawn as those of the built-in families, by the seed and the setting's number alone.
"""

import hashlib
import math
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any, Final, Self, cast

from boundary import BadInput, known, real
from boundary.bytes import read_whole
from boundary.fields import fields_of
from simulate import problems
from simulate.described import content_of, make_run, parsed
from theory.setting import algorithms, devices
from verify.sweep.axes import Axis, Draw, Geometric, OneOf, Uniform, Whole
from verify.sweep.drawn import Family, Setting

SCALES: Final[Mapping[str, Callable[[Any, Any], Axis]]] = {
    "log": Geometric,
    "linear": Uniform,
    "integers": Whole,
    "log-integers": partial(Whole, geometric=True),
}
"""How the values of a range are spread, by the word that stands third in it."""

REPLICAS = 16
"""Replicas of the first look at a setting, where the file names none."""

_OF_SET = "set."
"""Before the name of an axis that is a setting of the problem or a parameter of the device."""
_REQUIRED = ("algorithm", "alpha", "tau", "iterations")
_MAY_BE_LISTS = ("algorithm", "device")
_LARGEST_FILE = 1 << 31
_LARGEST = 1 << 53
_CHECKSUMS = {"data": "sha256", "elements": "elements_sha256"}
"""Settings that name a file, of the problem and of the device, and those that take its checksum."""
_WORD = "a name of at most 60 letters, digits, dots, hyphens and underscores"


@dataclass(frozen=True)
class OwnFamilies:
    """A file of families as it was read, and the checksums of the files that it names.

    Args:
        text: the file's content.
        files: path and SHA-256 of every file that a value of a family names.

    """

    text: str
    files: tuple[tuple[str, str], ...]

    @classmethod
    def read(cls, path: Path, taken: Collection[str]) -> Self:
        """Read a file.

        Args:
            path: of the TOML file; the paths in it are relative to the working folder.
            taken: names that no family may have.

        Raises:
            BadInput: names the family and the key or the axis, and what is wrong with it.

        """
        content = content_of("--families", path)
        described = _described(parsed("--families", path, content), str(path))
        for name in described:
            _require(name not in taken, f"family {name!r}", name, "a name that no built-in family has")
        return cls(content.decode("utf-8-sig"), tuple(sorted(_named_files(described.values()).items())))

    @property
    def sha256(self) -> str:
        """Return the checksum of the file's text."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def by_name(self) -> Mapping[str, Family]:
        """Return the families."""
        return _families(self)

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain data."""
        return {**self.checksums(), "text": self.text}

    def checksums(self) -> dict[str, Any]:
        """Return the checksums of the file and of the files that it names."""
        return {"sha256": self.sha256, "files": dict(self.files)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return what `to_json` described."""
        return cls(data["text"], tuple(sorted(data["files"].items())))


@dataclass(frozen=True)
class _Described:
    """One family as the file has it: what stays, and what is drawn (of `set` under `_OF_SET`)."""

    name: str
    summary: str
    fixed: Mapping[str, Any]
    settings: Mapping[str, Any]
    axes: Mapping[str, Axis]


@cache
def _families(own: OwnFamilies) -> Mapping[str, Family]:
    described = _described(parsed("--families", Path("FILE"), own.text.encode()), "FILE")
    return {
        name: Family(name, one.summary, one.axes, partial(_build, one, dict(own.files)))
        for name, one in described.items()
    }


def _described(document: Mapping[str, Any], file: str) -> dict[str, _Described]:
    for key in document:
        known("--families key", key, ("family",), file)
    given = document.get("family", [])
    tables = isinstance(given, list) and all(isinstance(one, dict) for one in given)
    _require(tables and bool(given), "--families", file, "a file with at least one [[family]]")
    found = dict[str, _Described]()
    for place, one in enumerate(given, start=1):
        name = one.get("name")
        _require(_is_name(name), f"[[family]] {place}: name", name, _WORD)
        _require(name not in found, f"family {name!r}", name, "a name that no other family of the file has")
        found[name] = _family(name, one)
    return found


def _is_name(name: object) -> bool:
    letters = isinstance(name, str) and name.replace(".", "").replace("-", "").replace("_", "")
    return isinstance(name, str) and len(name) <= 60 and bool(letters) and str(letters).isalnum() and name.isascii()


def _family(name: str, given: Mapping[str, Any]) -> _Described:
    where = f"family {name!r}"
    options = [key for key in ("stages", *fields_of(Setting)) if key != "seed"]
    for key in given:
        known(f"{where}: key", key, ("name", "summary", "axes", "problem", "set", *options))
    summary = given.get("summary", "from a file of families")
    _require(isinstance(summary, str), f"{where}: summary", summary, "one line of text")
    drawn, settings = _table(f"{where}: axes", given.get("axes", {})), _table(f"{where}: set", given.get("set", {}))
    for key in drawn:
        known(f"{where}: axis", key, (*options, "set"))
    own = _table(f"{where}: axes.set", drawn.get("set", {}))
    fixed = {key: value for key, value in given.items() if key not in ("name", "summary", "axes", "set")}
    listed = {key: fixed.pop(key) for key in _MAY_BE_LISTS if isinstance(fixed.get(key), list)}
    ranges = {key: value for key, value in drawn.items() if key != "set"}
    for key in listed.keys() & ranges.keys() | fixed.keys() & ranges.keys() | settings.keys() & own.keys():
        raise BadInput(f"{where}, axis {key}", key, "given once, as a value or as an axis")
    of_set = {_OF_SET + key: value for key, value in own.items()}
    made = {key: _axis(f"{where}, axis {key}", value) for key, value in (listed | ranges | of_set).items()}
    _require(isinstance(given.get("problem"), str), f"{where}: problem", given.get("problem"), "the name of a problem")
    known(f"{where}: problem", given["problem"], problems.REGISTRY)
    for key in _REQUIRED:
        _require(key in fixed or key in made, f"{where}: {key}", None, "given, as a value or as an axis")
    return _Described(name, summary, fixed, settings, made)


def _table(where: str, given: object) -> dict[str, Any]:
    _require(isinstance(given, dict), where, given, "a table of NAME = VALUE")
    return cast("dict[str, Any]", given)


def _axis(where: str, given: object) -> Axis:
    """Return a range, or some choices."""
    _require(isinstance(given, list), where, given, f"a list of choices, or [low, high, SCALE] with {_scales()}")
    parts = cast("list[Any]", given)
    _require(bool(parts), where, parts, "at least one choice")
    if len(parts) != 3 or not all(map(_is_number, parts[:2])) or not isinstance(parts[2], str):
        return OneOf(tuple(parts))
    scale = known(f"{where}: scale", parts[2], SCALES)
    low, high = (real(where, part) for part in parts[:2])
    _require(math.isfinite(low) and math.isfinite(high), where, parts, "finite ends")
    _require(low <= high, where, parts, "low <= high")
    _require(not scale.startswith("log") or low > 0, where, parts, f"low > 0, since the scale is {scale!r}")
    if scale.endswith("integers"):
        whole = low.is_integer() and high.is_integer() and -_LARGEST < low <= high < _LARGEST
        _require(whole, where, parts, "integers below 2^53 in size as ends")
        return SCALES[scale](int(low), int(high))
    return SCALES[scale](low, high)


def _scales() -> str:
    return " or ".join(f'"{word}"' for word in SCALES)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _named_files(described: Collection[_Described]) -> dict[str, str]:
    """Return the checksum of every file that a value, or a choice of an axis, names: a table's after its prefix."""
    found = dict[str, str]()
    for one in described:
        choices = (option for axis in one.axes.values() if isinstance(axis, OneOf) for option in axis.options)
        for value in (*one.settings.values(), one.fixed.get("device"), *choices):
            if isinstance(value, str) and value:
                path = value.removeprefix(devices.PREFIX)
                if _is_file(path):
                    content = read_whole(f"family {one.name!r}", path, _LARGEST_FILE)
                    found[path] = hashlib.sha256(content).hexdigest()
    return found


def _is_file(path: str) -> bool:
    try:
        return Path(path).is_file()
    except (OSError, ValueError):  # too long for a name, or with a null byte
        return False


def _build(one: _Described, files: Mapping[str, str], draw: Draw) -> Setting:
    """Return the setting of a draw; what is wrong with it is said with the family and the axis."""
    options = {**one.fixed, **{key: value for key, value in draw.items() if not key.startswith(_OF_SET)}}
    settings = {
        **one.settings,
        **{key.removeprefix(_OF_SET): value for key, value in draw.items() if key.startswith(_OF_SET)},
    }
    options.setdefault("replicas", REPLICAS)
    with _said_of(one, draw):
        kind = problems.kind_of(options["problem"], settings).setting_fields()
        if "algorithm" in draw and not algorithms.named(str(options["algorithm"])).analog:
            # beside analog algorithms a digital one is run without the device of theirs
            options |= {"tau": math.inf, "device": "ald"}
            settings = {key: value for key, value in settings.items() if key in kind}
        for name, checksum in _CHECKSUMS.items():
            pinned = files.get(str(settings.get(name, "")))
            if pinned and (checksum in kind or name not in kind):
                settings.setdefault(checksum, pinned)
        run = make_run({**options, "set": settings}, Setting)
        _require(run.replicas >= 2, "replicas", run.replicas, "at least 2 replicas", "a confidence bound")
        return replace(cast("Setting", run), free_lags="lags" in options)


@contextmanager
def _said_of(one: _Described, draw: Draw) -> Iterator[None]:
    try:
        yield
    except BadInput as error:
        said = {error.name.strip("-").replace("-", "_"), str(error.value).strip("'\"")}
        axis = next((key for key in draw if key.removeprefix(_OF_SET) in said), None)
        values = ", ".join(f"{key} = {value}" for key, value in draw.items())
        where = f"family {one.name!r}, axis {axis}" if axis else f"family {one.name!r} at {values or 'its values'}"
        raise BadInput(f"{where}: {error.name}", error.value, error.condition, error.needed_by) from None


def _require(condition: bool, name: str, value: object, words: str, needed_by: str = "") -> None:
    if not condition:
        raise BadInput(name, value, words, needed_by)
