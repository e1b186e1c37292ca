"""TF1's dtype names (`tf.float32`, ...) as small objects that NumPy and CuPy understand.

A `DType` goes wherever NumPy takes a dtype: `np.zeros(3, tf.float32)`. It hashes like its name, and
equals whatever names it: `tf.float32 == np.float32`, `tf.float32 == "float32"`. Each one has a twin
named `float32_ref`, which is what TF1's variables answer; the twin equals its base.

bfloat16 is not a NumPy type: its scalar type comes from the package ml_dtypes, imported when it is
first asked for. So do the types of 8 bits that checkpoints of other programs hold.

Source: tensorflow/python/framework/dtypes.py
"""

from __future__ import annotations

import builtins
from typing import Any, Final

import numpy as np

from ..errors import arrays as errors
from ..errors.reprs import never_raises

__all__ = [
    "FLOATS8",
    "FLOW",
    "RESOURCE",
    "DType",
    "as_dtype",
    "bfloat16",
    "bool",
    "complex64",
    "complex128",
    "float8_e4m3fn",
    "float8_e4m3fnuz",
    "float8_e5m2",
    "float8_e5m2fnuz",
    "float8_e8m0fnu",
    "float16",
    "float32",
    "float64",
    "int8",
    "int16",
    "int32",
    "int64",
    "string",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
]


_NUMBERS = {
    "float32": 1, "float64": 2, "int32": 3, "uint8": 4, "int16": 5, "int8": 6, "string": 7, "complex64": 8, "int64": 9,
    "bool": 10, "bfloat16": 14, "uint16": 17, "complex128": 18, "float16": 19, "uint32": 22, "uint64": 23,
}  # fmt: skip


class DType:
    """One element type; the instances are this module's constants, compared by base type.

    Attributes:
        name: TF's name, `"float32"`, or `"float32_ref"` for a twin.
        base_dtype: the type itself for a plain type, the plain type for a twin.
    """

    __slots__ = ("_as_ref", "_kind", "_np_dtype", "base_dtype", "name")

    name: str
    base_dtype: DType
    _as_ref: DType
    _kind: str
    _np_dtype: np.dtype[Any] | None

    def __init__(self, name: str, kind: str, np_dtype: np.dtype[Any] | None) -> None:
        self.name = name
        self._kind = kind
        self._np_dtype = np_dtype
        self.base_dtype = self
        ref = self._as_ref = DType.__new__(DType)
        ref.name = name + "_ref"
        ref._kind, ref._np_dtype = kind, np_dtype
        ref.base_dtype = self
        ref._as_ref = ref

    @property
    def dtype(self) -> np.dtype[Any]:
        """The `numpy.dtype`; NumPy reads this attribute when it is handed a DType."""
        base = self.base_dtype
        if base._np_dtype is None:
            base._np_dtype = _extra_dtype(base.name)
        return base._np_dtype

    @property
    def as_numpy_dtype(self) -> type[Any]:
        """NumPy's scalar type, e.g. `numpy.float32`; `object` for string."""
        return self.dtype.type if self.dtype.kind != "O" else object

    @property
    def is_floating(self) -> builtins.bool:
        """Whether it is a real floating point type."""
        return self._kind == "f"

    @property
    def is_integer(self) -> builtins.bool:
        """Whether it is an integer type, signed or not; bool is none."""
        return self._kind in "iu"

    @property
    def is_unsigned(self) -> builtins.bool:
        """Whether it is an integer type without a sign."""
        return self._kind == "u"

    @property
    def is_complex(self) -> builtins.bool:
        """Whether it is a complex type."""
        return self._kind == "c"

    @property
    def is_bool(self) -> builtins.bool:
        """Whether it is bool."""
        return self._kind == "b"

    @property
    def real_dtype(self) -> DType:
        """The type of the real and imaginary parts of complex numbers; any other type itself."""
        return {"complex64": float32, "complex128": float64}.get(self.base_dtype.name, self)

    @property
    def as_datatype_enum(self) -> int:
        """TensorFlow's number of the type, by which protocol buffers name it; a ref type's is 100 more."""
        number = _NUMBERS[self.base_dtype.name]
        return number if self is self.base_dtype else number + 100

    @property
    def limits(self) -> tuple[Any, Any]:
        """Least and largest value; of a float 0 and 1, as of a picture."""
        return (0, 1) if self.is_floating else (self.min, self.max)

    @property
    def size(self) -> int:
        """Bytes of one element; for string, of the reference to it."""
        return self.dtype.itemsize

    @property
    def min(self) -> Any:
        """Smallest (most negative) finite value, a NumPy or Python scalar.

        Raises:
            TypeError: bool, string and complex types have no order.
        """
        return self._limits("minimum").min

    @property
    def max(self) -> Any:
        """Largest finite value, a NumPy or Python scalar.

        Raises:
            TypeError: bool, string and complex types have no order.
        """
        return self._limits("maximum").max

    @property
    def _is_ref_dtype(self) -> builtins.bool:
        return self.base_dtype is not self

    def is_compatible_with(self, other: Any) -> builtins.bool:
        """Whether `other` (anything that `as_dtype` takes) names the same base type."""
        return as_dtype(other).base_dtype is self.base_dtype

    def _limits(self, which: str) -> Any:
        if self._kind in "iu":
            return np.iinfo(self.dtype)
        if self._kind != "f":
            raise errors.dtype_without_limits(self, which)
        if self.base_dtype in (bfloat16, *FLOATS8):
            import ml_dtypes

            return ml_dtypes.finfo(self.dtype)  # type: ignore[no-untyped-call]
        return np.finfo(self.dtype)

    def __eq__(self, other: object) -> builtins.bool:
        if isinstance(other, DType):
            return self.base_dtype is other.base_dtype
        try:
            return as_dtype(other).base_dtype is self.base_dtype
        except TypeError:
            return False

    def __hash__(self) -> int:
        return hash(self.base_dtype.name)

    @never_raises
    def __repr__(self) -> str:
        return f"tf.{self.name}"

    def __str__(self) -> str:
        return f"<dtype: '{self.name}'>"

    def __reduce__(self) -> tuple[Any, ...]:
        return as_dtype, (self.name,)


def _extra_dtype(name: str) -> np.dtype[Any]:
    try:
        import ml_dtypes
    except ImportError as reason:
        raise errors.needs_ml_dtypes(name) from reason
    found: np.dtype[Any] = np.dtype(getattr(ml_dtypes, name))
    return found


def _numpy_type(name: str) -> DType:
    np_dtype = np.dtype(name)
    return DType(name, np_dtype.kind, np_dtype)


float16: Final = _numpy_type("float16")
float32: Final = _numpy_type("float32")
float64: Final = _numpy_type("float64")
bfloat16: Final = DType("bfloat16", "f", None)
int8: Final = _numpy_type("int8")
uint8: Final = _numpy_type("uint8")
int16: Final = _numpy_type("int16")
uint16: Final = _numpy_type("uint16")
int32: Final = _numpy_type("int32")
uint32: Final = _numpy_type("uint32")
int64: Final = _numpy_type("int64")
uint64: Final = _numpy_type("uint64")
bool: Final = _numpy_type("bool")
complex64: Final = _numpy_type("complex64")
complex128: Final = _numpy_type("complex128")
string: Final = DType("string", "O", np.dtype(object))
FLOW: Final = DType("float32", "f", np.dtype("float32"))
"""What says in which order things happen to a TensorArray: TensorFlow shows it as a float."""
RESOURCE: Final = DType("resource", "O", np.dtype(object))
"""What stands for a TensorArray itself."""
float8_e4m3fn: Final = DType("float8_e4m3fn", "f", None)
float8_e4m3fnuz: Final = DType("float8_e4m3fnuz", "f", None)
float8_e5m2: Final = DType("float8_e5m2", "f", None)
float8_e5m2fnuz: Final = DType("float8_e5m2fnuz", "f", None)
float8_e8m0fnu: Final = DType("float8_e8m0fnu", "f", None)

FLOATS8: Final = (float8_e4m3fn, float8_e4m3fnuz, float8_e5m2, float8_e5m2fnuz, float8_e8m0fnu)
_FLOATS: Final = (float16, float32, float64, bfloat16)
_INTEGERS: Final = (int8, uint8, int16, uint16, int32, uint32, int64, uint64)
_BASE_DTYPES: Final = (*_FLOATS, *_INTEGERS, bool, complex64, complex128, string)
_BY_NAME: Final = {d.name: d for base in (*_BASE_DTYPES, *FLOATS8) for d in (base, base._as_ref)} | {
    "half": float16,
    "float": float32,
    "double": float64,
}
# Python's own types, and the dtype names under which NumPy keeps text and objects.
_BY_PYTHON_TYPE: Final[dict[type, DType]] = {
    float: float32,
    int: int32,
    builtins.bool: bool,
    complex: complex128,
    str: string,
    bytes: string,
    object: string,
}


_BY_NUMPY: Final[dict[Any, DType]] = {}  # those that were asked for: NumPy makes a dtype's name anew each time
_BY_NUMBER: Final = {d.as_datatype_enum: d for base in _BASE_DTYPES for d in (base, base._as_ref)}


def as_dtype(type_value: Any) -> DType:
    """Return the DType that `type_value` names.

    Args:
        type_value: a DType, its name (`"float32"`, `"float32_ref"`, `"half"`, `"float"`,
            `"double"`), a NumPy dtype, scalar type or dtype string (`"f8"`), TensorFlow's number of
            it (see `as_datatype_enum`), or one of Python's types: float is float32 and int is
            int32, as for lists of Python numbers.

    Raises:
        TypeError: nothing of this name; the message lists the names.
    """
    if isinstance(type_value, DType):
        return type_value
    if isinstance(type_value, int):  # True is no number of a type
        found = None if type_value is True else _BY_NUMBER.get(type_value)
    elif isinstance(type_value, str):
        found = _BY_NAME.get(type_value) or _from_numpy(type_value)
    elif isinstance(type_value, np.dtype):
        found = _BY_NUMPY.get(type_value)
        if found is None:
            found = _from_numpy(type_value)
            if found is not None and not type_value.hasobject and type_value.kind not in "SU":
                _BY_NUMPY[type_value] = found
    elif isinstance(type_value, type):
        found = _BY_PYTHON_TYPE.get(type_value) or _from_scalar_type(type_value)
    else:
        found = None
    if found is None:
        raise errors.not_a_dtype(type_value, [base.name for base in _BASE_DTYPES])
    return found


def _from_scalar_type(scalar_type: type) -> DType | None:
    # np.dtype makes dtype('O') of any class: only a scalar type that stands for itself may pass.
    try:
        stands_for_itself = np.dtype(scalar_type).type is scalar_type
    except TypeError:  # np.floating and its abstract kin
        return None
    return _from_numpy(scalar_type) if stands_for_itself else None


def _from_numpy(value: Any) -> DType | None:
    try:
        np_dtype = np.dtype(value)
    except TypeError:
        return None
    if np_dtype.kind in "OSU":
        return string
    return _BY_NAME.get(np_dtype.name)
