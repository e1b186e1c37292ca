"""Records which static shapes or errors TensorFlow 1.15 has for chosen and drawn arguments, into `shapes.json`.

In an environment of its own (Python 3.7), from the folder of this file:

    pip install 'tensorflow==1.15.5' 'protobuf<3.21'
    python record_shapes.py

A case is [rule, shapes of the arrays, what decides besides, answer]. In all three a shape is a list, None in it a
dimension that is not known, and None a shape without a known rank. The answer is a shape, several for a rule with
several results, or the error's text without what names the operation.
"""

import json
import os
import pathlib
import random
import re

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import tensorflow as tf

tf.compat.v1.logging.set_verbosity("FATAL")
SIZES = [0, 1, 1, 2, 2, 3, 4, 6, None, None]


def array(shape, dtype=tf.float32):
    return tf.placeholder(dtype, shape)


def scalar(value):
    """A number, or a tensor in its place."""
    return array([], tf.int32) if value is None else value


def vector(values):
    """A list of numbers, of which some or all are not known."""
    if values is None:
        return array(None, tf.int32)
    if all(value is None for value in values) and values:
        return array([len(values)], tf.int32)
    return tf.stack([scalar(value) for value in values]) if values else tf.constant([], tf.int32)


def bound(value):
    return scalar(None) if value == "?" else value


def item(value):
    """One place of an index: a number, None, "...", "?" for a tensor, or [start, stop, step]."""
    if isinstance(value, list):
        return slice(*[bound(part) for part in value])
    return Ellipsis if value == "..." else bound(value)


def reduce(x, axes="all", keepdims=False):
    unknown = array([1], tf.int32)
    return tf.reduce_sum(x, None if axes == "all" else unknown if axes is None else axes, keepdims=keepdims)


def transpose(x, perm="reversed"):
    return tf.transpose(x, None if perm == "reversed" else array([None], tf.int32) if perm is None else perm)


def pad(x, paddings):
    if paddings is None:
        return tf.pad(x, array(None, tf.int32))
    if all(size is None for pair in paddings for size in pair):
        return tf.pad(x, array([len(paddings), 2], tf.int32))
    return tf.pad(x, tf.stack([tf.stack([scalar(size) for size in pair]) for pair in paddings]))


def split_sizes(x, sizes, axis=0):
    known = None not in sizes
    return tf.split(x, sizes if known else array([len(sizes)], tf.int32), scalar(axis), num=len(sizes))


FLAGS = {"transpose_a": "adj_x", "transpose_b": "adj_y"}


def sliding(function, x, kernel, padding, **attributes):
    """A raw operation of windows; explicit paddings are an attribute of their own."""
    if isinstance(padding, list):
        attributes["explicit_paddings"], padding = [n for pair in padding for n in pair], "EXPLICIT"
    return function(input=x, filter=kernel, padding=padding, **attributes)


def conv(x, kernel, **attributes):
    wide = len(attributes["strides"]) == 5
    return sliding(tf.raw_ops.Conv3D if wide else tf.raw_ops.Conv2D, x, kernel, **attributes)


def pool(x, window, **attributes):
    wide = len(window) == 5
    return (tf.raw_ops.MaxPool3D if wide else tf.raw_ops.MaxPool)(input=x, ksize=window, **attributes)


def conv_transpose(shape, rank=4):
    backward = tf.raw_ops.Conv2DBackpropInput if rank == 4 else tf.raw_ops.Conv3DBackpropInputV2
    kernel, out, strides = array([None] * rank), array([None] * rank), [1] * rank
    return backward(input_sizes=vector(shape), filter=kernel, out_backprop=out, strides=strides, padding="SAME")


def bias_add(x, bias, data_format="NHWC"):
    return tf.raw_ops.BiasAdd(value=x, bias=bias, data_format=data_format)


RULES = {
    "broadcast": tf.add,
    "same": lambda *xs: tf.raw_ops.AddN(inputs=list(xs)),
    "matmul": lambda a, b, **flags: tf.raw_ops.MatMul(a=a, b=b, **flags),
    "batch_matmul": lambda a, b, **flags: tf.raw_ops.BatchMatMulV2(
        x=a, y=b, **{FLAGS[flag]: value for flag, value in flags.items()}
    ),
    "reshape": lambda x, shape: tf.reshape(x, vector(shape)),
    "expand_dims": lambda x, axis: tf.expand_dims(x, scalar(axis)),
    "squeeze": lambda x, axes=(): tf.squeeze(x, list(axes)),
    "transpose": transpose,
    "concat": lambda *xs, axis: tf.concat(list(xs), scalar(axis)),
    "stack": lambda *xs, axis=0: tf.stack(list(xs), axis),
    "unstack": lambda x, num=None, axis=0: tf.unstack(x, num, axis),
    "split": lambda x, num, axis=0: tf.split(x, num, scalar(axis)),
    "split_sizes": split_sizes,
    "tile": lambda x, multiples: tf.tile(x, vector(multiples)),
    "pad": pad,
    "slice_": lambda x, begin, size: tf.slice(x, vector(begin), vector(size)),
    "strided_slice": lambda x, index: x[tuple(item(value) for value in index)],
    "gather": lambda x, i, axis=0: tf.gather(x, tf.cast(i, tf.int32), axis=scalar(axis)),
    "gather_nd": lambda x, i: tf.gather_nd(x, tf.cast(i, tf.int32)),
    "one_hot": lambda i, depth, axis=-1: tf.one_hot(tf.cast(i, tf.int32), scalar(depth), axis=axis),
    "select": lambda c, x, y: tf.where(tf.cast(c, tf.bool), x, y),
    "conv": conv,
    "depthwise_conv": lambda x, kernel, **a: sliding(tf.raw_ops.DepthwiseConv2dNative, x, kernel, **a),
    "pool": pool,
    "conv_transpose": conv_transpose,
    "softmax_xent": lambda y, x: tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=x),
    "sparse_softmax_xent": lambda y, x: tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels=tf.cast(y, tf.int32), logits=x
    ),
    "sigmoid_xent": lambda y, x: tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=x),
    "bias_add": bias_add,
    "top_k": lambda x, k: list(tf.nn.top_k(x, scalar(k))),
    "in_top_k": lambda x, y: tf.nn.in_top_k(x, tf.cast(y, tf.int32), 2),
    "common": lambda x, y: tf.cond(array([], tf.bool), lambda: x, lambda: y),
    "where": lambda c: tf.where(tf.cast(c, tf.bool)),
    "reduce": reduce,
    "argmax": lambda x, axis=0: tf.argmax(x, scalar(axis)),
}


def shape(tensor):
    return None if tensor.shape.ndims is None else tensor.shape.as_list()


def answer(rule, shapes, keywords):
    with tf.Graph().as_default():
        try:
            result = RULES[rule](*[array(shape) for shape in shapes], **keywords)
        except ValueError as error:
            return re.split(r" for '| from tensor of", str(error))[0]
        return [shape(one) for one in result] if isinstance(result, list) else shape(result)


# ---- arguments


def drawn(rng, low=0, high=4):
    if rng.random() < 0.06:
        return None
    return [rng.choice(SIZES) for _ in range(rng.randint(low, high))]


def near(rng, shape):
    """A shape that could be the same array's, or is off in one dimension or in the rank."""
    if shape is None or rng.random() < 0.06:
        return drawn(rng)
    other = [None if rng.random() < 0.25 else size for size in shape]
    if other and rng.random() < 0.2:
        other[rng.randrange(len(other))] = rng.choice(SIZES)
    return other[1:] if rng.random() < 0.1 else other


def rank(shape, rng):
    return rng.randint(1, 3) if shape is None else len(shape)


def axis(rng, rank, hidden=0.1):
    return None if rng.random() < hidden else rng.randint(-rank - 1, rank) if rng.random() < 0.1 else place(rng, rank)


def place(rng, rank):
    return rng.randint(-rank, rank - 1) if rank else 0


def some(rng, values, hidden=0.15):
    """The values, some or all of them hidden."""
    if rng.random() < 0.08:
        return None
    return [None if rng.random() < hidden else value for value in values]


def index(rng, rank):
    def number():
        return "?" if rng.random() < 0.1 else rng.randint(-5, 5)

    def range_():
        return [rng.choice([None, number()]), rng.choice([None, number()]), rng.choice([None, None, 1, 2, -1, -2])]

    kinds = [lambda: rng.randint(-3, 3), range_, range_, lambda: [None, None, None], lambda: "?"]
    items = [rng.choice(kinds)() for _ in range(rng.randint(1, max(rank, 1)))]
    for extra in (None, "..."):
        if rng.random() < 0.25:
            items.insert(rng.randint(0, len(items)), extra)
    return items


def target(rng, shape):
    sizes = [size or rng.choice([1, 2, 3]) for size in shape or [2, 3]]
    rng.shuffle(sizes)
    while len(sizes) > 1 and rng.random() < 0.4:
        sizes[:2] = [sizes[0] * sizes[1]]
    if sizes and rng.random() < 0.5:
        sizes[rng.randrange(len(sizes))] = -1
    return some(rng, [rng.choice(SIZES) or 5 if rng.random() < 0.05 else size for size in sizes], 0.1)


def sliding_arguments(rule, rng):
    data_format = rng.choice(["NHWC", "NHWC", "NCHW"] + ["NDHWC", "NCDHW"] * (rule != "depthwise_conv"))
    n = len(data_format)
    if rule == "conv_transpose":
        return [], {"shape": some(rng, [rng.choice([1, 4, 9, None, -1]) for _ in range(rng.choice([4, 4, 4, 3]))])}
    spatial = [k for k, letter in enumerate(data_format) if letter not in "NC"]
    channel = data_format.index("C")
    x = [rng.choice([None, 2, 5, 9, 10, 28]) for _ in data_format]
    x[channel] = rng.choice([None, 2, 3, 4, 6])
    window = [rng.choice([1, 2, 3, 5, None if rule != "pool" and rng.random() < 0.3 else 2]) for _ in spatial]
    strides, dilations = [1] * n, [1] * n
    for k in spatial:
        strides[k] = rng.choice([1, 1, 2, 3])
        if rule != "pool" and n == 4 and rng.random() < 0.2:
            dilations[k] = 2
    attributes = {"strides": strides, "padding": rng.choice(["SAME", "VALID"]), "data_format": data_format}
    if rule == "pool":
        attributes["window"] = [1] * n
        for k in spatial:
            attributes["window"][k] = window[k - spatial[0]]
        return [x if rng.random() < 0.9 else drawn(rng)], attributes
    if rule == "conv" and n == 4 and rng.random() < 0.2:
        attributes["padding"] = [[rng.randint(0, 2) for _ in "ab"] if k in spatial else [0, 0] for k in range(n)]
    if rule == "conv":
        attributes["dilations"] = dilations  # the raw depthwise operation forgets them
    depth = rng.choice([x[channel]] * 4 + [2, 3])
    kernel = window + [depth, rng.choice([None, 1, 6, 8])]
    return [x if rng.random() < 0.9 else drawn(rng), kernel if rng.random() < 0.95 else drawn(rng)], attributes


def arguments(rule, rng):
    x = drawn(rng)
    n = rank(x, rng)
    if rule in ("broadcast", "same"):
        other = [1 if rng.random() < 0.2 else size for size in near(rng, x) or [1]]
        pair = [x, other if rule == "broadcast" else near(rng, x)]
        return pair if rng.random() < 0.5 else pair[::-1], {}
    if rule == "matmul":
        inner = rng.choice(SIZES)
        flags = {name: True for name in FLAGS if rng.random() < 0.2}
        return [near(rng, [rng.choice(SIZES), inner]), near(rng, [inner, rng.choice(SIZES)])], flags
    if rule == "batch_matmul":
        (a, b), flags = arguments("matmul", rng)
        batch = drawn(rng, 0, 2)
        return [a and batch and batch + a, b and (near(rng, batch) or []) + b], flags
    if rule == "reshape":
        return [x], {"shape": target(rng, x)}
    if rule in ("expand_dims", "argmax"):
        return [x], {"axis": axis(rng, n + (rule == "expand_dims"))}
    if rule == "squeeze":
        return [x], {"axes": [axis(rng, n, 0) for _ in range(rng.randint(0, 2))] if n else []}
    if rule == "transpose":
        perm = rng.sample(range(n), n)
        if rng.random() < 0.2:
            perm = [rng.randint(-n, n) for _ in perm]  # TensorFlow crashes below -n
        return [x], {"perm": rng.choice(["reversed", None, perm, perm, perm])} if rng.random() < 0.9 else {"perm": [0]}
    if rule in ("concat", "stack"):
        shapes = [x] + [near(rng, x) for _ in range(rng.randint(1, 3))]
        return shapes, {"axis": axis(rng, n) if rule == "concat" else axis(rng, n + 1, 0)}
    if rule == "unstack":
        return [x], {"num": rng.choice([None, None, 1, 2, 3]), "axis": axis(rng, n, 0)}
    if rule == "split":
        return [x], {"num": rng.randint(1, 3), "axis": axis(rng, n)}
    if rule == "split_sizes":
        sizes = [rng.choice([1, 2, 3]) for _ in range(rng.randint(1, 3))]
        along = axis(rng, n)
        if x and along is not None and -n <= along < n and rng.random() < 0.8:
            x[along] = sum(sizes)
        if rng.random() < 0.4:
            sizes[rng.randrange(len(sizes))] = rng.choice([-1, None])
        if along is None:
            sizes[0] = None  # with known sizes TensorFlow takes an axis that it does not know for the last one
        return [x], {"sizes": sizes, "axis": along}
    if rule == "tile":
        return [x], {"multiples": some(rng, [rng.randint(0, 3) for _ in range(rng.choice([n, n, n, n, n + 1]))])}
    if rule == "pad":
        hidden = rng.choice([0, 0, 0.2])
        pairs = [[None if rng.random() < hidden else rng.randint(0, 2) for _ in "ab"] for _ in range(n)]
        return [x], {"paddings": rng.choice([None, pairs, pairs, pairs, pairs, pairs + [[0, 1]]])}
    if rule == "slice_":
        begin = [rng.randint(0, 2) for _ in range(n)]
        return [x], {"begin": some(rng, begin), "size": some(rng, [rng.choice([-1, -1, 0, 1, 2]) for _ in begin])}
    if rule == "strided_slice":
        return [x], {"index": index(rng, n)}
    if rule == "gather":
        return [x, drawn(rng, 0, 2)], {"axis": axis(rng, n)}
    if rule == "gather_nd":
        return [x, near(rng, drawn(rng, 0, 2) or []) + [rng.choice([0, 1, 1, 2, 3, None])]], {}
    if rule == "one_hot":
        return [x], {"depth": rng.choice([None, 0, 3, 4, -1]), "axis": rng.randint(-2 if rng.random() < 0.1 else -1, n)}
    if rule == "select":
        condition = rng.choice([near(rng, x), near(rng, x), [], (x or [2])[:1], [2]])
        return [condition, x, near(rng, x)], {}
    if rule in ("conv", "depthwise_conv", "pool", "conv_transpose"):
        return sliding_arguments(rule, rng)
    if rule in ("softmax_xent", "sigmoid_xent"):
        logits = drawn(rng, 1)
        return [near(rng, logits) or [2], logits], {}
    if rule == "sparse_softmax_xent":
        logits = drawn(rng, 1)
        return [near(rng, logits and logits[:-1]), logits], {}
    if rule == "bias_add":
        data_format = rng.choice(["NHWC", "NHWC", "NCHW"])
        x = drawn(rng, 4, 4) if data_format == "NCHW" else x
        channels = (x or [])[1 if data_format == "NCHW" else -1 :][:1] or [3]
        return [x, near(rng, channels)], {"data_format": data_format}
    if rule == "top_k":
        return [x], {"k": rng.choice([None, 1, 2, 3])}
    if rule == "in_top_k":
        x = near(rng, [rng.choice(SIZES), 4])
        return [x, near(rng, x and x[:1])], {}
    if rule == "common":
        return [x, near(rng, x)], {}
    if rule == "where":
        return [x], {}
    axes = rng.choice(["all", None, [axis(rng, n, 0) for _ in range(rng.randint(0, 2))]])
    return [x], {"axes": axes if n else "all", "keepdims": rng.random() < 0.3}


CHOSEN = [
    ["broadcast", [[2, 3], [3, 2]], {}],
    ["reshape", [[None, 3, 4]], {"shape": [5]}],
    ["reshape", [[None, 3, 4]], {"shape": [2, -1]}],
    ["reshape", [[None, 3, 4]], {"shape": [-1, 12]}],
    ["reshape", [[2, 3]], {"shape": [-1, -1]}],
    ["reshape", [[2, 3]], {"shape": [-2, 3]}],
    ["reshape", [[0, 3]], {"shape": [0, -1]}],
    ["reshape", [[0, None]], {"shape": [6]}],
    ["reshape", [[None, 3]], {"shape": [-1, 0]}],
    ["concat", [[], []], {"axis": 0}],
    ["concat", [[2, 3], [2, 4], [2, 5]], {"axis": 0}],
    ["concat", [[2, 3], [2, 4]], {"axis": 5}],
    ["transpose", [[2, 3]], {"perm": [0, 0]}],
    ["transpose", [[2, 3]], {"perm": [-1, 0]}],
    ["transpose", [None], {"perm": [0]}],
    ["transpose", [None], {"perm": [1, 0]}],
    ["tile", [None], {"multiples": [1, 2]}],
    ["tile", [[2, 3]], {"multiples": [1, -1]}],
    ["pad", [[2, 3]], {"paddings": [[1, -2], [0, 0]]}],
    ["pad", [[2, 3]], {"paddings": [[1, 2, 3], [0, 0, 0]]}],
    ["pad", [None], {"paddings": [[1, 2], [0, 0]]}],
    ["slice_", [[4, 6]], {"begin": [5, 0], "size": [-1, 1]}],
    ["slice_", [[4, 6]], {"begin": [0, 0], "size": [2, 2, 2]}],
    ["slice_", [[4, 6]], {"begin": [0, 0], "size": [-2, 2]}],
    ["slice_", [[4, 6]], {"begin": [-1, 0], "size": [-1, 2]}],
    ["slice_", [[4, 6]], {"begin": [3, 0], "size": [2, 2]}],
    ["strided_slice", [[None, 5, 3]], {"index": [[None, None, None], 5]}],
    ["strided_slice", [[None, 5, 3]], {"index": [[None, None, None], -6]}],
    ["strided_slice", [[None, 5, 3]], {"index": ["...", "..."]}],
    ["strided_slice", [[None, 5, 3]], {"index": [[None, None, 0]]}],
    ["strided_slice", [[4, 5, 3]], {"index": [[1, 3, None], ["?", None, None]]}],
    ["strided_slice", [[4, 5, 3]], {"index": [[1, 3, None], [None, "?", None]]}],
    ["strided_slice", [[4, 5, 3]], {"index": [[1, 3, None], [None, None, "?"]]}],
    ["strided_slice", [[4, 5, 3]], {"index": [1, "?"]}],
    ["strided_slice", [[4, 5, 3]], {"index": [9, "?"]}],
    ["strided_slice", [[4, 5, 3]], {"index": [[None, None, 2], "?"]}],
    ["strided_slice", [[4, 5, 3]], {"index": [[None, None, -1], "?"]}],
    ["strided_slice", [[4, 5, 3]], {"index": [None, "...", None, 0]}],
    ["strided_slice", [[]], {"index": [0]}],
    ["strided_slice", [[]], {"index": [None]}],
    ["strided_slice", [None], {"index": [0, None]}],
    ["squeeze", [[2, 1, 3]], {"axes": [2, 0]}],
    ["squeeze", [[1, 1, 3]], {"axes": [0, 0]}],
    ["split", [[4, 6]], {"num": 5, "axis": 0}],
    ["split", [[4, 6]], {"num": 2, "axis": 2}],
    ["split", [[]], {"num": 2, "axis": 0}],
    ["split_sizes", [[]], {"sizes": [1, 2], "axis": 0}],
    ["split_sizes", [[4, 6]], {"sizes": [-1, -1], "axis": 0}],
    ["split_sizes", [[4, 6]], {"sizes": [5, -1], "axis": 0}],
    ["split_sizes", [[4, 6]], {"sizes": [4, -1], "axis": 0}],
    ["argmax", [[]], {"axis": 3}],
    ["gather", [[], [2]], {"axis": 0}],
    ["select", [[5], [2, 3], [2, 3]], {}],
    ["select", [[2, 1], [2, 3], [2, 3]], {}],
    ["batch_matmul", [[5, 2, 3], [6, 4, 4]], {}],
]


def main():
    rng = random.Random(5)
    cases = list(CHOSEN)
    for rule in RULES:
        cases += [[rule, *arguments(rule, rng)] for _ in range(30)]
    cases = [[*case, answer(*case)] for case in cases]
    lines = ",\n".join(json.dumps(case) for case in cases)
    pathlib.Path(__file__).with_name("shapes.json").write_text("[\n" + lines + "\n]\n")


if __name__ == "__main__":
    main()
