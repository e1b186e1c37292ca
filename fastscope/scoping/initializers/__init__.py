"""TF1's initializers: callables `(shape, dtype=None, partition_info=None)` that return host arrays.

The variable moves the array to its device, so values are the same on a CPU and on a GPU. Random
initializers draw from the open stream of `streams`: the same seed and name give the same values.

A part of a partitioned variable gets its slice of what the whole variable would get: its
initializer is told the whole shape and the part's offset by `partition_info` (attributes
`full_shape` and `var_offset`).

The names below each class are TF1's: `tf.zeros_initializer` and `tf.initializers.zeros` are one
class.
"""

from ...arrays.streams import random_stream
from .base import Initializer
from .scaling import (
    GlorotNormal,
    GlorotUniform,
    UniformUnitScaling,
    VarianceScaling,
    he_normal,
    he_uniform,
    lecun_normal,
    lecun_uniform,
    xavier_initializer,
    xavier_initializer_conv2d,
)
from .simple import (
    Constant,
    Identity,
    Ones,
    Orthogonal,
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
    Zeros,
    fill_shape,
)

__all__ = [
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "Identity",
    "Initializer",
    "Ones",
    "Orthogonal",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "UniformUnitScaling",
    "VarianceScaling",
    "Zeros",
    "constant",
    "constant_initializer",
    "fill_shape",
    "glorot_normal",
    "glorot_normal_initializer",
    "glorot_uniform",
    "glorot_uniform_initializer",
    "he_normal",
    "he_uniform",
    "identity",
    "lecun_normal",
    "lecun_uniform",
    "ones",
    "ones_initializer",
    "orthogonal",
    "orthogonal_initializer",
    "random_normal",
    "random_normal_initializer",
    "random_stream",
    "random_uniform",
    "random_uniform_initializer",
    "truncated_normal",
    "truncated_normal_initializer",
    "uniform_unit_scaling",
    "uniform_unit_scaling_initializer",
    "variance_scaling",
    "variance_scaling_initializer",
    "xavier_initializer",
    "xavier_initializer_conv2d",
    "zeros",
    "zeros_initializer",
]

zeros = zeros_initializer = Zeros
ones = ones_initializer = Ones
constant = constant_initializer = Constant
random_normal = random_normal_initializer = RandomNormal
truncated_normal = truncated_normal_initializer = TruncatedNormal
random_uniform = random_uniform_initializer = RandomUniform
variance_scaling = variance_scaling_initializer = VarianceScaling
glorot_uniform = glorot_uniform_initializer = GlorotUniform
glorot_normal = glorot_normal_initializer = GlorotNormal
uniform_unit_scaling = uniform_unit_scaling_initializer = UniformUnitScaling
orthogonal = orthogonal_initializer = Orthogonal
identity = Identity
