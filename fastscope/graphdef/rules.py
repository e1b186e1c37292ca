"""How functions of the library are written as TensorFlow's operations: arithmetic, arrays, networks.

A rule gets the writer and the operation, and returns what stands for the operation's outputs; None where TensorFlow has
nothing for these arguments. The node that it makes last has the operation's name.

Source: tensorflow/core/ops/*.cc (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from ..arrays.draws import Source
from ..arrays.dtypes import int32, int64
from ..graph import Operation, Tensor
from ..ops.indices import ABSENT, NEW_AXIS
from .signatures import signature_of
from .writer import Ref, Writer

__all__ = ["RULES", "rule", "rule_of"]

Rule = Callable[[Writer, Operation], "list[Ref] | None"]
RULES: dict[str, Rule] = {}
"""By the name of the function; what stands after a slash is one of the operation's types."""

# functions whose tensors and attributes are the operation's, in the order of the signature
_PLAIN = frozenset("""
abs acos acosh add add_n angle asin asinh atan atan2 atanh bitwise_and bitwise_or bitwise_xor ceil cholesky complex conj
cos cosh cross diag diag_part digamma divide realdiv div div_no_nan floordiv floor_div floormod elu equal erf erfc exp
expm1 floor gather_nd greater greater_equal imag invert invert_permutation is_finite is_inf is_nan l2_loss
leaky_relu left_shift less less_equal lgamma log log1p logical_and logical_not logical_or matrix_determinant matrix_diag
matrix_diag_part matrix_inverse maximum minimum multiply negative not_equal pow real reciprocal relu relu6 right_shift
rint round rsqrt selu sigmoid sign sin sinh softplus softsign sqrt square squared_difference stop_gradient subtract tan
tanh truncatediv truncatemod zeros_like string_strip lrn check_numerics dynamic_partition space_to_depth depth_to_space
matrix_solve matrix_triangular_solve self_adjoint_eig segment_sum segment_mean of_segments top_k _unit_uniform
_unit_normal _unit_truncated _integers multinomial random_shuffle bias_add_grad
""".split())  # fmt: skip  # noqa: SIM905


def rule(*names: str) -> Callable[[Rule], Rule]:
    """Make a function the rule of functions of these names."""

    def decorate(function: Rule) -> Rule:
        RULES.update(dict.fromkeys(names, function))
        return function

    return decorate


def rule_of(operation: Operation) -> Rule | None:
    """Return the rule of an operation; None where there is none."""
    name = operation.type if operation.definition is None else operation.definition.function.__name__
    found = RULES.get(f"{name}/{operation.type}") or RULES.get(name)
    if found is None and operation.definition is None:
        return None
    if found is None and name in _PLAIN and signature_of(operation.type) is not None:
        return _plain
    return found


def _plain(w: Writer, op: Operation) -> list[Ref] | None:
    """The tensors in their order; those of the other arguments that the signature has are its attributes or inputs."""
    signature = signature_of(op.type)
    assert signature is not None
    names = [argument.name for argument in signature.inputs]
    if not all(name in op.attributes for name in names):
        names = [name for name in op.definition.tensors if op.attributes.get(name) is not None]
        if len(names) != len(signature.inputs):
            return None
    inputs: list[Any] = []
    for name, argument in zip(names, signature.inputs, strict=True):
        value = op.attributes[name]
        wanted = argument.dtype if argument.dtype in ("int32", "int64", "float32") else int32
        inputs.append([w.ref(t) for t in value] if argument.number else w.given(value, argument.name, wanted))
    given = {name: value for name, value in op.attributes.items() if name in signature.attributes and value is not None}
    return w.add(op.type, inputs, op.name, **_told_by_outputs(op) | given)


def _told_by_outputs(op: Operation) -> dict[str, Any]:
    """Return the dtypes that only the outputs tell."""
    signature = signature_of(op.type)
    assert signature is not None
    names = [argument.dtype for argument in signature.outputs]
    return {
        name: tensor.dtype.base_dtype
        for name, tensor in zip(names, op.outputs, strict=False)
        if name in signature.attributes
    }


def _all(w: Writer, tensors: Iterable[Any]) -> list[Ref]:
    return [w.ref(tensor) for tensor in tensors]


def _one(w: Writer, op: Operation, argument: str) -> Ref:
    return w.given(op.attributes[argument], argument)


# ---- arithmetic


@rule("matmul")
def _matmul(w: Writer, op: Operation) -> list[Ref]:
    a, b = op.attributes["transpose_a"], op.attributes["transpose_b"]
    names = ("transpose_a", "transpose_b") if op.type == "MatMul" else ("adj_x", "adj_y")
    flags: dict[str, Any] = dict(zip(names, (bool(a), bool(b)), strict=True))
    type = "BatchMatMulV2" if op.type.startswith("BatchMatMul") else op.type
    return w.add(type, [_one(w, op, "a"), _one(w, op, "b")], op.name, **flags)


@rule("reduce_sum", "reduce_mean", "reduce_max", "reduce_min", "reduce_prod", "reduce_all", "reduce_any")
def _reduction(w: Writer, op: Operation) -> list[Ref] | None:
    x, axis = op.attributes["input_tensor"], op.attributes["axis"]
    if op.shown:
        axes = w.ref(op.inputs[-1])
    elif axis is not None:
        axes = w.given(axis, "reduction_indices", int32)
    elif x.dims is not None:
        axes = w.const(np.arange(len(x.dims), dtype=np.int32), "reduction_indices")
    else:
        axes = _range(w, w.const(0, "start"), w.add("Rank", [w.ref(x)])[0], w.const(1, "delta"), None)[0]
    return w.add(op.type, [w.ref(x), axes], op.name, keep_dims=op.attributes["keepdims"])


@rule("argmax", "argmin")
def _arg(w: Writer, op: Operation) -> list[Ref]:
    axis = w.ref(op.inputs[-1]) if op.shown else w.given(op.attributes["axis"], "dimension", int32)
    return w.add(op.type, [_one(w, op, "input"), axis], op.name, output_type=op.outputs[0].dtype)


@rule("cumsum", "cumprod")
def _cumulative(w: Writer, op: Operation) -> list[Ref]:
    flags: dict[str, Any] = {name: bool(op.attributes[name]) for name in ("exclusive", "reverse")}
    return w.add(op.type, [_one(w, op, "x"), w.given(op.attributes["axis"], "axis", int32)], op.name, **flags)


@rule("cast")
def _cast(w: Writer, op: Operation) -> list[Ref]:
    return w.add("Cast", [_one(w, op, "x")], op.name, DstT=op.outputs[0].dtype.base_dtype)


@rule("where", "where_v2")
def _select(w: Writer, op: Operation) -> list[Ref]:
    condition = _one(w, op, "condition")
    if op.type == "Where":
        return w.add("Where", [condition], op.name, T=condition.dtype.base_dtype)
    return w.add(op.type, [condition, _one(w, op, "x"), _one(w, op, "y")], op.name)


@rule("unsorted_segment_sum", "of_segments")
def _unsorted(w: Writer, op: Operation) -> list[Ref] | None:
    if not op.type.startswith("Unsorted"):
        return _plain(w, op)
    count = w.given(op.attributes["num_segments"], "num_segments", int32)
    return w.add(op.type, [_one(w, op, "data"), _one(w, op, "segment_ids"), count], op.name)


# ---- arrays


@rule("shape", "size")
def _shape(w: Writer, op: Operation) -> list[Ref]:
    return w.add(op.type, [_one(w, op, "input")], op.name, out_type=op.outputs[0].dtype)


@rule("rank")
def _rank(w: Writer, op: Operation) -> list[Ref]:
    return w.add("Rank", [_one(w, op, "input")], op.name)


@rule("reshape")
def _reshape(w: Writer, op: Operation) -> list[Ref]:
    return w.add("Reshape", [_one(w, op, "tensor"), w.given(op.attributes["shape"], "shape", int32)], op.name)


@rule("broadcastable", "_classes", "_not_negative", "_one_for_each_row")
def _looked_at(w: Writer, op: Operation) -> list[Ref]:
    """What a check lets through; TensorFlow's own operations look at it again."""
    return w.add("Identity", [w.ref(op.inputs[0])], op.name)


@rule("transpose")
def _transpose(w: Writer, op: Operation) -> list[Ref] | None:
    perm, x = op.attributes["perm"], op.attributes["a"]
    if op.attributes["conjugate"]:
        return None
    if perm is None:
        if x.dims is None:
            return None
        perm = list(range(len(x.dims)))[::-1]
    return w.add("Transpose", [w.ref(x), w.given(perm, "perm", int32)], op.name)


@rule("matrix_transpose")
def _matrix_transpose(w: Writer, op: Operation) -> list[Ref] | None:
    x = op.attributes["a"]
    if x.dims is None or op.attributes["conjugate"]:
        return None
    order = [*range(len(x.dims) - 2), len(x.dims) - 1, len(x.dims) - 2]
    return w.add("Transpose", [w.ref(x), w.const(order, "perm", int32)], op.name)


@rule("expand_dims")
def _expand(w: Writer, op: Operation) -> list[Ref]:
    return w.add("ExpandDims", [_one(w, op, "input"), w.given(op.attributes["axis"], "dim", int32)], op.name)


@rule("squeeze")
def _squeeze(w: Writer, op: Operation) -> list[Ref]:
    axis = op.attributes["axis"]
    return w.add(
        "Squeeze",
        [_one(w, op, "input")],
        op.name,
        squeeze_dims=[int(a) for a in np.ravel(axis)] if axis is not None else [],
    )


@rule("concat")
def _concat(w: Writer, op: Operation) -> list[Ref]:
    return w.add("ConcatV2", [_all(w, op.attributes["values"]), w.given(op.attributes["axis"], "axis", int32)], op.name)


@rule("stack")
def _stack(w: Writer, op: Operation) -> list[Ref]:
    return w.add("Pack", [_all(w, op.attributes["values"])], op.name, axis=int(op.attributes["axis"]))


@rule("unstack")
def _unstack(w: Writer, op: Operation) -> list[Ref]:
    return w.add("Unpack", [_one(w, op, "value")], op.name, num=len(op.outputs), axis=int(op.attributes["axis"]))


@rule("split")
def _split(w: Writer, op: Operation) -> list[Ref]:
    value, sizes = _one(w, op, "value"), op.attributes["num_or_size_splits"]
    axis = w.given(op.attributes["axis"], "split_dim", int32)
    if op.type == "Split":
        return w.add("Split", [axis, value], op.name, num_split=len(op.outputs))
    lengths = w.ref(op.inputs[-1]) if op.shown else w.given(sizes, "size_splits", int32)
    return w.add("SplitV", [value, lengths, axis], op.name, num_split=len(op.outputs))


@rule("pad")
def _pad(w: Writer, op: Operation) -> list[Ref]:
    x, paddings = op.attributes["tensor"], op.attributes["paddings"]
    inputs = [w.ref(x), w.given(paddings, "paddings", int32)]
    if op.type == "MirrorPad":
        return w.add("MirrorPad", inputs, op.name, mode=op.attributes["mode"].upper())
    if op.type == "PadV2":
        inputs.append(w.given(op.attributes["constant_values"], "constant_values", x.dtype.base_dtype))
    return w.add(op.type, inputs, op.name)


@rule("tile")
def _tile(w: Writer, op: Operation) -> list[Ref]:
    return w.add("Tile", [_one(w, op, "input"), w.given(op.attributes["multiples"], "multiples", int32)], op.name)


@rule("slice")
def _slice(w: Writer, op: Operation) -> list[Ref]:
    begin, size = (w.given(op.attributes[name], name, int32) for name in ("begin", "size"))
    if begin.dtype.base_dtype is not size.dtype.base_dtype:
        begin, size = (w.cast(each, int64) for each in (begin, size))
    return w.add("Slice", [_one(w, op, "input_"), begin, size], op.name)


@rule("_indexed")
def _indexed(w: Writer, op: Operation) -> list[Ref]:
    bounds, masks = _strides(w, op.attributes["index"])
    return w.add("StridedSlice", [_one(w, op, "input"), *bounds], op.name, **masks)


@rule("_put_at")
def _put_at(w: Writer, op: Operation) -> list[Ref]:
    bounds, masks = _strides(w, op.attributes["index"])
    shape = w.add("Shape", [_one(w, op, "like")], out_type=bounds[0].dtype.base_dtype)[0]
    return w.add("StridedSliceGrad", [shape, *bounds, _one(w, op, "d")], op.name, **masks)


def _strides(w: Writer, index: Any) -> tuple[list[Ref], dict[str, Any]]:
    """Return where an index begins and ends and how far it steps, and which of it is open, new or gone."""
    begin: list[Any] = []
    end: list[Any] = []
    strides: list[Any] = []
    masks: dict[str, Any] = dict.fromkeys(
        ("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask"), 0
    )
    for k, item in enumerate(index):
        bit = 1 << k
        place: tuple[Any, ...] = (0, 0, 1)
        if item is Ellipsis:
            masks["ellipsis_mask"] |= bit
        elif isinstance(item, str) and item == NEW_AXIS:
            masks["new_axis_mask"] |= bit
        elif isinstance(item, tuple):
            absent = [isinstance(bound, str) and bound == ABSENT for bound in item]
            masks["begin_mask"] |= bit * absent[0]
            masks["end_mask"] |= bit * absent[1]
            place = tuple(
                1 if gone and n == 2 else 0 if gone else bound
                for n, (gone, bound) in enumerate(zip(absent, item, strict=True))
            )
        else:
            masks["shrink_axis_mask"] |= bit
            place = (item, _next(w, item), 1)
        for bounds, bound in zip((begin, end, strides), place, strict=True):
            bounds.append(bound)
    bounds = [_bounds(w, each, f"stack{suffix}") for each, suffix in ((begin, ""), (end, "_1"), (strides, "_2"))]
    if len({ref.dtype.base_dtype for ref in bounds}) > 1:
        bounds = [w.cast(ref, int64) for ref in bounds]
    return bounds, masks


def _next(w: Writer, item: Any) -> Any:
    """Return what comes after an index."""
    if type(item) is not Tensor:
        return int(item) + 1
    one = w.const(1, "add/y", item.dtype.base_dtype)
    return w.add("AddV2", [w.ref(item), one])[0]


def _bounds(w: Writer, values: list[Any], name: str) -> Ref:
    if not any(type(value) is Tensor or isinstance(value, Ref) for value in values):
        return w.const(np.array(values, np.int32), name)
    refs = [value if isinstance(value, Ref) else w.given(value, f"{name}/{k}", int32) for k, value in enumerate(values)]
    wanted = int64 if any(ref.dtype.base_dtype is int64 for ref in refs) else int32
    refs = [ref if ref.dtype.base_dtype is wanted else w.cast(ref, wanted) for ref in refs]
    return w.add("Pack", [refs], axis=0)[0]


@rule("gather")
def _gather(w: Writer, op: Operation) -> list[Ref]:
    axis = w.given(op.attributes["axis"], "axis", int32)
    return w.add("GatherV2", [_one(w, op, "params"), _one(w, op, "indices"), axis], op.name)


@rule("scatter_nd")
def _scatter_nd(w: Writer, op: Operation) -> list[Ref]:
    indices = _one(w, op, "indices")
    shape = w.given(op.attributes["shape"], "shape", indices.dtype)
    return w.add("ScatterNd", [indices, _one(w, op, "updates"), shape], op.name)


@rule("one_hot")
def _one_hot(w: Writer, op: Operation) -> list[Ref]:
    dtype, axis = op.outputs[0].dtype.base_dtype, op.attributes["axis"]
    on, off = op.attributes["on_value"], op.attributes["off_value"]
    inputs = [
        _one(w, op, "indices"),
        w.given(op.attributes["depth"], "depth", int32),
        w.given(1 if on is None else on, "on_value", dtype),
        w.given(0 if off is None else off, "off_value", dtype),
    ]
    return w.add("OneHot", inputs, op.name, axis=-1 if axis is None else int(axis))


@rule("range")
def _ranged(w: Writer, op: Operation) -> list[Ref]:
    start, limit, delta = (op.attributes[name] for name in ("start", "limit", "delta"))
    if limit is None:
        start, limit = 0, start
    dtype = op.outputs[0].dtype.base_dtype
    refs = [w.given(value, name, dtype) for name, value in (("start", start), ("limit", limit), ("delta", delta))]
    refs = [ref if ref.dtype.base_dtype is dtype else w.cast(ref, dtype) for ref in refs]
    start, limit, delta = refs
    return _range(w, start, limit, delta, op.name)


def _range(w: Writer, start: Ref, limit: Ref, delta: Ref, name: str | None) -> list[Ref]:
    return w.add("Range", [start, limit, delta], name)


@rule("Range")
def _counted(w: Writer, op: Operation) -> list[Ref]:
    start, limit, delta = _all(w, op.inputs)
    return _range(w, start, limit, delta, op.name)


@rule("zeros", "ones")
def _filled(w: Writer, op: Operation) -> list[Ref]:
    number = 0 if op.definition.function.__name__ == "zeros" else 1
    value = w.const(number, "Const", op.outputs[0].dtype.base_dtype)
    return w.add("Fill", [w.given(op.attributes["shape"], "shape", int32), value], op.name)


@rule("fill")
def _fill(w: Writer, op: Operation) -> list[Ref]:
    return w.add("Fill", [w.given(op.attributes["dims"], "dims", int32), _one(w, op, "value")], op.name)


@rule("ones_like")
def _ones_like(w: Writer, op: Operation) -> list[Ref]:
    shape = w.add("Shape", [_one(w, op, "tensor")])[0]
    return w.add("Fill", [shape, w.const(1, "Const", op.outputs[0].dtype.base_dtype)], op.name)


@rule("broadcast_to")
def _broadcast(w: Writer, op: Operation) -> list[Ref]:
    return w.add("BroadcastTo", [_one(w, op, "input"), w.given(op.attributes["shape"], "shape", int32)], op.name)


@rule("reverse")
def _reverse(w: Writer, op: Operation) -> list[Ref]:
    return w.add("ReverseV2", [_one(w, op, "tensor"), w.given(op.attributes["axis"], "axis", int32)], op.name)


@rule("reverse_sequence")
def _reverse_sequence(w: Writer, op: Operation) -> list[Ref]:
    axes: dict[str, Any] = {
        "seq_dim": int(op.attributes["seq_axis"] or 0),
        "batch_dim": int(op.attributes["batch_axis"] or 0),
    }
    return w.add("ReverseSequence", [_one(w, op, "input"), _one(w, op, "seq_lengths")], op.name, **axes)


@rule("linspace")
def _linspace(w: Writer, op: Operation) -> list[Ref]:
    count = w.given(op.attributes["num"], "num", int32)
    return w.add("LinSpace", [_one(w, op, "start"), _one(w, op, "stop"), count], op.name)


@rule("matrix_band_part")
def _band(w: Writer, op: Operation) -> list[Ref]:
    low, high = (w.given(op.attributes[name], name, int64) for name in ("num_lower", "num_upper"))
    return w.add("MatrixBandPart", [_one(w, op, "input"), low, high], op.name)


@rule("unique")
def _unique(w: Writer, op: Operation) -> list[Ref]:
    return w.add("Unique", [_one(w, op, "x")], op.name, out_idx=op.outputs[1].dtype)


@rule("identity")
def _identity(w: Writer, op: Operation) -> list[Ref]:
    """What reads a variable after other operations; TensorFlow's own read may have come before them."""
    source = op.inputs[0].op
    is_read = source.type == "Identity" and "variable" in source.attributes and bool(source.inputs)
    return w.add("Identity", [w.ref(source.inputs[0] if is_read and w.after else op.inputs[0])], op.name)


@rule("placeholder_with_default")
def _with_default(w: Writer, op: Operation) -> list[Ref]:
    return w.add("PlaceholderWithDefault", [_one(w, op, "input")], op.name, shape=op.outputs[0].dims)


@rule("batch_to_space_nd", "space_to_batch_nd")
def _blocks(w: Writer, op: Operation) -> list[Ref]:
    last = "crops" if op.type == "BatchToSpaceND" else "paddings"
    names = ("block_shape", last)
    return w.add(op.type, [_one(w, op, "input"), *(w.given(op.attributes[n], n, int32) for n in names)], op.name)


# ---- networks


@rule("bias_add")
def _bias_add(w: Writer, op: Operation) -> list[Ref]:
    layout = "NCHW" if str(op.attributes["data_format"] or "").startswith("NC") else "NHWC"
    return w.add("BiasAdd", [_one(w, op, "value"), _one(w, op, "bias")], op.name, data_format=layout)


@rule("softmax", "log_softmax")
def _softmax(w: Writer, op: Operation) -> list[Ref] | None:
    axis, dims = op.attributes["axis"], op.inputs[0].dims
    if axis not in (None, -1) and (dims is None or axis != len(dims) - 1):
        return None
    return w.add(op.type, [_one(w, op, "logits")], op.name)


@rule("softmax_cross_entropy_with_logits_v2", "softmax_cross_entropy_with_logits")
def _softmax_losses(w: Writer, op: Operation) -> list[Ref] | None:
    labels, logits, axis = op.attributes["labels"], op.attributes["logits"], op.attributes.get("axis", -1)
    if logits.dims is None or len(logits.dims) != 2 or axis not in (None, -1, 1) or labels.dims is None:
        return None
    if op.name.rpartition("/")[2].startswith("Reshape"):  # TensorFlow's last operation, of whose result this is one
        losses = w.add("SoftmaxCrossEntropyWithLogits", [w.ref(logits), w.ref(labels)])
        return [w.add("Identity", [losses[0]], op.name)[0], losses[1]]
    return w.add("SoftmaxCrossEntropyWithLogits", [w.ref(logits), w.ref(labels)], op.name)


@rule("sparse_softmax_cross_entropy_with_logits")
def _sparse_losses(w: Writer, op: Operation) -> list[Ref] | None:
    labels, logits = op.attributes["labels"], op.attributes["logits"]
    if logits.dims is None or len(logits.dims) != 2:
        return None
    return w.add("SparseSoftmaxCrossEntropyWithLogits", [w.ref(logits), w.ref(labels)], op.name)


@rule("conv2d", "conv3d")
def _convolution(w: Writer, op: Operation) -> list[Ref]:
    return w.add(op.type, [_one(w, op, "input"), _one(w, op, "filter")], op.name, **_window(op))


def _window(op: Operation, *names: str) -> dict[str, Any]:
    found = {name: [int(n) for n in op.attributes[name]] for name in ("strides", *names)}
    signature = signature_of(op.type)
    assert signature is not None
    if op.attributes.get("dilations") is not None and "dilations" in signature.attributes:
        found["dilations"] = [int(n) for n in op.attributes["dilations"]]
    return found | {"padding": op.attributes["padding"], "data_format": op.attributes["data_format"]}


@rule("depthwise_conv2d")
def _depthwise(w: Writer, op: Operation) -> list[Ref] | None:
    if op.attributes["rate"] is not None and tuple(op.attributes["rate"]) != (1, 1):
        return None
    return w.add(op.type, [_one(w, op, "input"), _one(w, op, "filter")], op.name, **_window(op))


@rule(
    "conv2d_backprop_input", "conv2d_backprop_filter", "conv3d_backprop_input", "conv3d_backprop_filter",
    "depthwise_conv2d_backprop_input", "depthwise_conv2d_backprop_filter",
)  # fmt: skip
def _back_through_convolution(w: Writer, op: Operation) -> list[Ref]:
    names = ("input_sizes", "filter") if "BackpropInput" in op.type else ("input", "filter_sizes")
    inputs = [w.given(op.attributes[name], name, int32 if name.endswith("sizes") else None) for name in names]
    return w.add(op.type, [*inputs, _one(w, op, "out_backprop")], op.name, **_window(op))


@rule("max_pool", "avg_pool", "max_pool3d", "avg_pool3d")
def _pool(w: Writer, op: Operation) -> list[Ref]:
    x = op.attributes["value" if op.attributes.get("value") is not None else "input"]
    return w.add(op.type, [w.ref(x)], op.name, **_window(op, "ksize"))


@rule("fused_batch_norm")
def _batch_norm(w: Writer, op: Operation) -> list[Ref]:
    names = ("x", "scale", "offset", "mean", "variance")
    inputs = [
        w.const(np.zeros(0, np.float32), name) if op.attributes[name] is None else _one(w, op, name) for name in names
    ]
    attributes = {name: op.attributes[name] for name in ("data_format", "is_training")}
    epsilon = float(op.attributes["epsilon"])
    made = w.add("FusedBatchNormV3", inputs, op.name, epsilon=epsilon, **attributes)
    return [*made[:3], made[4]]  # which is the variance that is not unbiased


@rule("in_top_k")
def _in_top_k(w: Writer, op: Operation) -> list[Ref]:
    targets = _one(w, op, "targets")
    k = w.given(op.attributes["k"], "k", targets.dtype)
    return w.add("InTopKV2", [_one(w, op, "predictions"), targets, k], op.name)


@rule("resize_bilinear", "resize_nearest_neighbor")
def _resize(w: Writer, op: Operation) -> list[Ref]:
    flags: dict[str, Any] = {name: bool(op.attributes[name]) for name in ("align_corners", "half_pixel_centers")}
    return w.add(op.type, [_one(w, op, "images"), w.given(op.attributes["size"], "size", int32)], op.name, **flags)


@rule("clip_by_value")
def _clip(w: Writer, op: Operation) -> list[Ref]:
    x = w.ref(op.attributes["t"])
    low, high = (w.given(op.attributes[f"clip_value_{end}"], end, x.dtype) for end in ("min", "max"))
    return w.add("Maximum", [w.add("Minimum", [x, high])[0], low], op.name)


@rule("dropout")
def _dropout(w: Writer, op: Operation) -> list[Ref] | None:
    """The mask: 1 / keep_prob for what is kept, else 0."""
    x, keep, noise = (op.attributes[name] for name in ("x", "keep_prob", "noise_shape"))
    if op.type != "RandomUniform":
        return None
    dtype = x.dtype.base_dtype
    shape = w.add("Shape", [w.ref(x)])[0] if noise is None else w.given(noise, "noise_shape", int32)
    seeds = {name: op.attributes[name] for name in ("seed", "seed2")}
    drawn = w.add("RandomUniform", [shape], dtype=dtype, **seeds)[0]
    if op.attributes["rate"] is not None:
        rate = w.given(op.attributes["rate"], "rate", dtype)
    else:
        rate = w.add("Sub", [w.const(1, "one", dtype), w.given(keep, "keep_prob", dtype)])[0]
    return _kept(w, drawn, rate, op.name)


def _kept(w: Writer, drawn: Ref, rate: Ref, name: str) -> list[Ref]:
    """Write what dropout multiplies by: nothing of what is dropped, and the more of what is kept."""
    one, dtype = w.const(1, "one", drawn.dtype), drawn.dtype.base_dtype
    kept = w.cast(w.add("GreaterEqual", [drawn, rate])[0], dtype)
    return w.add("Mul", [kept, w.add("RealDiv", [one, w.add("Sub", [one, rate])[0]])[0]], name)


@rule("_mask")
def _mask(w: Writer, op: Operation) -> list[Ref]:
    """The mask of a DropoutWrapper."""
    like, masks = op.attributes["like"], op.attributes["masks"]
    dtype = like.dtype.base_dtype
    if op.attributes["noise"] is not None:
        drawn = _one(w, op, "noise")
    else:
        shape = w.add("Shape", [w.ref(like)])[0]
        drawn = w.add("RandomUniform", [shape], dtype=dtype, **_seeds(masks))[0]
    keep = w.given(op.attributes["keep_prob"], "keep_prob", dtype)
    keep = keep if keep.dtype.base_dtype is dtype else w.cast(keep, dtype)
    return _kept(w, drawn, w.add("Sub", [w.const(1, "one", dtype), keep])[0], op.name)


@rule("variational_noise")
def _noise(w: Writer, op: Operation) -> list[Ref]:
    """Numbers that all steps and rows share."""
    shape = w.const([1, int(op.attributes["depth"])], "shape", int32)
    dtype = op.outputs[0].dtype.base_dtype
    return w.add("RandomUniform", [shape], op.name, dtype=dtype, **_seeds(op.attributes["masks"]))


def _seeds(source: Any) -> dict[str, Any]:
    return {"seed": source.seed, "seed2": source.seed2} if isinstance(source, Source) else {}


# ---- gradients


@rule("slope")
def _slope(w: Writer, op: Operation) -> list[Ref] | None:
    """The gradient of an elementwise function, by its result; in TensorFlow one or the other comes first."""
    y, d = _one(w, op, "y"), _one(w, op, "d")
    signature = signature_of(op.type)
    if signature is None:
        return None
    first = signature.inputs[0].name
    return w.add(op.type, [y, d] if first in ("y", "output") else [d, y], op.name)


@rule("sum_to")
def _sum_to(w: Writer, op: Operation) -> list[Ref]:
    """What was broadcast, added up."""
    d, like = _one(w, op, "d"), _one(w, op, "like")
    wide, narrow = (w.add("Shape", [each])[0] for each in (d, like))
    axes = w.add("BroadcastGradientArgs", [narrow, wide])[0]
    return w.add("Reshape", [w.add("Sum", [d, axes])[0], narrow], op.name)


@rule("spread", "spread_mean")
def _spread(w: Writer, op: Operation) -> list[Ref] | None:
    """A sum's gradient, for each element that was added."""
    d, like, axis = _one(w, op, "d"), op.attributes["like"], op.attributes["axis"]
    if like.dims is None:
        return None
    shape = w.add("Shape", [w.ref(like)])[0]
    whole = axis is None
    if not whole:
        axes = [axis] if isinstance(axis, int) else list(axis)
        if any(type(each) is not int for each in axes):
            return None
        kept = w.const(
            [1 if k in {a % len(like.dims) for a in axes} else 0 for k in range(len(like.dims))], "kept", int32
        )
        ones = w.add("Maximum", [w.add("Mul", [shape, w.add("Sub", [w.const(1, "one"), kept])[0]])[0], kept])[0]
    else:
        ones = w.const([1] * len(like.dims), "ones", int32)
    d = w.add("Reshape", [d, ones])[0]
    if op.definition.function.__name__ == "spread":
        return w.add("BroadcastTo", [d, shape], op.name)
    count = w.add("FloorDiv", [w.add("Size", [w.ref(like)])[0], w.add("Prod", [ones, w.const([0], "axes", int32)])[0]])[
        0
    ]
    mean = w.add("RealDiv", [d, w.cast(count, d.dtype.base_dtype)])[0]
    return w.add("BroadcastTo", [mean, shape], op.name)


@rule("max_pool_grad")
def _max_pool_grad(w: Writer, op: Operation) -> list[Ref]:
    inputs = [_one(w, op, name) for name in ("value", "output", "d")]
    return w.add("MaxPoolGrad", inputs, op.name, **_window(op, "ksize"))


@rule("avg_pool_grad")
def _avg_pool_grad(w: Writer, op: Operation) -> list[Ref]:
    shape = w.add("Shape", [_one(w, op, "like")])[0]
    return w.add("AvgPoolGrad", [shape, _one(w, op, "d")], op.name, **_window(op, "ksize"))


@rule("_add_along")
def _add_along(w: Writer, op: Operation) -> list[Ref] | None:
    """The gradient of rows that were picked, in the shape of what they were picked from."""
    like, indices = op.attributes["like"], op.attributes["indices"]
    if op.attributes["axis"] != 0 or indices.dims is None or like.dims is None or like.dims[0] is None:
        return None
    return w.add(
        "UnsortedSegmentSum", [_one(w, op, "d"), w.ref(indices), w.const(like.dims[0], "rows", int32)], op.name
    )
