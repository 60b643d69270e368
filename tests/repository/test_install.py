"""The project as people install it: a wheel in an environment of its own, used from a folder that holds nothing."""

import json
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("analog_sgd", "boundary", "paper_figures", "simulate", "theory", "verify")

pytest.importorskip("hatchling", reason="`make` installs it from the lock file")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check"]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, "-w", folder, ROOT], check=True)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """An environment with the wheel; the libraries it stands on are those of this one."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "libraries.pth").write_text(
        "\n".join(path for path in sys.path if path.endswith("site-packages")) + "\n"
    )
    with zipfile.ZipFile(wheel) as content:  # a wheel of plain Python is installed by being unpacked
        content.extractall(packages)
    return folder


def called(installed: Path, here: Path, *words: str) -> str:
    """Run the console command as pip would write it, in a folder and with nothing in its surroundings."""
    start = "import sys; sys.argv[0] = 'analog-sgd'; from analog_sgd.__main__ import main; main()"
    done = subprocess.run(
        [installed / "bin" / "python", "-c", start, *words], cwd=here, env={"PATH": "/usr/bin:/bin", "HOME": str(here)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_carries_every_file_of_the_packages(wheel):
    tracked = subprocess.run(["git", "ls-files", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=True)
    with zipfile.ZipFile(wheel) as content:
        held = set(content.namelist())
    assert len(held) > 250
    assert {path for path in tracked.stdout.split() if (ROOT / path).exists()} <= held
    assert {"theory/templates/bounds.md.j2", "theory/checkers/coq/check.sh", "theory/checkers/coq/Master.v"} <= held
    assert {"verify/report/report.html", *(f"{package}/py.typed" for package in PACKAGES)} <= held
    assert {path.partition("/")[0] for path in held if ".dist-info/" not in path} == set(PACKAGES)


def test_the_console_command_is_named(wheel):
    with zipfile.ZipFile(wheel) as content:
        (name,) = [path for path in content.namelist() if path.endswith("entry_points.txt")]
        assert b"analog-sgd = analog_sgd.__main__:main" in content.read(name)


def test_scripts_anywhere_import_the_installed_project(installed, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import simulate, theory, verify\nprint(simulate.__file__, simulate.run, theory.bound('floor'))\n"
    )
    done = subprocess.run(
        [installed / "bin" / "python", script], cwd=tmp_path, env={}, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith(str(installed))


@pytest.mark.slow
def test_all_four_groups_work_from_an_empty_folder(installed, tmp_path):
    proved = json.loads(called(installed, tmp_path, "theory", "prove", "--only", "device.closed_form", "--json", "-"))
    assert proved["proved"] == proved["total"] == 1
    called(installed, tmp_path, "theory", "bounds", "--out", "sheet")
    assert (tmp_path / "sheet" / "bounds.tex").stat().st_size > 1000
    options = ["--problem", "quadratic", "--algorithm", "analog-sgd", "--alpha", "0.01", "--tau", "9"]
    run = called(installed, tmp_path, "simulate", "run", *options, "--iterations", "9", "--json", "-")
    assert json.loads(run)["versions"]["analog-sgd-workbench"] not in ("", "not installed")
    sweep = ["--settings", "1", "--family", "attaining", "--workers", "1", "--store", "s.sqlite"]
    assert json.loads(called(installed, tmp_path, "verify", "run", *sweep, "--json", "-"))["violations"] == 0
    called(installed, tmp_path, "verify", "report", "--store", "s.sqlite", "--out", "page")
    assert "<html" in (tmp_path / "page" / "verify.html").read_text()
    called(installed, tmp_path, "figures", "export", "--only", "pipeline_schedules", "--format", "svg", "--out", ".")
    record = json.loads((tmp_path / "pipeline_schedules.json").read_text())
    assert record["provenance"]["command"].startswith("python -m paper_figures export --only")
    assert record["provenance"]["commit"] is None
