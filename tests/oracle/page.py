"""The page docs/oracle.md: every comparison with a table of tests/oracle/data."""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType

from tests.oracle import stationary, toy, updates
from tests.oracle.residuals import HEAD, LEVEL, POWER, TABLES, Residuals


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
        (variance dw|D|) are too loud. How the replicas were laid out the table does not say.
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
        cancels within a batch causes no drift.
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
    return "\n\n".join(part.strip() for part in parts) + "\n"
