"""`theory evaluate linear-lmi`: a run in a file, a bound with its certificate, and what is refused."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boundary import BadInput, OutsideDomain
from tests.theory.bounds.test_linear import a_run
from theory.bounds import linear
from theory.bounds.linear import Multipliers
from theory.commands.evaluate import evaluate
from theory.commands.linear import ARRAYS, read_run

RUN = a_run(1, 0)


def arrays() -> dict[str, Any]:
    return {
        "H": RUN.hessian,
        "lags": np.array(RUN.lags),
        "alpha": RUN.alpha,
        "start": RUN.start,
        "minimiser": RUN.minimiser,
        "variance": RUN.variance,
        "saturation": RUN.saturation,
    }


def written(folder: Path, **changes: Any) -> str:
    path = folder / "run.npz"
    np.savez(path, **{name: value for name, value in (arrays() | changes).items() if value is not None})
    return str(path)


def test_the_bound_comes_with_its_certificate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "found.json"
    assert evaluate("linear-lmi", ["K=1000"], run=written(tmp_path), json_file=str(out)) == 0
    found = json.loads(out.read_text())
    witness = Multipliers(np.array(found["witness"]["P"]), np.array(found["witness"]["theta"]))
    assert linear.evaluate(RUN, witness, 1000).value == found["upper"]
    assert repr(found["upper"]) in capsys.readouterr().out
    assert found["assumptions"] == ["response", "unbiased", "variance"]


def test_a_file_holds_the_run_as_it_is(tmp_path: Path) -> None:
    read = read_run(written(tmp_path))
    for name in ("hessian", "start", "minimiser", "variance", "saturation"):
        assert (getattr(read, name) == getattr(RUN, name)).all()
    assert (read.lags, read.alpha) == (RUN.lags, RUN.alpha)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"H": None}, "an array H"),
        ({"more": 1.0}, "no array more"),
        ({"lags": np.array([1.0, 0.0])}, "lags"),
        ({"lags": np.array([[1, 0]])}, "lags"),
        ({"lags": np.array([], int)}, "lags"),
        ({"alpha": np.array([0.1])}, "alpha"),
        ({"H": RUN.hessian.astype(complex)}, "H"),
        ({"start": np.array(["0", "1"])}, "start"),
    ],
)
def test_what_holds_no_run_is_refused(changes: dict[str, Any], what: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=what):
        read_run(written(tmp_path, **changes))


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"saturation": np.array([1.0, 0.0])}, "rho"),
        ({"H": np.full((3, 3), np.nan)}, "H"),
        ({"lags": np.array([159, 0])}, "numbers in a state"),
        ({"alpha": 3.0}, "alpha"),
        ({"H": np.diag([1.0, 0.0])}, "alpha"),
        ({"alpha": 1e300}, "alpha"),
        ({"start": np.array([1e308, 1.0])}, "start"),
        ({"start": np.array([1e160, 1.0])}, "start"),
    ],
)
def test_what_is_outside_the_theorem_is_refused(changes: dict[str, Any], what: str, tmp_path: Path) -> None:
    with pytest.raises(OutsideDomain, match=what):
        evaluate("linear-lmi", ["K=1000"], run=written(tmp_path, **changes))


def test_more_iterations_than_a_double_counts_have_a_bound(tmp_path: Path) -> None:
    out = tmp_path / "found.json"
    assert evaluate("linear-lmi", ["K=1e400"], run=written(tmp_path), json_file=str(out)) == 0
    assert 0 <= json.loads(out.read_text())["value"] < 1


def test_options_of_other_theorems_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path)
    with pytest.raises(BadInput, match="--run"):
        evaluate("linear-lmi", ["K=1000"])
    with pytest.raises(BadInput, match="--run"):
        evaluate("sharp", ["K=1000"], run=path)
    with pytest.raises(BadInput, match="K is given"):
        evaluate("linear-lmi", [], run=path)
    with pytest.raises(BadInput, match="K"):
        evaluate("linear-lmi", ["K=0"], run=path)
    with pytest.raises(BadInput, match="one of K"):
        evaluate("linear-lmi", ["K=1000", "rho=0"], run=path)
    with pytest.raises(BadInput, match="--device"):
        evaluate("linear-lmi", ["K=1000"], device="ald", run=path)
    with pytest.raises(BadInput, match="--form"):
        evaluate("linear-lmi", ["K=1000"], form="sharp", run=path)


@pytest.mark.parametrize("settings", [[], ["K=0"], ["K=x"], ["alpha=0.1"], ["beta=1"]])
def test_the_file_is_read_before_anything_is_said_of_what_stands_beside_it(settings: list[str], tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"nowhere\.npz"):
        evaluate("linear-lmi", settings, run=str(tmp_path / "nowhere.npz"))
    with pytest.raises(BadInput, match="an array H"):
        evaluate("linear-lmi", settings, run=written(tmp_path, H=None))
    with pytest.raises(BadInput, match=r"^--run = "):
        evaluate("linear-lmi", settings)


@pytest.mark.parametrize("name", ARRAYS)
def test_what_the_file_says_is_not_typed_as_well(name: str, tmp_path: Path) -> None:
    for others in ([], ["K=1000"]):
        with pytest.raises(BadInput, match=f"{name} = 0.1: must satisfy left out: the file of --run says {name}"):
            evaluate("linear-lmi", [*others, f"{name}=0.1"], run=written(tmp_path))
