"""What every kind of checkpoint answers: a lazy mapping from tensor name to NumPy array."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, Final, Generic, NamedTuple, Protocol, TypeVar

import numpy as np

from ..arrays.dtypes import DType
from ..errors import checkpoint as errors
from ..errors.reprs import never_raises

__all__ = ["CheckpointReader", "Entry", "TensorInfo", "as_tensor", "bytes_of", "check_elements", "check_name"]

_ENUM_NAMES: Final = {"float16": "HALF", "float32": "FLOAT", "float64": "DOUBLE"}


class TensorInfo(NamedTuple):
    """What is known of a tensor without reading it.

    Attributes:
        dtype: its element type.
        shape: its dimensions.
        trainable: whether the variable was trainable, None where the file doesn't say.
    """

    dtype: DType
    shape: tuple[int, ...]
    trainable: bool | None = None

    @property
    def elements(self) -> int:
        """The number of elements."""
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        """Bytes of the array; for strings, of the references to them."""
        return self.elements * self.dtype.size


class Entry(Protocol):
    """A tensor's place in a file, and what kind of tensor it is."""

    @property
    def info(self) -> TensorInfo:
        """What a listing shows of it."""


E_ = TypeVar("E_", bound=Entry)


class CheckpointReader(Mapping[str, np.ndarray], Generic[E_]):
    """A checkpoint's tensors by name, each read when asked for.

    `reader[name]` is an array in memory of its own; its checksum is verified each time it is asked for. Strings are
    object arrays of `bytes`.

    Attributes:
        path: the file, or the prefix of the files.
        format: "safetensors", "tf-v2", "tf-v1", "npz" or "hdf5".
        global_step: the step it was saved at, None where the file doesn't say.
        has_checksums: whether the file has a checksum for each tensor, or for a block that holds some.
        unreadable: tensors that are there and not in the mapping, by name: what they are, that no array holds them.
    """

    format: str
    global_step: int | None = None
    has_checksums: bool = True

    def __init__(self, path: str) -> None:
        self.path = path
        self._entries: dict[str, E_] = {}
        self.unreadable: dict[str, str] = {}

    @abstractmethod
    def _read(self, name: str, entry: E_) -> np.ndarray:
        """Return the tensor in memory of its own, its checksum verified."""

    def _mapped(self, name: str, entry: E_) -> np.ndarray:
        """Return the tensor as a view of the mapped file where the format keeps whole arrays."""
        return self._read(name, entry)

    def _read_into(self, name: str, entry: E_, out: np.ndarray) -> None:
        """Fill `out`, C-contiguous and of the entry's dtype and shape, and verify the checksum."""
        out[...] = self._read(name, entry)

    def __getitem__(self, name: str) -> np.ndarray:
        return self._read(name, self._entry(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def get(self, name: str, default: Any = None) -> Any:
        """Return the tensor, or `default` where there is none of this name."""
        return self[name] if name in self._entries else default

    @never_raises
    def __repr__(self) -> str:
        return f"<{self.format} checkpoint {self.path!r}: {len(self)} tensors>"

    def in_order(self) -> list[str]:
        """Return the names in the order in which the variables were made, where the file tells it."""
        return list(self)

    def info(self, name: str) -> TensorInfo:
        """Return dtype and shape of a tensor.

        Raises:
            NotFoundError: there is none of this name; the message holds the nearest names.
        """
        return self._entry(name).info

    def mapped(self, name: str) -> np.ndarray:
        """Return a tensor without reading it into memory, where the format keeps whole arrays, as a read-only array.

        It is the file itself, mapped, and its checksum is verified now. A program that shortens this file in place
        while the array is looked at ends the process that looks (SIGBUS), as with any mapped file; files that are
        replaced by renaming, as ours and TensorFlow's are, stay good.
        """
        array = self._mapped(name, self._entry(name))
        array.flags.writeable = False
        return array

    def read_into(self, name: str, out: np.ndarray) -> None:
        """Read a tensor into an array that is there already, and verify its checksum.

        Args:
            name: the tensor.
            out: written; C-contiguous and of the tensor's dtype and shape. Half filled after an error.
        """
        self._read_into(name, self._entry(name), out)

    def has_tensor(self, name: str) -> bool:
        """Whether there is a tensor of this name."""
        return name in self

    def get_tensor(self, name: str) -> np.ndarray:
        """Return `reader[name]`."""
        return self[name]

    def get_variable_to_shape_map(self) -> dict[str, list[int]]:
        """Return the shape of each tensor by name."""
        return {name: list(entry.info.shape) for name, entry in self._entries.items()}

    def get_variable_to_dtype_map(self) -> dict[str, DType]:
        """Return the dtype of each tensor by name."""
        return {name: entry.info.dtype for name, entry in self._entries.items()}

    def debug_string(self) -> bytes:
        """Return a line for each tensor, "w (DT_FLOAT) [2,3]", in UTF-8, as TensorFlow's readers do."""
        text = ""
        for name, entry in self._entries.items():
            kind = _ENUM_NAMES.get(entry.info.dtype.name, entry.info.dtype.name.upper())
            text += f"{name} (DT_{kind}) [{','.join(map(str, entry.info.shape))}]\n"
        return text.encode("utf-8", "surrogateescape")

    def _entry(self, name: str) -> E_:
        try:
            return self._entries[name]
        except KeyError:
            if name in self.unreadable:
                raise errors.unreadable(self.path, name, self.unreadable[name]) from None
            raise errors.key_not_found(name, self.path, self) from None


def bytes_of(array: np.ndarray) -> memoryview:
    """Return a view of the bytes of a C-contiguous array of any dtype, bfloat16 included."""
    return memoryview(array.reshape(-1).view(np.uint8).data)


def as_tensor(data: memoryview, info: TensorInfo) -> np.ndarray:
    """Return a view of `data` as an array of a fixed-size dtype."""
    return np.frombuffer(data, np.uint8).view(info.dtype.dtype).reshape(info.shape)


def check_elements(array: np.ndarray, path: str, name: str) -> None:
    """Raise DataLossError for a bool array with a byte that is neither 0 nor 1.

    NumPy doesn't look and answers nonsense for such an array.
    """
    if array.dtype == np.bool_ and array.size and array.view(np.uint8).max() > 1:
        raise errors.bad_bool(path, name)


def check_name(name: str, path: str) -> None:
    """Raise ValueError for a name that stands for bytes that are no UTF-8; a bundle alone can hold it."""
    try:
        name.encode()
    except UnicodeEncodeError:
        raise errors.name_not_text(name, path) from None
