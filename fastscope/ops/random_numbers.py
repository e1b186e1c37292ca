"""Random numbers of a shape: even ones and normal ones.

In a graph whose operations a session runs, an operation draws from TensorFlow's generator, from the two seeds that
TensorFlow would give it: with a seed given the numbers are TensorFlow's to the bit, and each session starts them
again. Where everything is computed at once, they come from the graph's stream.

Numbers are drawn on the host, so that they are the same for every device.

Source: tensorflow/python/ops/random_ops.py, stateless_random_ops.py (TF 1.15).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from ..arrays import dtypes, to_numpy
from ..arrays.draws import Source
from ..arrays.dtypes import as_dtype
from ..arrays.philox import Philox
from ..arrays.shapes import TensorShape
from ..arrays.streams import generator
from ..arrays.typing import Array
from ..errors import arrays as array_errors
from ..errors import graph as graph_errors
from ..errors import ops as errors
from ..errors import shapes as shape_errors
from ..graph import Recorder, Tensor
from ..graph.conversion import as_tensor
from ..graph.seeds import new_source, runs_in_sessions
from ..scoping.initializers import RandomNormal, RandomUniform, TruncatedNormal
from . import shape_rules as rules
from .creation import convert_to_tensor, given_shape, wanted_dtype
from .function import Definition, op
from .indices import check_sizes
from .math import add, multiply, subtract
from .operands import drawing, on_device, operand
from .scoped import inner, within

__all__ = [
    "random_normal",
    "random_uniform",
    "stateless_normal",
    "stateless_truncated_normal",
    "stateless_uniform",
    "truncated_normal",
]

_DRAWN = ("float16", "bfloat16", "float32", "float64", "int32", "int64")


@contextlib.contextmanager
def philox(seed: Any) -> Iterator[Philox]:
    """Give the generator that an operation draws from.

    Args:
        seed: the Source of a recorded operation; else an operation's own seed, which joins that of the graph.
    """
    if isinstance(seed, Source):
        with seed.generator() as found:
            yield found
    else:
        with drawing():
            words = generator(seed).integers(1, 2**63, 2)
        yield Philox(*words.tolist())


def with_source(definition: Definition, recorder: Recorder, values: dict[str, Any], name: str | None) -> Any:
    """Write down an operation that draws; where a session runs it, from a source of its own."""
    if not runs_in_sessions(recorder):
        return definition.write(recorder, values, name)
    source = new_source(recorder, values["seed"])
    made = definition.write(recorder, values | {"seed": source}, name)
    operation = (made if isinstance(made, Tensor) else made[0]).op
    operation.attributes |= {"seed": source.seed, "seed2": source.seed2}
    return made


def _drawn_shape(values: dict[str, Any]) -> dict[str, Any]:
    shape = values["shape"]
    check_sizes("shape", tuple(shape) if isinstance(shape, list) else shape)
    return values


def as_sizes(shape: Any, recorder: Recorder, scope: str, type: str) -> Tensor:
    """Return a shape as a tensor of integers, for an operation of this type in this scope.

    Raises:
        ValueError: a dimension is not known, or it is no vector.
        TypeError: it holds no integers.
    """
    check_sizes("shape", tuple(shape) if isinstance(shape, list) else shape)
    if isinstance(shape, TensorShape):
        shape = shape.as_list()
    plain = isinstance(shape, (list, tuple)) and not any(hasattr(size, "dtype") for size in shape)
    if plain:
        shape = [size.value if hasattr(size, "value") else size for size in shape]
    tensor = as_tensor(shape, recorder, dtypes.int32 if plain and not shape else None, name=f"{scope}/shape")
    if tensor.dtype.base_dtype not in (dtypes.int32, dtypes.int64):
        raise graph_errors.type_not_allowed("shape", tensor.dtype.base_dtype, ["int32", "int64"])
    if tensor.dims is not None and len(tensor.dims) != 1:
        reason = str(shape_errors.must_have_rank(1, len(tensor.dims)))
        raise graph_errors.shapes_do_not_fit(reason, f"{scope}/{type}", type, [tensor])
    return tensor


# ---- what is drawn, in graphs and stateless functions


def _unit_uniform(shape: Any, dtype: Any, seed: Any, name: str | None = None) -> Array:
    with philox(seed) as draws:
        return on_device(draws.uniform(_given(shape), as_dtype(dtype)))


def _unit_normal(shape: Any, dtype: Any, seed: Any, name: str | None = None) -> Array:
    with philox(seed) as draws:
        return on_device(draws.normal(_given(shape), as_dtype(dtype)))


def _unit_truncated(shape: Any, dtype: Any, seed: Any, name: str | None = None) -> Array:
    with philox(seed) as draws:
        return on_device(draws.truncated_normal(_given(shape), as_dtype(dtype)))


def _integers(shape: Any, minval: Any, maxval: Any, seed: Any, name: str | None = None) -> Array:
    low, high = int(minval), int(maxval)
    if low >= high:
        raise errors.nothing_between(low, high)
    with philox(seed) as draws:
        return on_device(draws.uniform_int(_given(shape), low, high, as_dtype(minval.dtype)))


def _given(shape: Any) -> tuple[int, ...]:
    return tuple(int(size) for size in to_numpy(shape).ravel().tolist())


def _rank_one(*ignored: Any, shape: Any) -> Any:
    return given_shape(shape=shape)


_UNIFORM = Definition(_unit_uniform, "RandomUniform", shape=given_shape, dtype=wanted_dtype)
_NORMAL = Definition(_unit_normal, "RandomStandardNormal", shape=given_shape, dtype=wanted_dtype)
_TRUNCATED = Definition(_unit_truncated, "TruncatedNormal", shape=given_shape, dtype=wanted_dtype)
_INTEGERS = Definition(_integers, "RandomUniformInt", "minval maxval", shape=_rank_one)
DRAWS = {definition.type: definition for definition in (_UNIFORM, _NORMAL, _TRUNCATED, _INTEGERS)}
"""What a graph draws with, by the types of the operations."""


def _scaled(values: Tensor, factor: Any, offset: Any, scope: str) -> Tensor:
    """Write down `values * factor + offset`, under the names `scope`/mul and `scope`."""
    return add(multiply(values, factor, name=f"{scope}/mul/"), offset, name=f"{scope}/")  # type: ignore[return-value]


def _record_normal(definition: Definition, default_name: str) -> Callable[..., Any]:
    """Return how a normal distribution is written down: as a draw, a product and a sum."""

    def record(
        recorder: Recorder, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = dtypes.float32,
        seed: Any = None, name: str | None = None,
    ) -> Any:  # fmt: skip
        if not runs_in_sessions(recorder):
            return NotImplemented
        wanted = as_dtype(dtype).base_dtype
        scope = recorder.claim(name or default_name)
        sizes = as_sizes(shape, recorder, scope, definition.type)
        center = as_tensor(mean, recorder, wanted, name=f"{scope}/mean")
        spread = as_tensor(stddev, recorder, wanted, name=f"{scope}/stddev")
        values = {"shape": sizes, "dtype": wanted, "seed": seed, "name": None}
        drawn = with_source(definition, recorder, values, f"{scope}/{definition.type}/")
        return _scaled(drawn, spread, center, scope)

    return record


def _record_uniform(
    recorder: Recorder, shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = dtypes.float32,
    seed: Any = None, name: str | None = None,
) -> Any:  # fmt: skip
    """Write down a draw, and what stretches it; of integers one operation."""
    if not runs_in_sessions(recorder):
        return NotImplemented
    wanted = as_dtype(dtype).base_dtype
    if wanted.name not in _DRAWN:
        raise errors.not_drawn(wanted)
    if maxval is None:
        if wanted.is_integer:
            raise array_errors.maxval_missing(wanted)
        maxval = 1
    scope = recorder.claim(name or "random_uniform")
    sizes = as_sizes(shape, recorder, scope, "RandomUniform")
    low = as_tensor(minval, recorder, wanted, name=f"{scope}/min")
    high = as_tensor(maxval, recorder, wanted, name=f"{scope}/max")
    if wanted.is_integer:
        ends = {"shape": sizes, "minval": low, "maxval": high, "seed": seed, "name": None}
        return with_source(_INTEGERS, recorder, ends, f"{scope}/")
    values = {"shape": sizes, "dtype": wanted, "seed": seed, "name": None}
    drawn = with_source(_UNIFORM, recorder, values, f"{scope}/RandomUniform/")
    return _scaled(drawn, subtract(high, low, name=f"{scope}/sub/"), low, scope)


# ---- the functions


@op(
    "RandomNormal",
    name="random_normal",
    shape=given_shape,
    dtype=wanted_dtype,
    normalize=_drawn_shape,
    record=_record_normal(_NORMAL, "random_normal"),
)
def random_normal(
    shape: Any,
    mean: float = 0.0,
    stddev: float = 1.0,
    dtype: Any = dtypes.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Array:
    """Return a draw from a normal distribution: drawn on the host, the same for every device."""
    with drawing():
        return on_device(RandomNormal(mean, stddev, seed).draw(shape, dtype))


@op(
    "TruncatedNormal",
    name="truncated_normal",
    shape=given_shape,
    dtype=wanted_dtype,
    normalize=_drawn_shape,
    record=_record_normal(_TRUNCATED, "truncated_normal"),
)
def truncated_normal(
    shape: Any,
    mean: float = 0.0,
    stddev: float = 1.0,
    dtype: Any = dtypes.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Array:
    """Return a draw from a normal distribution, none further than two `stddev` from `mean`."""
    with drawing():
        return on_device(TruncatedNormal(mean, stddev, seed).draw(shape, dtype))


@op(
    "RandomUniform",
    name="random_uniform",
    shape=given_shape,
    dtype=wanted_dtype,
    normalize=_drawn_shape,
    record=_record_uniform,
)
def random_uniform(
    shape: Any,
    minval: Any = 0,
    maxval: Any = None,
    dtype: Any = dtypes.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Array:
    """Return an even draw from [minval, maxval): to 1 by default; integers need a maxval."""
    with drawing():
        return on_device(RandomUniform(minval, maxval, seed).draw(shape, dtype))


# ---- stateless: the seed is an argument, and the numbers are a function of it


def _stateless(draw: str) -> Callable[..., Array]:
    def kernel(shape: Any, seed: Any, dtype: Any, name: str | None = None) -> Array:
        draws = Philox.stateless(to_numpy(operand(seed)))
        values: Array = getattr(draws, draw)(_given(operand(shape)), as_dtype(dtype))
        return on_device(values)

    return kernel


def _two_seeds(seed: Any, *, shape: Any) -> Any:
    (count,) = rules.with_rank(seed, 1)
    if count not in (None, 2):
        raise shape_errors.dimension_must_be(2, count)
    return given_shape(shape=shape)


def _stateless_op(draw: str, type: str) -> Callable[..., Array]:
    return op(type, "seed:index", shape=_two_seeds, dtype=wanted_dtype)(_stateless(draw))


_stateless_uniform = _stateless_op("uniform", "StatelessRandomUniform")
_stateless_normal = _stateless_op("normal", "StatelessRandomNormal")
_stateless_truncated = _stateless_op("truncated_normal", "StatelessTruncatedNormal")


@op(
    "StatelessRandomUniformInt",
    "seed:index | minval maxval",
    shape=lambda seed, *_, shape: _two_seeds(seed, shape=shape),
    dtype=lambda values: values["minval"].dtype.base_dtype,
)
def _stateless_integers(shape: Any, seed: Any, minval: Any, maxval: Any, name: str | None = None) -> Array:
    low, high = int(operand(minval)), int(operand(maxval))
    if low >= high:
        raise errors.nothing_between(low, high)
    draws = Philox.stateless(to_numpy(operand(seed)))
    return on_device(draws.uniform_int(_given(operand(shape)), low, high, as_dtype(operand(minval).dtype)))


def stateless_uniform(
    shape: Any, seed: Any, minval: Any = 0, maxval: Any = None, dtype: Any = dtypes.float32, name: str | None = None
) -> Array:
    """Return an even draw from [minval, maxval) that is a function of `seed`, two integers: always the same."""
    wanted = as_dtype(dtype).base_dtype
    if maxval is None and wanted.is_integer:
        raise array_errors.maxval_missing(wanted)
    with within(name, "stateless_random_uniform") as scope:
        sizes = convert_to_tensor(shape, dtypes.int32, name=inner("shape"))
        low = convert_to_tensor(minval, wanted, name=inner("min"))
        high = convert_to_tensor(1 if maxval is None else maxval, wanted, name=inner("max"))
        if wanted.is_integer:
            return _stateless_integers(sizes, seed, low, high, name=scope)
        drawn = _stateless_uniform(sizes, seed, wanted, name=inner("StatelessRandomUniform"))
        stretched = multiply(drawn, subtract(high, low, name=inner("sub")), name=inner("mul"))
        return add(stretched, low, name=scope)


def _stateless_bell(draw: Callable[..., Array], type: str, default_name: str) -> Callable[..., Array]:
    def function(
        shape: Any, seed: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = dtypes.float32, name: str | None = None
    ) -> Array:
        wanted = as_dtype(dtype).base_dtype
        with within(name, default_name) as scope:
            sizes = convert_to_tensor(shape, dtypes.int32, name=inner("shape"))
            center = convert_to_tensor(mean, wanted, name=inner("mean"))
            spread = convert_to_tensor(stddev, wanted, name=inner("stddev"))
            drawn = draw(sizes, seed, wanted, name=inner(type))
            return add(multiply(drawn, spread, name=inner("mul")), center, name=scope)

    return function


stateless_normal = _stateless_bell(_stateless_normal, "StatelessRandomNormal", "stateless_random_normal")
stateless_normal.__name__ = stateless_normal.__qualname__ = "stateless_normal"
stateless_normal.__doc__ = "Return a draw from a normal distribution that is a function of `seed`, two integers."
stateless_truncated_normal = _stateless_bell(
    _stateless_truncated, "StatelessTruncatedNormal", "stateless_truncated_normal"
)
stateless_truncated_normal.__name__ = stateless_truncated_normal.__qualname__ = "stateless_truncated_normal"
stateless_truncated_normal.__doc__ = "Return the same, drawn anew where it is further than two `stddev` from `mean`."
