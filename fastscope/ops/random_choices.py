"""Random orders, classes, parts and counts. How they are drawn: see `random_numbers`.

Source: tensorflow/python/ops/random_ops.py, tensorflow/core/kernels/multinomial_op.cc, random_op.cc (TF 1.15).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import array_module, dtypes, to_numpy
from ..arrays.dtypes import DType, as_dtype
from ..arrays.philox import Philox
from ..arrays.typing import Array
from ..errors import ops as errors
from ..errors import shapes as shape_errors
from ..graph import Recorder, control_dependencies, current
from ..graph.conversion import as_tensor
from . import shape_rules as rules
from .arranging import slice as slice_
from .asserting import Assert
from .creation import convert_to_tensor, given_shape, identity, wanted_dtype, zeros_like
from .function import definition_of, op
from .math import add, floormod, greater_equal, maximum, subtract
from .operands import on_device, operand
from .random_numbers import as_sizes, philox, random_uniform, with_source
from .reductions import reduce_all
from .scoped import inner, within
from .shaping import shape as shape_of

__all__ = [
    "categorical",
    "multinomial",
    "random_crop",
    "random_gamma",
    "random_poisson",
    "random_shuffle",
    "stateless_multinomial",
]


# ---- orders


def _record_shuffle(recorder: Recorder, value: Any, seed: Any = None, name: str | None = None) -> Any:
    full_name = recorder.claim(name or "RandomShuffle")
    values = {"value": as_tensor(value, recorder, name=f"{full_name}/value"), "seed": seed, "name": None}
    return with_source(definition_of(random_shuffle), recorder, values, f"{full_name}/")


@op("RandomShuffle", "value", shape=rules.same, record=_record_shuffle)
def random_shuffle(value: Any, seed: int | None = None, name: str | None = None) -> Array:
    """Return `value` with its rows, along the first dimension, in a random order."""
    array = operand(value)
    if not array.ndim:
        return array.copy()
    with philox(seed) as draws:
        order = draws.permutation(len(array))
    shuffled: Array = array[array_module(array).asarray(order)]
    return shuffled


# ---- classes


def _record_classes(default_name: str) -> Any:
    def record(
        recorder: Recorder, logits: Any, num_samples: Any, seed: Any = None, name: str | None = None,
        output_dtype: Any = None,
    ) -> Any:  # fmt: skip
        scope = recorder.claim(name or default_name)
        tensor = as_tensor(logits, recorder, name=f"{scope}/logits")
        values = {
            "logits": tensor,
            "num_samples": num_samples,
            "seed": seed,
            "name": None,
            "output_dtype": output_dtype,
        }
        return with_source(definition_of(multinomial), recorder, values, f"{scope}/")

    return record


def _classes_shape(logits: Any, *others: Any, num_samples: Any) -> Any:
    rows, _ = rules.with_rank(logits, 2)
    if num_samples is not None and int(num_samples) < 0:
        raise shape_errors.negative_count(1, int(num_samples))
    return rows, None if num_samples is None else int(num_samples)


def _class_dtype(values: dict[str, Any]) -> DType:
    return dtypes.int64 if values["output_dtype"] is None else as_dtype(values["output_dtype"])


@op(
    "Multinomial",
    "logits | num_samples:int32",
    name="multinomial",
    inner="Multinomial",
    shape=_classes_shape,
    dtype=_class_dtype,
    record=_record_classes("multinomial"),
)  # fmt: skip
def multinomial(
    logits: Any, num_samples: Any, seed: int | None = None, name: str | None = None, output_dtype: Any = None
) -> Array:
    """Draw classes.

    Args:
        logits: `[N, classes]`, the logarithms of the classes' probabilities, up to a constant for each row.
        num_samples: how many to draw for each row.
        seed: joins the seed of the graph.
        name: drawn from the name table.
        output_dtype: int32 or int64, None = int64.

    Returns:
        `[N, num_samples]`.
    """
    rows = _rows(operand(logits))
    with philox(seed) as draws:
        found = draws.multinomial(rows, int(operand(num_samples)))
    return on_device(found.astype(_class_dtype({"output_dtype": output_dtype}).dtype, copy=False))


def _rows(logits: Array) -> np.ndarray[Any, Any]:
    """Return logits on the host.

    Raises:
        ValueError: they are no `[N, classes]`, or there is no class.
    """
    if logits.ndim != 2:
        raise errors.wrong_rank_of("multinomial", "logits", logits.shape, 2)
    if not logits.shape[1]:
        raise errors.no_classes()
    return to_numpy(logits)


def categorical(
    logits: Any, num_samples: Any, dtype: Any = None, seed: int | None = None, name: str | None = None
) -> Array:
    """Draw classes: `multinomial` under its later name."""
    recorder = current()
    if recorder is not None:
        classes: Array = _record_classes("categorical")(recorder, logits, num_samples, seed, name, dtype)
        return classes
    return multinomial(logits, num_samples, seed, name, dtype)


@op(
    "StatelessMultinomial",
    "logits | num_samples:int32 | seed:index",
    name="stateless_multinomial",
    inner="StatelessMultinomial",
    shape=_classes_shape, dtype=_class_dtype,
)  # fmt: skip
def stateless_multinomial(
    logits: Any, num_samples: Any, seed: Any, output_dtype: Any = dtypes.int64, name: str | None = None
) -> Array:
    """Draw classes as `multinomial` does; the numbers are a function of `seed`, two integers."""
    draws = Philox.stateless(to_numpy(operand(seed)))
    found = draws.multinomial(_rows(operand(logits)), int(operand(num_samples)))
    return on_device(found.astype(_class_dtype({"output_dtype": output_dtype}).dtype, copy=False))


# ---- parts


def random_crop(value: Any, size: Any, seed: int | None = None, name: str | None = None) -> Array:
    """Return a part of `value` of shape `size`, from a random place.

    Raises:
        InvalidArgumentError: `value` is smaller.
    """
    with within(name, "random_crop") as scope:
        whole = convert_to_tensor(value, name=inner("value"))
        part = convert_to_tensor(size, dtypes.int32, name=inner("size"))
        shape = shape_of(whole, name=inner("Shape"))
        data = ["Need value.shape >= size, got ", shape, part]
        check = Assert(reduce_all(greater_equal(shape, part)), data, summarize=1000)
        with control_dependencies([] if check is None else [check]):
            shape = identity(shape, name=inner("control_dependency"))
        limit = add(subtract(shape, part, name=inner("sub")), 1, name=inner("add"))
        drawn = random_uniform(shape_of(shape), dtype=dtypes.int32, maxval=dtypes.int32.max, seed=seed)
        return slice_(whole, floormod(drawn, limit, name=inner("mod")), part, name=scope)


# ---- gamma and Poisson


def _record_gamma_draw(recorder: Recorder, shape: Any, alpha: Any, seed: Any = None, name: str | None = None) -> Any:
    sizes = as_sizes(shape, recorder, "random_gamma", "RandomGamma")
    values = {"shape": sizes, "alpha": alpha, "seed": seed, "name": None}
    return with_source(definition_of(_standard_gamma), recorder, values, name)


def _before(rates: Any, *, shape: Any) -> Any:
    ahead = given_shape(shape=shape)
    return None if ahead is None or rates is None else (*ahead, *rates)


@op("RandomGamma", "alpha", shape=_before, record=_record_gamma_draw)
def _standard_gamma(shape: Any, alpha: Any, seed: Any = None, name: str | None = None) -> Array:
    rates = to_numpy(operand(alpha))
    with philox(seed) as draws:
        values = draws.gamma(_sizes(shape), rates)
    return on_device(_narrowed(values, as_dtype(rates.dtype)))


def _narrowed(values: np.ndarray[Any, Any], dtype: DType) -> np.ndarray[Any, Any]:
    """Return what was drawn in another dtype; float16 by way of float32, as TensorFlow rounds it."""
    if dtype == dtypes.float16:
        values = values.astype(np.float32)
    return values.astype(dtype.dtype, copy=False)


def _sizes(shape: Any) -> tuple[int, ...]:
    return tuple(np.ravel(to_numpy(operand(shape))).tolist())


def random_gamma(
    shape: Any,
    alpha: Any,
    beta: Any = None,
    dtype: Any = dtypes.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Array:
    """Draw from gamma distributions: `shape` draws for each pair of `alpha` and `beta`.

    Args:
        shape: in front of the broadcast shape of `alpha` and `beta`.
        alpha: the shapes of the distributions.
        beta: their inverse scales, None = 1.
        dtype: of numbers without one.
        seed: joins the seed of the graph.
        name: of the scope.
    """
    with within(name, "random_gamma"):
        sizes = convert_to_tensor(shape, dtypes.int32, name=inner("shape"))
        rates = convert_to_tensor(alpha, dtype, name=inner("alpha"))
        scales = convert_to_tensor(1 if beta is None else beta, dtype, name=inner("beta"))
        wide = rates + zeros_like(scales)
        drawn = _standard_gamma(sizes, wide, seed, name=inner("RandomGamma")) / scales
        tiny = np.finfo(as_dtype(rates.dtype).base_dtype.dtype).tiny
        return maximum(tiny, drawn, name=inner("Maximum"))


def _record_poisson(
    recorder: Recorder, lam: Any, shape: Any, dtype: Any = dtypes.float32, seed: Any = None, name: str | None = None
) -> Any:
    scope = recorder.claim(name or "random_poisson")
    sizes = as_sizes(shape, recorder, scope, "RandomPoissonV2")
    values = {"lam": lam, "shape": sizes, "dtype": dtype, "seed": seed, "name": None}
    return with_source(definition_of(random_poisson), recorder, values, f"{scope}/")


@op(
    "RandomPoissonV2", "lam", name="random_poisson", inner="RandomPoissonV2", shape=_before, dtype=wanted_dtype,
    record=_record_poisson,
)  # fmt: skip
def random_poisson(
    lam: Any, shape: Any, dtype: Any = dtypes.float32, seed: int | None = None, name: str | None = None
) -> Array:
    """Draw from Poisson distributions: `shape` draws for each rate in `lam`."""
    rates = to_numpy(operand(lam))
    with philox(seed) as draws:
        values = draws.poisson(_sizes(shape), rates)
    return on_device(_narrowed(values, as_dtype(dtype)))
