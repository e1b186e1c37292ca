"""tf.test: a TestCase for programs of fastscope, by the names of TensorFlow 1."""

from unittest import mock

from .benchmark import Benchmark, benchmark_config
from .case import (
    TestCase,
    get_temp_dir,
    gpu_device_name,
    is_built_with_cuda,
    is_gpu_available,
    main,
)
from .derivatives import compute_gradient, compute_gradient_error

__all__ = [
    "Benchmark",
    "TestCase",
    "benchmark_config",
    "compute_gradient",
    "compute_gradient_error",
    "get_temp_dir",
    "gpu_device_name",
    "is_built_with_cuda",
    "is_gpu_available",
    "main",
    "mock",
]
