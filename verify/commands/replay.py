"""`python -m verify replay`: a stored setting again, step by step."""

from typing import Annotated

import typer

from boundary import ANSWER_IS_NO, HOLDS, check_writable, deliver, integer, show
from boundary.options import Json, Plugin
from verify.commands.stores import DEFAULT_STORE, StoreArgument, tell_if_outdated


def replay(
    identity: Annotated[str, typer.Argument(metavar="ID", help="The setting's id.")],
    store: StoreArgument = DEFAULT_STORE,
    plugin: Plugin = None,  # noqa: ARG001 - executed as it is read
    json: Json = None,
) -> int:
    """Run one stored setting again and show it step by step."""
    from verify.proof_lines import replaying
    from verify.report import tables
    from verify.sweep.store import Store

    check_writable(json, "--json")
    with Store.open(store) as opened:
        opened.require_plugins()
        tell_if_outdated(opened)
        stored = opened.result(integer("ID", identity, at_least=0))
        replayed = replaying.replay(stored, opened.plan.confidence)
    deliver(json, replayed.to_json(), lambda: show(tables.replay_table(replayed)))
    return HOLDS if replayed.ok else ANSWER_IS_NO
