"""`python -m verify check`: one run against every bound."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from boundary import ANSWER_IS_NO, HOLDS, check_writable, deliver, options, real, show, write_atomically
from boundary.options import Json, Plugin
from simulate.commands import config
from simulate.run import Run


@options.of_fields(Run, "fields")
def check(
    configuration: config.Configuration = None,
    problem: config.ProblemName = None,
    stages: config.Stages = None,
    fields: Mapping[str, str] | None = None,
    settings: config.Settings = None,
    plugin: Plugin = None,  # noqa: ARG001 - executed as it is read
    confidence: Annotated[str, options.number("Confidence of the a-priori checks.")] = "0.99",
    out: Annotated[Path | None, typer.Option(metavar="PAGE.html", help="Write the tables as a page.")] = None,
    json: Json = None,
) -> int:
    """Run one setting and confront it with every bound: the device's gamma and Fbar, assumptions, verdicts."""
    import simulate
    import verify

    described = config.from_options(configuration, problem, stages, fields or {}, settings or [])
    check_writable(json, "--json")
    check_writable(out, "--out")
    found = verify.check(simulate.execute(described, progress=True), confidence=real("--confidence", confidence))
    deliver(json, found.to_json(), lambda: show(found))
    if out is not None:
        write_atomically(out, f"<!doctype html><meta charset='utf-8'><title>verify check</title>{found._repr_html_()}")
    return HOLDS if found.ok else ANSWER_IS_NO
