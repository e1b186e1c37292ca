"""Sessions, initializer operations, and who has a value."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, defaultdict, namedtuple
from typing import Any
from unittest import mock

import numpy as np
import pytest

import fastscope as tf

Pair = namedtuple("Pair", "c h")


def made() -> tuple[Any, Any]:
    with tf.variable_scope("s"):
        v, n = tf.get_variable("v", initializer=[1.5, 2.5]), tf.Variable(3, name="n")
    tf.Session().run(tf.global_variables_initializer())
    return v, n


# ---- fetches


def test_values_are_copies_on_the_host() -> None:
    v, _ = made()
    found = tf.Session().run(v)
    found[:] = 0
    assert v.numpy().tolist() == [1.5, 2.5]


def test_scalars() -> None:
    _, n = made()
    found = tf.Session().run(n)
    assert (type(found), found) == (np.int32, 3)


def test_structures_come_back_as_they_are() -> None:
    v, n = made()
    found = tf.Session().run({"list": [n, (n, v.initializer)], "pair": Pair(n, v), "none": []})
    assert found["list"] == [3, (3, None)] and found["none"] == []
    assert type(found["pair"]) is Pair and found["pair"].h.tolist() == [1.5, 2.5]
    assert tf.Session().run(OrderedDict(a=n)) == OrderedDict(a=3)
    grouped = tf.Session().run(defaultdict(list, {"a": n}))
    assert (type(grouped), grouped["a"], grouped["b"]) == (defaultdict, 3, [])


def test_names() -> None:
    v, _ = made()
    v.assign([7, 8])
    assert [x.tolist() for x in tf.Session().run(["s/v:0", "s/v"])] == [[7, 8], [7, 8]]
    assert tf.Session().run("s/n:0") == 3
    assert (tf.Session().run("s/v/Assign"), v.numpy().tolist()) == (None, [1.5, 2.5])
    assert tf.Session().run(v.op) is None


@pytest.mark.parametrize("keys", [["mine"], [tf.GraphKeys.LOCAL_VARIABLES], []])
def test_names_of_variables_in_any_collection(keys: list[str]) -> None:
    w = tf.get_variable("w", initializer=[1.5], collections=keys, trainable=False)
    v = tf.Variable([2.5], name="v", collections=keys)
    tf.Session().run(["w/Assign", "v/Assign"])
    assert tf.Session().run(["w:0", "v:0"]) == [w.numpy(), v.numpy()]


def test_functions_are_called_and_numbers_pass() -> None:
    v, _ = made()
    assert tf.Session().run(lambda: v + 1).tolist() == [2.5, 3.5]
    assert tf.Session().run([lambda: v * 2, 5, np.float64(0.5)])[1:] == [5, 0.5]
    assert tf.Session().run(np.arange(3)).tolist() == [0, 1, 2]


def test_partitioned_variables_are_fetched_whole() -> None:
    w = tf.get_variable("w", initializer=np.arange(6.0), partitioner=tf.fixed_size_partitioner(2))
    with pytest.raises(tf.errors.FailedPreconditionError, match="w/part_0"):
        tf.Session().run(w)
    tf.Session().run(tf.global_variables_initializer())
    assert tf.Session().run(w).tolist() == [0, 1, 2, 3, 4, 5]


def test_nothing_is_fed_by_an_empty_dict() -> None:
    v, _ = made()
    assert tf.Session().run(v, feed_dict={}).tolist() == [1.5, 2.5]


# ---- sessions


def test_the_default_session() -> None:
    v, _ = made()
    assert tf.get_default_session() is None
    with tf.Session() as outer:
        with tf.Session().as_default() as inner:
            assert tf.get_default_session() is inner
        assert tf.get_default_session() is outer
        assert v.eval().tolist() == [1.5, 2.5]
    assert tf.get_default_session() is None
    with pytest.raises(RuntimeError, match="closed"):
        outer.run(v)
    assert v.eval(session=tf.Session()).tolist() == [1.5, 2.5]


def test_an_interactive_session_is_the_default_until_it_is_closed() -> None:
    v, _ = made()
    session = tf.InteractiveSession()
    assert (tf.get_default_session(), v.eval().tolist()) == (session, [1.5, 2.5])
    session.close()
    assert tf.get_default_session() is None


def test_a_session_of_another_graph() -> None:
    graph = tf.Graph()
    with graph.as_default():
        w = tf.get_variable("w", initializer=[4.0])
        initializer = tf.global_variables_initializer()
    with tf.Session(graph=graph) as session:
        assert tf.get_default_graph() is graph is session.graph
        session.run(initializer)
        assert session.run("w:0").tolist() == [4.0]
    assert tf.get_default_graph() is not graph
    assert w.numpy().tolist() == [4.0]


def test_two_sessions_see_the_same_values() -> None:
    v, _ = made()
    with tf.Session() as one, tf.Session() as two:
        v.load([8, 9], one)
        assert two.run(v).tolist() == [8, 9]


def test_tasks_have_default_sessions_of_their_own() -> None:
    async def one() -> None:
        with tf.Session() as session:
            await asyncio.sleep(0)
            assert tf.get_default_session() is session
            await asyncio.sleep(0)

    async def main() -> None:
        await asyncio.gather(one(), one())
        assert tf.get_default_session() is None

    asyncio.run(main())


def test_an_exception_leaves_the_session() -> None:
    with pytest.raises(KeyError), tf.Session():
        raise KeyError
    assert tf.get_default_session() is None


def test_gpu_options() -> None:
    config = tf.ConfigProto(allow_soft_placement=True, log_device_placement=False)
    config.gpu_options.allow_growth = True
    tf.Session(config=config)  # needs no CuPy
    assert (config.allow_soft_placement, tf.ConfigProto().log_device_placement) == (True, False)
    cupy = mock.MagicMock()
    config.gpu_options.per_process_gpu_memory_fraction = 0.25
    with mock.patch.dict("sys.modules", {"cupy": cupy}):
        tf.Session(config=config)
    cupy.get_default_memory_pool().set_limit.assert_called_once_with(fraction=0.25)
    options = tf.GPUOptions(per_process_gpu_memory_fraction=0.5)
    assert tf.ConfigProto(gpu_options=options).gpu_options is options
    assert tf.ConfigProto(gpu_options=None).gpu_options.allow_growth is False  # type: ignore[arg-type]
    with mock.patch("fastscope.session.options.gpu_count", return_value=0):
        tf.Session(config=tf.ConfigProto(gpu_options=options))  # there is nothing to limit


def test_a_configuration_has_its_fields_and_no_other() -> None:
    with pytest.raises(TypeError):
        tf.ConfigProto(3)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="bogus"):
        tf.ConfigProto(bogus=1)  # type: ignore[call-arg]
    with pytest.raises(AttributeError, match="bogus"):
        tf.ConfigProto().bogus = 1  # type: ignore[attr-defined]


# ---- who has a value


def test_initializers() -> None:
    with tf.variable_scope("s"):
        v, w = tf.get_variable("v", initializer=[1.0]), tf.get_local_variable("w", initializer=[2.0])
        parts = tf.get_variable("p", [4], partitioner=tf.fixed_size_partitioner(2))
    names = [b"s/v", b"s/p/part_0", b"s/p/part_1", b"s/w"]
    assert tf.report_uninitialized_variables().tolist() == names
    with pytest.raises(tf.errors.FailedPreconditionError, match="s/v"):
        tf.assert_variables_initialized()
    session = tf.Session()
    session.run(tf.variables_initializer([parts]))
    assert tf.report_uninitialized_variables().tolist() == [b"s/v", b"s/w"]
    assert (tf.is_variable_initialized(v), tf.is_variable_initialized(w)) == (False, False)
    session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
    assert (tf.report_uninitialized_variables().tolist(), bool(tf.is_variable_initialized(w))) == ([], True)
    tf.assert_variables_initialized()


def test_the_initializer_of_what_there_is_now() -> None:
    a = tf.get_variable("a", initializer=[1.0])
    operation = tf.global_variables_initializer()
    b = tf.get_variable("b", initializer=[2.0])
    a.assign([5.0])
    tf.Session().run(operation)
    assert (a.numpy().tolist(), tf.report_uninitialized_variables().tolist()) == ([1.0], [b"b"])
    assert b.numpy().tolist() == [2.0]


def test_deprecated_names_are_the_same() -> None:
    assert tf.all_variables is tf.global_variables
    assert tf.initialize_all_variables is tf.global_variables_initializer
    assert (tf.initialize_variables, tf.initialize_local_variables) == (
        tf.variables_initializer,
        tf.local_variables_initializer,
    )
