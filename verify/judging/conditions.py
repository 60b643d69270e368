"""What an a-posteriori check rests on beyond what is proved: a sentence that stands beside its verdict."""

from collections.abc import Iterable

from verify.judging.observations import Observations

_UNBOUNDED = (
    "; normal noise passes every rho some time, so this speaks of noise cut where every draw of these runs lies inside "
    "with probability at least 1 - 1e-12"
)
_OPEN = "; whether any rho holds almost surely is not known: the problem does not say that its noise is bounded"


def of(constants: Iterable[str], observed: Observations, passing: float) -> str:
    """Return what a check supposes that takes the observed saturation and these constants; empty if all is proved.

    Args:
        constants: the others that it takes.
        observed: what the runs showed.
        passing: how probable it is at most that a further replica passes the observed saturation, at 95% confidence.

    """
    known, parts = observed.constants, list[str]()
    if not (known.proved("rho") and known.values["rho"] == 0):
        most = f"rho = {observed.rho:.6g}, the largest saturation of {observed.replicas} replicas"
        if not observed.response.linear or observed.response.granular:
            most = f"|w| = {observed.rho:.6g} tau, the largest of {observed.replicas} replicas"
        parts.append(
            f"no run passes {most} (a further one does with probability at most {passing:.2g}, confidence 95%)"
        )
        if observed.bounded_noise is not True:
            parts[-1] += _UNBOUNDED if observed.bounded_noise is False else _OPEN
    response = observed.response
    if response.granular and not known.proved("V") and response.increments(observed.rho) is None:
        parts.append("the mean square of a direction is at most that of these runs at confidence 1 - 1e-6")
    seen = [name for name in constants if not known.proved(name)]
    if seen:
        parts.append(f"{', '.join(seen)} nowhere exceed what was {observed.seen} {observed.sampling}")
    return "provided that " + " and ".join(parts) if parts else ""
