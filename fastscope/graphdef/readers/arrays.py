"""Shapes, parts and joints of arrays, random numbers; see `node.reads`.

Source: tensorflow/core/ops/array_ops.cc, random_ops.cc, data_flow_ops.cc (TF 1.15).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.draws import Source
from ...arrays.dtypes import DType, int32
from ...errors import graphdef as errors
from ...graph import Tensor
from ...messages.tensors import shape_of_proto
from ...ops import (
    arranging,
    batches,
    bits,
    creation,
    elementwise,
    images,
    picking,
    placeholders,
    random_choices,
    shaping,
    slicing,
    sorting,
)
from ...ops.indices import ABSENT, NEW_AXIS
from ...ops.random_numbers import DRAWS
from ..node import Node, NotHereError, reads

__all__: list[str] = []


@reads("Const")
def _const(n: Node) -> Any:
    dtype, shape = n.dtype("dtype"), shape_of_proto(n.message.attr["value"].tensor.tensor_shape)
    sizes = [-1] if shape is None else [-1 if size is None else size for size in shape]
    if -1 in sizes:
        raise errors.unreadable_constant(n.name, dtype.name, sizes, "its shape is not fully known")
    try:
        array = n["value"]
    except (ValueError, MemoryError) as reason:
        problem = str(reason) or "there is no memory for it"
        raise errors.unreadable_constant(n.name, dtype.name, sizes, problem) from None
    except TypeError as reason:
        raise NotHereError(str(reason)) from None
    return n.kernel(None, [(array.shape, dtype)], (), {"value": array})


@reads("Placeholder", "PlaceholderV2")
def _placeholder(n: Node) -> Any:
    shape = n["shape"] if "shape" in n.message.attr else None
    dtype = n.dtype("dtype")
    return n.kernel(None, [(shape, dtype)], (), {"dtype": dtype}, type="Placeholder")


@reads("PlaceholderWithDefault")
def _with_default(n: Node, value: Tensor) -> Any:
    return n.make(placeholders.placeholder_with_default, value, n["shape"])


@reads("NoOp", "ControlTrigger")
def _no_op(n: Node) -> Any:
    return n.kernel(None, (), (), type="NoOp")


@reads("StopGradient", "PreventGradient")
def _stop(n: Node, x: Tensor) -> Any:
    return n.make(elementwise.stop_gradient, x)


@reads("Snapshot", "GuaranteeConst", "LoopCond", "NextIteration", "RefNextIteration")
def _same(n: Node, x: Tensor) -> Any:
    return n.make(creation.identity, x)


@reads("IdentityN", "ShapeN")
def _several(n: Node, *inputs: Tensor) -> Any:
    if n.type == "IdentityN":
        return n.kernel(_listed, [(t.dims, t.dtype.base_dtype) for t in inputs], is_list=True)
    dtype = n.dtype("out_type")
    specs = [((None if t.dims is None else len(t.dims),), dtype) for t in inputs]

    def shapes(*arrays: Any) -> list[Any]:
        return [np.array(np.shape(array), dtype.dtype) for array in arrays]

    return n.kernel(shapes, specs, is_list=True)


def _listed(*values: Any) -> list[Any]:
    return list(values)


@reads("Shape", "Size", "Rank")
def _shape(n: Node, x: Tensor) -> Any:
    if n.type == "Rank":
        return n.make(shaping.rank, x)
    return n.make(shaping.shape if n.type == "Shape" else shaping.size, x, out_type=n.dtype("out_type"))


@reads("Cast")
def _cast(n: Node, x: Tensor) -> Any:
    return n.make(creation.cast, x, n.dtype("DstT"))


@reads("Bitcast")
def _bitcast(n: Node, x: Tensor) -> Any:
    return n.make(bits.bitcast, x, n.dtype("type"))


@reads("Reshape")
def _reshape(n: Node, x: Tensor, shape: Tensor) -> Any:
    return n.make(shaping.reshape, x, n.known(shape))


@reads("Transpose")
def _transpose(n: Node, x: Tensor, perm: Tensor) -> Any:
    return n.make(shaping.transpose, x, n.known(perm))


@reads("ExpandDims")
def _expand(n: Node, x: Tensor, axis: Tensor) -> Any:
    found = n.known(axis)
    return n.make(shaping.expand_dims, x, found[0] if isinstance(found, list) else found)


@reads("Squeeze")
def _squeeze(n: Node, x: Tensor) -> Any:
    return n.make(shaping.squeeze, x, n["squeeze_dims"] or None)


@reads("Concat", "ConcatV2")
def _concat(n: Node, *inputs: Tensor) -> Any:
    axis, values = (inputs[0], inputs[1:]) if n.type == "Concat" else (inputs[-1], inputs[:-1])
    return n.make(shaping.concat, list(values), n.known(axis))


@reads("Pack")
def _pack(n: Node, *inputs: Tensor) -> Any:
    return n.make(shaping.stack, list(inputs), n["axis"])


@reads("Unpack")
def _unpack(n: Node, x: Tensor) -> Any:
    return n.make(shaping.unstack, x, n["num"], n["axis"])


@reads("Split")
def _split(n: Node, axis: Tensor, x: Tensor) -> Any:
    return n.make(shaping.split, x, n["num_split"], n.known(axis))


@reads("SplitV")
def _split_v(n: Node, x: Tensor, sizes: Tensor, axis: Tensor) -> Any:
    return n.make(shaping.split, x, n.known(sizes), n.known(axis), n["num_split"])


@reads("Pad", "PadV2", "MirrorPad")
def _pad(n: Node, x: Tensor, paddings: Tensor, value: Tensor | None = None) -> Any:
    mode = n["mode"] if n.type == "MirrorPad" else "CONSTANT"
    filled = 0 if value is None else n.known(value)
    return n.make(arranging.pad, x, n.known(paddings), mode, constant_values=filled)


@reads("Tile")
def _tile(n: Node, x: Tensor, multiples: Tensor) -> Any:
    return n.make(arranging.tile, x, n.known(multiples))


@reads("Slice")
def _slice(n: Node, x: Tensor, begin: Tensor, size: Tensor) -> Any:
    return n.make(arranging.slice, x, n.known(begin), n.known(size))


@reads("StridedSlice")
def _strided(n: Node, x: Tensor, begin: Tensor, end: Tensor, strides: Tensor) -> Any:
    bounds = [_numbers(n, tensor) for tensor in (begin, end, strides)]
    return n.make(slicing.STRIDED_SLICE, x, index_of(n, *bounds))


def _numbers(n: Node, tensor: Tensor) -> list[Any]:
    """Return the elements of a vector: numbers, or tensors where they are not known."""
    found = n.known(tensor)
    if isinstance(found, list):
        return found
    if tensor.op.type == "Pack" and not tensor.op.attributes["axis"]:
        return [n.known(each) for each in tensor.op.inputs]
    if tensor.dims is None or tensor.dims[0] is None:
        raise NotHereError("how many dimensions are cut is not known before it runs.")
    return list(shaping.unstack(tensor, num=tensor.dims[0]))


def index_of(n: Node, begin: list[Any], end: list[Any], strides: list[Any]) -> tuple[Any, ...]:
    """Return the index that TensorFlow's bounds and masks mean."""
    masks = {name: n[f"{name}_mask"] for name in ("begin", "end", "ellipsis", "new_axis", "shrink_axis")}
    index: list[Any] = []
    for k, (first, last, step) in enumerate(zip(begin, end, strides, strict=True)):
        bit = 1 << k
        if masks["ellipsis"] & bit:
            index.append(Ellipsis)
        elif masks["new_axis"] & bit:
            index.append(NEW_AXIS)
        elif masks["shrink_axis"] & bit:
            index.append(first)
        else:
            is_one = isinstance(step, int) and step == 1
            bounds = (ABSENT if masks["begin"] & bit else first, ABSENT if masks["end"] & bit else last)
            index.append((*bounds, ABSENT if is_one else step))
    return tuple(index)


@reads("Gather", "ResourceGather")
def _gather(n: Node, params: Tensor, indices: Tensor) -> Any:
    return n.make(shaping.gather, params, indices)


@reads("GatherV2")
def _gather_v2(n: Node, params: Tensor, indices: Tensor, axis: Tensor) -> Any:
    return n.make(shaping.gather, params, indices, axis=n.known(axis))


@reads("ScatterNd")
def _scatter_nd(n: Node, indices: Tensor, updates: Tensor, shape: Tensor) -> Any:
    return n.make(picking.scatter_nd, indices, updates, n.known(shape))


@reads("OneHot")
def _one_hot(n: Node, indices: Tensor, depth: Tensor, on: Tensor, off: Tensor) -> Any:
    return n.make(shaping.one_hot, indices, n.known(depth), on, off, n["axis"])


@reads("Range")
def _range(n: Node, start: Tensor, limit: Tensor, delta: Tensor) -> Any:
    dtype = start.dtype.base_dtype
    values = [n.known(tensor) for tensor in (start, limit, delta)]
    return n.make(creation.RANGE, *values, dtype=dtype)


@reads("LinSpace")
def _linspace(n: Node, start: Tensor, stop: Tensor, num: Tensor) -> Any:
    return n.make(arranging.linspace, start, stop, n.known(num))


@reads("Fill")
def _fill(n: Node, dims: Tensor, value: Tensor) -> Any:
    return n.make(creation.fill, n.known(dims), value)


@reads("ZerosLike")
def _zeros_like(n: Node, x: Tensor) -> Any:
    return n.make(creation.zeros_like, x)


@reads("OnesLike")
def _ones_like(n: Node, x: Tensor) -> Any:
    return n.make(creation.ones_like, x)


@reads("BroadcastTo")
def _broadcast(n: Node, x: Tensor, shape: Tensor) -> Any:
    return n.make(arranging.broadcast_to, x, n.known(shape))


@reads("ReverseV2")
def _reverse(n: Node, x: Tensor, axis: Tensor) -> Any:
    return n.make(arranging.reverse, x, n.known(axis))


@reads("Reverse")
def _reverse_by_flags(n: Node, x: Tensor, flags: Tensor) -> Any:
    known = n.known(flags)
    if not isinstance(known, list):
        raise NotHereError("which dimensions are turned round is not known before it runs.")
    return n.make(arranging.reverse, x, [k for k, flag in enumerate(known) if flag])


@reads("ReverseSequence")
def _reverse_sequence(n: Node, x: Tensor, lengths: Tensor) -> Any:
    return n.make(arranging.reverse_sequence, x, lengths, n["seq_dim"], n["batch_dim"])


_ONE = {
    "Diag": arranging.diag,
    "DiagPart": arranging.diag_part,
    "MatrixDiag": arranging.matrix_diag,
    "MatrixDiagPart": arranging.matrix_diag_part,
}


@reads(*_ONE)
def _diagonal(n: Node, x: Tensor) -> Any:
    return n.make(_ONE[n.type], x)


@reads("MatrixBandPart")
def _band(n: Node, x: Tensor, low: Tensor, high: Tensor) -> Any:
    return n.make(arranging.matrix_band_part, x, n.known(low), n.known(high))


@reads("Unique", "UniqueWithCounts")
def _unique(n: Node, x: Tensor) -> Any:
    function = picking.unique if n.type == "Unique" else sorting.unique_with_counts
    return list(n.make(function, x, n.dtype("out_idx")))


@reads("ListDiff")
def _difference(n: Node, x: Tensor, y: Tensor) -> Any:
    return list(n.make(picking.setdiff1d, x, y, n.dtype("out_idx")))


@reads("DynamicPartition")
def _partition(n: Node, data: Tensor, partitions: Tensor) -> Any:
    return n.make(picking.dynamic_partition, data, partitions, n["num_partitions"])


@reads("DynamicStitch", "ParallelDynamicStitch")
def _stitch(n: Node, *inputs: Tensor) -> Any:
    half = len(inputs) // 2
    return n.make(picking.dynamic_stitch, list(inputs[:half]), list(inputs[half:]))


@reads("Roll")
def _roll(n: Node, x: Tensor, shift: Tensor, axis: Tensor) -> Any:
    return n.make(sorting.roll, x, n.known(shift), n.known(axis))


@reads("TopK", "TopKV2")
def _top_k(n: Node, x: Tensor, k: Tensor | None = None) -> Any:
    return list(n.make(picking.top_k, x, n["k"] if k is None else n.known(k), n["sorted"]))


@reads("BatchToSpaceND", "SpaceToBatchND")
def _blocks(n: Node, x: Tensor, block: Tensor, border: Tensor) -> Any:
    function = batches.batch_to_space_nd if n.type == "BatchToSpaceND" else batches.space_to_batch_nd
    return n.make(function, x, n.known(block), n.known(border))


@reads("SpaceToDepth", "DepthToSpace")
def _depth(n: Node, x: Tensor) -> Any:
    function = images.space_to_depth if n.type == "SpaceToDepth" else images.depth_to_space
    return n.make(function, x, n["block_size"], data_format=n["data_format"])


@reads("ResizeBilinear", "ResizeNearestNeighbor")
def _resize(n: Node, x: Tensor, size: Tensor) -> Any:
    function = images.resize_bilinear if n.type == "ResizeBilinear" else images.resize_nearest_neighbor
    flags = {name: n[name] for name in ("align_corners", "half_pixel_centers")}
    return n.make(function, x, n.known(size), **flags)


@reads("CheckNumerics")
def _check_numerics(n: Node, x: Tensor) -> Any:
    from ...ops.asserting import check_numerics

    return n.make(check_numerics, x, n["message"])


# ---- random numbers


def source_of(n: Node) -> Source:
    """Return where the numbers of a node come from: its two seeds."""
    root = n.recorder.graph.recorder
    assert root is not None
    root.draws = True
    return Source(n["seed"], n["seed2"])


def _drawn(n: Node, made: Any) -> Any:
    operation = made.op
    operation.attributes |= {"seed": n["seed"], "seed2": n["seed2"]}
    return made


@reads("RandomUniform", "RandomStandardNormal", "TruncatedNormal")
def _random(n: Node, shape: Tensor) -> Any:
    return _drawn(n, n.make(DRAWS[n.type], shape, n.dtype("dtype"), source_of(n)))


@reads("RandomUniformInt")
def _random_int(n: Node, shape: Tensor, low: Tensor, high: Tensor) -> Any:
    return _drawn(n, n.make(DRAWS[n.type], shape, low, high, source_of(n)))


@reads("Multinomial")
def _multinomial(n: Node, logits: Tensor, count: Tensor) -> Any:
    return _drawn(
        n,
        n.make(random_choices.multinomial, logits, n.known(count), source_of(n), output_dtype=n.dtype("output_dtype")),
    )


@reads("RandomShuffle")
def _shuffle(n: Node, x: Tensor) -> Any:
    return _drawn(n, n.make(random_choices.random_shuffle, x, source_of(n)))


# ---- what gradients are made of


@reads("BroadcastGradientArgs")
def _broadcast_axes(n: Node, a: Tensor, b: Tensor) -> Any:
    """Over which axes the gradients of two operands that were broadcast are added up."""
    dtype: DType = a.dtype.base_dtype

    def axes(first: Any, second: Any) -> list[Any]:
        rank = max(len(first), len(second))
        shapes = [[1] * (rank - len(shape)) + [int(size) for size in shape] for shape in (first, second)]
        found = [
            [k for k in range(rank) if own[k] == 1 and (other[k] != 1 or own[k] == other[k] == 1)]
            for own, other in (shapes, shapes[::-1])
        ]
        return [np.array(each, dtype.dtype) for each in found]

    return n.kernel(axes, [((None,), dtype)] * 2, is_list=True, steering=(0, 1))


@reads("ConcatOffset")
def _concat_offset(n: Node, axis: Tensor, *shapes: Tensor) -> Any:
    def offsets(place: Any, *sizes: Any) -> list[Any]:
        found, start = [], 0
        for each in sizes:
            made = np.zeros(len(each), np.int32)
            made[int(place)] = start
            start += int(each[int(place)])
            found.append(made)
        return found

    specs = [(tensor.dims, int32) for tensor in shapes]
    return n.kernel(offsets, specs, is_list=True, steering=range(len(shapes) + 1))


@reads("StridedSliceGrad")
def _strided_slice_grad(n: Node, shape: Tensor, begin: Tensor, end: Tensor, strides: Tensor, d: Tensor) -> Any:
    from ...ops.indices import plain_index

    bounds = [_numbers(n, tensor) for tensor in (begin, end, strides)]
    index = index_of(n, *bounds)

    def put(shape: Any, d: Any, index: Any) -> Any:
        made = np.zeros([int(size) for size in shape], d.dtype)
        made[plain_index(index)] = d
        return made

    dims = n.known(shape)
    places = [part for item in index for part in (item if isinstance(item, tuple) else (item,)) if type(part) is Tensor]
    operation = n.kernel(
        put, [(tuple(dims) if isinstance(dims, list) else None, d.dtype)], [shape, d, *places], steering=(0,)
    )
    operation.args = (*operation.args[:2], index)
    return operation


@reads("TileGrad", "Empty")
def _not_here(n: Node, *inputs: Tensor) -> Any:
    raise NotHereError("no program of TensorFlow 1.15 writes it.")
