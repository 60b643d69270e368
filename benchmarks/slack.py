"""How far bounds lie above what is observed, before tubes and with them: `python -m benchmarks.slack STORE ...`.

The stores are those of `verify run --family network-long` and `--family network-deep`. Every row is one K and M; what
stands in it are medians over the settings where a form is applied, and how many these are.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable
from statistics import median

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


def table(results: Iterable[JudgedSetting]) -> str:
    """Return the medians of bound / observed as a table in Markdown, by M and K."""
    cells: dict[tuple[int, int], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for result in results:
        row = cells[result.setting.stages, result.setting.iterations]
        for check in result.checks:
            if check.applied:
                row[check.claim].append(check.tightness)
    lines = ["| M | K | " + " | ".join(FORMS) + " |", "|---" * (2 + len(FORMS)) + "|"]
    for (stages, steps), row in sorted(cells.items()):
        shown = (f"{median(row[name]):.3g} ({len(row[name])})" if row.get(name) else "-" for name in FORMS)
        lines.append(f"| {stages} | {steps:.0e} | " + " | ".join(shown) + " |")
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
