"""Code of a plug-in's that fails after the first step: one line with file, function, error and step, exit code 2."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import simulate
from boundary import BadInput, digest, entry, foreign
from simulate import answers, plugins, problems
from simulate.engines.plugged import device_number
from tests.interrupting import interrupted, started
from theory.setting import algorithms, devices

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "add"
BACKWARD = "        return kept + self.sigma / np.sqrt(self.stages) * noise, message\n"
LATE = """\
        CALLS[0] += 1
        found = kept + self.sigma / np.sqrt(self.stages) * noise
        if CALLS[0] > {after}:
            {late}
        return found, message
"""
ALGORITHM = """
from theory.setting import algorithms
CALLS = [0]
class Mine(type(algorithms.REGISTRY["analog-sgd-ap"])):
    name = "mine"
    def update(self, tile, along, alpha, device):
        CALLS[0] += 1
        found = super().update(tile, along, alpha, device)
        if CALLS[0] > 600:
            {late}
        return found
algorithms.REGISTRY["mine"] = Mine()
"""
MORE = "        return np.asarray(1 - (w / self.tau) ** 3)\n"


def example(page: str) -> str:
    blocks = re.findall(r"```python\n(.*?)```", (PAGES / page).read_text(encoding="utf-8"), re.DOTALL)
    return "CALLS = [0]\n" + blocks[0]


def problem(late: str, after: int = 1000) -> str:
    code = example("problem.md")
    assert BACKWARD in code
    return code.replace(BACKWARD, LATE.format(late=late, after=after))


def device(code: str) -> str:
    found = example("device.md")
    assert MORE in found
    return found.replace(MORE, code)


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return what loads a plug-in; what it registers is no part of the next test."""
    monkeypatch.setattr(plugins, "_LOADED", {})
    monkeypatch.setattr(digest, "_EXECUTED", {})
    monkeypatch.setattr(foreign, "_FILES", set())
    registries = (problems.REGISTRY, devices.REGISTRY, algorithms.REGISTRY)
    before = [dict(registry) for registry in registries]

    def loaded(code: str) -> Path:
        path = tmp_path / "mine.py"
        path.write_text(code, encoding="utf-8")
        plugins.load(path)
        return path

    yield loaded
    for registry, entries in zip(registries, before, strict=True):
        registry.clear()  # type: ignore[attr-defined]
        registry.update(entries)  # type: ignore[attr-defined]


def run(**more: Any) -> simulate.RunResult:
    given = {"name": "cosines", "algorithm": "analog-sgd-ap", "iterations": 1500, "replicas": 2, **more}
    made = problems.make(given.pop("name"), stages=2)
    return simulate.run(made, given.pop("algorithm"), alpha=0.01, tau=given.pop("tau", 5), seed=1, **given)


def refused(**more: Any) -> str:
    with pytest.raises(BadInput) as found:
        run(**more)
    assert found.value.name == "--plugin" and "mine.py" in str(found.value.value)
    assert "\n" not in str(found.value)
    return str(found.value)


STEP = "at step 49[0-9]"


@pytest.mark.parametrize(
    ("late", "words"),
    [
        ("raise ValueError('two\\nlines')", "ValueError: two lines, line [0-9]+, in Cosines.backward, "),
        ("raise SystemExit(0)", "SystemExit: 0, line [0-9]+, in Cosines.backward, "),
        ("raise StopIteration", "StopIteration, line [0-9]+, in Cosines.backward, "),
        ("open('/nonexistent/rows.csv')", "FileNotFoundError: .*rows.csv', line [0-9]+, in Cosines.backward, "),
        ("return self.backward(stage, weights, message, kept)", "RecursionError: .*, in Cosines.backward, "),
        ("np.linalg.inv(np.zeros((2, 2)))", "LinAlgError: Singular matrix, line [0-9]+, in Cosines.backward, "),
        ("raise type('Own', (BaseException,), {})('mine')", "Own: mine, line [0-9]+, in Cosines.backward, "),
        ("found = np.concatenate([found, found], -1)", "direction at stage 1 is an array of shape .2, 2. and type "),
        ("found = found[..., None]", "the direction at stage 1 is an array of shape .2, 1, 1. and type float64"),
        ("found = found * 1j", "type complex128, and not one of real numbers of shape .2, 1.; answered by Cosines, "),
        ("found = found.astype(object)", "type object, and not one of real numbers"),
        ("found = None", "the direction at stage 1 is a NoneType"),
        (
            "return found",
            "the direction at stage 1 is an array of shape .1,. and type float64, .*answered by Cosines, ",
        ),
        ("return found, message, kept", "too many values to unpack .expected 2.; answered by Cosines, "),
    ],
)
def test_a_problem_that_fails_later_is_refused_in_one_line(late: str, words: str, load: Any) -> None:
    load(problem(late))
    assert re.search(f"{words}.*{STEP}", refused()), refused()


def test_a_direction_that_is_no_number_has_diverged(load: Any) -> None:
    load(problem("found = found * np.nan"))
    assert [490 < one.step < 500 for one in run().diverged] == [True, True]


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ("        return generator.standard",
         "        if self.called() > 2: raise OSError('no rows')\n        return generator.standard",
         "OSError: no rows, line [0-9]+, in Cosines.draw, "),
        ("standard_normal((steps, batch, self.stages))",
         "standard_normal((steps, batch, self.stages) if CALLS[0] < 2 else (steps,)) + 0 * self.called()",
         "answered by Cosines, at step"),
        ("        return Moments(", "        if self.called() > 20: return None\n        return Moments(",
         "AttributeError: 'NoneType'.*; answered by Cosines, at step"),
        ("np.asarray(value), [np.sin(w) for w in weights], variance)",
         "np.asarray(value), [np.sin(w) for w in weights][: 1 if self.called() > 20 else 2], variance)",
         "grad f.W. is a list of 1, and not one of 2 arrays, one a stage; answered by Cosines, at step"),
        ("Moments(np.asarray(value),", "Moments(np.asarray(value)[..., *([None] * (self.called() > 20))],",
         "f.W. is an array of shape .[0-9]+, 1. and type float64, and not one of real numbers of shape"),
    ],
)  # fmt: skip
def test_whatever_is_asked_of_a_problem_later(right: str, wrong: str, words: str, load: Any) -> None:
    code = example("problem.md")
    assert right in code
    count = "    def called(self):\n        CALLS[0] += 1\n        return CALLS[0]\n\n    # what is drawn\n"
    load(code.replace("    # what is drawn\n", count).replace(right, wrong))
    with pytest.raises(BadInput, match=words):
        run()


@pytest.mark.parametrize("backend", ["kernels", "numpy", "reference", "machine"])
@pytest.mark.parametrize(
    ("late", "words"),
    [
        (
            "raise ValueError('worn')",
            "ValueError: worn, line [0-9]+, in Cubic.q_plus, (at step|in the steps from) [1-9]",
        ),
        ("return np.concatenate([q, q], -1)", "answered by Cubic, (at step|in the steps from) [1-9]"),
        ("return 1j * q", "weights after an update is an array of shape .* and type complex128"),
    ],
)
def test_a_device_that_fails_later(late: str, words: str, backend: str, load: Any) -> None:
    code = "        CALLS[0] += 1\n        q = np.asarray(1 - (w / self.tau) ** 3)\n"
    load(device(f"{code}        if CALLS[0] > 400: {late}\n        return q\n"))
    assert re.search(words, refused(name="quadratic", device="cubic", backend=backend, replicas=1))


@pytest.mark.parametrize(
    "law",
    [
        "        if np.any(w < 10): raise ValueError('worn')\n" + MORE,
        "        assert np.all(w > 10), 'worn'\n" + MORE,
        "        fresh(w)\n" + MORE,
    ],
)
def test_a_law_that_may_raise_is_not_compiled_to_one_that_goes_on_with_0(law: str, load: Any) -> None:
    """Numba prints what a function called by its address raises, and returns 0: the run went on with it."""
    load(
        device(law).replace(
            "@dataclass", "def fresh(w):\n    if np.any(w < 10): raise ValueError('worn')\n\n@dataclass", 1
        )
    )
    assert "may raise an error, which compiled code would drop" in str(device_number(devices.REGISTRY["cubic"]))
    assert re.search("Error: worn, line [0-9]+, in .*, at step 0", refused(name="quadratic", device="cubic"))


@pytest.mark.parametrize(
    ("late", "words"),
    [
        ("raise KeyError('weights')", "KeyError: 'weights', line [0-9]+, in Mine.update, at step 29[0-9]"),
        ("found = {}", "KeyError: 'weights'; answered by Mine, at step (29|30)[0-9]"),
        ("found = {k: v[..., :1] for k, v in found.items()}", "weights after an update is an array of shape"),
    ],
)
def test_an_algorithm_that_fails_later(late: str, words: str, load: Any) -> None:
    load(ALGORITHM.format(late=late))
    assert re.search(words, refused(name="quadratic", algorithm="mine"))


def test_a_file_that_cannot_be_run_registers_nothing(load: Any) -> None:
    with pytest.raises(BadInput, match="--plugin"):
        load(device(MORE) + ALGORITHM.format(late="pass") + "\n1 / 0\n")
    assert "cubic" not in devices.REGISTRY and "mine" not in algorithms.REGISTRY


# What is not the plug-in's


def test_an_error_of_ours_stays_one(load: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also with a plug-in in use, where it is not raised in its code or where its answers are taken."""
    load(example("problem.md"))
    from simulate import checkpoint

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(checkpoint.Checkpoint, "keep", broken)
    with pytest.raises(ZeroDivisionError, match="ours"):
        run()
    monkeypatch.undo()
    monkeypatch.setattr("simulate.running.collect", broken)
    with pytest.raises(ZeroDivisionError, match="ours"):
        run()


def test_a_built_in_problem_that_answers_wrongly_is_an_error_of_ours(
    load: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(example("problem.md"))
    kind = problems.REGISTRY["plus-minus"]
    right = kind.backward
    monkeypatch.setattr(kind, "backward", lambda *given: (right(*given)[0] * 1j, right(*given)[1]))
    with pytest.raises(answers.Misfit, match="complex128"):
        run(name="plus-minus", tau=1, backend="reference", replicas=1, iterations=3)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), MemoryError(), BadInput("sigma", 0, "sigma > 0")])
def test_what_has_words_of_its_own_keeps_them(error: BaseException, load: Any) -> None:
    path = load("def raised(error):\n    raise error\n")
    module = next(m for m in sys.modules.values() if getattr(m, "__file__", None) == str(path.resolve()))
    try:
        module.raised(error)
    except BaseException as caught:
        assert foreign.refusal(caught) is None
        assert (entry._ended_by(caught, "p") == 130) == isinstance(error, KeyboardInterrupt)


def test_a_command_says_it_wherever_it_is_raised(load: Any, capsys: pytest.CaptureFixture[str]) -> None:
    path = load("def raised():\n    raise LookupError('gone')\n")
    capsys.readouterr()
    module = next(m for m in sys.modules.values() if getattr(m, "__file__", None) == str(path.resolve()))
    try:
        module.raised()
    except LookupError as caught:
        assert entry._ended_by(caught, "p") == 2
    words = f"error: --plugin = {path}: must satisfy a file whose code runs (LookupError: gone, line 2, in raised)\n"
    assert capsys.readouterr().err.replace("'", "") == words


# As commands

RUN = ("--problem", "cosines", "--algorithm", "analog-sgd-ap", "--stages", "2", "--alpha", "0.01", "--tau", "5")
FAMILY = """
[[family]]
name = "mine"
problem = "cosines"
algorithm = "analog-sgd-ap"
stages = 2
alpha = 0.01
tau = 5
iterations = 300
replicas = 2
[family.axes.set]
sigma = [0.1, 0.5, "log"]
"""


def command(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    given = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(
        [sys.executable, "-m", *words], cwd=folder, env=given, capture_output=True, text=True, check=False, timeout=300
    )


def told(done: subprocess.CompletedProcess[str]) -> str:
    lines = [line for line in done.stderr.splitlines() if line.strip() and not line.startswith("note: ")]
    assert (done.returncode, len(lines)) == (2, 1), done.stderr
    return lines[0]


def test_a_checkpoint_is_kept_and_a_replay_says_the_same(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(problem("raise ValueError('late')", 20_000), encoding="utf-8")
    kept = ("--checkpoint", "c.npz", "--checkpoint-every", "4096", "--json", "r.json")
    words = ("--plugin", "mine.py", *RUN, "--seed", "1", "--iterations", "20000")
    assert "ValueError: late, line" in told(command(tmp_path, "simulate", "run", *words, *kept))
    names = {path.name for path in tmp_path.iterdir()} - {"mine.py", "__pycache__"}
    assert names and all(re.fullmatch(r"c\.block-\d+\.npz", name) for name in names), names
    first = sorted(names, key=lambda name: int(re.findall(r"\d+", name)[0]))[-1]
    again = ("simulate", "replay", first, "--plugin", "mine.py", "--from", "9990", "--steps", "9000")
    assert "ValueError: late, line" in told(command(tmp_path, *again))


def test_workers_say_it_too_and_what_was_judged_is_kept(tmp_path: Path) -> None:
    late = "import multiprocessing\n            class Own(Exception): pass\n            "
    late += "if weights.ndim > 1 and multiprocessing.current_process().name != 'MainProcess': raise Own('late')"
    (tmp_path / "mine.py").write_text(problem(late, 100), encoding="utf-8")
    (tmp_path / "f.toml").write_text(FAMILY, encoding="utf-8")
    words = ("--plugin", "mine.py", "--families", "f.toml", "--settings", "2", "--seed", "1", "--workers", "1")
    line = told(command(tmp_path, "verify", "run", *words, "--store", "s.sqlite"))
    assert re.search(r"--plugin = .*Own: late, line \d+, in Cosines.backward, at step \d+", line), line


def test_ctrl_c_says_what_is_kept(tmp_path: Path) -> None:
    slow = problem("import time; time.sleep(0.02); CALLS[0] == 1001 and print('late', flush=True)")
    (tmp_path / "mine.py").write_text(slow, encoding="utf-8")
    words = ["simulate", "run", "--plugin", "mine.py", *RUN, "--seed", "1", "--iterations", "20000"]
    for more, said in (
        (["--checkpoint", "c.npz"], "stopped; nothing of this run is kept yet: the same command starts it again"),
        ([], "stopped; nothing of this run is kept, as it has no checkpoint"),
    ):
        process = started([*words, *more], tmp_path, {**os.environ, "PYTHONPATH": str(ROOT)})
        code, error = interrupted(process, "late")
        assert (code, error.splitlines()[-1].strip()) == (130, said)
        assert not (tmp_path / "c.npz").exists()


def test_a_stopped_run_says_from_where_it_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from boundary import Stopped
    from simulate.group import Group

    def stopped(self: Group, block: int, length: int) -> None:
        if block == 2:
            raise KeyboardInterrupt
        advance(self, block, length)

    advance = Group.advance
    made = problems.make("plus-minus", stages=1)
    length = simulate.randomness.block_length(made)
    given: dict[str, Any] = {"alpha": 0.01, "tau": 1, "iterations": 3 * length, "seed": 1}
    path = tmp_path / "c.npz"
    whole = simulate.run(made, "analog-sgd", **given)
    monkeypatch.setattr(Group, "advance", stopped)
    clock = iter(np.arange(0.0, 1e6, 1e3).tolist())
    monkeypatch.setattr("simulate.checkpoint.time.monotonic", lambda: next(clock))
    words = f"{2 * length} of {3 * length} steps are in {path}: the same command goes on from there"
    with pytest.raises(Stopped, match=re.escape(words)):
        simulate.run(made, "analog-sgd", checkpoint=path, **given)
    monkeypatch.undo()
    resumed = simulate.run(made, "analog-sgd", checkpoint=path, **given)
    assert np.array_equal(resumed.mean_squared_gradient, whole.mean_squared_gradient)
