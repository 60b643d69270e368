"""Which faults are planted: Cosmic Ray's operators, thinned out, and three of our own in the same form.

Cosmic Ray replaces every arithmetic operator by every other. Most of those mutants die at the first call, which makes a
score look better than it is; here each operator has the one or two replacements that someone would make by mistake.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import parso
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.ast.ast_query import ASTQuery
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Example, Operator
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_item import MutationSpec

Position = tuple[tuple[int, int], tuple[int, int]]

_BINARY: Final = (
    "Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "FloorDiv_Div", "FloorDiv_Mul", "Mod_FloorDiv", "Pow_Mul",
    "LShift_RShift", "RShift_LShift", "BitAnd_BitOr", "BitOr_BitAnd",
)  # fmt: skip
_COMPARISONS: Final = (
    "Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt", "Gt_GtE", "Gt_LtE", "GtE_Gt", "GtE_Lt",
    "Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is",
)  # fmt: skip
_OTHERS: Final = (
    "ReplaceUnaryOperator_USub_UAdd", "ReplaceUnaryOperator_Delete_Not", "ReplaceUnaryOperator_Delete_Invert",
    "AddNot", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceAndWithOr", "ReplaceOrWithAnd",
    "ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "NumberReplacer", "RemoveDecorator", "ZeroIterationForLoop",
)  # fmt: skip
_SIBLINGS: Final = (
    ("min", "max"),
    ("minimum", "maximum"),
    ("argmin", "argmax"),
    ("any", "all"),
    ("floor", "ceil"),
    ("lower", "upper"),
    ("round_up", "round_down"),
    ("popleft", "pop"),
    ("removeprefix", "removesuffix"),
    ("startswith", "endswith"),
    ("std", "var"),
    ("append", "appendleft"),
)
_ONE_WAY: Final = {"append", "startswith", "removeprefix"}
"""Names whose sibling does not exist where they are used most, or is never used: replaced, not put in."""


class SwapSibling(Operator):  # type: ignore[misc]  # Cosmic Ray is untyped
    """Replaces a function by its sibling: min by max, floor by ceil, any by all, rounding up by rounding down."""

    _other: Final = {one: other for one, other in _SIBLINGS if one not in _ONE_WAY} | {b: a for a, b in _SIBLINGS}

    def mutation_positions(self, node: Any) -> Iterator[Position]:  # noqa: ANN401
        """Yield the places where a name with a sibling is used (not defined, imported or the name of an argument)."""
        if node.type == "name" and node.value in self._other and not _names_something(node):
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:  # noqa: ANN401, ARG002 - the base class's signature
        """Put the sibling in."""
        node.value = self._other[node.value]
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Return what is done, for Cosmic Ray's own tests."""
        return (Example("x = min(a, b)", "x = max(a, b)"),)


class MissException(Operator):  # type: ignore[misc]
    """Replaces an exception that is caught, by a plain name or a dotted one, by a name that stands for none.

    Cosmic Ray's own operator, `ExceptionReplacer`, fails on a dotted name (`except errors.Broken:`).
    """

    _NONE: Final = "CosmicRayTestingException"

    def mutation_positions(self, node: Any) -> Iterator[Position]:  # noqa: ANN401
        """Yield the exceptions of an `except` clause, one by one."""
        for _, _, caught in self._caught(node):
            yield caught.start_pos, caught.end_pos

    def mutate(self, node: Any, index: int) -> Any:  # noqa: ANN401 - the base class's signature
        """Put the name that stands for no exception in."""
        holder, place, caught = self._caught(node)[index]
        prefix = caught.get_first_leaf().prefix
        name = parso.python.tree.Name(self._NONE, caught.start_pos, prefix=prefix)
        holder.children = [*holder.children[:place], name, *holder.children[place + 1 :]]
        return node

    def _caught(self, node: Any) -> list[tuple[Any, int, Any]]:  # noqa: ANN401
        """Return each exception with the node that holds it and its place there."""
        if node.type != "except_clause":
            return []
        inside = node.children[1]
        if inside.type != "atom":
            return [(node, 1, inside)]
        if inside.children[1].type != "testlist_comp":  # one in brackets
            return [(inside, 1, inside.children[1])]
        listed = inside.children[1]
        return [(listed, at, listed.children[at]) for at in range(0, len(listed.children), 2)]

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Return what is done, for Cosmic Ray's own tests."""
        return (
            Example(
                "try:\n    f()\nexcept a.B as c:\n    g()\n",
                f"try:\n    f()\nexcept {cls._NONE} as c:\n    g()\n",
            ),
        )


class DropStatement(Operator):  # type: ignore[misc]
    """Replaces a statement that acts by `pass`: a call, a raise, an assignment to an attribute, element or sum."""

    def mutation_positions(self, node: Any) -> Iterator[Position]:  # noqa: ANN401
        """Yield the statements whose loss leaves every name defined."""
        if node.type == "simple_stmt" and _acts(node.children[0]):
            yield node.children[0].start_pos, node.children[0].end_pos

    def mutate(self, node: Any, index: int) -> Any:  # noqa: ANN401, ARG002 - the base class's signature
        """Put `pass` in its place."""
        lost = node.children[0]
        node.children[0] = parso.python.tree.Keyword("pass", lost.start_pos, prefix=lost.get_first_leaf().prefix)
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Return what is done, for Cosmic Ray's own tests."""
        return (Example("x.append(1)\n", "pass\n"),)


def _names_something(name: Any) -> bool:  # noqa: ANN401
    """Return whether a name is being given to something: a function, a parameter, an argument, an import."""
    parent = name.parent
    if parent.type in (
        "funcdef",
        "classdef",
        "param",
        "tfpdef",
        "import_name",
        "import_from",
        "import_as_names",
        "import_as_name",
    ):
        return True
    return (parent.type == "argument" and parent.children[0] is name) or bool(
        parent.type == "expr_stmt" and name in parent.get_defined_names()
    )


def _value(node: Any) -> str:  # noqa: ANN401
    """Return a leaf's text, and nothing for what has parts."""
    return str(getattr(node, "value", ""))


def _acts(statement: Any) -> bool:  # noqa: ANN401
    if statement.type == "expr_stmt":
        target, sign = statement.children[:2]
        # "=" to an element or attribute, or an augmented assignment; an annotation has no sign
        return bool(target.type == "atom_expr" if _value(sign) == "=" else sign.type == "operator")
    called = statement.type == "atom_expr" and statement.children[-1].type == "trailer"
    return bool(called or statement.type == "raise_stmt")


_OURS: Final[dict[str, type[Operator]]] = {
    f"ours/{one.__name__}": one for one in (SwapSibling, MissException, DropStatement)
}
NAMES: Final = (
    *(f"core/ReplaceBinaryOperator_{pair}" for pair in _BINARY),
    *(f"core/ReplaceComparisonOperator_{pair}" for pair in _COMPARISONS),
    *(f"core/{name}" for name in _OTHERS),
    *_OURS,
)
"""Every operator that is applied, as Cosmic Ray names it."""


@cache
def _operator(name: str) -> Any:  # noqa: ANN401
    return (_OURS[name] if name in _OURS else get_operator(name))()


def _is_no_code(node: Any, operator: str) -> bool:  # noqa: ANN401
    """Return whether a node does nothing where the program is right.

    That is: annotations, the bare `*` and `/` of a parameter list, and `strict=True` of a zip, an assertion about
    lengths that no caller can break.
    """
    if node.parent is not None and node.parent.type == "argument" and _value(node.parent.children[0]) == "strict":
        return True
    if node.parent is not None and node.parent.type == "parameters" and "BinaryOperator" in operator:
        return True
    child = node
    while (parent := child.parent) is not None:
        if parent.type == "tfpdef" and child is parent.children[-1]:
            return True
        if parent.type == "annassign" and child is parent.children[1]:
            return True
        if parent.type == "funcdef" and parent.annotation is child:
            return True
        child = parent
    return False


def mutations(path: str, source: str) -> Iterator[MutationSpec]:
    """Yield every mutation of a module, in an order that depends on its text alone."""
    for mutation, *_ in _positions(path, get_ast(source)):
        yield mutation


def _positions(path: str, tree: Any) -> Iterator[tuple[MutationSpec, Any, int]]:  # noqa: ANN401
    """Yield every mutation with its node and the number of the operator's position there."""
    nodes = list(ast_nodes(tree))
    for name in NAMES:
        found = (
            (node, at, *ends) for node in nodes for at, ends in enumerate(_operator(name).mutation_positions(node))
        )
        for occurrence, (node, at, start, end) in enumerate(found):
            if not _is_no_code(node, name):
                where = ASTQuery(node).get_definition_name()
                yield MutationSpec(path, name, occurrence, start, end, definition_name=where), node, at


def mutate(source: str, mutation: MutationSpec) -> str:
    """Return the module's text with the fault in it."""
    text = mutate_code(source, _operator(mutation.operator_name), mutation.occurrence)
    if text is None:
        raise ValueError(f"{mutation.operator_name} has no occurrence {mutation.occurrence}")
    return str(text)


@dataclass(frozen=True)
class Change:
    """What a mutation does to the text, said so that it is found again when lines move.

    Args:
        module: path from the project's root.
        where: the function, method or class that holds the change, or "" for the module itself.
        before: the lines that go, stripped and joined by one space.
        after: the lines that come.
        occurrence: 1 for the first such change in `where`, 2 for the second, ...

    """

    module: str
    where: str
    before: str
    after: str
    occurrence: int = 1


def changes(path: str, source: str) -> list[tuple[MutationSpec, Change]]:
    """Return every mutation of a module with its change, in the order of `mutations`."""
    seen: dict[tuple[str, str, str], int] = {}
    found, tree = [], get_ast(source)
    definitions = _definitions(tree)
    for mutation, node, at in list(_positions(path, tree)):
        where = definitions.get(mutation.start_pos[0], "")
        before, after = _lines(*_mutated(node, mutation.operator_name, at))
        seen[where, before, after] = count = seen.get((where, before, after), 0) + 1
        found.append((mutation, Change(path, where, before, after, count)))
    return found


def _mutated(node: Any, operator: str, at: int) -> tuple[str, str]:  # noqa: ANN401
    """Return the statement around a node as it stands and as `mutate` leaves it: all that differs is in its lines.

    Nothing is parsed again: the tree is changed, the statement read, and the tree put back as it was.
    """
    statement = node
    while statement.parent is not None and not _is_whole_lines(statement):
        statement = statement.parent
    before = str(statement.get_code())
    kept = [(one, tuple(getattr(one, name, None) for name in ("value", "prefix"))) for one in ast_nodes(node)]
    parents = [(one, list(one.children)) for one, _ in kept if hasattr(one, "children")]
    if node.parent is not None:
        parents.append((node.parent, list(node.parent.children)))
    try:
        new = _operator(operator).mutate(node, at)
        if node is statement:
            return before, "" if new is None else str(new.get_code())
        children = [new if child is node else child for child in node.parent.children]
        node.parent.children = [child for child in children if child is not None]
        return before, str(statement.get_code())
    finally:
        for one, children in parents:
            one.children = children
        for one, (value, prefix) in kept:
            if not hasattr(one, "children"):
                one.value, one.prefix = value, prefix


def _is_whole_lines(node: Any) -> bool:  # noqa: ANN401
    before = node.get_first_leaf().get_previous_leaf()
    return bool(node.get_last_leaf().type == "newline" and (before is None or before.type == "newline"))


def _lines(source: str, mutant: str) -> tuple[str, str]:
    """Return the lines that differ, the common head and tail of the two texts left out."""
    one, other = source.splitlines(), mutant.splitlines()
    head = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    tail = 0
    while tail < min(len(one), len(other)) - head and one[-1 - tail] == other[-1 - tail]:
        tail += 1
    texts = (lines[head : len(lines) - tail] for lines in (one, other))
    before, after = (" ".join(" ".join(lines).split()) for lines in texts)
    return before, after


def _definitions(tree: Any) -> dict[int, str]:  # noqa: ANN401
    """Return the dotted name of the innermost definition around a line."""
    found: dict[int, str] = {}

    def visit(node: Any, name: str) -> None:  # noqa: ANN401
        for child in getattr(node, "children", ()):
            inner = name
            if child.type in ("funcdef", "classdef"):
                inner = f"{name}.{child.name.value}".lstrip(".")
                outer = child.parent if child.parent.type in ("decorated", "async_stmt") else child
                found.update(dict.fromkeys(range(outer.start_pos[0], child.end_pos[0] + 1), inner))
            visit(child, inner)

    visit(tree, "")
    return found
