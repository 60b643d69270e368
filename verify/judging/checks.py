"""What is left of a confrontation: checks with their verdicts, and the numbers of the evidence, as typed data."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from boundary import json_number
from verify.judging import rounding

Verdict = Literal["held", "violated", "inconclusive", "not applied"]
Basis = Literal["a-priori", "a-posteriori", "certificate", "measured"]
BASES: tuple[Basis, ...] = ("a-priori", "a-posteriori", "certificate")
"""What the checks rest on that the verdict of a setting is made of."""
Kind = Literal["prediction", "certificate", "measurement"]

GRAVITY: tuple[Verdict, ...] = ("not applied", "held", "inconclusive", "violated")
"""From the least to the gravest."""


def gravest(verdicts: Iterable[Verdict], default: Verdict = "not applied") -> Verdict:
    """Return the gravest of some verdicts; `default` if there are none."""
    return max(verdicts, key=GRAVITY.index, default=default)


class CheckName(NamedTuple):
    """Which check: a form on a basis, or the certificate of a constant.

    Args:
        form: the name of the form; of a certificate the constant.
        basis: what it rests on.

    """

    form: str
    basis: Basis

    def __str__(self) -> str:
        return f"certificate/{self.form}" if self.basis == "certificate" else f"{self.form}/{self.basis}"


HEADLINES: tuple[str, str] = ("sharp", "granular")
"""The forms that stand for a setting: of the second, one whose device has pulses."""
HEADLINE = CheckName("sharp", "a-posteriori")
"""The check whose tightness stands for a sweep: it applies to every setting whose steps are not drawn at random."""


@dataclass(frozen=True)
class Check:
    """One theorem confronted with one setting, in one form and on one basis; or a certificate that a run breaks.

    Args:
        name: form and basis.
        verdict: what came of it.
        theorem: which bound of `theory`; empty for a certificate.
        bound: its value; nan if not applied.
        observed: the mean that it was compared with; nan if not applied.
        tightness: bound / observed mean; nan if not applied.
        tightness_low: the same against the upper end of the mean's 95% interval (Student).
        tightness_high: the same against its lower end.
        reason: why it was not applied, or why rounding leaves it inconclusive; else empty.
        condition: what a check that is not a-priori rests on; empty if every constant is proved beforehand.
        quantity: what the theorem bounds; empty for a certificate.

    """

    name: CheckName
    verdict: Verdict
    theorem: str = ""
    bound: float = math.nan
    observed: float = math.nan
    tightness: float = math.nan
    tightness_low: float = math.nan
    tightness_high: float = math.nan
    reason: str = ""
    condition: str = ""
    quantity: str = ""

    @property
    def claim(self) -> str:
        """Return the name in one word, to be shown."""
        return str(self.name)

    @property
    def applied(self) -> bool:
        """Return whether anything was compared."""
        return self.verdict != "not applied"

    @property
    def kind(self) -> Kind:
        """Return what the check is: a measurement has what a theorem predicts measured on both its sides."""
        kinds: dict[Basis, Kind] = {"certificate": "certificate", "measured": "measurement"}
        return kinds.get(self.name.basis, "prediction")

    @property
    def counts(self) -> bool:
        """Return whether the check has a say in the verdict of its setting: a measurement only as an alarm."""
        return self.kind != "measurement" or self.verdict == "violated"

    @property
    def covered(self) -> bool:
        """Return whether the confidence of a family of settings covers the check."""
        return not self.condition and self.applied

    def to_json(self) -> dict[str, Any]:
        """Return the check as plain data; `claim` is its name in one word."""
        plain = {key: value for key, value in vars(self).items() if key != "name"}
        return {"claim": self.claim, **self.name._asdict(), "kind": self.kind, **plain}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Check":
        """Return the check that `to_json` described, also after a passage through JSON."""

        def number(name: str) -> float:
            return float(json_number(data[name]))

        return cls(
            CheckName(data["form"], data["basis"]),
            data["verdict"],
            data["theorem"],
            number("bound"),
            number("observed"),
            number("tightness"),
            number("tightness_low"),
            number("tightness_high"),
            data["reason"],
            data["condition"],
            data["quantity"],
        )


@dataclass(frozen=True)
class EvidenceSummary:
    """What is kept of the evidence of a setting.

    Args:
        replicas: how many there are.
        mean: of A over replicas.
        stderr: its standard error.
        lower: an alarm needs a bound below this.
        lower_method: how it was found.
        upper: `held` needs a bound at or above this.
        upper_method: how it was found.
        interval_95: 95% interval of A (Student).
        max_saturation: the largest of any replica.
        passing_probability_95: how probable it is at most that a further replica passes it, at 95% confidence.
        mean_square_saturation: mean over replicas.
        mean_square_saturation_upper: its upper end.
        mean_square_saturation_method: how that was found.
        rounding: what floating point did to the runs.
        smallest_detectable_violation: smallest relative violation these replicas would have revealed.
        level: what the setting may spend on a false alarm.
        gamma: distortion of the device on the weights that were met; of the linear device the largest saturation.
        gain: its mean response there.
        descent: f(W_0) - E f(W_K), in f: low, mean and high.

    """

    replicas: int
    mean: float
    stderr: float
    lower: float
    lower_method: str
    upper: float
    upper_method: str
    interval_95: tuple[float, float]
    max_saturation: float
    passing_probability_95: float
    mean_square_saturation: float
    mean_square_saturation_upper: float
    mean_square_saturation_method: str
    rounding: rounding.Rounding
    smallest_detectable_violation: float
    level: float
    gamma: float = math.nan
    gain: float = math.nan
    descent: tuple[float, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the numbers as plain data."""
        return {
            **vars(self),
            "interval_95": list(self.interval_95),
            "descent": list(self.descent),
            "rounding": self.rounding.to_json(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "EvidenceSummary":
        """Return what `to_json` described, also after a passage through JSON; further entries are left."""
        names = [name for name in cls.__dataclass_fields__ if name not in ("rounding", "interval_95", "descent")]
        # what was written before devices had numbers of their own has none
        plain = {
            name: data[name] if name.endswith("method") else json_number(data[name]) for name in names if name in data
        }
        low, high = map(json_number, data["interval_95"])
        return cls(
            **plain,
            interval_95=(low, high),
            rounding=rounding.Rounding.from_json(data["rounding"]),
            descent=tuple(map(json_number, data.get("descent", ()))),
        )
