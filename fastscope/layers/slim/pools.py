"""tf.contrib.layers' pools.

Source: tensorflow/contrib/layers/python/layers/layers.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

from ...errors import arg_scopes as errors
from ...graph import name_scope
from ...ops.pools import pool as windowed
from ...ops.weights import static_shape
from ...scoping.arg_scopes import add_arg_scope
from ..arguments import tuple_of
from ..pooling import AveragePooling2D, AveragePooling3D, MaxPooling2D, MaxPooling3D
from .common import as_tensor, collected_output, format_of

__all__ = ["avg_pool2d", "avg_pool3d", "max_pool2d", "max_pool3d", "pool"]


def _pool_of(kind: Any, name: str, function: str, layouts: tuple[str, str]) -> Any:
    def pool(
        inputs: Any,
        kernel_size: Any,
        stride: Any = 2,
        padding: str = "VALID",
        data_format: str = layouts[0],
        outputs_collections: Any = None,
        scope: str | None = None,
    ) -> Any:
        form = format_of(data_format, layouts)
        with name_scope(scope, name, [inputs]) as sc:
            layer, x = kind(kernel_size, stride, padding, form), as_tensor(inputs)
            layer.input_spec.check(layer.name, x)
            return collected_output(outputs_collections, sc, layer.call(x))

    pool.__name__ = pool.__qualname__ = function
    word = "largest element" if "max" in function else "mean"
    pool.__doc__ = f"Return the {word} of each window of `kernel_size`, `stride` apart."
    return add_arg_scope(pool)


max_pool2d = _pool_of(MaxPooling2D, "MaxPool2D", "max_pool2d", ("NHWC", "NCHW"))
avg_pool2d = _pool_of(AveragePooling2D, "AvgPool2D", "avg_pool2d", ("NHWC", "NCHW"))
max_pool3d = _pool_of(MaxPooling3D, "MaxPool3D", "max_pool3d", ("NDHWC", "NCDHW"))
avg_pool3d = _pool_of(AveragePooling3D, "AvgPool3D", "avg_pool3d", ("NDHWC", "NCDHW"))


@add_arg_scope
def pool(
    inputs: Any,
    kernel_size: Any,
    pooling_type: str,
    padding: str = "VALID",
    data_format: str | None = None,
    dilation_rate: Any = 1,
    stride: Any = 1,
    outputs_collections: Any = None,
    scope: str | None = None,
) -> Any:
    """Return a pool over the dimensions between batch and channels, 1, 2 or 3 of them.

    Args:
        inputs: `[N, *spatial, C]`; with a `data_format` as "NCHW", `[N, C, *spatial]`.
        kernel_size, stride, dilation_rate: window, its steps, and the distance of its elements: a number, or one for
            each dimension.
        pooling_type: "MAX" or "AVG".
        padding: "SAME" or "VALID".

    Raises:
        ValueError: it is not known how many dimensions there are, or none is spatial.
    """
    with name_scope(scope, f"{pooling_type.lower()}_pool", [inputs]) as sc:
        inputs = as_tensor(inputs)
        rank = static_shape(inputs).rank
        if rank is None:
            raise errors.bad_rank("pool", "Rank of inputs must be known.")
        if rank < 3:
            raise errors.bad_rank("pool", "Rank of inputs must be >= 3.")
        window, gaps, steps = (tuple_of(n, rank - 2, "kernel_size") for n in (kernel_size, dilation_rate, stride))
        result = windowed(inputs, window, pooling_type, padding, gaps, steps, sc, data_format)
        return collected_output(outputs_collections, sc, result)
