"""The page docs/oracle.md: every comparison with a table of tests/oracle/data."""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from tests.oracle import responses, stationary, toy, updates
from tests.oracle.residuals import HEAD, LEVEL, POWER, TABLES, Residuals

PAGE = Path(__file__).parents[2] / "docs" / "oracle.md"


@dataclass(frozen=True)
class Section:
    """One table: heading, the module that compares it, and what its comparison says."""

    heading: str
    module: ModuleType
    text: str


SECTIONS = (
    Section(
        "Single updates",
        updates,
        """
        `ald_update.csv`, IBM's aihwkit 1.2.0: one desired increment on one weight, 1,024 repeats a row. aihwkit makes
        an increment by pulses of the linear device, one by one. So single pulses of `ald` summed over the counts of a
        train give the measured mean and standard deviation; `pulse-train` is their limit and cannot be told from them
        on the noisier tile; and `ald`, which makes the whole increment in one linear step, overshoots by about half
        of |D|/tau. The linear law is right for increments that are small against tau, and for these only.
        """,
    ),
    Section(
        "Stationary squared gradient",
        stationary,
        """
        `stationary.csv`: analog SGD on (w - w\\*)²/2 with Gaussian noise, on aihwkit, 256 replicas. With pulses of
        1e-4 it is the linear model's. Pulses of 1e-2 add 5 to 10 standard errors, and the table tells which law of
        counts they follow. aihwkit gives an element Bin(BL, n/BL) pulses, n = |D|/dw, with BL the whole number above
        the largest n *on the tile*. If the 256 replicas share the trains of one tile, all twelve rows agree. Ideal
        rounding (variance at most dw²/4) and trains of each element's own length are too quiet, endless trains
        (variance dw|D|) are too loud. How the replicas were laid out the table does not say; aihwkit itself says the
        same (below). The simulator has no tile whose trains stretch from step to step: `BL` is one length, here the
        median of the tile's, two slots at alpha = 0.02 and five at 0.05.
        """,
    ),
    Section(
        "Responses of published devices",
        responses,
        """
        `device_responses.csv`: the step of one pulse of the mean device of aihwkit's presets, up and down, over its
        range. Nothing is left to chance, so a row agrees if it agrees to the last digit printed. Below, every device is
        taken for the other one that is closest to it.
        """,
    ),
    Section(
        "Least squares on a tile",
        toy,
        """
        `aihwkit_S2.csv`: 40 analog weights and a digital bias trained for 2,501 batches of 100 samples on aihwkit's
        C++ tile, one rank-one update a sample. Errors are over 4 or 8 seeds, so a rejection takes many of them
        (Student's t with few degrees of freedom). The read noise of the table acts on the weights: a sample's error
        has noise 0.021445 |a_s|. One update a *batch*, which is what `analog-sgd` does, has a lower floor, since what
        cancels within a batch causes no drift. A wrong law is rejected if one of the three measures rejects it.
        """,
    ),
)

INTRODUCTION = f"""# Against tables that others measured

<!-- Written by `python -m tests.oracle`; edit tests/oracle/page.py. -->

The tables in `tests/oracle/data` come from other people's simulators; its README says who measured what with what.
Here this project's devices and simulator are compared with them, in standard errors: z = (measured - expected)/error,
where the error holds the table's and, where the expectation is simulated too, ours.

Right laws must agree and wrong ones must be rejected; both are tests. All tables are one family: if every right law
holds, the chance that a single test rejects is at most {LEVEL:.0%}, shared evenly among {TABLES} tables, in each half
for the rows (largest |z| by Bonferroni) and half for sums of z². "Allowed" is the largest |z| that a row may have;
"smallest seen" is the discrepancy, relative to the row, that would have been rejected with probability {POWER:.0%},
at the median row.
"""


PUBLISHED = """## Published experiments on least squares

The tables in `paper_figures/published` come from the companion papers' code (arXiv 2406.12774 and 2502.06309). Its
22 runs with noise are run here on the same data: at most 2.2 combined standard errors lie between their means and
ours, of the average squared gradient A and of its last fifth. `tests/oracle/test_published.py` compares, also where
there is no noise.
Drawn by `python -m paper_figures export --only published_ablations`, for two columns and for one:

![published ablations on our curves, below the proved bounds](pictures/published_ablations.png)

The proved bound is between 1.04 and 24 times A. It needs alpha L < 1 and weights within the device's range: for both
runs with alpha = 0.2 (alpha L = 1.05) and the start at |W_0| = tau there is none. Normal noise passes every saturation
some time, so the bounds of the analog runs suppose that no run passes the largest one observed; those of the digital
runs suppose nothing.
"""
"""The experiments that a figure shows; its numbers are those of `published_ablations.json`."""

INSTALLED = """## aihwkit on the spot

Where aihwkit is installed, `tests/oracle/test_aihwkit.py` runs it; it is no dependency, and without it these
tests are skipped. They make the stationary experiment on tiles of 256 elements, take one pulse from every
preset and compare both with this project. Run once with aihwkit 1.1.0 (the wheel of PyPI, with torch 2.10.0):
all 12 tests passed. On 16 tiles of 256 elements the first and the last coarse setting gave E grad² =
0.011270(9) and 0.01572(4), where trains that the tile shares give 0.011229(19) and 0.01575(4); on 300 tiles of
one element 0.01097(9) and 0.01531(12), where trains of each element's own length give 0.011051(17) and
0.01527(3). So the length of a train is a matter of the tile.
"""
"""What came of an installed aihwkit; measured by hand, since no test may need it."""


def untold(module: ModuleType) -> list[str]:
    """Return the comparisons whose verdict the page does not have as it is.

    The numbers of simulations may differ in the last digit from machine to machine; what agrees may not.
    """
    text = PAGE.read_text(encoding="utf-8")
    told = {found[1]: found[2] for found in re.finditer(r"^\| (.*?) \| \d+ \|.*\| (.*?) \|$", text, re.MULTILINE)}
    every = (*module.right(), *module.wrong())
    return [one.what for one in every if (told.get(one.what) == "agrees") != one.agrees or one.what not in told]


def lines(found: list[Residuals]) -> Iterator[str]:
    """Yield comparisons as a table in Markdown."""
    yield HEAD
    yield from (one.line() for one in found)


def page() -> str:
    """Return the page; makes every comparison anew."""
    parts = [INTRODUCTION]
    for section in SECTIONS:
        parts += [f"## {section.heading}", textwrap.dedent(section.text).strip(), "Laws that should hold:"]
        parts += ["\n".join(lines(section.module.right())), "Laws that should not:"]
        parts += ["\n".join(lines(section.module.wrong()))]
    parts += [PUBLISHED, INSTALLED]
    return "\n\n".join(part.strip() for part in parts) + "\n"
