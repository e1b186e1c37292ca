"""How images change from pixel to pixel, and how much two of them are alike.

Source: tensorflow/python/ops/image_ops_impl.py (TF 1.15); Wang et al., Image quality assessment: from error visibility
to structural similarity, 2004, and Multiscale structural similarity for image quality assessment, 2003.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..arrays.dtypes import as_dtype, float32
from ..arrays.typing import Array
from ..errors import images as errors
from ..graph import Tensor
from .arranging import pad, tile
from .convolution import depthwise_conv2d
from .creation import cast, constant, convert_to_tensor, identity, zeros_like
from .elementwise import squared_difference
from .image_colors import convert_image_dtype
from .image_geometry import static_shape
from .math import abs as abs_
from .math import add, divide, floormod, log, multiply, square, subtract
from .math import pow as pow_
from .nn import relu
from .pooling import avg_pool
from .reductions import reduce_mean, reduce_prod, reduce_sum
from .scoped import inner, within
from .shaping import concat, reshape, shape, stack

__all__ = ["image_gradients", "psnr", "sobel_edges", "ssim", "ssim_multiscale", "total_variation"]


# ---- from pixel to pixel


def image_gradients(image: Any) -> tuple[Array, Array]:
    """Return how much each pixel is above the one before it, along rows and along columns; 0 at the last.

    Args:
        image: `[N, height, width, C]`.

    Returns:
        (dy, dx), of the shape of the image.

    Raises:
        ValueError: other than four dimensions.
    """
    image = convert_to_tensor(image, name=inner("image"))
    dims = static_shape(image)
    if dims is None or len(dims) != 4:
        raise errors.no_batch("image_gradients", None if dims is None else len(dims))
    down, right = image[:, 1:] - image[:, :-1], image[:, :, 1:] - image[:, :, :-1]
    last_row, last_column = zeros_like(image[:, :1]), zeros_like(image[:, :, :1])
    whole = shape(image)
    return reshape(concat([down, last_row], 1), whole), reshape(concat([right, last_column], 2), whole)


def total_variation(images: Any, name: str | None = None) -> Array:
    """Return the sum of absolute differences of neighbouring pixels, for each image.

    Raises:
        ValueError: neither 3 nor 4 dimensions.
    """
    with within(name, "total_variation"):
        images = convert_to_tensor(images, name=inner("images"))
        dims = static_shape(images)
        if dims is None or len(dims) not in (3, 4):
            raise errors.no_image("images", None if dims is None else len(dims))
        one = len(dims) == 3
        down = images[1:] - images[:-1] if one else images[:, 1:] - images[:, :-1]
        right = images[:, 1:] - images[:, :-1] if one else images[:, :, 1:] - images[:, :, :-1]
        axes = None if one else [1, 2, 3]
        total: Any = reduce_sum(abs_(down), axes)
        return total + reduce_sum(abs_(right), axes)


_SOBEL = np.array([[[-1, -2, -1], [0, 0, 0], [1, 2, 1]], [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]])


def sobel_edges(image: Any) -> Array:
    """Return Sobel's estimates of how brightness changes down and to the right.

    Args:
        image: `[N, height, width, C]`, floats.

    Returns:
        `[N, height, width, C, 2]`.
    """
    image = convert_to_tensor(image, name=inner("image"))
    dims = static_shape(image)
    kernel: Any = constant(_SOBEL.transpose(1, 2, 0)[:, :, None], image.dtype)
    channels = shape(image)[-1] if dims is None or dims[-1] is None else dims[-1]
    kernels = tile(kernel, [1, 1, channels, 1], name=inner("sobel_filters"))
    padded = pad(image, [[0, 0], [1, 1], [1, 1], [0, 0]], "REFLECT")
    found = depthwise_conv2d(padded, kernels, [1, 1, 1, 1], "VALID")
    edges: Any = reshape(found, concat([shape(image), [2]], 0))
    if type(edges) is Tensor and dims is not None:
        edges.set_shape([*dims, 2])
    return edges


# ---- two images


def _compared(a: Any, b: Any, max_val: Any) -> tuple[Any, Any, Any]:
    """Return two images and the range of their values as float32."""
    a, b = convert_to_tensor(a), convert_to_tensor(b)
    first, second = static_shape(a), static_shape(b)
    if first is not None and second is not None and not _go_together(first, second):
        raise errors.images_differ(first, second)
    whole = convert_image_dtype(cast(max_val, a.dtype), float32)
    return convert_image_dtype(a, float32), convert_image_dtype(b, float32), whole


def _go_together(first: Sequence[int | None], second: Sequence[int | None]) -> bool:
    if min(len(first), len(second)) < 3:
        return False
    pairs = list(zip(first[::-1], second[::-1], strict=False))
    same = all(None in pair or pair[0] == pair[1] for pair in pairs[:3])
    return same and all(None in pair or 1 in pair or pair[0] == pair[1] for pair in pairs[3:])


def psnr(a: Any, b: Any, max_val: Any, name: str | None = None) -> Array:
    """Return the ratio of the largest value and the root of the mean squared difference, in decibels, for each pair.

    Args:
        a, b: `[..., height, width, C]`.
        max_val: what the values may differ by: 255 for uint8, 1.0 for floats in [0, 1].
        name: of the name scope.

    Raises:
        ValueError: the shapes do not go together.
    """
    with within(name, "PSNR"):
        a, b, whole = _compared(a, b, max_val)
        mean = reduce_mean(squared_difference(a, b), [-3, -2, -1])
        decibel = np.float32(10 / math.log(10))
        found = subtract(multiply(2 * decibel, log(whole)), multiply(decibel, log(mean)), name=inner("psnr"))
        return identity(found)


def _window(size: int, sigma: float) -> Any:
    """Return Gauss's bell over `[size, size, 1, 1]` places, which adds up to 1."""
    places = np.arange(size) - (size - 1) / 2
    bell = np.exp(-(places**2) / (2 * sigma**2))
    whole = bell[:, None] * bell
    return (whole / whole.sum()).astype(np.float32)[..., None, None]


def _likeness(a: Any, b: Any, whole: Any, size: int, sigma: float, k1: float, k2: float) -> tuple[Any, Any]:
    """Return the means of luminance times contrast and structure, and of contrast and structure, of each channel."""
    dims = static_shape(a)
    if dims is not None and any(n is not None and n < size for n in dims[-3:-1]):
        raise errors.filter_too_large(dims, size)
    channels = shape(a)[-1] if dims is None or dims[-1] is None else dims[-1]
    kernel = tile(constant(_window(size, sigma)), [1, 1, channels, 1])

    def mean(x: Any) -> Any:
        given = shape(x)
        y = depthwise_conv2d(reshape(x, concat([[-1], given[-3:]], 0)), kernel, [1, 1, 1, 1], "VALID")
        return reshape(y, concat([given[:-3], shape(y)[1:]], 0))

    c1, c2 = square(multiply(whole, k1)), square(multiply(whole, k2))
    mean_a, mean_b = mean(a), mean(b)
    product, squares = multiply(multiply(mean_a, mean_b), 2.0), add(square(mean_a), square(mean_b))
    luminance = divide(add(product, c1), add(squares, c1))
    both, each = multiply(mean(multiply(a, b)), 2.0), mean(add(square(a), square(b)))
    structure = divide(add(subtract(both, product), c2), add(subtract(each, squares), c2))
    return reduce_mean(multiply(luminance, structure), [-3, -2]), reduce_mean(structure, [-3, -2])


def ssim(
    img1: Any,
    img2: Any,
    max_val: Any,
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
) -> Array:
    """Return how much the structure of two images is alike, 1 where they are the same, for each pair.

    Args:
        img1, img2: `[..., height, width, C]`.
        max_val: what the values may differ by.
        filter_size, filter_sigma: of the window, Gauss's bell.
        k1, k2: shares of `max_val` that are added for the sake of flat places.

    Raises:
        ValueError: the shapes do not go together, or are smaller than the window.
    """
    a, b, whole = _compared(img1, img2, max_val)
    alike, _ = _likeness(a, b, whole, filter_size, filter_sigma, k1, k2)
    return reduce_mean(alike, [-1])


_POWERS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


def ssim_multiscale(
    img1: Any, img2: Any, max_val: Any, power_factors: Sequence[float] = _POWERS, filter_size: int = 11,
    filter_sigma: float = 1.5, k1: float = 0.01, k2: float = 0.03,
) -> Array:  # fmt: skip
    """Return ssim over several scales, each half as large as the one before; `power_factors` are their weights."""
    with within(None, "MS-SSIM"):
        a, b, whole = _compared(img1, img2, max_val)
        structures = []
        for number in range(len(power_factors)):
            if number:
                a, b = _halved(a), _halved(b)
            alike, structure = _likeness(a, b, whole, filter_size, filter_sigma, k1, k2)
            structures.append(relu(structure))
        scales = stack([*structures[:-1], relu(alike)], -1)
        powers = np.array(power_factors, as_dtype(float32).as_numpy_dtype)
        return reduce_mean(reduce_prod(pow_(scales, powers), [-1]), [-1])


def _halved(images: Any) -> Any:
    """Return the means of two by two pixels; the last row or column of an odd number is taken twice."""
    whole = shape(images)
    flat = reshape(images, concat([[-1], whole[-3:]], 0))
    odd: Any = floormod(whole[-3:-1], 2)
    edges = stack([[0, 0], [0, odd[0]], [0, odd[1]], [0, 0]])
    half = avg_pool(pad(flat, edges, "SYMMETRIC"), 2, 2, "VALID")
    return reshape(half, concat([whole[:-3], shape(half)[1:]], 0))
