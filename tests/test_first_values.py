"""First values depend on the seed and the name; partitioned variables; where variables live."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import fastscope as tf


def values(names: list[str], seed: int | None) -> dict[str, list[float]]:
    with tf.Graph().as_default():
        tf.set_random_seed(seed)
        made = {name: tf.get_variable(name, [3]) for name in names}
        return {name: v.numpy().tolist() for name, v in made.items()}


# ---- seeds


def test_values_depend_on_seed_and_name_alone() -> None:
    first, second = values(["a", "b", "s/a"], 7), values(["s/a", "other", "a"], 7)
    assert (first["a"], first["s/a"]) == (second["a"], second["s/a"])
    different = [*first.values(), *values(["a"], 8).values()]
    assert len({tuple(row) for row in different}) == 4


def test_the_order_of_first_use_does_not_matter() -> None:
    found = []
    for order in ((0, 1), (1, 0)):
        with tf.Graph().as_default():
            tf.set_random_seed(3)
            pair = [tf.get_variable("a", [4]), tf.Variable(lambda: tf.random_normal([4]), name="b")]
            for k in order:
                _ = pair[k].array
            found.append([v.numpy().tolist() for v in pair])
    assert found[0] == found[1]


def test_without_a_seed_values_differ() -> None:
    assert values(["a"], None) != values(["a"], None)


def test_an_initializer_run_again_gives_the_same_value_with_a_seed() -> None:
    tf.set_random_seed(5)
    v = tf.get_variable("v", [4])
    first = v.numpy()
    v.assign(first + 1)
    tf.Session().run(tf.global_variables_initializer())
    np.testing.assert_array_equal(v.numpy(), first)
    np.testing.assert_array_equal(v.initial_value, first)


def test_values_are_the_same_in_another_process() -> None:
    program = (
        "import fastscope as tf; tf.set_random_seed(11); "
        "print(tf.get_variable('s/w', [3]).numpy().tolist(), tf.get_variable('n', [2], tf.float64).numpy().tolist())"
    )
    runs = {
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True,
                       env={**os.environ, "PYTHONHASHSEED": seed}).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(runs) == 1 and "[" in runs.pop()


def test_values_are_the_ones_of_earlier_releases() -> None:
    # who trains with a seed gets the same run after an update; a change here belongs into the changelog
    assert values(["rnn/w"], 42)["rnn/w"] == pytest.approx([-0.98664701, 0.91402233, -0.67349041], abs=1e-7)


# ---- defaults by dtype


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [(tf.int32, [0, 0]), (tf.uint8, [0, 0]), (tf.bool, [False, False]), (tf.string, [b"", b""])],
)
def test_the_default_of_other_dtypes_is_zero(dtype: Any, expected: list[Any]) -> None:
    assert tf.get_variable("v", [2], dtype).numpy().tolist() == expected


@pytest.mark.parametrize("dtype", [tf.float16, tf.bfloat16, tf.float32, tf.float64])
def test_the_default_of_floats_is_glorot_uniform(dtype: Any) -> None:
    tf.set_random_seed(1)
    found = tf.get_variable("v", [300, 200], dtype).numpy().astype(np.float64)
    limit = (6 / 500) ** 0.5
    assert abs(found).max() <= limit * 1.01
    assert found.std() == pytest.approx(limit / 3**0.5, rel=0.02)


# ---- parts


def parts(reuse: Any = None, **kwargs: Any) -> Any:
    with tf.variable_scope("s", partitioner=tf.fixed_size_partitioner(3), reuse=reuse):
        return tf.get_variable("w", **kwargs)


def test_a_variable_in_parts() -> None:
    whole = np.arange(14, dtype=np.float32).reshape(7, 2)
    w = parts(initializer=whole)
    assert (w.name, w.shape, w.dtype.name, len(w)) == ("s/w", (7, 2), "float32", 3)
    assert [v.name for v in w] == ["s/w/part_0:0", "s/w/part_1:0", "s/w/part_2:0"]
    assert [v.shape.as_list() for v in w] == [[3, 2], [2, 2], [2, 2]]
    assert [v._save_slice_info.spec for v in w] == ["7 2 0,3:0,2", "7 2 3,2:0,2", "7 2 5,2:0,2"]
    for found in (w.as_tensor(), w.numpy(), np.asarray(w), w + 0, 1 * w, w / 1, -(0 - w), np.abs(w)):
        np.testing.assert_array_equal(found, whole)
    assert tf.global_variables() == list(w)
    assert repr(w) == "<tf.PartitionedVariable 's/w' shape=(7, 2) dtype=float32 parts=3>"


def test_parts_are_shared_and_written() -> None:
    w = parts(shape=[7, 2])
    assert parts(reuse=True, shape=[7, 2]) is w
    with tf.variable_scope("s", reuse=True):
        assert tf.get_variable("w", [7, 2]) is w and tf.get_variable("w/part_1", [2, 2]) is list(w)[1]
    w.assign(np.arange(14).reshape(7, 2))
    w.assign_add(np.full([7, 2], 3)).assign_sub(np.full([7, 2], 3))
    assert list(w)[1].numpy().tolist() == [[6, 7], [8, 9]]
    with pytest.raises(ValueError, match="rank"):
        w.assign(np.zeros(7))
    assert w.numpy()[6].tolist() == [12, 13]


def test_parts_of_a_random_variable_differ() -> None:
    tf.set_random_seed(2)
    w = parts(shape=[9, 2])
    assert len({tuple(map(tuple, v.numpy().tolist())) for v in w}) == 3


def test_scalars_are_not_cut() -> None:
    assert isinstance(parts(shape=[]), tf.Variable)


def test_create_partitioned_variables() -> None:
    found = tf.create_partitioned_variables([4, 6], [1, 3], tf.constant_initializer(2.0), name="p")
    assert [(v.name, v.shape.as_list()) for v in found] == [(f"p/part_{k}:0", [4, 2]) for k in range(3)]


# ---- devices without CuPy


HIDE_CUPY = """
import importlib.util
find_spec = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name == "cupy" else find_spec(name, package)
"""


def run(program: str, **environment: str) -> str:
    """What the program prints in a new process that finds no CuPy."""
    env = {key: value for key, value in os.environ.items() if key != "FASTSCOPE_DEVICE"} | environment
    command = [sys.executable, "-c", HIDE_CUPY + program]
    done = subprocess.run(command, capture_output=True, text=True, env=env, check=False)
    return done.stdout + done.stderr


@pytest.mark.parametrize("how", ["with tf.device('/gpu:0'): v = tf.get_variable('v', [2])", "v = tf.Variable([1.0])"])
def test_a_gpu_without_cupy_is_an_error_that_names_the_extras(how: str) -> None:
    environment = {} if "device" in how else {"FASTSCOPE_DEVICE": "/gpu:0"}
    said = run(f"import fastscope as tf\n{how}\nv.array", **environment)
    assert "ModuleNotFoundError" in said and "fastscope[cuda12]" in said and "fastscope[cuda13]" in said


def test_the_default_without_cupy_is_the_cpu() -> None:
    program = "import fastscope as tf\nv = tf.get_variable('v', [2])\nprint(type(v.array).__module__, repr(v.device))"
    assert run(program) == "numpy ''\n"
    assert run(program, FASTSCOPE_DEVICE="cpu") == "numpy ''\n"


def test_a_device_variable_that_means_nothing() -> None:
    assert "FASTSCOPE_DEVICE" in run("import fastscope as tf\ntf.Variable([1.0]).array", FASTSCOPE_DEVICE="tpu")
