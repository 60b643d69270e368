"""Files that are read whole: what is no regular file, and what unpacks to too much."""

import io
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

from boundary import BadInput
from boundary.bytes import arrays_of, read_whole


def _packed(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(f"{name}.npy", data)
    return file.getvalue()


def _npy(array: object, *, allow_pickle: bool = False) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=allow_pickle)  # type: ignore[arg-type]
    return file.getvalue()


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "some"
    path.write_bytes(b"12345")
    assert read_whole("x", str(path), 5) == b"12345"
    with pytest.raises(BadInput, match="at most 4 bytes"):
        read_whole("x", str(path), 4)


@pytest.mark.parametrize("kind", ["folder", "/dev/zero", "fifo", "none", "null byte"])
def test_what_is_no_regular_file_is_refused_at_once(kind: str, tmp_path: Path) -> None:
    path = str(tmp_path / "pipe") if kind in ("fifo", "none") else kind
    if kind == "fifo":
        os.mkfifo(path)
    path = str(tmp_path) if kind == "folder" else "a\0b" if kind == "null byte" else path
    words = "x = .*must satisfy (a regular file|a file that can be read [(][^=]*[)])$"
    with pytest.raises(BadInput, match=words):
        read_whole("x", path, 5)


def test_arrays_are_those_that_were_saved() -> None:
    file = io.BytesIO()
    np.savez(file, scale=np.array([1.0, 2.0]), up=np.ones(2))
    found = arrays_of("x", "there", file.getvalue(), 1 << 20)
    assert {key: list(array) for key, array in found.items()} == {"scale": [1.0, 2.0], "up": [1.0, 1.0]}


def test_an_archive_that_unpacks_to_more_is_refused_before_it_is_unpacked() -> None:
    bomb = _packed(scale=bytes(1 << 24))
    assert len(bomb) < 1 << 15
    with pytest.raises(BadInput, match="at most 65536 bytes"):
        arrays_of("x", "there", bomb, 1 << 16)


@pytest.mark.parametrize("content", ["nothing", "text", "pickle", "header that asks for more", "truncated"])
def test_what_is_no_archive_of_arrays_is_refused(content: str) -> None:
    huge = _npy(np.ones(2)).replace(b"(2,)", b"(9,)")
    kinds = {
        "nothing": b"",
        "text": b"scale,up\n1,2\n",
        "pickle": _packed(scale=_npy(np.array([{}], dtype=object), allow_pickle=True)),
        "header that asks for more": _packed(scale=huge),
        "truncated": _packed(scale=_npy(np.ones(5)))[:-30],
    }
    with pytest.raises(BadInput, match="NPZ file that can be read"):
        arrays_of("x", "there", kinds[content], 1 << 20)
