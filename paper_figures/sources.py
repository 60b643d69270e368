"""Where a figure's numbers come from; what was read is remembered and ends up in the figure's provenance."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from paper_figures import proofs, verification
from paper_figures.runs import Request, RunStore, StoredRun
from verify.sweep.drawn import Setting
from verify.sweep.judged import JudgedSetting


@dataclass
class Sources:
    """Stored results, with a memory of what was read.

    Args:
        quick: whether the figures are drawn from small runs.
        runs: the store of simulations.
        store: the store of `python -m verify`, if there is one.
        proved: the JSON result of `python -m theory prove`, if there is one.
        long: whether figures that have longer runs are drawn with all of them.

    """

    quick: bool
    runs: RunStore
    store: Path | None = None
    proved: Path | None = None
    long: bool = False
    read: list[dict[str, Any]] = field(default_factory=list)

    def check(self, needs: Iterable[str]) -> None:
        """Raise `BadInput` now if something is needed later and missing: before any work is done."""
        wanted = set(needs)
        if "proofs" in wanted and self.proved is not None:
            proofs.read(self.proved)
        if "verification" in wanted:
            if self.store is None and self.quick:
                self.store = verification.small(self.runs.folder / "verification-small.sqlite")
            verification.read(self.store)

    def run(self, request: Request) -> StoredRun:
        """Return the stored result of a simulation."""
        result = self.runs.get(request)
        self.read.append({"kind": "simulation", "file": f"runs/{result.key}.npz", "configuration": request.describe()})
        return result

    def judged(self, setting: Setting) -> JudgedSetting:
        """Return the stored judgement of a setting that a figure has for itself, made here if there is none."""
        result, identity = verification.judged(setting, self.runs.folder)
        self.read.append(identity)
        return result

    def settings(self) -> list[JudgedSetting]:
        """Return the results of the verification store."""
        results, identity = verification.read(self.store)
        self.read.append(identity)
        return results

    def proofs(self) -> dict[str, Any]:
        """Return every claim with the opinions of the authorities."""
        result, identity = proofs.read(self.proved)
        self.read.append(identity)
        return result
