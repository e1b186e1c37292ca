"""tf.layers: get_variable and functions of `ops`, under TF1's names; classes, and functions that make and call one."""

from typing import TYPE_CHECKING

from ..errors.names import face as _face
from .base import InputSpec, Layer
from .core import Dense, Dropout, Flatten, dense, dropout, flatten

if TYPE_CHECKING:  # `later` says where else they come from
    from .convolutional import (
        Conv1D,
        Conv2D,
        Conv2DTranspose,
        Conv3D,
        Conv3DTranspose,
        SeparableConv1D,
        SeparableConv2D,
        conv1d,
        conv2d,
        conv2d_transpose,
        conv3d,
        conv3d_transpose,
        separable_conv1d,
        separable_conv2d,
    )
    from .normalization import BatchNormalization, batch_normalization
    from .pooling import (
        AveragePooling1D,
        AveragePooling2D,
        AveragePooling3D,
        MaxPooling1D,
        MaxPooling2D,
        MaxPooling3D,
        average_pooling1d,
        average_pooling2d,
        average_pooling3d,
        max_pooling1d,
        max_pooling2d,
        max_pooling3d,
    )

__all__ = [
    "AveragePooling1D",
    "AveragePooling2D",
    "AveragePooling3D",
    "BatchNormalization",
    "Conv1D",
    "Conv2D",
    "Conv2DTranspose",
    "Conv3D",
    "Conv3DTranspose",
    "Dense",
    "Dropout",
    "Flatten",
    "InputSpec",
    "Layer",
    "MaxPooling1D",
    "MaxPooling2D",
    "MaxPooling3D",
    "SeparableConv1D",
    "SeparableConv2D",
    "average_pooling1d",
    "average_pooling2d",
    "average_pooling3d",
    "batch_normalization",
    "conv1d",
    "conv2d",
    "conv2d_transpose",
    "conv3d",
    "conv3d_transpose",
    "dense",
    "dropout",
    "flatten",
    "max_pooling1d",
    "max_pooling2d",
    "max_pooling3d",
    "separable_conv1d",
    "separable_conv2d",
]

if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("layers", __all__)
