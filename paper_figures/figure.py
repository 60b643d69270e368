"""What a figure is: data from stored results, a drawing of them, a caption whose claims are checked on them.

The data pass through JSON before they are drawn, so NAME.json holds exactly what the picture shows.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import matplotlib.figure

from boundary import json_text
from paper_figures.runs import Request
from paper_figures.sources import Sources

Data = Mapping[str, Any]
"""What is drawn: strict JSON, so finite numbers, texts, lists and objects."""


def no_runs(quick: bool) -> dict[str, Request]:
    """Say that a figure needs no simulation."""
    del quick
    return {}


def nothing() -> str:
    """Say that a figure can be drawn on any machine."""
    return ""


@dataclass(frozen=True)
class Figure:
    """One figure of the paper.

    Args:
        name: the name of its file, without ending.
        title: what it shows, in one line.
        compute: the data to draw, from stored results.
        draw: the picture, from the data alone.
        narrow: the same for one column, where the picture is two columns wide and the figure has such a form.
        caption: LaTeX, from the data, so that its numbers are the drawn ones.
        claims: what the caption claims, each with whether the data bear it out.
        runs: the simulations it needs, by label; smaller ones if quick.
        lacks: what it needs and this machine has not, such as an optional package; empty text if nothing.
        needs: `verification` if it reads the store of `python -m verify`, `proofs` if it reads proved claims.

    """

    name: str
    title: str
    compute: Callable[[Sources], Data]
    draw: Callable[[Data], matplotlib.figure.Figure]
    caption: Callable[[Data], str]
    claims: Callable[[Data], Mapping[str, bool]]
    runs: Callable[[bool], Mapping[str, Request]] = no_runs
    narrow: Callable[[Data], matplotlib.figure.Figure] | None = None
    lacks: Callable[[], str] = nothing
    needs: tuple[Literal["verification", "proofs"], ...] = ()

    @property
    def drawings(self) -> dict[str, Callable[[Data], matplotlib.figure.Figure]]:
        """Return the pictures by the names of their files: NAME, and NAME-one-column where there is a narrow one."""
        return {self.name: self.draw} | ({f"{self.name}-one-column": self.narrow} if self.narrow else {})

    def data(self, sources: Sources) -> Data:
        """Compute the data and pass them through strict JSON."""
        data: Data = json.loads(json_text(self.compute(sources)))
        return data
