"""Machine code that Numba keeps on disk: checked when it is read, and only a gain of time where it is kept.

Numba reads its files back without a look at them, and ends with an error where one is damaged or the disk is full.
"""

import hashlib
import pickle
from typing import Any

from numba.core.caching import IndexDataCacheFile, _cache_log

_DIGEST_BYTES = 32


class CheckedFile(IndexDataCacheFile):  # type: ignore[misc] # Numba is not typed
    """Numba's file of one function, whose contents carry a digest; a damaged one counts as none and is written anew."""

    @classmethod
    def in_place_of(cls, file: Any) -> "CheckedFile":  # noqa: ANN401
        """Return a checked file with all that Numba has set up on its own."""
        checked = cls.__new__(cls)
        checked.__dict__.update(vars(file))
        return checked

    def load(self, key: object) -> object:
        """Return the machine code that was kept, or None."""
        try:
            return super().load(key)
        except Damaged:
            return None

    def _load_index(self) -> dict[Any, str]:
        try:
            return dict(super()._load_index())
        except OSError:
            return {}
        except Exception:  # whatever unpickling makes of damaged bytes
            return {}

    def _load_data(self, name: str) -> object:
        with open(self._data_path(name), "rb") as file:  # noqa: PTH123 - Numba's name is text
            digest, data = file.read(_DIGEST_BYTES), file.read()
        if hashlib.sha256(data).digest() != digest:
            raise Damaged
        _cache_log("[cache] data loaded from %r", self._data_path(name))
        return pickle.loads(data)

    def _save_data(self, name: str, data: object) -> None:
        content = self._dump(data)
        with self._open_for_write(self._data_path(name)) as file:
            file.write(hashlib.sha256(content).digest() + content)


class Damaged(Exception):
    """A file whose content is not what was written."""
