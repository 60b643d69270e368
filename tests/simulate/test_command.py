"""The command line as people and programs meet it."""

import json
import re
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest

from simulate.__main__ import app
from theory.setting import boundary, schedules

QUADRATIC = ["run", "--problem", "quadratic", "--algorithm", "analog-sgd-ap", "--stages", "3", "--alpha", "0.02"]
QUADRATIC += ["--tau", "9", "--iterations", "40", "--replicas", "3", "--seed", "5", "--set", "size=2"]


@pytest.fixture
def command(capsys):
    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stopped:
            boundary.run_command(app, "python -m simulate", list(arguments))
        out, err = capsys.readouterr()
        return stopped.value.code, out, err

    return run


def test_json_has_the_promised_keys(command):
    code, out, err = command(*QUADRATIC, "--json", "-")
    document = json.loads(out)
    assert (code, err) == (0, "")
    assert (document["problem"], document["algorithm"]) == ("quadratic", "analog-sgd-ap")
    assert (document["iterations"], document["replicas"], document["seed"]) == (40, 3, 5)
    observed = document["mean_squared_gradient"]
    assert np.mean(observed["per_replica"]) == pytest.approx(observed["mean"])
    assert np.std(observed["per_replica"], ddof=1) / np.sqrt(3) == pytest.approx(observed["stderr"])
    assert {"L", "sigma2", "Lambda1", "Lambdah", "rho", "certified"} <= set(document["constants"])
    assert {"initial_gap", "max_saturation", "mean_square_saturation", "replica_steps_per_second", "versions"} <= set(
        document
    )


def test_the_printed_table_names_the_measure(command):
    code, out, _ = command(*QUADRATIC)
    assert code == 0
    assert "mean squared gradient" in out
    assert "certified" in out


def test_a_configuration_file_is_the_options(command, tmp_path):
    file = tmp_path / "run.toml"
    file.write_text(
        'problem = "quadratic"\nalgorithm = "analog-sgd-ap"\nstages = 3\nalpha = 0.02\ntau = 9\niterations = 40\n'
        "replicas = 3\nseed = 5\n[set]\nsize = 2\n"
    )
    from_file = json.loads(command("run", str(file), "--json", "-")[1])
    from_options = json.loads(command(*QUADRATIC, "--json", "-")[1])
    assert from_file["mean_squared_gradient"] == from_options["mean_squared_gradient"]
    overridden = json.loads(command("run", str(file), "--seed", "6", "--json", "-")[1])
    assert overridden["seed"] == 6


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ('problem = "quadratic"\nstep = 1\n', "step"),
        ('problem = "quadratic"\n', "algorithm"),
        ("problem = \n", "TOML"),
        ('problem = "quadratic"\nset = 3\n', "set"),
        ("\xff", "CONFIG"),
    ],
)
def test_a_wrong_configuration_is_refused(command, tmp_path, content, named):
    file = tmp_path / "run.toml"
    file.write_text(content, encoding="latin-1")
    code, out, err = command("run", str(file))
    assert (code, out) == (2, "")
    assert named in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "wrong",
    [
        ["--alpha", "0"],
        ["--alpha", "nan"],
        ["--alpha", "much"],
        ["--tau", "-1"],
        ["--iterations", "0"],
        ["--iterations", "2.5"],
        ["--replicas", "0"],
        ["--seed", "-1"],
        ["--lags", "1,2"],
        ["--lags", "1,0.5,0"],
        ["--problem", "sphere"],
        ["--algorithm", "adam"],
        ["--device", "memristor"],
        ["--dtype", "float16"],
        ["--backend", "abacus"],
        ["--threads", "0"],
        ["--measure-every", "0"],
        ["--set", "breadth=2"],
        ["--set", "size"],
        ["--set", "size=0"],
        ["--out", "/proc/nowhere/a.npz"],
        ["missing.toml"],
    ],
    ids=" ".join,
)
def test_bad_options_end_with_one_line_and_code_2(command, wrong):
    code, out, err = command(*QUADRATIC[:-2], *wrong)
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert err.count("\n") == 1


def test_out_holds_every_array_and_the_result(command, tmp_path):
    file = tmp_path / "run.npz"
    code, *_ = command(*QUADRATIC, "--out", str(file))
    with np.load(file, allow_pickle=False) as arrays:
        document = json.loads(str(arrays["result"]))
        assert arrays["mean_squared_gradient"].tolist() == document["mean_squared_gradient"]["per_replica"]
        assert arrays["curve_squared_gradient"].shape == (len(arrays["curve_times"]), 3)
    assert code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["run.npz"]


def test_a_device_takes_its_parameters_from_set(command):
    power = ["--device", "power", "--set", "exponent=1", "--json", "-"]
    one = json.loads(command(*QUADRATIC, *power)[1])
    linear = json.loads(command(*QUADRATIC, "--json", "-")[1])
    assert one["run"]["device_parameters"] == {"exponent": 1.0}
    assert one["mean_squared_gradient"]["mean"] == pytest.approx(linear["mean_squared_gradient"]["mean"], rel=1e-9)


def test_a_problem_made_for_one_tau_takes_the_runs(command):
    arguments = ["run", "--problem", "attaining", "--algorithm", "analog-sgd", "--alpha", "1e-3", "--iterations", "1e2"]
    code, out, _ = command(*arguments, "--tau", "2.5", "--set", "rho=0.2", "--json", "-")
    assert code == 0
    assert json.loads(out)["run"]["problem"]["tau"] == 2.5
    assert command(*arguments, "--tau", "2.5", "--set", "tau=1")[0] == 2
    assert command(*arguments, "--tau", "2.5", "--set", "rho=1")[0] == 2


def test_divergence_is_said_and_gives_no_mean(command):
    code, out, err = command(*QUADRATIC[:7], "--alpha", "1e3", "--tau", "2", "--iterations", "99", "--json", "-")
    document = json.loads(out)
    assert code == 0
    assert document["mean_squared_gradient"]["mean"] is None
    assert document["diverged"][0]["replica"] == 0
    assert "replica 0 diverged at step" in err


def test_problems_are_listed_with_meanings(command):
    code, out, _ = command("problems", "--json", "-")
    listed = {one["name"]: one for one in json.loads(out)["problems"]}
    assert code == 0
    assert {"quadratic", "attaining", "plus-minus", "network"} <= set(listed)
    assert all(about["meaning"] for one in listed.values() for about in one["settings"].values())
    assert "width" in command("problems")[1]


@pytest.mark.parametrize("kind", sorted(schedules.REGISTRY))
def test_a_schedule_is_drawn_as_it_is_counted(command, kind):
    batch = "3" if kind == "synchronous" else "1"
    arguments = ["schedule", "--stages", "4", "--samples", "6", "--batch", batch, "--kind", kind]
    code, out, _ = command(*arguments, "--format", "json")
    document, plan = json.loads(out), schedules.make(kind, 4, int(batch))
    assert code == 0
    assert (document["slots"], document["density"]) == (plan.slots(6), plan.density(6))
    assert document["lags"] == list(plan.lags())
    text = command(*arguments, "--format", "text")[1]
    row = next(line for line in text.splitlines() if line.startswith("stage  2"))
    cells = [cell.strip() for cell in row.split("|")[1:-1]]
    for task in plan.tasks(6):
        if task.stage == 2:
            assert f"{task.kind[0].upper()}{task.sample}" in cells[task.slot]
    picture = ElementTree.fromstring(command(*arguments, "--format", "svg")[1])
    words = [element.text for element in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert sum(word.isdigit() for word in words) >= 2 * 4 * 6
    assert re.search(rf"density {plan.density(6):.3f}", " ".join(words))


def test_only_the_synchronous_schedule_has_micro_batches(command):
    arguments = ["schedule", "--stages", "3", "--samples", "8", "--format", "json", "--kind"]
    assert command(*arguments, "asynchronous", "--batch", "4") == command(*arguments, "asynchronous")
    assert command(*arguments, "synchronous", "--batch", "4") != command(*arguments, "synchronous")


@pytest.mark.parametrize(
    "wrong", [["--stages", "0"], ["--samples", "0.5"], ["--kind", "random"], ["--format", "png"], ["--batch", "0"]]
)
def test_a_wrong_schedule_is_refused(command, wrong):
    code, out, err = command("schedule", "--stages", "3", "--samples", "4", *wrong)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1


def test_the_module_runs_as_a_program():
    found = subprocess.run(
        [sys.executable, "-m", "simulate", "schedule", "--stages", "2", "--samples", "2"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.returncode == 0
    assert "lags     1, 0" in found.stdout


def test_a_replay_shows_steps_of_a_stored_run(command, tmp_path):
    result, steps, arrays = tmp_path / "run.json", tmp_path / "steps.json", tmp_path / "steps.npz"
    assert command(*QUADRATIC, "--json", str(result), "--checkpoint", str(tmp_path / "run.npz"))[0] == 0
    options = ["--from", "38", "--steps", "2", "--json", str(steps), "--out", str(arrays)]
    code, out, _ = command("replay", str(tmp_path / "run.npz"), *options)
    assert code == 0
    assert "from step 38" in out
    document = json.loads(steps.read_text())
    assert [row["step"] for row in document["steps"]] == [38, 39, 40]
    assert np.mean(document["steps"][-1]["value"]) == json.loads(result.read_text())["final_value"]
    with np.load(arrays) as kept:
        assert kept["weights"].shape == (3, 3, 6)
    assert command("replay", str(result), *options[:4], "--json", "-")[1] == steps.read_text()


@pytest.mark.parametrize("options", [["--from", "41", "--steps", "0"], ["--from", "-1", "--steps", "1"]], ids=" ".join)
def test_a_replay_of_steps_that_are_not_ends_with_one_line_and_code_2(command, tmp_path, options):
    command(*QUADRATIC, "--json", str(tmp_path / "run.json"))
    code, out, err = command("replay", str(tmp_path / "run.json"), *options)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
