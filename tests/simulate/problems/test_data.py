"""Data of one's own: what is read, and what is refused in one line that says where."""

from pathlib import Path

import numpy as np
import pytest

from boundary import BadInput, memory
from simulate.problems import data
from simulate.problems.data import read_table
from simulate.problems.sampling import read_start


def _csv(folder: Path, text: str) -> str:
    path = folder / "some.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_csv_file_with_names_is_read(tmp_path: Path) -> None:
    table = read_table(_csv(tmp_path, "\ufeffa,out,b\n1,2,3\n-4,5e0, 6 \n"), "out")
    assert table.features.tolist() == [[1, 3], [-4, 6]]
    assert table.targets.tolist() == [2, 5]
    assert table.columns == ("a", "b")


def test_columns_without_names_are_numbered(tmp_path: Path) -> None:
    table = read_table(_csv(tmp_path, "1,2,3\n4,5,6\n"), "2")
    assert table.features.tolist() == [[1, 2], [4, 5]]


def test_an_npz_file_is_read(tmp_path: Path) -> None:
    path = str(tmp_path / "some.npz")
    np.savez(path, x=np.arange(6).reshape(3, 2), y=np.array([1.0, 0.0, 1.0]), other=np.zeros(3))
    assert read_table(path, "").targets.tolist() == [1, 0, 1]
    assert read_table(path, "other").targets.tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("text", "target", "words"),
    [
        ("a,y\n1,2\n3,\n", "y", "row 3, column 'y'; it is missing"),
        ("a,y\n1,2\nnan,3\n", "y", "row 3, column 'a'; it is missing"),
        ("a,y\n1,2\ninf,3\n", "y", "row 3, column 'a'; it is 'inf'"),
        ("a,y\n1,2\nred,3\n", "y", "row 3, column 'a'; it is 'red'"),
        ("a,y\n1,2\n1_0,3\n", "y", "row 3, column 'a'; it is '1_0'"),
        ("a,y\n1,2,3\n", "y", "2 numbers in row 2, as in the first; it has 3"),
        ("a,y\n1,2\n", "z", "one of a, y"),
        ("a,a,y\n1,2,3\n", "y", "columns with different names"),
        ("a,y\n", "y", "at least one row"),
        ("", "y", "at least one row"),
        ("y\n1\n", "y", "a feature beside the target"),
        ("a,y\n1e51,1\n", "y", "numbers of size at most 1e[+]50"),
    ],
)
def test_what_is_no_table_is_refused_with_the_place(text: str, target: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=words.replace("(", r"\(")):
        read_table(_csv(tmp_path, text), target)


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"x": np.ones(3), "y": np.ones(3)}, "an array x of shape"),
        ({"x": np.ones((3, 2)), "y": np.ones((3, 1))}, "an array y of shape"),
        ({"x": np.ones((3, 2))}, "an array y; the file has x"),
        ({"x": np.array([["a", "b"]]), "y": np.ones(1)}, "an array x of numbers"),
        ({"x": np.array([[1, np.nan]]), "y": np.ones(1)}, r"entry \(0, 1\) is none"),
        ({"x": np.ones((0, 2)), "y": np.ones(0)}, "an array x of shape"),
    ],
)
def test_what_is_no_pair_of_arrays_is_refused(arrays: dict[str, np.ndarray], words: str, tmp_path: Path) -> None:
    path = str(tmp_path / "some.npz")
    np.savez(path, **arrays)
    with pytest.raises(BadInput, match=words):
        read_table(path, "")


@pytest.mark.parametrize("path", ["", "/nonexistent.csv", "/dev/zero", "/tmp"])
def test_what_is_no_file_is_refused(path: str) -> None:
    with pytest.raises(BadInput, match="data"):
        read_table(path, "y")


def test_a_constant_column_cannot_be_standardised(tmp_path: Path) -> None:
    path = _csv(tmp_path, "a,b,y\n1,3,0\n2,3,1\n")
    with pytest.raises(BadInput, match="a column 'b' that is not constant"):
        read_table(path, "y").standardised(path)


def test_standardised_columns_have_mean_0_and_standard_deviation_1(tmp_path: Path) -> None:
    path = _csv(tmp_path, "a,b,y\n1,30,0\n2,10,1\n6,20,1\n")
    found = read_table(path, "y").standardised(path)
    assert found.mean(axis=0) == pytest.approx([0, 0], abs=1e-15)
    assert found.std(axis=0) == pytest.approx([1, 1])
    assert found[:, 1] == pytest.approx([1.5**0.5, -(1.5**0.5), 0])


def test_the_same_content_is_read_once(tmp_path: Path) -> None:
    path = _csv(tmp_path, "a,y\n1,2\n3,4\n")
    assert read_table(path, "y") is read_table(path, "") and not read_table(path, "y").features.flags.writeable
    assert read_table(path, "a").targets.tolist() == [1, 3]
    assert read_table(_csv(tmp_path, "a,y\n1,2\n3,5\n"), "y").targets.tolist() == [2, 5]


def test_a_place_is_the_line_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="row 5, column 'y'; it is 'x'"):
        read_table(_csv(tmp_path, "a,y\n\n1,2\n\n3,x\n"), "y")


@pytest.mark.parametrize("text", ["a,y\n" + "1,2\n" * 60, ",".join(["1"] * 120), "a,y\n1,2\n" + "," * 120])
def test_more_numbers_than_the_limit_are_refused_before_they_are_read(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data, "_MOST_NUMBERS", 100)
    monkeypatch.setattr(data, "_rows", lambda *_: pytest.fail("it is parsed"))
    with pytest.raises(BadInput, match=r"at most 100 numbers; it has 12\d"):
        read_table(_csv(tmp_path, text), "y")


def test_an_array_beyond_the_limit_is_not_converted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "_MOST_NUMBERS", 100)
    path = str(tmp_path / "some.npz")
    np.savez(path, x=np.ones((60, 2), np.uint8), y=np.ones(60))
    with pytest.raises(BadInput, match="at most 100 numbers; it has 120"):
        read_table(path, "")


def test_numbers_that_do_not_fit_into_memory_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _csv(tmp_path, "a,y\n" + "1,2\n" * 500)
    monkeypatch.setattr(memory, "free", lambda: 10_000)
    with pytest.raises(BadInput, match="a size that fits into memory: 1003 numbers, and what is made of them, would"):
        read_table(path, "y")
    monkeypatch.setattr(memory, "free", lambda: 1_000)
    with pytest.raises(BadInput, match="a size that fits into memory: its content would take"):
        read_table(path, "y")


def test_a_line_without_an_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "_LONGEST_LINE", 50)
    with pytest.raises(BadInput, match="lines of at most 50 characters"):
        read_table(_csv(tmp_path, "a,y\n1,2\n" + "1," * 50), "y")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1\n2\n", "a file of 3 numbers; it has 2"),
        ("1\n2\n3 4\n" + "x" * 99, "a file of 3 numbers; it has more"),
        ("1\n2\nthree\n", "not of 'three'"),
        ("1\n2\n1_0\n", "not of '1_0'"),
        ("1\n2\nnan\n", "finite numbers"),
    ],
)
def test_a_file_with_a_start_that_does_not_fit_is_refused(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=f"start = .*{words}"):
        read_start(_csv(tmp_path, text), 3, "")
    assert read_start(_csv(tmp_path, "1\n-2 3e0\n"), 3, "")[0].tolist() == [1, -2, 3]
