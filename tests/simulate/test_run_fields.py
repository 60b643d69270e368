"""A field that is added to `Run` is an option, a TOML key and an error, and is stored and replayed."""

import inspect
import json
import sys
from dataclasses import dataclass, field, fields

import numpy as np
import pytest
from typer.main import get_command

import boundary
import simulate
from boundary import BadInput
from boundary.commands import group
from boundary.fields import Real, Whole, about, fields_of, with_fields
from boundary.options import of_fields
from simulate import checkpoint
from simulate.commands import config
from simulate.problems import Quadratic
from simulate.randomness import block_length
from simulate.run import Run
from verify.sweep.drawn import Setting

QUADRATIC = Quadratic(3, size=2)
TOML = 'problem = "quadratic"\nstages = 3\nalgorithm = "analog-sgd-ap"\nalpha = 0.02\ntau = 9\niterations = 40\n'


@dataclass(frozen=True)
class Longer(Run):
    """A run with two more fields: all that has to be written for them."""

    leak: float = field(default=1.0, metadata=about("Share of its weight that an element keeps", Real(above=0)))
    warm_up: int = field(default=0, metadata=about("Iterations before that", Whole(at_least=0)))


def test_a_new_field_is_an_option():
    seen = {}

    @of_fields(Longer, "given")
    def command(given=None) -> None:
        """Show what was given."""
        seen.update(given)

    app = group("simulate.commands", [], "One command.")
    app.command("show")(command)
    app.command("other")(lambda: None)
    options = {one.name: one for one in get_command(app).commands["show"].params}
    assert options["leak"].metavar == "<float>" and options["warm_up"].metavar == "<int>"
    assert options["leak"].help == "Share of its weight that an element keeps: > 0 and finite."
    with pytest.raises(SystemExit) as left:
        boundary.run_command(app, "program", ["show", "--leak", "0.5", "--warm-up", "1e2"])
    assert (left.value.code, seen) == (0, {"leak": "0.5", "warm_up": "1e2"})
    run = config.make_run(
        {"problem": "quadratic", "algorithm": "analog-sgd", "alpha": 1, "tau": 9, "iterations": 9} | seen, Longer
    )
    assert (run.leak, run.warm_up) == (0.5, 100)


def test_a_new_field_is_a_key_of_a_file(tmp_path):
    file = tmp_path / "run.toml"
    file.write_text(TOML + "leak = 0.5\n")
    assert config.make_run(config.read_toml(file, Longer), Longer).leak == 0.5
    with pytest.raises(BadInput, match="CONFIG key = 'leak'"):
        config.read_toml(file)
    file.write_text(TOML + "leak = -1\n")
    with pytest.raises(BadInput, match="leak = -1: must satisfy leak > 0 and finite"):
        config.make_run(config.read_toml(file, Longer), Longer)


def test_a_new_field_is_a_keyword_of_the_function():
    shown = inspect.signature(simulate.run).parameters
    assert [*shown][:5] == ["problem", "algorithm", "alpha", "tau", "iterations"]
    assert {one.name for one in fields(Run)} <= set(shown)
    assert "leak" in with_fields(simulate.running.run, Longer).parameters
    with pytest.raises(TypeError, match="leak"):
        simulate.run(QUADRATIC, "analog-sgd", alpha=0.1, tau=9, iterations=5, leak=0.5)


def test_a_new_field_is_stored_and_replayed(tmp_path, monkeypatch):
    run = Longer(QUADRATIC, "analog-sgd-ap", 0.02, 9.0, 40, leak=0.5)
    assert Longer.from_description(json.loads(boundary.json_text(run.describe()))) == run
    file, result = tmp_path / "run.npz", tmp_path / "run.json"
    made = simulate.execute(run, checkpoint=file)
    assert checkpoint.description(checkpoint.read(file))["leak"] == 0.5
    with pytest.raises(BadInput, match="this very run"):
        simulate.execute(Longer(QUADRATIC, "analog-sgd-ap", 0.02, 9.0, 40, leak=0.6), checkpoint=file)
    result.write_text(boundary.json_text(made.to_json()))
    monkeypatch.setattr(sys.modules["simulate.replay"], "Run", Longer)
    for stored in (file, result):
        again = simulate.replay(stored, 38, 2)
        assert again.run == run and np.array_equal(again.value[-1], made.final_value)


def test_a_new_field_of_a_setting_is_stored_and_replayed():
    @dataclass(frozen=True)
    class Placed(Setting, Longer):
        """A setting with the new fields."""

    setting = Placed(QUADRATIC, "analog-sgd-ap", 0.02, 9.0, 40, leak=0.5, id=3, family="quadratic")
    stored = json.loads(boundary.json_text(setting.as_dict()))
    assert (stored["id"], stored["problem"], stored["leak"]) == (3, "quadratic", 0.5)
    assert Placed.from_dict(stored) == setting


def test_every_field_but_two_describes_itself():
    """The problem is made of its own settings, and the device's parameters come with them in `set`."""
    assert {one.name for one in fields(Run)} - set(fields_of(Run)) == {"problem", "device_parameters"}
    assert all(len(one.help) > 5 for one in fields_of(Run).values())


def test_what_is_left_out_is_filled_in_and_can_be_chosen_anew():
    run = Run(QUADRATIC, "analog-sgd-ap", 0.02, 9.0, 40)
    assert run.lags == (2, 1, 0) and run.measure_every == 1
    assert Run(QUADRATIC, "analog-sgd", 0.02, 9.0, 40).lags == (0, 0, 0)
    assert hash(run) == hash(Run(QUADRATIC, "analog-sgd-ap", "0.02", "9", "40"))


def test_a_wide_network_on_many_rows_is_measured_seldom_and_what_is_cheap_often(tmp_path):
    """784 x 256 on 5000 rows: a look is as long as 3600 steps. A short run has 16 all the same, a long one 12.5 %."""
    wide, small = tmp_path / "wide.npz", tmp_path / "small.npz"
    for path, rows, pixels in ((wide, 5000, 784), (small, 40, 5)):
        inputs = np.zeros((rows, pixels))
        inputs[:, 0] = 1
        np.savez(path, x=inputs, y=np.arange(rows) % 10)
    common = {"width": "256,128,10", "loss": "cross-entropy"}
    dear = simulate.problems.make("network", 2, data=str(wide), **common)
    cheap = simulate.problems.make("network", 2, data=str(small), **common | {"width": "4,10"})
    far = -(-8 * dear.look_cost // 4096) * 4096
    assert far > 4096, "longer than a block"
    for problem, steps, every in ((dear, 2000, 125), (dear, 10**8, far), (dear, 3, 1), (cheap, 2560, 160)):
        assert Run(problem, "analog-sgd-ap", 0.02, 9.0, steps).measure_every == every
    assert Run(dear, "analog-sgd-ap", 0.02, 9.0, 2000, measure_every=7).measure_every == 7


@pytest.mark.parametrize("iterations", [100, 2000, 40_000, 70_000, 10**5, 10**7])
def test_measuring_takes_at_most_15_percent_or_16_looks_and_the_start(iterations, tmp_path):
    """By what a look is known to cost; `benchmarks.looks` holds that against the clock."""
    rng = np.random.default_rng(0)
    np.savez(tmp_path / "rows.npz", x=rng.normal(size=(300, 4)), y=np.arange(300) % 2)
    data = {"data": str(tmp_path / "rows.npz")}
    make = simulate.problems.make
    for problem in (
        make("least-squares", 2, **data), make("least-squares", 2, **data, batch=16, noise=0.1),
        make("logistic", 2, **data), make("logistic", 2), make("network", 2), make("network", 4, width=16),
        make("network", 2, **data, width="4,2", loss="cross-entropy", test=0.2),
    ):  # fmt: skip
        run = Run(problem, "analog-sgd-ap", 0.02, 9.0, iterations)
        equal, pieces = -(-iterations // run.measure_every), (run.measure_every - 1).bit_length()
        assert run.looks == equal + pieces and run.strata == "graded", problem.name
        blocks = block_length(problem)
        short = equal <= 18 or (run.measure_every == blocks and iterations < 16 * 2 * blocks)
        assert short or run.looks * problem.look_cost <= 0.15 * iterations, problem.name
        assert equal >= min(iterations, 16), problem.name


def test_what_was_cheap_to_measure_is_measured_as_before():
    """Every 16 N steps, in 256 strata where that is more often."""
    own = simulate.problems.make("logistic", 2)
    assert Run(own, "analog-sgd-ap", 0.02, 9.0, 10**6).measure_every == 16 * 64


@pytest.mark.parametrize(("noise", "every"), [("0", 1), ("0.5", 80)])
def test_one_course_of_all_rows_is_measured_at_every_step(noise, every, tmp_path):
    """Without noise its average is exact only so; with noise, measuring seldom costs no bias."""
    np.savez(tmp_path / "rows.npz", x=np.eye(4), y=np.ones(4))
    options = {"data": str(tmp_path / "rows.npz"), "sampling": "full", "noise": noise}
    problem = simulate.problems.make("least-squares", 2, **options)
    assert Run(problem, "analog-sgd-ap", 0.02, 9.0, 2000).measure_every == every
