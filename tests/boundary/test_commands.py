"""Groups of commands: what their help says, and what it loads."""

import subprocess
import sys

import pytest
import typer
from typer.main import get_command

from boundary import commands, fields
from paper_figures.commands import app as figures
from simulate.commands import app as simulate
from theory.commands import app as theory
from verify.commands import app as verify

GROUPS = {"theory": theory, "simulate": simulate, "verify": verify, "paper_figures": figures}
HEAVY = ("sympy", "numba", "scipy", "matplotlib", "z3", "hypothesis")
COMMANDS = [(group, name) for group, app in GROUPS.items() for name in get_command(app).commands]
LOADED = """
import runpy, sys
sys.argv = sys.argv[1:]
try:
    runpy.run_module(sys.argv[0], run_name="__main__")
except SystemExit as left:
    assert left.code == 0, left.code
sys.stderr.write(" ".join(sys.modules))
"""


def loaded(*words: str) -> tuple[str, set[str]]:
    """Return what a command prints, and the top-level modules that it has imported when it ends."""
    done = subprocess.run([sys.executable, "-c", LOADED, *words], capture_output=True, text=True, check=True)
    return done.stdout, {name.partition(".")[0] for name in done.stderr.split()}


@pytest.mark.parametrize("group", [*GROUPS, "analog_sgd"])
def test_the_help_of_a_group_loads_nothing_heavy(group):
    shown, modules = loaded(group, "--help")
    assert group == "analog_sgd" or all(name in shown for name in get_command(GROUPS[group]).commands)
    assert not modules & set(HEAVY)
    assert "numpy" not in modules or group in ("simulate", "analog_sgd")  # `simulate` describes a run with arrays


def test_what_is_loaded_is_seen():
    assert "sympy" in loaded("theory", "evaluate", "floor", "--set", "sigma2=1", "--set", "rho=0.3")[1]


@pytest.mark.parametrize(("group", "name"), [pair for pair in COMMANDS if pair[0] in ("verify", "paper_figures")])
def test_the_help_of_these_commands_loads_nothing_heavy_either(group, name):
    describes_a_run = name == "check"  # with arrays, as `simulate run` does
    assert not loaded(group, name, "--help")[1] & {*HEAVY, *(() if describes_a_run else ("numpy",))}


@pytest.mark.parametrize(("group", "name"), COMMANDS)
def test_a_command_is_what_the_overview_says(group, name):
    """The overview reads docstrings from the source; the command that is called has the same one."""
    made = commands.command(f"{group}.commands", name)
    said = commands.described(f"{group}.commands", name)
    assert said and made.help == said.rstrip()
    assert made.callback.__doc__


def test_numbers_are_shown_as_numbers():
    shown = {one.name: one.metavar for one in commands.command("simulate.commands", "run").params}
    assert {shown[name] for name in ("stages", "iterations", "replicas", "seed", "threads")} == {"<int>"}
    assert {shown[name] for name in ("alpha", "tau")} == {"<float>"}
    sweep = {one.name: one.metavar for one in commands.command("verify.commands", "run").params}
    assert {sweep[name] for name in ("settings", "seed", "workers")} == {"<int>"} and sweep["confidence"] == "<float>"


def test_a_command_whose_module_is_missing_is_an_error_of_ours():
    with pytest.raises(FileNotFoundError):
        commands.group("simulate.commands", ["walk"], "None.")
    assert isinstance(commands.group("simulate.commands", ["run"], "One."), typer.Typer)
    assert fields.option_of("measure_every") == "--measure-every"
