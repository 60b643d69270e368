"""`Run`: the one description of a run, complete and checked."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

from boundary import BadInput
from boundary.fields import Name, Real, Whole, Wholes, about, read_all
from simulate import plugins, problems
from simulate.decay import CONSTANT, DecayText, Stretch, parsed
from simulate.problems.base import Problem
from simulate.randomness import block_length
from theory.setting import algorithms, devices, schedules
from theory.setting.devices import Device

LARGEST_COUNT = 1 << 53
"""Steps and lags are counted in float64, too."""
DTYPES = ("float64", "float32")
BACKENDS = ("kernels", "numpy", "reference", "machine")
"""The names of `simulate.engines.registry.REGISTRY`, which makes the engines; the first is the default."""
EQUAL, GRADED = STRATA = ("equal", "graded")
"""What the strata of measuring times are: all of a length, or the first cut into pieces that double."""
LEFT_OUT: Any = None
"""What a field is given as whose value the others decide."""
LAGS = Wholes(0, "integers >= 0, one a stage, separated by commas", "stale.martingale")
SCHEDULE = Name(lambda: schedules.REGISTRY)
EVALUATIONS_APART = 16
"""Steps of a stratum in a long run by default, as a multiple of the steps that the exact moments cost."""
LOOKS_APART = 8
"""Steps of a stratum by default, at least, as a multiple of the steps that a look takes as long as: 12.5 %."""
LEAST_LOOKS = 16
"""Strata that a run has by default, at least, whatever they cost.

A curve of 8 bins has two looks in each, and a tenth of the run, in which most of the descent may lie, has one or two:
with fewer the average over the run would mostly be the luck of the times.
"""
_MOST = 256
"""Strata that a run has by default where they cost no more than the share that `LOOKS_APART` leaves them."""
_WORK = 1 << 27
"""Rows times weights that a replica's moments may pass by default, about 0.1 s, where `LEAST_LOOKS` pass fewer."""


@dataclass(frozen=True)
class DeviceName:
    """The name of a law, of a published device, or `table:FILE.csv` with measured pulses."""

    shown: str = "<str>"

    @property
    def range(self) -> str:
        """Return the names."""
        return ", ".join((*devices.names(), f"{devices.PREFIX}FILE.csv"))

    def read(self, name: str, given: object) -> str:  # noqa: ARG002
        """Return the name; `BadInput` names the choices otherwise. A file is not read yet."""
        text = given if isinstance(given, str) else str(given)
        devices.law_of(text)
        return text


@dataclass(frozen=True)
class Run:
    """One run, fully described; making it raises `BadInput` on anything that cannot be run.

    Each field is described where it stands: help with units, and a reader that knows the range. The options of the
    command line, the keys of a TOML file, what is stored, what is replayed and the errors are made from that
    (`boundary.fields`). Numbers may be given as text. w is the unit of weights, f that of the objective.

    Lags and measuring times that are left out are filled in from the other fields. To have them chosen anew,
    `dataclasses.replace` takes `lags=LEFT_OUT` with another algorithm, `measure_every=LEFT_OUT` with another K.

    Args:
        problem: what is trained.
        device_parameters: the device's parameters other than tau: of its law, of its pulses, of its elements. Where
            these come from a file, its checksum is added, and only the file that has it is read again. Of a device
            `table:FILE.csv` what was fitted is kept, with path and checksum: the device is then `table`.

    """

    problem: Problem
    algorithm: str = field(metadata=about("Algorithm", Name(lambda: algorithms.REGISTRY)))
    alpha: float = field(metadata=about("Step size alpha, in w^2/f", Real(above=0)))
    tau: float = field(metadata=about("Saturation level, in w; inf is digital", Real(above=0, infinite=True)))
    iterations: int = field(metadata=about("Iterations K", Whole()))
    replicas: int = field(default=1, metadata=about("Replicas R, independent of each other", Whole()))
    seed: int = field(default=0, metadata=about("Seed of all random numbers", Whole(0, (1 << 64) - 1)))
    device: str = field(default="ald", metadata=about("Device", DeviceName()))
    device_parameters: dict[str, float | str] = field(default_factory=dict, hash=False)
    batch: int = field(default=1, metadata=about("Samples B an iteration takes, 1 of most algorithms", Whole()))
    lags: tuple[int, ...] = field(default=LEFT_OUT, metadata=about("d_1,...,d_M instead of the schedule's", LAGS))
    dtype: str = field(default="float64", metadata=about("Type of the weights", Name(lambda: DTYPES)))
    measure_every: int = field(default=LEFT_OUT, metadata=about("Steps in a stratum of measuring times", Whole()))
    strata: str = field(
        default=LEFT_OUT, metadata=about("Strata: graded ones are short at the start", Name(lambda: STRATA))
    )
    backend: str = field(default=BACKENDS[0], metadata=about("Who makes the steps", Name(lambda: BACKENDS)))
    schedule: str | None = field(default=None, metadata=about("Pipeline instead of the algorithm's own", SCHEDULE))
    anneal: int = field(default=LEFT_OUT, metadata=about("Steps until pipemare's step is alpha, its only", Whole()))
    decay: str = field(default=CONSTANT, metadata=about("How the step size falls from alpha", DecayText()))
    ranges: int = field(default=0, metadata=about("Bins of time with every weight's range, 0 for none", Whole(0)))
    drift: int = field(default=0, metadata=about("Looks of a replica at its mean step, 0 for none", Whole(0, 4096)))

    def __post_init__(self) -> None:
        read_all(self)
        object.__setattr__(self, "device_parameters", dict(self.device_parameters or {}))
        if self.device.startswith(devices.PREFIX):  # from here on the run has the knots and needs no file
            table = devices.resolved(self.device, self.tau, self.device_parameters)
            object.__setattr__(self, "device", table.law)
            object.__setattr__(self, "device_parameters", table.parameters)
        row = algorithms.named(self.algorithm)
        if self.batch != 1 and not row.batched:
            raise BadInput("batch", self.batch, f"batch = 1 for {self.algorithm}")
        if not row.analog and math.isfinite(self.tau):
            raise BadInput("tau", self.tau, f"tau = inf for the digital algorithm {self.algorithm}")
        made_for = getattr(self.problem, "tau", self.tau)
        if math.isfinite(self.tau) and made_for != self.tau:
            raise BadInput("tau", self.tau, f"tau = {made_for}, for which the problem {self.problem.name} was made")
        with plugins.calling(self.problem):
            self._resolve(row)
        device = self.make_device()
        if device.elements is not None and device.elements.path:
            self.device_parameters["elements_sha256"] = device.elements.sha256

    def _resolve(self, row: algorithms.Algorithm) -> None:
        """Fill in lags and measuring times, so that the description is complete."""
        stages = self.problem.stages
        if self.schedule is not None and not row.pipelined:
            raise BadInput("schedule", self.schedule, f"none given for {self.algorithm}, which has no pipeline of lags")
        usual = self.pipeline().lags() if self.schedule else row.lags(stages, self.batch)
        lags = usual if self.lags is LEFT_OUT else algorithms.checked_lags(self.lags, stages)
        if max(lags) > LARGEST_COUNT:
            raise BadInput("lags", max(lags), "lags <= 2^53", "stale.martingale")
        if self.anneal is not LEFT_OUT and not row.annealed:
            raise BadInput("anneal", self.anneal, f"none given for {self.algorithm}, whose step size knows none")
        if self.anneal is LEFT_OUT and row.annealed:
            object.__setattr__(self, "anneal", max(1, self.iterations // 4))
        if not row.pipelined and any(lags):
            raise BadInput("lags", lags, f"lags = 0 for {self.algorithm}, which has no stale weights")
        if lags != usual and self.lags_by_place() is not None:
            needed = f"lags = {usual}, of the schedule: with batch = {self.batch} a batch's samples differ in them"
            raise BadInput("lags", lags, needed)
        object.__setattr__(self, "lags", lags)
        longest = block_length(self.problem)
        every = self._usual_stratum() if self.measure_every is LEFT_OUT else self.measure_every
        if every > longest:
            every -= every % longest  # a stratum within a block, or some whole ones
        if self.strata is LEFT_OUT:
            object.__setattr__(self, "strata", GRADED if self.measure_every is LEFT_OUT else EQUAL)
        object.__setattr__(self, "measure_every", every)

        self._check_decay()

    def _usual_stratum(self) -> int:
        """Return the steps of a stratum where none are given, so that measuring takes at most 15 % of a run's own time.

        Two exceptions are measured as often as their averages need. A run too short for `LEAST_LOOKS` strata of that
        length, which is in whole blocks where it is longer than one, has at least so many and the pieces of the first,
        about log2 of its steps. Where a look is one step's work (a kernel that measures on its way; all rows without
        noise, one course) every step is measured.
        """
        cost = self.problem.evaluation_cost
        if cost == 1:
            return 1
        strata = min(_MOST, max(LEAST_LOOKS, _WORK // (cost * sum(math.prod(shape) for shape in self.problem.shapes))))
        usual = min(EVALUATIONS_APART * cost, block_length(self.problem), max(1, self.iterations // strata))
        apart = LOOKS_APART * self.problem.look_cost
        left = self.iterations // apart - (apart - 1).bit_length()  # looks that the pieces leave of what may be spent
        seldom = self.iterations // max(left, LEAST_LOOKS)
        every, length = max(usual, min(seldom, max(1, self.iterations // LEAST_LOOKS))), block_length(self.problem)
        whole = -(-every // length) * length  # rounded down it could be looked at twice as often as may be
        return whole if every > length and self.iterations >= LEAST_LOOKS * whole else every

    @property
    def looks(self) -> int:
        """Return about how often a replica is measured: strata, without those that the ends of blocks cut in two."""
        pieces = (min(self.measure_every, self.iterations) - 1).bit_length() if self.strata == GRADED else 0
        return -(-self.iterations // self.measure_every) + pieces

    def _check_decay(self) -> None:
        """Refuse a schedule that ends at a step too small for floating point: nothing would move."""
        last = self.iterations - 1
        if not self.step_size(last) > 0:
            needed = f"a step size above 0 at every step; alpha = {self.alpha:g} has become 0 at step {last}"
            raise BadInput("decay", self.decay, needed)

    def step_size(self, step: int) -> float:
        """Return the step size at step k, in w^2/f: alpha, unless `decay` has lowered it; never above alpha."""
        return parsed(self.decay).step_size(self.alpha, step)

    def stretches(self, first: int, steps: int) -> Iterator[Stretch]:
        """Yield the stretches of one step size into which the steps from `first` on fall."""
        return parsed(self.decay).stretches(self.alpha, first, steps)

    @property
    def constant_step(self) -> bool:
        """Return whether every step is made with alpha: a schedule that begins after the last one changes nothing."""
        return parsed(self.decay).constant(self.alpha, self.iterations)

    def pipeline(self) -> schedules.Schedule:
        """Return the pipeline that is run: the algorithm's own, or the one that is given instead."""
        row, stages = algorithms.named(self.algorithm), self.problem.stages
        if self.schedule is None:
            return row.make_schedule(stages, self.batch)
        return schedules.make(self.schedule, stages, self.batch)

    def lags_by_place(self) -> tuple[tuple[int, ...], ...] | None:
        """Return the lags of every sample of a batch, shape (B, M); None where all of them have the run's `lags`."""
        if self.batch == 1 or not algorithms.named(self.algorithm).pipelined:
            return None
        places = self.pipeline().lags_by_place()
        return None if len(set(places)) == 1 else places

    def make_device(self) -> Device:
        """Return the device; a digital run has the linear one with tau = inf."""
        count = sum(math.prod(shape) for shape in self.problem.shapes)
        if math.isinf(self.tau):
            if self.device_parameters.keys() - set(devices.OF_PULSES):
                raise BadInput("device", self.device, "no device parameters but those of pulses if tau = inf")
            return devices.make("ald", self.tau, count=count, **self.device_parameters)
        return devices.make(self.device, self.tau, count=count, **self.device_parameters)

    def describe(self) -> dict[str, Any]:
        """Return the run as plain data; `from_description` makes it again."""
        plain = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "problem"}
        return {"problem": self.problem.describe(), **plain}

    @classmethod
    def from_description(cls, description: Mapping[str, Any]) -> Self:
        """Make the run that `describe` described, from plain data or from what JSON made of them."""
        plain = {one.name: description[one.name] for one in fields(cls) if one.name in description}
        plain["problem"] = problems.rebuild(description["problem"])
        return cls(**plain)
