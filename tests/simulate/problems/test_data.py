"""Data of one's own: what is read, and what is refused in one line that says where."""

from pathlib import Path

import numpy as np
import pytest

from boundary import BadInput
from simulate.problems.data import read_table


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
        ({"x": np.ones((3, 2))}, "one of x"),
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
