"""Tensors of a `tf.train.Example`: images, boxes, texts, numbers.

Source: tensorflow/contrib/slim/python/slim/data/tfexample_decoder.py (TF 1.15).
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ... import ops
from ...arrays import dtypes
from ...data.features import FixedLenFeature
from ...data.parsing import parse_single_example
from ...data.pictures import decode_image, decode_jpeg, is_jpeg
from ...errors import fitting as errors
from ...graph import sparse_tensor
from ...ops.bits import decode_raw
from ...ops.branching import cond
from ...ops.cases import case
from ...ops.mapping import map_fn
from ...ops.sparse import sparse_tensor_to_dense
from ...ops.sparse_arranging import sparse_reshape
from .data_decoder import DataDecoder

__all__ = [
    "BackupHandler",
    "BoundingBox",
    "Image",
    "ItemHandler",
    "ItemHandlerCallback",
    "LookupTensor",
    "SparseTensor",
    "TFExampleDecoder",
    "Tensor",
]

Parsed = Mapping[str, Any]  # feature -> tensor


class ItemHandler(abc.ABC):
    """What makes one tensor of an example's features.

    Args:
        keys: names of the features; one name, or several.
    """

    def __init__(self, keys: str | Sequence[str]) -> None:
        self._keys = keys if isinstance(keys, (list, tuple)) else [str(keys)]

    @property
    def keys(self) -> Sequence[str]:
        """The names of the features."""
        return self._keys

    @abc.abstractmethod
    def tensors_to_item(self, keys_to_tensors: Parsed) -> Any:
        """Return the tensor made of the features."""


class ItemHandlerCallback(ItemHandler):
    """A tensor that a function makes.

    Args:
        keys: names of the features.
        func: callable(feature -> tensor) -> tensor.
    """

    def __init__(self, keys: str | Sequence[str], func: Callable[[Parsed], Any]) -> None:
        super().__init__(keys)
        self._func = func

    def tensors_to_item(self, keys_to_tensors: Parsed) -> Any:
        """Return what the function returns."""
        return self._func(keys_to_tensors)


class BoundingBox(ItemHandler):
    """Boxes `[count, 4]`, of four features that have a side each.

    Args:
        keys: names of top, left, bottom and right; None for "ymin", "xmin", "ymax" and "xmax".
        prefix: what each name begins with besides.

    Raises:
        ValueError: these are not four names.
    """

    def __init__(self, keys: Sequence[str] | None = None, prefix: str = "") -> None:
        sides = ["ymin", "xmin", "ymax", "xmax"] if keys is None else keys
        if len(sides) != 4:
            raise errors.four_keys(sides)
        super().__init__([prefix + side for side in sides])

    def tensors_to_item(self, keys_to_tensors: Parsed) -> Any:
        """Return the boxes."""
        sides = [keys_to_tensors[key] for key in self._keys]
        values = [side.values if _is_sparse(side) else side for side in sides]
        return ops.transpose(ops.concat([ops.expand_dims(value, 0) for value in values], 0))


class Tensor(ItemHandler):
    """A feature as it is, or in another shape.

    Args:
        tensor_key: its name.
        shape_keys: name of the feature that has the shape, or a list of names that have a size each.
        shape: the shape.
        default_value: what stands where a sparse feature has nothing.

    Raises:
        ValueError: both a shape and its names are given.
    """

    def __init__(
        self, tensor_key: str, shape_keys: Any = None, shape: Sequence[int] | None = None, default_value: Any = 0
    ) -> None:
        if shape_keys and shape is not None:
            raise errors.two_shapes(shape_keys, shape)
        self._shape_keys = list(shape_keys) if isinstance(shape_keys, list) else [shape_keys] if shape_keys else []
        super().__init__([tensor_key, *self._shape_keys])
        self._tensor_key, self._shape, self._default_value = tensor_key, shape, default_value

    def tensors_to_item(self, keys_to_tensors: Parsed) -> Any:
        """Return the feature."""
        tensor: Any = keys_to_tensors[self._tensor_key]
        shape: Any = self._shape
        if self._shape_keys:
            sizes = [_dense(keys_to_tensors[key]) for key in self._shape_keys]
            shape = ops.reshape(ops.stack(sizes), [-1])
        if not _is_sparse(tensor):
            return tensor if shape is None else ops.reshape(tensor, shape)
        return sparse_tensor_to_dense(tensor if shape is None else sparse_reshape(tensor, shape), self._default_value)


class LookupTensor(Tensor):
    """What a table has for a feature.

    Args:
        tensor_key: name of the feature.
        table: the table.
        shape_keys, shape, default_value: as those of `Tensor`.
    """

    def __init__(
        self,
        tensor_key: str,
        table: Any,
        shape_keys: Any = None,
        shape: Sequence[int] | None = None,
        default_value: Any = "",
    ) -> None:
        super().__init__(tensor_key, shape_keys, shape, default_value)
        self._table = table

    def tensors_to_item(self, keys_to_tensors: Parsed) -> Any:
        """Return what the table has."""
        return self._table.lookup(super().tensors_to_item(keys_to_tensors))


class BackupHandler(ItemHandler):
    """What a handler makes, or, where that has no elements, another one.

    Args:
        handler: the first.
        backup: the other.

    Raises:
        ValueError: one is no ItemHandler.
    """

    def __init__(self, handler: ItemHandler, backup: ItemHandler) -> None:
        for which, given in (("Primary", handler), ("Backup", backup)):
            if not isinstance(given, ItemHandler):
                raise errors.no_handler(which, given)
        super().__init__([*handler.keys, *backup.keys])
        self._handler, self._backup = handler, backup

    def tensors_to_item(self, keys_to_tensors: Parsed) -> Any:
        """Return what one of them makes."""
        item = self._handler.tensors_to_item(keys_to_tensors)
        is_empty = ops.equal(ops.reduce_prod(ops.shape(item)), 0)
        return cond(is_empty, lambda: self._backup.tensors_to_item(keys_to_tensors), lambda: item)


class SparseTensor(ItemHandler):
    """A SparseTensor, of a feature with the places of a row's elements and one with their values.

    Args:
        indices_key: name of the places; None for "indices".
        values_key: name of the values; None for "values".
        shape_key: name of the shape, or None.
        shape: the shape where there is no name; None for that of the places.
        densify: whether it is made dense.
        default_value: what stands then where there is nothing.
    """

    def __init__(
        self,
        indices_key: str | None = None,
        values_key: str | None = None,
        shape_key: str | None = None,
        shape: Sequence[int] | None = None,
        densify: bool = False,
        default_value: Any = 0,
    ) -> None:
        self._indices_key, self._values_key = indices_key or "indices", values_key or "values"
        self._shape_key, self._shape, self._densify, self._default_value = shape_key, shape, densify, default_value
        super().__init__([self._indices_key, self._values_key, *([shape_key] if shape_key else [])])

    def tensors_to_item(self, keys_to_tensors: Parsed) -> Any:
        """Return the SparseTensor, or the dense tensor."""
        places, values = keys_to_tensors[self._indices_key], keys_to_tensors[self._values_key]
        shape: Any = _dense(keys_to_tensors[self._shape_key]) if self._shape_key else self._shape or places.dense_shape
        rank = ops.shape(places.indices)[1]
        kept = ops.slice(places.indices, [0, 0], ops.stack([-1, rank - 1]))
        last = ops.reshape(ops.cast(places.values, dtypes.int64), [-1, 1])
        result = sparse_tensor.SparseTensor(ops.concat([kept, last], 1), values.values, shape)
        return sparse_tensor_to_dense(result, self._default_value) if self._densify else result


class Image(ItemHandler):
    """An image, of a feature with the bytes of its file and one with its format: "jpeg", "png", or "raw" for elements.

    Args:
        image_key: name of the bytes; None for "image/encoded".
        format_key: name of the format; None for "image/format".
        shape: `[height, width, channels]`; None for that of the file.
        channels: 1, 3 or 4.
        dtype: of the result.
        repeated: whether the bytes are of several images.
        dct_method: of JPEGs, kept for TF's sake.
    """

    def __init__(
        self,
        image_key: str | None = None,
        format_key: str | None = None,
        shape: Sequence[int] | None = None,
        channels: int = 3,
        dtype: Any = dtypes.uint8,
        repeated: bool = False,
        dct_method: str = "",
    ) -> None:
        self._image_key, self._format_key = image_key or "image/encoded", format_key or "image/format"
        super().__init__([self._image_key, self._format_key])
        self._shape, self._channels, self._dtype = shape, channels, dtype
        self._repeated, self._dct_method = repeated, dct_method

    def tensors_to_item(self, keys_to_tensors: Parsed) -> Any:
        """Return the image, `[height, width, channels]`, or several of one size."""
        contents, form = keys_to_tensors[self._image_key], keys_to_tensors[self._format_key]
        if self._repeated:
            return map_fn(lambda one: self._decoded(one, form), contents, dtype=self._dtype)
        return self._decoded(contents, form)

    def _decoded(self, contents: Any, form: Any) -> Any:
        def of_file() -> Any:
            return ops.cast(decode_image(contents, channels=self._channels), self._dtype)

        def of_jpeg() -> Any:
            found = decode_jpeg(contents, channels=self._channels, dct_method=self._dct_method)
            return ops.cast(found, self._dtype)

        def of_any() -> Any:
            return cond(is_jpeg(contents), of_jpeg, of_file, name="cond_jpeg")

        is_raw = ops.logical_or(ops.equal(form, "raw"), ops.equal(form, "RAW"))
        pairs = [(is_raw, lambda: decode_raw(contents, out_type=self._dtype))]
        image: Any = case(pairs, default=of_any, exclusive=True)
        image.set_shape([None, None, self._channels])
        return image if self._shape is None else ops.reshape(image, self._shape)


class TFExampleDecoder(DataDecoder):
    """Tensors of a `tf.train.Example`, by names.

    Args:
        keys_to_features: feature -> how it is parsed, a `tf.FixedLenFeature` or its kin.
        items_to_handlers: name -> what makes its tensor.
    """

    def __init__(self, keys_to_features: Mapping[str, Any], items_to_handlers: Mapping[str, ItemHandler]) -> None:
        self._keys_to_features, self._items_to_handlers = keys_to_features, items_to_handlers

    def list_items(self) -> list[str]:
        """Return the names that there are."""
        return list(self._items_to_handlers)

    def decode(self, serialized_example: Any, items: Sequence[str] | None = None) -> list[Any]:
        """Return the tensors of these names, of all in the order given if there are none."""
        example = parse_single_example(serialized_example, self._keys_to_features)
        for key in sorted(self._keys_to_features):
            feature = self._keys_to_features[key]
            if isinstance(feature, FixedLenFeature):
                example[key] = ops.reshape(example[key], feature.shape)
        handlers = [self._items_to_handlers[item] for item in items or self._items_to_handlers]
        return [handler.tensors_to_item({key: example[key] for key in handler.keys}) for handler in handlers]


def _is_sparse(tensor: Any) -> bool:
    return isinstance(tensor, sparse_tensor.SparseTensor)


def _dense(tensor: Any) -> Any:
    return sparse_tensor_to_dense(tensor) if _is_sparse(tensor) else tensor
