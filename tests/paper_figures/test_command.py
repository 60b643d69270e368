"""The command line: what it lists, writes and refuses, and that every file says where it came from."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from paper_figures import __main__ as command
from paper_figures.registry import REGISTRY
from verify.sweep.plan import SweepPlan
from verify.sweep.store import Store

FAST = "device_responses"


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        command.main(list(arguments))
    code = stopped.value.code
    assert isinstance(code, int)
    return code


def export(out: Path, *arguments: str) -> int:
    return run("export", "--out", str(out), *arguments)


def test_list_names_every_figure(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list") == 0
    listed = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert listed == list(REGISTRY)


def test_names_are_those_of_the_files() -> None:
    for name, figure in REGISTRY.items():
        assert figure.compute.__module__ == f"paper_figures.{name}"


def test_a_figure_comes_with_data_caption_and_provenance(out: Path) -> None:
    assert export(out, "--only", FAST) == 0
    assert {path.name for path in out.iterdir()} == {f"{FAST}.{kind}" for kind in ("json", "pdf", "png", "svg", "tex")}
    record = json.loads((out / f"{FAST}.json").read_text())
    provenance = record["provenance"]
    assert provenance["command"].startswith("python -m paper_figures")
    assert re.fullmatch(r"[0-9a-f]{40}(\+changes)?", provenance["commit"])
    assert {"python", "numpy", "matplotlib"} <= provenance["versions"].keys()
    assert isinstance(provenance["seed"], int)
    assert provenance["sources"] == []
    assert all(record["claims"].values())
    assert len(record["data"]["responses"]) == 4
    assert record["caption"] in (out / f"{FAST}.tex").read_text()


def test_long_and_quick_exclude_each_other(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert export(out, "--only", FAST, "--quick", "--long") == 2
    assert "--long" in capsys.readouterr().err
    assert not out.exists()


def test_a_figure_with_a_narrow_form_comes_in_both_widths(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from paper_figures import style

    monkeypatch.setitem(REGISTRY, FAST, replace(REGISTRY[FAST], narrow=lambda _: style.page(1, 1.0)))
    assert export(out, "--only", FAST, "--format", "svg") == 0
    names = {f"{FAST}.json", *(f"{FAST}{form}.{kind}" for form in ("", "-one-column") for kind in ("svg", "tex"))}
    assert {path.name for path in out.iterdir()} == names
    text = (out / f"{FAST}-one-column.tex").read_text()
    assert f"\\includegraphics{{{FAST}-one-column}}" in text and "figure*" not in text


def test_a_figure_that_lacks_a_package_is_skipped_in_one_line_and_refused_by_name(
    out: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from dataclasses import replace

    lacking = replace(REGISTRY[FAST], name="needy", lacks=lambda: "drawn only where numerals is installed")
    monkeypatch.setattr("paper_figures.registry.REGISTRY", {"needy": lacking, FAST: REGISTRY[FAST]})
    assert export(out, "--format", "svg") == 0
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 2
    assert told[1] == f"{out / 'needy'}: skipped, drawn only where numerals is installed"
    assert {path.name for path in out.iterdir()} == {f"{FAST}.{kind}" for kind in ("json", "svg", "tex")}
    assert export(out, "--only", "needy") == 2
    complaint = capsys.readouterr().err
    assert "numerals is installed" in complaint and complaint.count("\n") == 1


def test_formats_are_those_asked_for(out: Path) -> None:
    assert export(out, "--only", FAST, "--format", "svg, pdf") == 0
    assert {path.suffix for path in out.iterdir()} == {".svg", ".pdf", ".json", ".tex"}


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["--only", "no_such_figure"], "--only = 'no_such_figure'"),
        (["--only", FAST, "--format", "gif"], "--format = 'gif'"),
        (["--only", FAST, "--format", ""], "--format = ''"),
        (["--colour", "red"], "--colour"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(
    arguments: list[str], names: str, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export(out, *arguments) == 2
    complaint = capsys.readouterr()
    assert names in complaint.err
    assert complaint.err.count("\n") == 1
    assert complaint.out == ""
    assert not out.exists() or not list(out.iterdir())


def test_an_output_that_is_a_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wall = tmp_path / "wall"
    wall.write_text("a file")
    assert export(wall, "--only", FAST) == 2
    assert str(wall) in capsys.readouterr().err
    assert wall.read_text() == "a file"


def test_a_pipe_in_the_place_of_a_figure_is_no_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert export(tmp_path / "pipe", "--only", FAST) == 2
    assert export(tmp_path / ("n" * 256), "--only", FAST) == 2
    assert capsys.readouterr().err.count("\n") == 2


def test_two_exports_into_one_folder_do_not_mix_their_files(out: Path) -> None:
    """Exports that write at the same time, in two processes, of data that differ: each figure is of one of them."""
    program = """
import sys, time
from dataclasses import replace
from paper_figures import export, __main__ as command
from paper_figures.registry import REGISTRY
mark, write = sys.argv[1], export.write_atomically
def slowly(path, content):
    write(path, content)
    time.sleep(0.02)
export.write_atomically = slowly
figure = REGISTRY["device_responses"]
REGISTRY["device_responses"] = replace(figure, compute=lambda sources: {**figure.compute(sources), "mark": mark},
                                       caption=lambda data: mark)
print("ready", flush=True)
sys.stdin.readline()
for _ in range(4):
    try:
        command.main(["export", "--only", "device_responses", "--format", "svg", "--out", sys.argv[2]])
    except SystemExit as left:
        assert left.code == 0
"""
    exports = [
        subprocess.Popen([sys.executable, "-c", program, mark, str(out)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                         text=True, cwd=Path(__file__).parents[2])
        for mark in ("one", "two")
    ]  # fmt: skip
    for process in exports:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
    for process in exports:
        process.communicate("go\n", timeout=200)
    assert [process.returncode for process in exports] == [0, 0]
    record = json.loads((out / f"{FAST}.json").read_text())
    assert (
        record["data"]["mark"] == record["caption"]
        and f"\\caption{{{record['caption']}}}" in (out / f"{FAST}.tex").read_text()
    )
    assert {path.name for path in out.iterdir()} == {f"{FAST}.{kind}" for kind in ("json", "svg", "tex")}


def test_a_claim_the_data_deny_is_told(
    out: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from dataclasses import replace

    lying = replace(REGISTRY[FAST], claims=lambda data: {"weights are sheep": len(data) == 0})
    monkeypatch.setitem(REGISTRY, FAST, lying)
    assert export(out, "--only", FAST, "--format", "svg") == 1
    assert "DENIED by the data: weights are sheep" in capsys.readouterr().out
    assert json.loads((out / f"{FAST}.json").read_text())["claims"] == {"weights are sheep": False}


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_captions_compile(out: Path) -> None:
    assert export(out, "--only", FAST, "--only", "pipeline_schedules", "--format", "pdf") == 0
    inputs = "".join(f"\\input{{{name}}}\n" for name in (FAST, "pipeline_schedules"))
    page = "\\documentclass[twocolumn]{article}\\usepackage{graphicx}\\begin{document}\n" + inputs + "\\end{document}\n"
    (out / "page.tex").write_text(page)
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"],
        cwd=out,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]


def store_with(path: Path, **meta: str) -> Path:
    """Return a file that looks like a verification store."""
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
        connection.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
    connection.close()
    return path


def wrong_stores(folder: Path) -> dict[str, Path]:
    text = folder / "notes.txt"
    text.write_text("no database")
    for name in ("empty.sqlite", "other code.sqlite"):
        Store.create(folder / name, SweepPlan(1, ("quadratic",), 0.99)).close()
    with sqlite3.connect(folder / "other code.sqlite") as connection:
        connection.execute("UPDATE meta SET value = '{}' WHERE name = 'code'")
    connection.close()
    return {
        "of other code": folder / "other code.sqlite",
        "a folder": folder,
        "missing": folder / "missing.sqlite",
        "text": text,
        "another program's": store_with(folder / "other.sqlite", format="bookmarks"),
        "another version's": store_with(folder / "old.sqlite", format="analog-sgd-workbench verify", schema="0"),
        "empty": folder / "empty.sqlite",
    }


@pytest.mark.parametrize(
    "kind", ["missing", "text", "another program's", "another version's", "empty", "of other code", "a folder"]
)
def test_a_wrong_store_is_refused(kind: str, tmp_path: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = wrong_stores(tmp_path)[kind]
    assert export(out, "--only", "bound_against_observed", "--from", str(store)) == 2
    complaint = capsys.readouterr().err
    assert str(store) in complaint
    assert complaint.count("\n") == 1
    assert not list(out.iterdir())


@pytest.mark.parametrize("content", [None, "no JSON", '{"claims": []}', '{"claims": [{"id": "device.drift"}]}'])
def test_wrong_proofs_are_refused(
    content: str | None, tmp_path: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "proofs.json"
    if content is not None:
        file.write_text(content)
    assert export(out, "--only", "proof_blueprint", "--proofs", str(file)) == 2
    complaint = capsys.readouterr().err
    assert str(file) in complaint
    assert complaint.count("\n") == 1


def test_a_store_must_be_given_for_figures_of_standard_size(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert export(out, "--only", "bound_against_observed") == 2
    assert "--from" in capsys.readouterr().err
