"""Record the checkpoints of this folder with TensorFlow.

    python -m venv tf && tf/bin/pip install tensorflow-cpu tf-keras
    tf/bin/python tests/golden/record_checkpoints.py

Writes into tests/golden/checkpoints/ (small files, a few kB each):

    v2_types, v1_types        every dtype, scalars, an empty tensor, strings
    v2_slices, v1_slices      partitioned tensors: along one axis, and as a grid
    v2_sharded, v1_sharded    two data files
    many.json                 digest of an index of 9000 names, more than one table block
    training/                 a Saver's directory after four saves with Adam, max_to_keep=2
    tf2_object                tf.train.Checkpoint
    char_rnn, char_rnn.json   a character RNN that knows one sentence, under the names that TensorFlow 1.0
                              gave, and the logits that TensorFlow computes with it
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["TF_USE_LEGACY_KERAS"] = "1"

import ml_dtypes
import numpy as np
import tensorflow as tf2

tf = tf2.compat.v1
OUT = Path(__file__).parent / "checkpoints"
SENTENCE = "she sells sea shells by the sea shore. "
UNSIGNED = np.array([[0, 1, 2], [3, 100, 7]])
SIGNED = np.array([[0, 1, -2.5], [3, 100, -7]])


def typed_tensors() -> dict[str, np.ndarray]:
    """Return one tensor of each dtype; the test builds the same."""
    names = "float16 float32 float64 int8 int16 int32 int64 complex64 complex128"
    tensors = {name: SIGNED.astype(name) for name in names.split()}
    tensors["complex64"] = (SIGNED + 1j * SIGNED[::-1]).astype(np.complex64)
    tensors["complex128"] = SIGNED + 1j * SIGNED[::-1]
    tensors |= {name: UNSIGNED.astype(name) for name in ["uint8", "uint16", "uint32", "uint64", "bool"]}
    tensors["bfloat16"] = np.array([0, 1, -2.5, 3], ml_dtypes.bfloat16)
    tensors["string"] = np.array([[b"a", b""], [b"x\0y" * 50, "\N{SNOWMAN}".encode()]], object)
    tensors["scalar"] = np.float32(7.25)
    tensors["scalar string"] = np.array(b"hi", object)
    tensors["empty"] = np.zeros((0, 3), np.float32)
    return dict(sorted(tensors.items()))  # as a Saver orders them


def save_ops(prefix: str, tensors: list, names: list, specs: list | None = None, v1: bool = False):
    """Return the op that saves `tensors` as V2 or V1, with slice specs where given."""
    specs = specs or [""] * len(names)
    if v1:
        return tf.raw_ops.SaveSlices(filename=prefix, tensor_names=names, shapes_and_slices=specs, data=tensors)
    return tf.raw_ops.SaveV2(prefix=prefix, tensor_names=names, shape_and_slices=specs, tensors=tensors)


def run(op) -> None:
    """Run one op."""
    with tf.Session() as session:
        session.run(op)


def record_types() -> None:
    """Every dtype that the two formats can hold."""
    for v1 in (False, True):
        with tf.Graph().as_default():
            tensors = typed_tensors()
            for name in ("bfloat16", "uint32", "uint64") if v1 else ():
                del tensors[name]  # V1 has no place for them
            constants = [tf.constant(value) for value in tensors.values()]
            path = str(OUT / ("v1_types" if v1 else "v2_types"))
            run(save_ops(path, constants, list(tensors), v1=v1))


def record_slices() -> None:
    """rows [5, 2] cut into 3 along axis 0; grid [4, 6] as 2 x 2; a whole one beside them."""
    rows = np.arange(10, dtype=np.float32).reshape(5, 2)
    grid = np.arange(24, dtype=np.int32).reshape(4, 6) - 7
    pieces = [("p/rows", f"5 2 {a},{n}:0,2", rows[a : a + n]) for a, n in ((0, 2), (2, 2), (4, 1))]
    pieces += [
        ("p/grid", f"4 6 {r},{nr}:{c},{nc}", grid[r : r + nr, c : c + nc])
        for r, nr in ((0, 1), (1, 3))
        for c, nc in ((0, 2), (2, 4))
    ]
    pieces += [("p/whole", "", np.float64([3.5, -1.25]))]
    names, specs, values = zip(*pieces, strict=True)
    for v1 in (False, True):
        with tf.Graph().as_default():
            path = str(OUT / ("v1_slices" if v1 else "v2_slices"))
            run(save_ops(path, [tf.constant(v) for v in values], list(names), list(specs), v1))


def record_shards() -> None:
    """A V2 bundle of two data files, and two V1 files; a partitioned tensor has one row in each."""
    for v1 in (False, True):
        with tf.Graph().as_default():
            parts = []
            for i, whole in enumerate((np.float32([[1, 2], [3, 4]]), np.float32([5, 6, 7]))):
                parts.append(str(OUT / (f"v1_sharded-{i:05d}-of-00002" if v1 else f"part-{i}")))
                values = [tf.constant(whole), tf.constant(np.int64([[i, 10 + i, 20 + i]]))]
                names = [f"whole_{i}", "rows"]
                run(save_ops(parts[-1], values, names, ["", f"2 3 {i},1:0,3"], v1))
            if not v1:
                merged = str(OUT / "v2_sharded")
                run(
                    tf.raw_ops.MergeV2Checkpoints(
                        checkpoint_prefixes=parts, destination_prefix=merged, delete_old_dirs=False
                    )
                )
    for leftover in OUT.glob("part-*"):
        leftover.unlink()


def record_many() -> None:
    """Enough names for the index to take two blocks; of 300 kB only the digest is kept."""
    names = sorted(f"layer_{i // 7}/block_{i % 7}/kernel/Adam_{i % 3}_{i}" for i in range(9000))
    with tf.Graph().as_default():
        values = [tf.constant(np.zeros(0, np.float32)) for _ in names]
        run(save_ops(str(OUT / "many"), values, names))
    digest = hashlib.sha256((OUT / "many.index").read_bytes()).hexdigest()
    (OUT / "many.json").write_text(json.dumps({"index_sha256": digest}) + "\n")
    for leftover in OUT.glob("many.[di]*"):
        leftover.unlink()


def record_training() -> None:
    """Four saves of a model with Adam slots, of which two are kept."""
    folder = OUT / "training"
    folder.mkdir()
    os.chdir(folder)  # so that the `checkpoint` file holds no absolute paths
    with tf.Graph().as_default(), tf.Session() as session:
        tf.set_random_seed(1)
        step = tf.train.get_or_create_global_step()
        with tf.variable_scope("model"):
            w = tf.get_variable("w", [2, 3], partitioner=tf.fixed_size_partitioner(2))
            b = tf.get_variable("b", [3], initializer=tf.zeros_initializer())
        loss = tf.reduce_sum((tf.matmul(tf.constant([[1.0, 2.0]]), w) + b - 1) ** 2)
        train = tf.train.AdamOptimizer(0.1).minimize(loss, global_step=step)
        session.run(tf.global_variables_initializer())
        saver = tf.train.Saver(max_to_keep=2)
        for _ in range(4):
            session.run(train)
            saver.save(session, "./model", global_step=step, write_meta_graph=False)
        values = session.run({"w": tf.identity(w), "b": b})
    text = json.dumps({name: value.tolist() for name, value in values.items()})
    (folder / "values.json").write_text(text + "\n")


def record_tf2() -> None:
    """tf.train.Checkpoint, whose names are paths through objects (a TensorFlow 2 process of its own)."""
    program = f"""
import tensorflow as tf
model = tf.Module()
model.kernel = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
model.steps = tf.Variable(9, dtype=tf.int64)
tf.train.Checkpoint(model=model).write({str(OUT / "tf2_object")!r})
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def record_char_rnn() -> None:
    """Train a character RNN on one sentence and save it under the names of TensorFlow 1.0."""
    vocabulary = sorted(set(SENTENCE))
    ids = np.array([vocabulary.index(char) for char in SENTENCE * 2])
    units, depth = 16, 6
    with tf.Graph().as_default(), tf.Session() as session:
        tf.set_random_seed(3)
        symbols = tf.placeholder(tf.int32, [None, None])
        with tf.variable_scope("rnnlm"):
            embedding = tf.get_variable("embedding", [len(vocabulary), depth])
            softmax_w = tf.get_variable("softmax_w", [units, len(vocabulary)])
            softmax_b = tf.get_variable("softmax_b", [len(vocabulary)])
        cell = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.BasicLSTMCell(units)])
        inputs = tf.nn.embedding_lookup(embedding, symbols)
        outputs, _ = tf.nn.dynamic_rnn(cell, inputs, dtype=tf.float32, scope="rnnlm")
        logits = tf.einsum("nth,hv->ntv", outputs, softmax_w) + softmax_b
        loss = tf.reduce_mean(
            tf.nn.sparse_softmax_cross_entropy_with_logits(labels=symbols[:, 1:], logits=logits[:, :-1])
        )
        train = tf.train.AdamOptimizer(0.02).minimize(loss)
        session.run(tf.global_variables_initializer())
        for _ in range(600):
            _, value = session.run([train, loss], {symbols: ids[None]})
        print(f"char_rnn: {value / np.log(2):.4f} bits per character")
        old = {"kernel": "weights", "bias": "biases"}
        saved = {}
        for variable in tf.trainable_variables():
            scope, _, leaf = variable.op.name.rpartition("/")
            saved[f"{scope}/{old.get(leaf, leaf)}"] = variable
        saved["vocabulary"] = tf.Variable([char.encode() for char in vocabulary])
        session.run(saved["vocabulary"].initializer)
        saver = tf.train.Saver(saved)
        saver.save(session, str(OUT / "char_rnn"), write_meta_graph=False, write_state=False)
        answer = session.run(logits, {symbols: ids[None, :9]})[0]
    record = {"text": SENTENCE[:9], "logits": np.round(answer.astype(float), 7).tolist()}
    (OUT / "char_rnn.json").write_text(json.dumps(record) + "\n")


def main() -> None:
    """Record everything anew."""
    tf.disable_v2_behavior()
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    record_types()
    record_slices()
    record_shards()
    record_many()
    record_tf2()
    record_char_rnn()
    record_training()


if __name__ == "__main__":
    main()
