"""A data set as a description of its files.

Source: tensorflow/contrib/slim/python/slim/data/dataset.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .data_decoder import DataDecoder

__all__ = ["Dataset"]


class Dataset:
    """Where a data set lies and how it is read.

    Args:
        data_sources: paths of its files, or patterns.
        reader: the class of reader, such as `tf.TFRecordReader`.
        decoder: what makes tensors of a record.
        num_samples: how many examples it has.
        items_to_descriptions: name -> what it is, in words.
        kwargs: whatever else it is to have as attributes.
    """

    data_sources: Any
    reader: Any
    decoder: DataDecoder
    num_samples: int
    items_to_descriptions: Mapping[str, str]

    def __init__(
        self,
        data_sources: Any,
        reader: Any,
        decoder: Any,
        num_samples: int,
        items_to_descriptions: Mapping[str, str],
        **kwargs: Any,
    ) -> None:
        self.data_sources, self.reader, self.decoder = data_sources, reader, decoder
        self.num_samples, self.items_to_descriptions = num_samples, items_to_descriptions
        vars(self).update(kwargs)
