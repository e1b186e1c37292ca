"""Checkpoints that a graph's own operations write and read, messages, summaries; see `node.reads`.

Source: tensorflow/core/ops/io_ops.cc, logging_ops.cc (TF 1.15).
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from ...arrays import to_numpy
from ...arrays.dtypes import string
from ...checkpoint import NewCheckpointReader
from ...checkpoint.bundle_writer import write_bundle
from ...errors import graphdef as errors
from ...graph import Tensor
from ...later import bring
from ...messages import SummaryMetadata
from ...ops import strings
from ..node import Node, NotHereError, reads

__all__: list[str] = []


def _text(value: Any) -> str:
    found = np.asarray(value, object).ravel()[0]
    return found.decode() if isinstance(found, bytes) else str(found)


def _texts(value: Any) -> list[str]:
    return [_text(item) for item in np.asarray(value, object).ravel()]


@reads("SaveV2")
def _save(n: Node, prefix: Tensor, names: Tensor, slices: Tensor, *tensors: Tensor) -> Any:
    def save(prefix: Any, names: Any, slices: Any, *values: Any) -> None:
        arrays = {name: np.asarray(to_numpy(value)) for name, value in zip(_texts(names), values, strict=True)}
        os.makedirs(os.path.dirname(_text(prefix)) or ".", exist_ok=True)
        write_bundle(_text(prefix), arrays)

    return n.kernel(save, (), steering=(0, 1, 2))


@reads("RestoreV2")
def _restore(n: Node, prefix: Tensor, names: Tensor, slices: Tensor) -> Any:
    dtypes = n["dtypes"]
    if None in dtypes:
        raise NotHereError("a dtype that it restores is not here.")

    def restore(prefix: Any, names: Any, slices: Any) -> list[Any]:
        reader = NewCheckpointReader(_text(prefix))
        missing = next((name for name in _texts(names) if name not in reader), None)
        if missing is not None:
            raise errors.nothing_under(missing)
        return [reader[name] for name in _texts(names)]

    return n.kernel(restore, [(None, dtype) for dtype in dtypes], is_list=True, steering=(0, 1, 2))


@reads("ShardedFilename")
def _sharded(n: Node, base: Tensor, shard: Tensor, count: Tensor) -> Any:
    def name(base: Any, shard: Any, count: Any) -> Any:
        return np.array(f"{_text(base)}-{int(shard):05d}-of-{int(count):05d}".encode(), object)

    return n.kernel(name, [((), string)], steering=(0, 1, 2))


@reads("MergeV2Checkpoints")
def _merge(n: Node, prefixes: Tensor, destination: Tensor) -> Any:
    deletes = n["delete_old_dirs"]

    def merge(prefixes: Any, destination: Any) -> None:
        found: dict[str, Any] = {}
        for prefix in _texts(prefixes):
            reader = NewCheckpointReader(prefix)
            found |= {name: reader[name] for name in reader}
        write_bundle(_text(destination), found)
        for prefix in _texts(prefixes) if deletes else ():
            for suffix in (".index", ".data-00000-of-00001"):
                if os.path.exists(prefix + suffix):
                    os.remove(prefix + suffix)

    return n.kernel(merge, (), steering=(0, 1))


@reads("StringJoin")
def _join(n: Node, *inputs: Tensor) -> Any:
    return n.make(strings.string_join, list(inputs), n["separator"])


@reads("ScalarSummary", "HistogramSummary", "ImageSummary", "TensorSummaryV2", "MergeSummary")
def _summary(n: Node, *inputs: Tensor) -> Any:
    kind, facts = n.type, {}
    if kind == "ImageSummary":
        facts["max_outputs"] = n["max_images"]
    if kind == "TensorSummaryV2":
        data = n.known(inputs[2])
        facts["metadata"] = SummaryMetadata.FromString(data) if isinstance(data, bytes) else None
    function = bring("events.summaries", "kernel_of")(kind, **facts)
    return n.kernel(function, [((), string)], inputs[:2] if kind == "TensorSummaryV2" else inputs, facts)


@reads("Assert")
def _assert(n: Node, condition: Tensor, *data: Tensor) -> Any:
    from ...errors.flow import assertion_failed
    from ...ops.summaries import listed

    summarize = n["summarize"]

    def check(holds: Any, *values: Any) -> None:
        if not holds:
            raise assertion_failed([listed(value, summarize) for value in values])

    return n.kernel(check, (), steering=range(1 + len(data)))


@reads("Print")
def _print(n: Node, x: Tensor, *data: Tensor) -> Any:
    from ...ops.printing import Writer

    write = Writer(n["message"], None if n["first_n"] < 0 else n["first_n"], n["summarize"])
    return n.kernel(write, [(x.dims, x.dtype.base_dtype)], steering=range(1, 1 + len(data)))
