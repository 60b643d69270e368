"""The verdicts of `python -m theory prove`, read from its JSON result, or the exact kernel's, asked here and now."""

import hashlib
import json
from pathlib import Path
from typing import Any

from boundary import BadInput
from theory import blueprint


def read(path: Path | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return claims with the opinions of the authorities, and what identifies the result.

    Raises:
        BadInput: the file is missing or not written by `prove --json`, or its claims are not those of this version.

    """
    if path is None:
        return kernel(), {"kind": "proofs", "file": None, "engine": "kernel, run for this figure"}
    hint = "the result of: python -m theory prove --engine all --json FILE"
    try:
        text = path.read_bytes()
        result: dict[str, Any] = json.loads(text)
        claims = {row["id"]: row["uses"] for row in result["claims"] if row["engines"] is not None}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise BadInput("--proofs", path, hint) from None
    if claims != {claim.id: list(blueprint.uses(claim)) for claim in blueprint.all_claims()}:
        raise BadInput("--proofs", path, f"{hint}, of this version's claims")
    return result, {"kind": "proofs", "file": str(path), "sha256": hashlib.sha256(text).hexdigest()}


def kernel() -> dict[str, Any]:
    """Return the exact kernel's verdict on every claim, in the form of `prove --json`."""
    claims = blueprint.all_claims()
    outcomes = {outcome.claim: outcome.verdict for outcome in blueprint.prove(claims)}
    rows = [
        {
            "id": claim.id,
            "uses": list(blueprint.uses(claim)),
            "assumes": list(claim.assumes),
            "engines": {"kernel": {"verdict": outcomes[claim.id]}},
        }
        for claim in claims
    ]
    return {"claims": rows}
