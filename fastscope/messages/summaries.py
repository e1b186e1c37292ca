"""Summary: what TensorBoard shows of one step.

Source: tensorflow/core/framework/summary.proto (TF 1.15).
"""

from __future__ import annotations

from typing import ClassVar

from .fields import Field
from .message import Message
from .tensors import TensorProto

__all__ = ["HistogramProto", "Summary", "SummaryMetadata"]


class HistogramProto(Message):
    """How values are spread: `bucket[k]` of them are below `bucket_limit[k]`, and not below the limit before it."""

    FIELDS: ClassVar = {
        "min": Field(1, "double"),
        "max": Field(2, "double"),
        "num": Field(3, "double"),
        "sum": Field(4, "double"),
        "sum_squares": Field(5, "double"),
        "bucket_limit": Field(6, "double", repeated=True),
        "bucket": Field(7, "double", repeated=True),
    }


class _PluginData(Message):
    FIELDS: ClassVar = {"plugin_name": Field(1, "string"), "content": Field(2, "bytes")}


class SummaryMetadata(Message):
    """Which part of TensorBoard shows a value."""

    FIELDS: ClassVar = {
        "plugin_data": Field(1, _PluginData),
        "display_name": Field(2, "string"),
        "summary_description": Field(3, "string"),
    }
    PluginData = _PluginData


class _Image(Message):
    """A picture; colorspace: 1 = gray, 2 = gray with alpha, 3 = RGB, 4 = RGBA."""

    FIELDS: ClassVar = {
        "height": Field(1, "int"),
        "width": Field(2, "int"),
        "colorspace": Field(3, "int"),
        "encoded_image_string": Field(4, "bytes"),
    }


class _Audio(Message):
    """A sound; sample_rate in Hz."""

    FIELDS: ClassVar = {
        "sample_rate": Field(1, "float"),
        "num_channels": Field(2, "int"),
        "length_frames": Field(3, "int"),
        "encoded_audio_string": Field(4, "bytes"),
        "content_type": Field(5, "string"),
    }


class _Value(Message):
    FIELDS: ClassVar = {
        "node_name": Field(7, "string"),
        "tag": Field(1, "string"),
        "metadata": Field(9, SummaryMetadata),
        "simple_value": Field(2, "float", oneof="value"),
        "obsolete_old_style_histogram": Field(3, "bytes", oneof="value"),
        "image": Field(4, _Image, oneof="value"),
        "histo": Field(5, HistogramProto, oneof="value"),
        "audio": Field(6, _Audio, oneof="value"),
        "tensor": Field(8, TensorProto, oneof="value"),
    }


class Summary(Message):
    """Values of one step.

    >>> summary = tf.Summary(value=[tf.Summary.Value(tag="loss", simple_value=0.5)])
    >>> added = summary.value.add(tag="accuracy", simple_value=0.75)
    >>> tf.Summary.FromString(summary.SerializeToString()).value[1].simple_value
    0.75
    """

    FIELDS: ClassVar = {"value": Field(1, _Value, repeated=True)}
    Value, Image, Audio = _Value, _Image, _Audio


# they are called, and pickled, by the names that programs use
for _outer, _names in ((Summary, ("Value", "Image", "Audio")), (SummaryMetadata, ("PluginData",))):
    for _name in _names:
        _class = getattr(_outer, _name)
        _class.__name__, _class.__qualname__ = _name, f"{_outer.__name__}.{_name}"
