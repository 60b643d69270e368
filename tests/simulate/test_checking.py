"""A kernel is compared with NumPy for every algorithm, and the command says what disagrees."""

import json
from dataclasses import replace

import numpy as np
import pytest

import boundary
from simulate import checking, problems
from simulate.commands import app
from simulate.engines import compiled

MEASURES = ["mean_squared_gradient", "final_value", "mean_square_saturation", "mean_variance"]


@pytest.mark.parametrize("name", ["quadratic", "network", "logistic"])
def test_kernels_agree_with_numpy(name):
    found = checking.check(problems.make(name, 2))
    assert found.ok, str(found)
    assert [one.what for one in found.comparisons][-4:] == [f"the kernel's {name} and NumPy's" for name in MEASURES]


def test_a_kernel_that_is_off_is_named(monkeypatch):
    true = compiled.QuadraticEngine.make_steps

    def off(self, *given):
        true(self, *given)
        self.kernel.history[...] *= 1 + 1e-6

    monkeypatch.setattr(compiled.QuadraticEngine, "make_steps", off)
    found = checking.check(problems.make("quadratic", 2))
    assert any("final_value and NumPy's" in one.what for one in found.disagreements), str(found)


def called(arguments, capsys):
    with pytest.raises(SystemExit) as left:
        boundary.run_command(app, "python -m simulate", arguments)
    return left.value.code, capsys.readouterr()


def test_the_command_compares_and_says_so(capsys):
    code, shown = called(["check", "--problem", "quadratic", "--stages", "2", "--json", "-"], capsys)
    found = json.loads(shown.out)
    assert code == 0 and found["ok"] and found["not_stated"] == [] and len(found["checks"]) == 13
    assert set(found["checks"][0]) == {"what", "found", "worst", "allowed", "where", "ok"}


def test_the_command_ends_in_one_where_something_disagrees(capsys, monkeypatch):
    monkeypatch.setattr(problems.Quadratic, "lower_bound", property(lambda _: 1e3))
    code, shown = called(["check", "--problem", "quadratic"], capsys)
    assert code == 1 and "DISAGREES" in shown.out and "the lower bound" in shown.out


@pytest.mark.parametrize(
    "words",
    [
        ["--problem", "quadritic"],
        ["--problem", "quadratic", "--set", "siz=2"],
        ["--problem", "quadratic", "--stages", "0"],
        ["--problem", "quadratic", "--seed", "x"],
    ],
)
def test_what_cannot_be_read_ends_in_two(words, capsys):  # fmt: skip
    code, shown = called(["check", *words], capsys)
    assert code == 2 and shown.err.count("\n") == 1


def test_rows_that_have_most_of_the_variance_are_gone_through_and_not_missed(tmp_path, monkeypatch):
    """One row in 400 has nearly all of it, and most draws of 512 rows see it a wrong number of times."""
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((400, 3)), rng.standard_normal(400)
    y[7] = 300.0
    np.savez(tmp_path / "rows.npz", x=x, y=y)
    problem = problems.make("least-squares", data=str(tmp_path / "rows.npz"))
    assert problems.check(problem).ok
    exact = type(problem).moments

    def smaller(self, weights):
        found = exact(self, weights)
        return found._replace(variance=[0.98 * stage for stage in found.variance])

    monkeypatch.setattr(type(problem), "moments", smaller)
    assert "variance" in " ".join(one.what for one in problems.check(problem).disagreements)


def test_of_more_rows_than_can_be_gone_through_no_draws_contradict_a_larger_variance(tmp_path, monkeypatch):
    rng = np.random.default_rng(1)
    y = np.zeros(3000)
    y[7] = 1e4
    np.savez(tmp_path / "rows.npz", x=rng.standard_normal((3000, 2)), y=y)
    problem = problems.make("least-squares", data=str(tmp_path / "rows.npz"))
    monkeypatch.setattr("simulate.problems.checking._NUMBERS", 100)
    assert problems.check(problem).ok


# Tables of one row, whose variance is 0 but for rounding


def one_row(tmp_path, name, size):
    x, y = size * np.array([[0.3, -1.7, 0.9]]), np.array([1.0 if name == "logistic" else 0.7 * size])
    np.savez(tmp_path / "row.npz", x=x, y=y)
    return problems.make(name, data=str(tmp_path / "row.npz"))


@pytest.mark.parametrize(("name", "size"), [("least-squares", 1.0), ("least-squares", 1e3), ("logistic", 1.0)])
def test_a_table_of_one_row_agrees_with_itself(tmp_path, name, size):
    """Its variance is rounding, 1e-17 on one side and 0 on the other; of large numbers a step once left every tau."""
    found = checking.check(one_row(tmp_path, name, size))
    assert found.ok, str(found)


@pytest.mark.parametrize(("share", "ok"), [(1e-15, True), (1e-13, False)])
def test_a_variance_is_allowed_its_rounding_and_no_more(tmp_path, monkeypatch, share, ok):
    """Of one row 20 eps = 4.4e-15 of the mean square are."""
    true = checking.run

    def off(*given, **options):
        found = true(*given, **options)
        if options["backend"] == "numpy":
            return replace(found, mean_variance=0 * found.mean_variance)
        return replace(found, mean_variance=share * found.mean_squared_gradient)

    monkeypatch.setattr(checking, "run", off)
    found = checking.check(one_row(tmp_path, "least-squares", 1.0))
    assert {one.what for one in found.disagreements} == (set() if ok else {"the kernel's mean_variance and NumPy's"})


@pytest.mark.parametrize(("backends", "ok"), [(("kernels", "numpy"), True), (("kernels",), False), (("numpy",), False)])
def test_a_replica_that_diverged_has_to_do_so_on_both(monkeypatch, backends, ok):
    true = checking.run

    def diverged(*given, **options):
        found = true(*given, **options)
        gone = np.array([np.nan, 1.0])
        changes = {name: getattr(found, name) * gone for name in MEASURES}
        return replace(found, **changes) if options["backend"] in backends else found

    monkeypatch.setattr(checking, "run", diverged)
    found = checking.check(problems.make("quadratic", 2))
    assert found.ok == ok, str(found)
