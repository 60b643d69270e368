"""What is planted, how it is named, and what is left alone."""

from itertools import pairwise

import pytest

pytest.importorskip("cosmic_ray", reason="the extra dev is not installed")

from mutants import operators
from mutants.operators import Change, changes, mutate, mutations

SOURCE = '''"""A module."""
from functools import cache

LIMIT: int | None = 3


@cache
def bounded(values: list[int | float], *, top: float = 1.0) -> float | None:
    """Return it; no 7 in here is a number."""
    total = 0
    for value in values:
        if value > LIMIT and not value == 5:
            total += min(value, top)
    values.sort(reverse=True)
    pairs = zip(values, values, strict=True)
    return total / 2
'''


def planted(name: str) -> set[str]:
    return {change.after for mutation, change in changes("a.py", SOURCE) if mutation.operator_name == name}


def test_each_kind_of_fault_is_planted():
    assert planted("core/ReplaceBinaryOperator_Div_Mul") == {"return total * 2"}
    assert planted("core/ReplaceComparisonOperator_Gt_GtE") == {"if value >= LIMIT and not value == 5:"}
    assert planted("core/ReplaceAndWithOr") == {"if value > LIMIT or not value == 5:"}
    assert planted("core/ZeroIterationForLoop") == {"for value in []:"}
    assert planted("core/RemoveDecorator") == {""}
    assert planted("ours/SwapSibling") == {"total += max(value, top)"}
    assert planted("ours/DropStatement") == {"pass"}
    assert len(planted("core/NumberReplacer")) == 10
    assert {"LIMIT: int | None = 4", "return total / 3", "total = -1"} <= {
        " ".join(after.replace("=  ", "= ").split()) for after in planted("core/NumberReplacer")
    }


def test_annotations_docstrings_and_strict_zips_are_left_alone():
    everything = [change for _, change in changes("a.py", SOURCE)]
    assert not planted("core/ReplaceBinaryOperator_BitOr_BitAnd")
    assert not planted("core/ReplaceBinaryOperator_Mul_Div")  # the star of the parameter list
    assert planted("core/ReplaceTrueWithFalse") == {"values.sort(reverse=False)"}
    assert not [change for change in everything if "no 7" in change.before]


def test_a_change_is_read_off_the_text_that_is_planted():
    """The tree that is changed and put back says the same as the text that Cosmic Ray makes anew."""
    for mutation, change in changes("a.py", SOURCE):
        one, other = SOURCE.splitlines(), mutate(SOURCE, mutation).splitlines()
        after = [line for line in other if other.count(line) > one.count(line)]
        assert change.after == " ".join(" ".join(after).split()), mutation
    assert changes("a.py", SOURCE) == changes("a.py", SOURCE)


def test_every_mutant_is_another_text_and_compiles():
    texts = [mutate(SOURCE, mutation) for mutation in mutations("a.py", SOURCE)]
    assert len(set(texts)) == len(texts) > 20
    for text in texts:
        assert text != SOURCE
        compile(text, "a.py", "exec")


def test_a_change_is_named_alike_when_lines_move_and_apart_from_its_twin():
    moved = SOURCE.replace('"""A module."""', '"""A module."""\n\nimport math\n')
    assert [change for _, change in changes("a.py", SOURCE)] == [change for _, change in changes("a.py", moved)]
    twice = "def one():\n    return 1 + 2\n\n\ndef other():\n    x = 1 < 2\n    x = 1 < 2\n    return x\n"
    found = [change for _, change in changes("a.py", twice)]
    assert len(set(found)) == len(found)
    assert Change("a.py", "one", "return 1 + 2", "return 1 - 2") in found
    for occurrence in (1, 2):
        assert Change("a.py", "other", "x = 1 < 2", "x = 1 <= 2", occurrence) in found


def test_methods_are_named_with_their_class():
    source = "class A:\n    @property\n    def b(self):\n        return 1\n"
    assert {change.where for _, change in changes("a.py", source)} == {"A.b"}


@pytest.mark.parametrize("operator", [operators.SwapSibling, operators.MissException, operators.DropStatement])
def test_our_operators_do_what_their_examples_say(operator):
    for example in operator.examples():
        name = f"ours/{operator.__name__}"
        found = [m for m in mutations("a.py", example.pre_mutation_code) if m.operator_name == name]
        assert mutate(example.pre_mutation_code, found[0]) == example.post_mutation_code


@pytest.mark.parametrize(
    ("caught", "missed"),
    [
        ("OSError", ["{}"]),
        ("a.Broken", ["{}"]),
        ("a.b.Broken as c", ["{} as c"]),
        ("(OSError)", ["({})"]),
        ("(a.Broken)", ["({})"]),
        ("(OSError, a.Broken)", ["({}, a.Broken)", "(OSError, {})"]),
        ("(a.Broken, OSError, b.Broken,) as c", ["({}, OSError, b.Broken,) as c", "(a.Broken, {}, b.Broken,) as c",
                                                 "(a.Broken, OSError, {},) as c"]),
    ],
)  # fmt: skip
def test_each_exception_that_is_caught_is_missed_once_dotted_or_not(caught, missed):
    source = f"try:\n    f()\nexcept {caught}:\n    pass\n"
    found = [(m, c) for m, c in changes("a.py", source) if m.operator_name == "ours/MissException"]
    assert [change.after for _, change in found] == [
        f"except {one}:".format(operators.MissException._NONE) for one in missed
    ]
    assert [mutate(source, mutation).splitlines()[2] for mutation, _ in found] == [change.after for _, change in found]


def test_an_except_that_names_nothing_misses_nothing():
    assert not [m for m in mutations("a.py", "try:\n    f()\nexcept:\n    pass\n") if "Miss" in m.operator_name]


def test_a_name_is_not_swapped_where_it_is_given_to_something():
    source = "import any\n\n\ndef min(max, argmin=1):\n    floor = min\n    return f(any=2, x=floor)\n"
    found = [m for m in mutations("a.py", source) if m.operator_name == "ours/SwapSibling"]
    assert [m.start_pos[0] for m in found] == [5, 6]


def test_an_occurrence_that_is_not_there_is_an_error():
    first = next(mutations("a.py", SOURCE))
    with pytest.raises(ValueError, match="no occurrence"):
        mutate("x = 1\n", first)


def test_the_order_depends_on_the_text_alone():
    one, other = (list(mutations("a.py", SOURCE)) for _ in range(2))
    assert one == other
    names = [operators.NAMES.index(m.operator_name) for m in one]
    assert all(a <= b for a, b in pairwise(names))
