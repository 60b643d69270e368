"""The command line as people and programs meet it."""

import json
import os
import re
import subprocess
import sys
import time
from xml.etree import ElementTree

import numpy as np
import pytest

import boundary
from simulate.__main__ import app
from theory.setting import schedules

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
        ["--set", "sigma=0,5"],
        ["--set", "sigma=1,2,3"],
        ["--set", "noise_spread=0,5"],
        ["--set", "size=1e9"],
        ["--set", "size=1e400"],
        ["--stages", "1e9"],
        ["--replicas", "1e9"],
        ["--iterations", "1e30"],
        ["--iterations", "1e400"],
        ["--iterations", "true"],
        ["--iterations", "1" * 400],
        ["--seed", "18446744073709551616"],
        ["--seed", "1" * 5000],
        ["--lags", "1e30,0,0"],
        ["--lags", "-1,0,0"],
        ["--lags", "1" * 400 + ",0,0"],
        ["--alpha", "inf"],
        ["--tau", "nan"],
        ["--json", "/proc/nowhere/a.json"],
        ["--json", "n" * 300],
        ["--json", "."],
        ["--checkpoint", "."],
        ["."],
        ["/dev/zero"],
        ["/dev/null"],
        ["--out", "/proc/nowhere/a.npz"],
        ["missing.toml"],
    ],
    ids=lambda words: " ".join(words)[:40],
)
def test_bad_options_end_with_one_line_and_code_2(command, wrong):
    given = wrong if wrong == ["/dev/null"] else None
    code, out, err = command("run", *given) if given else command(*QUADRATIC[:-2], *wrong)
    assert (code, out) == (2, "")
    assert err.startswith("error: ") and len(err) < 800
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("problem", "setting"),
    [
        ("network", "samples=1e9"),
        ("network", "width=1e9"),
        ("network", "width=1e9,1,1"),
        ("logistic", "samples=1e9"),
        ("logistic", "size=1e9"),
        ("cosine", "size=1e9"),
    ],
)
def test_a_problem_that_does_not_fit_says_what_it_needs_and_what_is_free(command, problem, setting, monkeypatch):
    monkeypatch.setattr("boundary.memory.free", lambda: 8 << 30)
    arguments = ["--algorithm", "analog-sgd-ap", "--stages", "2", "--alpha", "0.01", "--tau", "9", "--iterations", "9"]
    started = time.monotonic()
    code, out, err = command("run", "--problem", problem, *arguments, "--set", setting)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert setting.split("=")[0] + " = " in err
    assert re.search(r"would take [\d.e+]+ [GTPE]iB, and 8 GiB is free", err)
    assert time.monotonic() - started < 5


def test_a_batch_that_does_not_fit_says_so(command):
    arguments = ["--algorithm", "analog-sgd-sp", "--alpha", "0.01", "--tau", "9", "--iterations", "9", "--batch", "1e9"]
    code, _, err = command("run", "--problem", "quadratic", *arguments)
    assert code == 2 and "batch = 1000000000" in err and "would take" in err


@pytest.mark.parametrize("backend", ["kernels", "numpy", "reference"])
def test_lags_beyond_the_run_cost_nothing_and_change_nothing(command, backend):
    """A stage that is older than the run reads W_0 at every step, however old it is."""
    found = {}
    for lag in (40, 41, 10**6, 10**12, 2**53):
        started = time.monotonic()
        code, out, _ = command(*QUADRATIC, "--backend", backend, "--lags", f"{lag},1,0", "--json", "-")
        assert code == 0 and time.monotonic() - started < 10
        document = json.loads(out)
        assert document["run"]["lags"] == [lag, 1, 0]
        found[lag] = document["mean_squared_gradient"]["per_replica"]
    assert all(values == found[40] for values in found.values())


CONFIG = 'problem = "quadratic"\nalgorithm = "analog-sgd"\nalpha = 0.02\ntau = 9\niterations = 5\n'


def test_a_byte_order_mark_is_read(command, tmp_path):
    file = tmp_path / "run.toml"
    file.write_bytes(b"\xef\xbb\xbf" + CONFIG.encode())
    assert command("run", str(file), "--json", "-")[0] == 0


@pytest.mark.parametrize(
    "content",
    [
        "seed = " + "9" * 400,
        "seed = " + "9" * 5000,
        "lags = [" + "9" * 400 + "]",
        "lags = " + "[" * 3000 + "]" * 3000,
        "lags = " + "[" * 200 + "]" * 200,
        "lags = [[1]]",
        "lags = 3",
        "replicas = true",
        "replicas = 2.5",
        "replicas = nan",
        "replicas = 'inf'",
        "replicas = 2020-01-01",
        "replicas = []",
        "device = 3",
        "dtype = []",
        "backend = {}",
        "measure_every = -1",
        "tau = 9",
        "colour = 3",
        "set = [1]",
        "[set]\nsize = true",
        "[set]\nsize = [1, 2]",
        "[set]\nsigma = [1.0]",
        "[set]\nnoise = 'gaussian\\u0000'",
        '[set]\n"si\\u0000ze" = 1',
        "[set.size]\nsize = 1",
        "\x00",
        "x" * (1 << 20),
    ],
    ids=lambda content: repr(content[:30]),
)
def test_every_wrong_configuration_is_one_line(command, tmp_path, content):
    file = tmp_path / "run.toml"
    file.write_text(CONFIG + content)
    code, out, err = command("run", str(file))
    assert (code, out, err.count("\n")) == (2, "", 1), err
    assert len(err) < 800


@pytest.mark.parametrize("content", [CONFIG.encode("utf-16"), b"\xff\xfe", b"\x80"], ids=["utf-16", "bytes", "latin"])
def test_a_configuration_that_is_no_utf8_is_one_line(command, tmp_path, content):
    file = tmp_path / "run.toml"
    file.write_bytes(content)
    code, _, err = command("run", str(file))
    assert code == 2 and "UTF-8" in err


def test_a_pipe_is_read_if_somebody_writes_to_it(command, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    code, _, err = command("run", str(pipe))
    assert code == 2 and "nobody writes" in err
    writer = subprocess.Popen(["bash", "-c", f"exec 3<>'{pipe}'; printf '%s' '{CONFIG}' >&3; echo; sleep 5"],
                              stdout=subprocess.PIPE)  # fmt: skip
    writer.stdout.readline()
    code, _, _ = command("run", str(pipe), "--json", "-")
    writer.kill()
    writer.wait()
    assert code == 0


def test_a_result_that_cannot_be_written_is_shown(command):
    code, out, err = command(*QUADRATIC, "--json", "/dev/full")
    assert (code, err.count("\n")) == (2, 1) and "No space left" in err
    assert "mean squared gradient" in out


def test_without_a_compiler_the_command_says_what_to_do(command, monkeypatch):
    monkeypatch.setattr("numba.config.DISABLE_JIT", 1)
    code, _, err = command(*QUADRATIC)
    assert code == 2 and "NUMBA_DISABLE_JIT" in err and "--backend numpy" in err
    assert command(*QUADRATIC, "--backend", "numpy", "--json", "-")[0] == 0


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


def test_what_a_setting_means_is_printed_entire(command):
    """Where a meaning has two lines, the second is part of it; what the text says is what JSON has."""
    code, out, _ = command("problems")
    listed = json.loads(command("problems", "--json", "-")[1])["problems"]
    lines = [line.strip() for line in out.splitlines() if line.startswith("    ")]
    settings = [item for one in listed for item in one["settings"].items()]
    assert code == 0
    assert [line.split(" = ")[0] for line in lines] == [name for name, _ in settings]
    assert all(line.endswith(about["meaning"]) for line, (_, about) in zip(lines, settings, strict=True))
    assert all(about["meaning"].endswith(".") for _, about in settings)
    assert any("centred-softplus, gelu, relu" in line for line in lines)
    assert "attained at -rho tau" in out


@pytest.mark.parametrize("kind", sorted(schedules.REGISTRY))
def test_a_schedule_is_drawn_as_it_is_counted(command, kind):
    batch = "3" if schedules.REGISTRY[kind].grouped else "1"
    arguments = ["schedule", "--stages", "4", "--samples", "6", "--batch", batch, "--kind", kind]
    code, out, _ = command(*arguments, "--format", "json")
    document, plan = json.loads(out), schedules.make(kind, 4, int(batch))
    assert code == 0
    assert (document["slots"], document["density"]) == (plan.slots(6), plan.density(6))
    assert document["lags"] == list(plan.lags())
    assert document["lags_by_place"] == [list(lags) for lags in plan.lags_by_place()]
    text = command(*arguments, "--format", "text")[1]
    by_sample = [line for line in text.splitlines() if line.startswith("sample")]
    assert len(by_sample) == (2 if kind in ("accumulated", "registered-duplex") else 0)
    row = next(line for line in text.splitlines() if line.startswith("stage  2"))
    cells = [cell.strip() for cell in row.split("|")[1:-1]]
    for task in plan.tasks(6):
        if task.stage == 2:
            assert f"{task.kind[0].upper()}{task.sample}" in cells[task.slot]
    picture = ElementTree.fromstring(command(*arguments, "--format", "svg")[1])
    words = [element.text for element in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert sum(word.isdigit() for word in words) >= 2 * 4 * 6
    assert re.search(rf"density {plan.density(6):.3f}", " ".join(words))


def test_a_group_longer_than_the_drawing_has_no_lags_by_sample(command):
    arguments = ["schedule", "--stages", "3", "--samples", "4", "--batch", "5", "--kind", "accumulated", "--format"]
    assert json.loads(command(*arguments, "json")[1])["lags_by_place"] is None
    assert "sample" not in command(*arguments, "text")[1]


def test_only_schedules_with_groups_have_micro_batches(command):
    arguments = ["schedule", "--stages", "3", "--samples", "8", "--format", "json", "--kind"]
    assert command(*arguments, "asynchronous", "--batch", "4") == command(*arguments, "asynchronous")
    assert command(*arguments, "synchronous", "--batch", "4") != command(*arguments, "synchronous")


@pytest.mark.parametrize(
    "wrong",
    [
        ["--stages", "0"],
        ["--samples", "0.5"],
        ["--kind", "random"],
        ["--format", "png"],
        ["--batch", "0"],
        ["--stages", "1e9"],
        ["--samples", "1e9"],
        ["--out", "."],
        ["--stages", "1e6"],
    ],
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
