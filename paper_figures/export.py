"""Turns figures into files: pictures, captions, and the data with all that is needed to make them again."""

import fcntl
import io
import os
import platform
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.figure

from boundary import known, write_atomically, write_json
from paper_figures import origin, style
from paper_figures.figure import Data, Figure
from paper_figures.runs import SEED
from paper_figures.sources import Sources

# A date in the file would make the same data give other bytes.
FORMATS: dict[str, dict[str, Any]] = {
    "pdf": {"metadata": {"CreationDate": None}},
    "png": {"metadata": {"Software": None}},
    "svg": {"metadata": {"Date": None}},
}
"""Formats by name, with what `savefig` needs to write the same bytes for the same data."""

PACKAGES = ("numpy", "scipy", "sympy", "numba", "matplotlib")


def formats(text: str) -> tuple[str, ...]:
    """Read a list such as `pdf,png`; an unknown or missing format raises `BadInput`."""
    return tuple(dict.fromkeys(known("--format", item.strip(), FORMATS) for item in text.split(",")))


def render(
    figure: Figure, data: Data, kinds: Iterable[str], dpi: int = 300, name: str = ""
) -> tuple[dict[str, bytes], float]:
    """Return a drawing of the figure as the bytes of a file of each kind, and its width in inches."""
    # Start from Matplotlib's own defaults: a user's matplotlibrc must not change the paper.
    with mpl.rc_context({**mpl.rcParamsDefault, "backend": "agg", **style.SETTINGS}):
        picture = figure.drawings[name or figure.name](data)
        picture.draw_without_rendering()  # lays out once, for all formats alike
        picture.set_layout_engine("none")
        files = {}
        for kind in kinds:
            content = io.BytesIO()
            picture.savefig(content, format=kind, dpi=dpi, **FORMATS[kind])
            files[kind] = content.getvalue()
    return files, float(picture.get_figwidth())


def latex(figure: Figure, data: Data, width: float, name: str = "") -> str:
    """Return a LaTeX float with a drawing of the figure, its caption and a label."""
    file = name or figure.name
    environment = "figure*" if width > style.ONE_COLUMN else "figure"
    return (
        f"\\begin{{{environment}}}\n\\centering\n\\includegraphics{{{file}}}\n"
        f"\\caption{{{figure.caption(data)}}}\n\\label{{fig:{file}}}\n\\end{{{environment}}}\n"
    )


def export(figure: Figure, sources: Sources, out: Path, kinds: Sequence[str], command: str) -> dict[str, bool]:
    """Write NAME.json, NAME.tex and the pictures of one figure into `out`; return the caption's claims, checked.

    Raises:
        BadInput: if `out` cannot be written, or a store is not what it should be.

    """
    sources.read.clear()
    data = figure.data(sources)
    claims = dict(figure.claims(data))
    record = {
        "figure": figure.name,
        "title": figure.title,
        "caption": figure.caption(data),
        "claims": claims,
        "data": data,
        "provenance": provenance(sources, command),
    }
    files: dict[str, bytes | str] = {}
    for name in figure.drawings:
        pictures, width = render(figure, data, kinds, name=name)
        files |= {f"{name}.{kind}": content for kind, content in pictures.items()}
        files[f"{name}.tex"] = latex(figure, data, width, name)
    with _alone(out):
        for file, content in files.items():
            write_atomically(out / file, content)
        write_json(str(out / f"{figure.name}.json"), record)
    return claims


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let no other export write into the folder: the files of one figure belong together."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with suppress(OSError):  # some file systems have no locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def provenance(sources: Sources, command: str) -> dict[str, Any]:
    """Return what made the figures: command, seed, versions, the code's own commit, and the stored results read."""
    return {
        "command": command,
        "seed": SEED,
        "quick": sources.quick,
        "long": sources.long,
        "versions": versions(PACKAGES),
        "version": origin.version(),
        "commit": origin.commit(),
        "sources": list(sources.read),
    }


def versions(packages: Iterable[str]) -> dict[str, str]:
    """Return the versions of Python and of `packages`."""
    return {"python": platform.python_version()} | {package: version(package) for package in packages}
