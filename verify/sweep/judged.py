"""What is kept of a judged setting: typed inside, plain data in the store and in JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from verify.judging.assumptions import Finding
from verify.judging.checks import BASES, Basis, Check, EvidenceSummary, Verdict, gravest
from verify.judging.norms import ConstantsSource
from verify.judging.observations import Constants
from verify.judging.tubes import TubeSummary
from verify.sweep.drawn import Setting


@dataclass(frozen=True)
class JudgedSetting:
    """A setting and what came of it; a function of the setting and the confidence, but for the seconds.

    Args:
        setting: what was run.
        constants: what is known of it.
        evidence: what its replicas showed.
        looks: how often it was judged.
        assumptions: which of them hold, and why.
        checks: one a form and basis, and the broken certificates.
        norms: of a network, its constants with certified and with observed norms; else empty.
        seconds: wall time.
        tube: of a network that is judged on a region: its pilots, and how often it was left; else None.

    """

    setting: Setting
    constants: Constants
    evidence: EvidenceSummary
    looks: int
    assumptions: tuple[Finding, ...]
    checks: tuple[Check, ...]
    norms: tuple[ConstantsSource, ...] = ()
    seconds: float = 0.0
    tube: TubeSummary | None = None

    @property
    def id(self) -> int:
        """Return the setting's index in its sweep."""
        return self.setting.id

    @property
    def family(self) -> str:
        """Return the family that the setting was drawn from."""
        return self.setting.family

    @property
    def problem(self) -> str:
        """Return the name of the problem."""
        return str(self.setting.as_dict()["problem"])

    @property
    def verdict(self) -> Verdict:
        """Return the gravest verdict of its checks; what is measured counts only as an alarm."""
        return gravest(check.verdict for check in self.checks if check.counts)

    @property
    def applied(self) -> list[Check]:
        """Return the checks that compared something; what is measured counts only as an alarm."""
        return [check for check in self.checks if check.applied and check.counts]

    def verdict_on(self, basis: Basis) -> Verdict:
        """Return the gravest verdict on a basis: without a broken certificate `held`, without a check `not applied`."""
        none: Verdict = "held" if basis == "certificate" else "not applied"
        return gravest((check.verdict for check in self.checks if check.name.basis == basis), none)

    def verdicts(self) -> dict[Basis, Verdict]:
        """Return the gravest verdict on every basis."""
        return {basis: self.verdict_on(basis) for basis in BASES}

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain data."""
        return {
            "id": self.id,
            "family": self.family,
            "verdict": self.verdict,
            "setting": self.setting.as_dict(),
            **self.constants.to_json(),
            "observed": {**self.evidence.to_json(), "looks": self.looks},
            "assumptions": [asdict(finding) for finding in self.assumptions],
            "checks": [check.to_json() for check in self.checks],
            "norms": [source.to_json() for source in self.norms],
            **({} if self.tube is None else {"tube": vars(self.tube)}),
            "seconds": self.seconds,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "JudgedSetting":
        """Return what `to_json` described, also after a passage through JSON; what is no such data is a ValueError."""
        try:
            return cls(
                Setting.from_dict(data["setting"]),
                Constants.from_json(data),
                EvidenceSummary.from_json(data["observed"]),
                data["observed"]["looks"],
                tuple(Finding(**finding) for finding in data["assumptions"]),
                tuple(map(Check.from_json, data["checks"])),
                tuple(map(ConstantsSource.from_json, data["norms"])),
                data["seconds"],
                TubeSummary.from_json(data["tube"]) if "tube" in data else None,
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not a judged setting: {error!r}") from None
