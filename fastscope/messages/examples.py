"""Example: one record of training data, named lists of numbers or texts.

Source: tensorflow/core/example/example.proto, feature.proto (TF 1.15).
"""

from __future__ import annotations

from typing import ClassVar

from .fields import Field
from .message import Message

__all__ = [
    "BytesList",
    "Example",
    "Feature",
    "FeatureList",
    "FeatureLists",
    "Features",
    "FloatList",
    "Int64List",
    "SequenceExample",
]


class BytesList(Message):
    """Texts."""

    FIELDS: ClassVar = {"value": Field(1, "bytes", repeated=True)}


class FloatList(Message):
    """Numbers as float32."""

    FIELDS: ClassVar = {"value": Field(1, "float", repeated=True)}


class Int64List(Message):
    """Integers."""

    FIELDS: ClassVar = {"value": Field(1, "int", repeated=True)}


class Feature(Message):
    """One of the three lists."""

    FIELDS: ClassVar = {
        "bytes_list": Field(1, BytesList, oneof="kind"),
        "float_list": Field(2, FloatList, oneof="kind"),
        "int64_list": Field(3, Int64List, oneof="kind"),
    }


class Features(Message):
    """Lists by their names."""

    FIELDS: ClassVar = {"feature": Field(1, Feature, repeated=True, is_map=True)}


class Example(Message):
    """One record.

    >>> label = tf.train.Feature(int64_list=tf.train.Int64List(value=[3]))
    >>> example = tf.train.Example(features=tf.train.Features(feature={"label": label}))
    >>> tf.train.Example.FromString(example.SerializeToString()).features.feature["label"].int64_list.value
    [3]
    """

    FIELDS: ClassVar = {"features": Field(1, Features)}


class FeatureList(Message):
    """The lists of one name, step by step."""

    FIELDS: ClassVar = {"feature": Field(1, Feature, repeated=True)}


class FeatureLists(Message):
    """Sequences by their names."""

    FIELDS: ClassVar = {"feature_list": Field(1, FeatureList, repeated=True, is_map=True)}


class SequenceExample(Message):
    """One record with sequences."""

    FIELDS: ClassVar = {"context": Field(1, Features), "feature_lists": Field(2, FeatureLists)}
