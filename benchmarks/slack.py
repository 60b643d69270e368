"""How far bounds lie above what is observed, before tubes and with them: `python -m benchmarks.slack STORE ...`.

The stores are those of `verify run --family network-long` and `--family network-deep`. Every row is one K and M. Under
a form stands the median of bound / observed over the settings where it is applied, and how many these are; under
"below" how many settings have a bound `MOST_KNOWN` below the squared gradient that they start with, of those where it
is applied; under "left" how many replicas left their tubes.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable
from statistics import median

import numpy as np

from verify.sweep.drawn import Setting
from verify.sweep.judged import JudgedSetting
from verify.sweep.store import Store

FORMS: tuple[str, ...] = (
    "sharp/a-posteriori",
    "observed-ends-adaptive/a-posteriori",
    "tube/a-posteriori",
    "tube-ends/a-posteriori",
)
FORMS += ("tube-noise/a-posteriori", "tube-noise-ends/a-posteriori", "tube-a-priori/a-priori")
FORMS += ("mean-drift/measured", "path/measured")
"""The last two are measurements of both sides."""
MOST_KNOWN = "tube-noise-ends/a-posteriori"
"""The form for which the variance of the noise, the saturation, the region and the fall of f are observed."""


def start(setting: Setting) -> float:
    """Return norm(grad f(W_0))^2, (f/w)^2."""
    problem = setting.problem
    return float(sum(np.sum(stage**2) for stage in problem.moments(problem.initial_weights()).gradient))


def _below(results: Iterable[JudgedSetting]) -> str:
    asked = [(one, check) for one in results for check in one.applied if check.claim == MOST_KNOWN]
    return f"{sum(check.bound < start(one.setting) for one, check in asked)} of {len(asked)}"


def _left(results: Iterable[JudgedSetting]) -> str:
    tubes = [one.tube for one in results if one.tube is not None and one.tube.boxes]
    return f"{sum(tube.exits for tube in tubes)} of {sum(tube.replicas for tube in tubes)}"


def table(results: Iterable[JudgedSetting]) -> str:
    """Return the medians of bound / observed as a table in Markdown, by M and K."""
    rows: dict[tuple[int, int], list[JudgedSetting]] = defaultdict(list)
    for result in results:
        rows[result.setting.stages, result.setting.iterations].append(result)
    lines = ["| M | K | settings | " + " | ".join((*FORMS, "below", "left", "violated")) + " |"]
    lines.append("|---" * (6 + len(FORMS)) + "|")
    for (stages, steps), row in sorted(rows.items()):
        found: dict[str, list[float]] = defaultdict(list)
        for check in (check for result in row for check in result.checks if check.applied):
            found[check.claim].append(check.tightness)
        shown = (f"{median(found[name]):.3g} ({len(found[name])})" if name in found else "-" for name in FORMS)
        violated = sum(check.verdict == "violated" for result in row for check in result.checks)
        cells = (str(stages), f"{steps:.0e}", str(len(row)), *shown, _below(row), _left(row), str(violated))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main(paths: list[str]) -> str:
    """Return the table of the settings in some stores."""
    found = list[JudgedSetting]()
    for path in paths:
        with Store.open(path) as store:
            found += store.results()
    return table(found)


if __name__ == "__main__":
    print(main(sys.argv[1:]))
