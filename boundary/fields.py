"""Fields of a record that say themselves how they are read: their help, their reader, their range.

A record is a frozen dataclass whose fields are made with `field(metadata=about(help, reader))`. From them come the
options of a command, the keys of a TOML file, what is stored, and every error: none of these repeats a field.
"""

import dataclasses
import inspect
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from boundary.reading import integer, known, real
from boundary.refusal import BadInput

_KEY = "boundary.fields"


class Reader(Protocol):
    """Reads a value given as text, in a TOML or JSON file, or in Python."""

    @property
    def shown(self) -> str:
        """Return the type as `--help` shows it."""

    @property
    def range(self) -> str:
        """Return the values that are allowed, in words; empty where the help says it."""

    def read(self, name: str, given: Any) -> Any:  # noqa: ANN401 - whatever the field holds
        """Return the value; `BadInput` names it and the condition it breaks."""


@dataclass(frozen=True)
class Real:
    """A real number above a limit; infinite only if that is said."""

    above: float
    infinite: bool = False
    shown: str = "<float>"

    @property
    def range(self) -> str:
        """Return the range in words."""
        return f"> {self.above:g}" + ("" if self.infinite else " and finite")

    def read(self, name: str, given: object) -> float:
        """Return the number; `BadInput` if it is none or outside the range."""
        value = real(name, given)
        if not value > self.above or (math.isinf(value) and not self.infinite):
            raise BadInput(name, given, f"{name} {self.range}")
        return value


@dataclass(frozen=True)
class Whole:
    """An integer between two limits, both allowed."""

    at_least: int = 1
    at_most: int = 1 << 53
    shown: str = "<int>"

    @property
    def range(self) -> str:
        """Return the range in words: without the upper limit where floating-point numbers that count set it."""
        return f">= {self.at_least}" if self.at_most == 1 << 53 else f"in {self._interval}"

    @property
    def _interval(self) -> str:
        over = self.at_most + 1
        power = over.bit_length() - 1
        return f"[{self.at_least}, 2^{power})" if over == 1 << power else f"[{self.at_least}, {self.at_most}]"

    def read(self, name: str, given: object) -> int:
        """Return the integer; `BadInput` if it is none or outside the range."""
        try:
            value = integer(name, given, at_least=self.at_least)
        except BadInput as refused:
            least = refused.condition == f"an integer >= {self.at_least}"
            raise BadInput(name, refused.value, f"an integer {self.range}" if least else refused.condition) from None
        if not self.at_least <= value <= self.at_most:
            far = self.at_most == 1 << 53 and value > self.at_most
            raise BadInput(name, given, f"{name} <= 2^53" if far else f"an integer {self.range}")
        return value


@dataclass(frozen=True)
class Name:
    """One of some words.

    Args:
        choices: returns them, for what they name may be registered later.

    """

    choices: Callable[[], Iterable[str]]
    shown: str = "<str>"

    @property
    def range(self) -> str:
        """Return the words."""
        return ", ".join(self.choices())

    def read(self, name: str, given: object) -> str:
        """Return the word; `BadInput` names the choices otherwise."""
        return known(option_of(name), given if isinstance(given, str) else str(given), self.choices())


@dataclass(frozen=True)
class Wholes:
    """Integers, separated by commas where they are text.

    Args:
        at_least: the least that each may be.
        words: what they must be, for errors.
        needed_by: what needs them.

    """

    at_least: int
    words: str
    needed_by: str = ""
    shown: str = "<int,...>"
    range: str = ""

    def read(self, name: str, given: object) -> tuple[int, ...]:
        """Return the integers; `BadInput` if one is none or too small."""
        parts = given.split(",") if isinstance(given, str) else given
        if not isinstance(parts, Sequence) or isinstance(parts, bytes):
            raise BadInput(name, given, self.words, self.needed_by)
        try:
            return tuple(integer(name, part, at_least=self.at_least) for part in parts)
        except BadInput:
            shown = repr(given) if isinstance(given, str) else given
            raise BadInput(name, shown, self.words, self.needed_by) from None


@dataclass(frozen=True)
class Field:
    """What is known of a field.

    Args:
        name: of the field, which is also its key in a file.
        help: what it is, with its unit.
        reader: reads it.
        default: its value if it is not given; `dataclasses.MISSING` if it must be.

    """

    name: str
    help: str
    reader: Reader
    default: object

    @property
    def required(self) -> bool:
        """Whether it must be given."""
        return self.default is dataclasses.MISSING

    @property
    def option(self) -> str:
        """The option of the command line."""
        return option_of(self.name)

    @property
    def described(self) -> str:
        """What it is, and the values allowed."""
        return ": ".join(part for part in (self.help, self.reader.range) if part) + "."

    def read(self, given: object) -> Any:  # noqa: ANN401 - whatever the field holds
        """Return the value of the field; None stays None where that is the default."""
        return None if given is None and self.default is None else self.reader.read(self.name, given)


def about(help: str, reader: Reader) -> dict[str, Any]:  # noqa: A002 - as Typer calls it
    """Return the metadata of a dataclass field that is described by a help text and a reader."""
    return {_KEY: (help, reader)}


def fields_of(record: type) -> dict[str, Field]:
    """Return the described fields of a record by name, in order; fields without a reader are not among them."""
    return {
        field.name: Field(field.name, field.metadata[_KEY][0], field.metadata[_KEY][1], field.default)
        for field in dataclasses.fields(record)
        if _KEY in field.metadata
    }


def read_all(record: object) -> None:
    """Read every described field of a record that is being made, in place; `BadInput` names the first wrong one."""
    for name, field in fields_of(type(record)).items():
        object.__setattr__(record, name, field.read(getattr(record, name)))


def with_fields(function: Callable[..., Any], record: type) -> inspect.Signature:
    """Return the signature of a function whose `**` stands for the fields of a record that it does not name itself.

    The fields come first among the keywords, with their types and defaults, for `help` and for completion.
    """
    signature = inspect.signature(function)
    own = list(signature.parameters.values())
    named = [one for one in own if one.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
    keywords = [one for one in own if one.kind is inspect.Parameter.KEYWORD_ONLY]
    taken = {one.name for one in own}
    made = [
        one.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for name, one in inspect.signature(record).parameters.items()
        if name not in taken
    ]
    return inspect.Signature(
        [*named, *made, *keywords], return_annotation=inspect.signature(function).return_annotation
    )


def option_of(name: str) -> str:
    """Return the option that a name of Python is on the command line."""
    return "--" + name.replace("_", "-")
