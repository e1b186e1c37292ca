"""Messages about dtypes, shapes, devices, arrays, initializers, regularizers and partitioners.

Each function builds and returns the exception; its caller raises it.
"""

from __future__ import annotations

import math
import reprlib
from collections.abc import Sequence
from typing import Any

from . import UnimplementedError


def _brief(value: Any) -> str:
    """Show `value` in one short line: an array by its shape and dtype, a long list cut."""
    if hasattr(value, "dtype") and getattr(value, "shape", ()) != ():
        return f"an array of shape {value.shape} and dtype {value.dtype}"
    return reprlib.repr(value)


def not_a_dtype(value: Any, known: Sequence[str]) -> TypeError:
    """`value` names no dtype; `known` are the names that do."""
    return TypeError(
        f"Cannot convert value {value!r} to a TensorFlow DType. "
        f"Write one of {', '.join(known)}, the tf.* name of it, or a NumPy dtype."
    )


def dtype_without_limits(dtype: Any, which: str) -> TypeError:
    """`dtype.min` or `.max` of a type without order; `which` is "minimum" or "maximum"."""
    return TypeError(f"Data type {dtype} does not have a {which} value: it is not an integer or real type.")


def needs_ml_dtypes(name: str) -> ImportError:
    """bfloat16, or a type of 8 bits, is used and ml_dtypes is not installed."""
    return ImportError(
        f"NumPy has no {name} of its own: tf.{name} needs the package ml_dtypes, which is not "
        f"installed. Install it with `pip install ml_dtypes`, or use tf.float16 or tf.float32."
    )


def unknown_dimension(method: str) -> TypeError:
    """An unknown dimension is used as a number; `method` would have to give one."""
    return TypeError(
        f"{method} returned non-int (type NoneType): this dimension is not known before the graph runs. Its `value` is "
        "None; tf.shape(x)[axis] is the number in the graph."
    )


def dimension_division(left: str, right: str) -> TypeError:
    """A Dimension is divided with `/`; `left` and `right` are the types."""
    return TypeError(f"unsupported operand type(s) for /: '{left}' and '{right}', please use // instead")


def incompatible_dimensions(left: int | None, right: int | None) -> ValueError:
    """Two dimensions that cannot be one."""
    return ValueError(f"Dimensions {left} and {right} are not compatible")


def negative_dimension(value: int) -> ValueError:
    """A dimension below zero."""
    return ValueError(f"Dimension {value} must be >= 0. Write None for a dimension that is not known.")


def not_a_dimension(value: Any) -> TypeError:
    """A dimension that is neither an integer nor None."""
    return TypeError(
        f"Dimension value must be integer or None or have an __index__ method, got value {value!r} "
        f"with type {type(value).__name__}."
    )


def not_a_shape(value: Any) -> TypeError:
    """Something that is no list of dimensions."""
    return TypeError(
        f"Failed to convert '{value!r}' to a shape: '{value!r}'could not be converted to a "
        "dimension. A shape is a list or tuple of integers such as [2, 3], one integer, or None "
        "where even the rank is unknown."
    )


def unknown_rank(problem: str) -> ValueError:
    """Something was asked of a shape of unknown rank that it cannot tell: `problem`, in TensorFlow's words."""
    return ValueError(f"{problem} Give the shape, or ask for `rank` first.")


def incompatible_shapes(left: Any, right: Any, verdict: str) -> ValueError:
    """Two shapes that cannot be one; TensorFlow's `verdict` is "incompatible", of a merge "not compatible"."""
    return ValueError(
        f"Shapes {left} and {right} are {verdict}: they must have the same rank and agree in "
        "every dimension that both know."
    )


def wrong_rank(shape: Any, rank: Any, relation: str = "") -> ValueError:
    """`shape` does not have `rank` dimensions; `relation` is "", "at least " or "at most "."""
    return ValueError(f"Shape {shape} must have rank {relation}{rank}")


def ranks_differ(left: Any, right: Any) -> ValueError:
    """Two shapes whose ranks must be one."""
    return ValueError(f"Shapes {left} and {right} must have the same rank")


def not_fully_defined(shape: Any) -> ValueError:
    """A shape with unknown parts where none may be."""
    return ValueError(f"Shape {shape} is not fully defined: every dimension must be an integer.")


def cupy_missing() -> ModuleNotFoundError:
    """A GPU is asked for and CuPy is not installed."""
    return ModuleNotFoundError(
        "Arrays on a GPU are CuPy arrays, and CuPy is not installed. Install it for your CUDA "
        "version with `pip install 'fastscope[cuda12]'` or `pip install 'fastscope[cuda13]'`, or "
        "choose the CPU with tf.device('/cpu:0') or FASTSCOPE_DEVICE=cpu.",
        name="cupy",
    )


def cupy_broken(reason: BaseException) -> ImportError:
    """CuPy is installed and does not import, for `reason`."""
    return ImportError(
        f"CuPy is installed but cannot be imported ({type(reason).__name__}: {reason}). It has to "
        "match the CUDA driver: `pip install 'fastscope[cuda12]'` or `pip install "
        "'fastscope[cuda13]'`. The CPU works without it: tf.device('/cpu:0') or "
        "FASTSCOPE_DEVICE=cpu."
    )


def no_such_gpu(name: str, count: int) -> RuntimeError:
    """Device `name` is asked for and CuPy sees `count` GPUs."""
    there = {0: "no GPU", 1: "one GPU, /gpu:0"}.get(count, f"GPUs /gpu:0 to /gpu:{count - 1}")
    return RuntimeError(
        f"Cannot use device {name}: CuPy sees {there} on this machine (CUDA_VISIBLE_DEVICES may "
        "hide some). Choose another with tf.device or FASTSCOPE_DEVICE, for example '/cpu:0'. A "
        "GPU needs its driver, and CuPy for its CUDA version: fastscope[cuda12] or "
        "fastscope[cuda13]."
    )


def bad_device(spec: Any, where: str) -> ValueError:
    """`spec` names no device; `where` it came from."""
    return ValueError(
        f"Cannot read {where} {spec!r}: write '/cpu:0', '/gpu:0', '/gpu:1' and so on; "
        "TensorFlow's '/device:GPU:0' and '/job:localhost/task:0/gpu:0' are understood too."
    )


def unknown_device_part(spec: str) -> ValueError:
    """A block of a graph asks for a device that is not spelled so."""
    part = next((part for part in spec.split("/") if part), spec)
    return ValueError(
        f"Unknown attribute: {part.partition(':')[0]!r} in {spec!r}. Write '/cpu:0' or '/gpu:0'; "
        "'/job:worker/replica:0/task:3/device:GPU:0' is understood, in this order."
    )


def wrong_value_type(value: Any, dtype: Any, found: Any) -> TypeError:
    """A value of dtype `found` that does not turn into `dtype` without loss of kind."""
    kind = type(value).__name__ if isinstance(value, (bool, int, float, complex, str, bytes)) else found.name
    return TypeError(
        f"Expected {dtype.name}, got {_brief(value)} of type '{kind}' instead. {dtype.name} cannot "
        f"hold it without loss: write tf.cast(value, tf.{dtype.name}) if that is what you want, "
        "or leave dtype out."
    )


def integer_out_of_range(value: Any, dtype: Any) -> OverflowError:
    """An integer that does not fit into an integer dtype."""
    return OverflowError(
        f"Expected integers from {dtype.min} to {dtype.max} for {dtype.name}, got {value}. Take a larger dtype, "
        f"such as tf.int64; tf.cast(value, tf.{dtype.name}) wraps around."
    )


def ragged(value: Any, wanted: Sequence[int]) -> ValueError:
    """Nested lists that are no array; the shape `wanted` goes by the first ones."""
    return ValueError(
        f"Argument must be a dense tensor: {_brief(value)} - got shape [{len(value)}], but wanted {list(wanted)}. Give "
        "nested lists of equal lengths."
    )


def not_an_array(value: Any) -> TypeError:
    """Something that holds neither numbers nor text."""
    return TypeError(
        f"Failed to convert object of type {type(value)} to Tensor. Contents: {_brief(value)}. Expected numbers, text, "
        "or nested lists or arrays of these; numbers and text do not mix."
    )


def none_is_no_value() -> ValueError:
    """None where a value is wanted."""
    return ValueError("None values not supported. Expected a number, text, an array or nested lists of these.")


def initializer_wants_floats(initializer: str, dtype: Any) -> ValueError:
    """A random initializer is asked for values of `dtype`."""
    return ValueError(
        f"{initializer} cannot make {dtype.name} values: expected a floating point dtype such as "
        f"float32. For {dtype.name} use tf.zeros_initializer, tf.constant_initializer or, for "
        "integers, tf.random_uniform_initializer(minval, maxval)."
    )


def maxval_missing(dtype: Any) -> ValueError:
    """Integers are drawn without an upper end."""
    return ValueError(
        f"Must specify maxval for integer dtype {dtype!r}: values are drawn from "
        "[minval, maxval), and only for floats is the upper end 1 by default."
    )


def bad_constant(value: Any) -> TypeError:
    """A constant initializer's value that is no number, list or array."""
    return TypeError(
        f"Invalid type for initial value: {type(value)} (expected Python scalar, list or tuple of values, or "
        f"numpy.ndarray). Got {_brief(value)}."
    )


def contrib_initializer_wants_floats(dtype: Any) -> TypeError:
    """An initializer of tf.contrib.layers is to be made for what is no float."""
    return TypeError(
        f"Cannot create initializer for non-floating point type. Got {dtype.name}: for integers there is "
        "tf.random_uniform_initializer(minval, maxval)."
    )


def constant_shape(shape: Any, found: Any) -> TypeError:
    """verify_shape found a value of shape `found` where `shape` is wanted."""
    return TypeError(
        f"Expected Tensor's shape: {shape}, but got {found}. Give a value of that shape, or leave "
        "verify_shape out to have the value fill the shape in C order."
    )


def too_many_elements(shape: Any, size: int) -> ValueError:
    """A constant has more elements than the shape it is to fill."""
    return ValueError(
        f"Too many elements provided. Takes at most {math.prod(shape)}, but got {size}: shape "
        f"{tuple(shape)} cannot hold them."
    )


def bad_scale(scale: Any) -> ValueError:
    """The scale of variance scaling is not positive."""
    return ValueError(f"Argument `scale` must be a positive float. Received: {scale!r}")


def bad_choice(argument: str, value: Any, choices: Sequence[str]) -> ValueError:
    """`argument` is not one of `choices`."""
    return ValueError(f"Argument `{argument}` should be one of {tuple(choices)}. Received: {value!r}")


def needs_matrix(initializer: str, wanted: str, shape: Any) -> ValueError:
    """An initializer of matrices is given another shape."""
    return ValueError(f"The tensor that {initializer} initializes must be {wanted}. Received shape={list(shape)}")


def regularizer_scale_type(argument: str, scale: Any) -> ValueError:
    """The scale of a regularizer is an int, a bool or no number."""
    hint = f" Write {scale}.0." if type(scale) is int and scale >= 0 else ""
    what = "an integer" if isinstance(scale, int) else type(scale).__name__
    return ValueError(f"{argument} cannot be {what}: {scale!r}. Expected a float, 0.0 or more.{hint}")


def regularizer_scale_negative(argument: str, scale: float) -> ValueError:
    """The scale of a regularizer is below zero: it would reward large weights."""
    return ValueError(
        f"Setting a scale less than 0 on a regularizer: {argument}={scale:g}. Expected 0.0 (off) or more."
    )


def partition_axis(axis: int, shape: Any) -> ValueError:
    """A partitioner cuts along an axis that the shape does not have."""
    return ValueError(
        f"Cannot partition variable along axis {axis} when shape is only {shape}: give the "
        "partitioner an axis of this shape, or this variable `partitioner=None` in a scope without."
    )


def not_positive(argument: str, value: Any) -> ValueError:
    """An argument that must be 1 or more is not."""
    return ValueError(f"{argument} must be positive. Received: {value!r}")


def no_activity_regularizer() -> Exception:
    """A layer is given an activity regularizer."""
    return UnimplementedError(
        "layers.dense: activity_regularizer is not supported: a layer computes at once, and "
        "collecting a loss in every step would pile them up. Add it to your loss where you "
        "compute it: loss += regularizer(outputs)."
    )


def no_coefficients(got: Any) -> ValueError:
    """Coefficients of a polynomial that are no list."""
    return ValueError(f"Argument coeffs must be list type found {type(got)}. Write list(coeffs).")
