"""The functions of tf.summary: each makes the bytes of a `Summary` from a tensor.

Source: tensorflow/python/summary/summary.py, tensorflow/core/kernels/summary_op.cc (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .._store import name_scope
from ..arrays import as_array, to_numpy, unwrap
from ..arrays.dtypes import as_dtype, string
from ..errors import summaries as errors
from ..graph import GraphKeys, Tensor, add_to_collections, current, get_collection
from ..graph.writing import write_down
from ..messages import Summary, SummaryMetadata, tensor_proto
from .histograms import histogram_proto
from .pictures import as_pixels, png, wav
from .tags import summary_scope

__all__ = ["audio", "histogram", "image", "merge", "merge_all", "scalar", "tensor_summary", "text"]

_REAL = "float32, float64, int32, uint8, int16, int8, int64, bfloat16, uint16, float16, uint32, uint64"


def scalar(name: str, tensor: Any, collections: Sequence[str] | None = None, family: str | None = None) -> Any:
    """Return the summary of one number.

    Args:
        name: what it is called; the name scope stands before it.
        tensor: the number.
        collections: where it is found again, [GraphKeys.SUMMARIES] by default.
        family: what TensorBoard groups it under.

    Raises:
        TypeError: it is no number.
        InvalidArgumentError: when it runs: it has dimensions.
    """
    with summary_scope(name, family, "ScalarSummary") as (tag, scope):
        return _summary("ScalarSummary", scope, {"tags": tag, "values": tensor}, collections, _REAL)


def _scalar(tag: str, value: Any) -> Summary:
    if np.ndim(value):
        raise errors.no_scalar(tag, np.shape(value))
    return Summary(value=[Summary.Value(tag=tag, simple_value=float(value))])


def histogram(name: str, values: Any, collections: Sequence[str] | None = None, family: str | None = None) -> Any:
    """Return the summary of how values are spread; for the arguments see `scalar`.

    Raises:
        InvalidArgumentError: when it runs: some are NaN or infinite.
    """
    with summary_scope(name, family, "HistogramSummary") as (tag, scope):
        return _summary("HistogramSummary", scope, {"tag": tag, "values": values}, collections, _REAL)


def _histogram(tag: str, array: Any) -> Summary:
    array = np.asarray(array, np.float64)
    if np.isnan(array).any():
        raise errors.not_finite(tag, "Nan")
    if np.isinf(array).any():
        raise errors.not_finite(tag, "Infinity")
    return Summary(value=[Summary.Value(tag=tag, histo=histogram_proto(array))])


def image(
    name: str,
    tensor: Any,
    max_outputs: int = 3,
    collections: Sequence[str] | None = None,
    family: str | None = None,
) -> Any:
    """Return the summary of pictures.

    Args:
        name, collections, family: see `scalar`.
        tensor: `[batch, height, width, channels]` with 1, 3 or 4 channels: bytes, or numbers, which are scaled.
        max_outputs: how many of the batch.

    Raises:
        InvalidArgumentError: when it runs: another shape.
    """
    with summary_scope(name, family, "ImageSummary") as (tag, scope):
        inputs = {"tag": tag, "tensor": tensor}
        allowed = "uint8, float32, float16, float64"
        return _summary("ImageSummary", scope, inputs, collections, allowed, max_outputs=max_outputs)


def _images(tag: str, images: Any, max_outputs: int) -> Summary:
    if np.ndim(images) != 4 or images.shape[3] not in (1, 3, 4):
        raise errors.no_images(np.shape(images))
    _, height, width, channels = images.shape
    made = Summary()
    for k, pixels in enumerate(images[:max_outputs]):
        value = made.value.add(tag=f"{tag}/image/{k}" if max_outputs > 1 else f"{tag}/image")
        value.image.height, value.image.width, value.image.colorspace = height, width, channels
        value.image.encoded_image_string = png(as_pixels(pixels))
    return made


def audio(
    name: str,
    tensor: Any,
    sample_rate: Any,
    max_outputs: int = 3,
    collections: Sequence[str] | None = None,
    family: str | None = None,
) -> Any:
    """Return the summary of sounds.

    Args:
        name, collections, family: see `scalar`.
        tensor: `[batch, frames, channels]` or `[batch, frames]`, numbers from -1 to 1.
        sample_rate: in Hz.
        max_outputs: how many of the batch.

    Raises:
        InvalidArgumentError: when it runs: another shape.
    """
    with summary_scope(name, family, "AudioSummaryV2") as (tag, scope):
        inputs = {
            "tag": tag,
            "tensor": tensor,
            "sample_rate": _single_precision(sample_rate),
        }
        return _summary("AudioSummaryV2", scope, inputs, collections, "float32", max_outputs=max_outputs)


def _sounds(tag: str, sounds: Any, rate: Any, max_outputs: int) -> Summary:
    if np.ndim(sounds) not in (2, 3):
        raise errors.no_sounds(np.shape(sounds))
    sounds = sounds.reshape(*sounds.shape[:2], -1)
    made = Summary()
    for k, sound in enumerate(sounds[:max_outputs]):
        value = made.value.add(tag=f"{tag}/audio/{k}" if max_outputs > 1 else f"{tag}/audio")
        value.audio.sample_rate, value.audio.content_type = float(rate), "audio/wav"
        value.audio.length_frames, value.audio.num_channels = sound.shape
        value.audio.encoded_audio_string = wav(sound, int(rate))
    return made


def _single_precision(value: Any) -> Any:
    return np.float32(value) if isinstance(value, (int, float, np.number)) else value


def text(name: str, tensor: Any, collections: Sequence[str] | None = None) -> Any:
    """Return the summary of text, which TensorBoard shows as Markdown; for the arguments see `scalar`.

    Raises:
        ValueError: it is no text.
    """
    dtype = as_dtype(tensor.dtype) if hasattr(tensor, "dtype") else string
    if dtype.base_dtype is not string:
        raise errors.no_text(tensor, dtype.name)
    metadata = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="text"))
    return tensor_summary(name, tensor, None, collections, metadata)


def tensor_summary(
    name: str,
    tensor: Any,
    summary_description: str | None = None,
    collections: Sequence[str] | None = None,
    summary_metadata: SummaryMetadata | None = None,
    family: str | None = None,
    display_name: str | None = None,
) -> Any:
    """Return the summary of an array as it is.

    Args:
        name, collections, family: see `scalar`.
        tensor: any array.
        summary_description: a longer text for TensorBoard.
        summary_metadata: which part of TensorBoard shows it.
        display_name: what TensorBoard calls it.
    """
    if summary_description is not None or display_name is not None:
        given = summary_metadata
        summary_metadata = SummaryMetadata()
        if given is not None:
            summary_metadata.CopyFrom(given)
        if summary_description is not None:
            summary_metadata.summary_description = summary_description
        if display_name is not None:
            summary_metadata.display_name = display_name
    with summary_scope(name, family, "TensorSummary") as (tag, scope):
        inputs = {"tag": tag, "tensor": tensor}
        return _summary("TensorSummaryV2", scope, inputs, collections, "", metadata=summary_metadata)


def _array(tag: str, array: Any, metadata: SummaryMetadata | None) -> Summary:
    value = Summary.Value(tag=tag, tensor=tensor_proto(array))
    if metadata is not None:
        value.metadata.CopyFrom(metadata)
    return Summary(value=[value])


_MAKERS: dict[str, Callable[..., Summary]] = {
    "ScalarSummary": _scalar,
    "HistogramSummary": _histogram,
    "ImageSummary": _images,
    "AudioSummaryV2": _sounds,
    "TensorSummaryV2": _array,
}


def kernel_of(type: str, **facts: Any) -> Callable[..., Any]:
    """Return what a plan calls for an operation of this type; `facts`: its attributes."""
    if type == "MergeSummary":
        return _joined
    make = _MAKERS[type]

    def serialized(tag: Any, *values: Any) -> Any:
        text = np.asarray(tag, object).ravel()[0]
        arrays = [to_numpy(value) if hasattr(value, "dtype") else value for value in values]
        summary = make(text.decode() if isinstance(text, bytes) else str(text), *arrays, **facts)
        return np.array(summary.SerializeToString(), dtype=object)

    return serialized


def _summary(
    type: str,
    scope: str,
    inputs: dict[str, Any],
    collections: Sequence[str] | None,
    allowed: str,
    **attributes: Any,
) -> Any:
    """Write a summary down, or make it now."""
    name = list(inputs)[1]

    def check(dtype: Any) -> None:
        if allowed and dtype.name not in allowed.split(", "):
            raise errors.bad_dtype(name, dtype.name, allowed)

    serialized = kernel_of(type, **attributes)
    recorder = current()
    if recorder is None:
        values = [as_array(unwrap(value)) for value in inputs.values()]
        check(as_dtype(values[1].dtype))
        return serialized(*values)[()]
    with recorder.in_force():
        full_name = recorder.claim(scope)
        operation = write_down(recorder, type, full_name, serialized, inputs, [((), string)], attributes)
    check(operation.inputs[1].dtype.base_dtype)
    add_to_collections([GraphKeys.SUMMARIES] if collections is None else collections, operation.outputs[0])
    return operation.outputs[0]


def merge(inputs: Sequence[Any], collections: Sequence[str] | None = None, name: str | None = None) -> Any:
    """Return one summary of several.

    Args:
        inputs: summaries.
        collections: where it is found again; nowhere by default.
        name: of the name scope, "Merge" by default.

    Raises:
        ValueError: there are none.
        InvalidArgumentError: when it runs: two values have the same name.
    """
    summaries = list(inputs)
    if not summaries:
        raise errors.nothing_to_merge()

    recorder = current()
    if recorder is None:
        return _joined(*summaries)[()]
    with name_scope(name or "Merge"):
        full_name = recorder.claim("MergeSummary")
        named = {f"inputs_{k}": summary for k, summary in enumerate(summaries)}
        merged = write_down(recorder, "MergeSummary", full_name, _joined, named, [((), string)]).outputs[0]
    add_to_collections(collections or [], merged)
    return merged


def _joined(*parts: Any) -> Any:
    found: list[Any] = [part[()] if isinstance(part, np.ndarray) else part for part in parts]
    tags: set[str] = set()
    for part in found:
        for value in Summary.FromString(part).value:
            if value.tag in tags:
                raise errors.duplicate_tag(value.tag)
            tags.add(value.tag)
    return np.array(b"".join(found), dtype=object)


def merge_all(key: str = GraphKeys.SUMMARIES, scope: str | None = None, name: str | None = None) -> Tensor | None:
    """Return one summary of all that a collection has; None if there are none.

    Args:
        key: of the collection.
        scope: a regular expression that their names begin with.
        name: of the name scope, "Merge" by default.
    """
    found = get_collection(key, scope)
    return merge(found, name=name) if found else None
