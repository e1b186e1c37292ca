"""The same two things with other libraries: get a shared parameter that is there, enter and leave a scope.

Each peer is a function that yields its Subjects while everything they need is open; it may import, so it is called only
where its package is installed. What is not in a library's world (torch has no scopes, tries have nothing but keys) is
left out.
"""

from __future__ import annotations

import importlib.util
import string
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.timing import Subject, statement

__all__ = ["BOTH", "HIT", "PEERS", "SCOPE", "installed", "tensorflow_of"]

HIT, SCOPE, BOTH = "hit", "scope", "scope and hit"


@contextmanager
def tensorflow() -> Iterator[list[Subject]]:
    """tf.compat.v1, ref variables, graph mode: the original."""
    import tensorflow.compat.v1 as tf

    with tf.Graph().as_default():
        tf.disable_resource_variables()
        with tf.variable_scope("a"), tf.variable_scope("b"):
            variable = tf.get_variable("w", [2, 3])
            with tf.variable_scope("c"):
                tf.get_variable("w", [2, 3])
        with tf.variable_scope("a", reuse=True), tf.variable_scope("b"):
            assert tf.get_variable("w") is variable
            yield [
                statement(HIT, "tf.get_variable('w')", {"tf": tf}),
                statement(SCOPE, "with tf.variable_scope('c'): pass", {"tf": tf}),
                statement(BOTH, "with tf.variable_scope('c'): tf.get_variable('w')", {"tf": tf}),
            ]


@contextmanager
def tensorflow_of(count: int) -> Iterator[list[Subject]]:
    """The same in a graph of `count` variables; making one takes milliseconds, and the more there are the longer."""
    import tensorflow.compat.v1 as tf

    with tf.Graph().as_default():
        tf.disable_resource_variables()
        for layer in range(count // 2):
            with tf.variable_scope(f"layer_{layer}"):
                tf.get_variable("kernel", [2, 3])
                tf.get_variable("bias", [3])
        hit = statement(HIT, "tf.get_variable('kernel')", {"tf": tf}).loop
        both = statement(BOTH, "with tf.variable_scope('layer_0'): tf.get_variable('kernel')", {"tf": tf}).loop

        def in_scope(scope: str, loop: Callable[[int], float]) -> Callable[[int], float]:
            def run(turns: int) -> float:
                with tf.variable_scope(scope, reuse=True):
                    return loop(turns)

            return run

        yield [Subject(HIT, in_scope("layer_0", hit)), Subject(BOTH, in_scope("", both))]


@contextmanager
def haiku() -> Iterator[list[Subject]]:
    """dm-haiku, inside of a transformed function; its name_scope numbers a name that comes again: nothing shared."""
    import haiku as hk
    import jax.numpy as jnp

    codes = {HIT: "hk.get_parameter('w', shape, init=init)", SCOPE: "with hk.name_scope('c'): pass"}
    names = {"hk": hk, "shape": [2, 3], "init": jnp.zeros}

    def make() -> None:
        with hk.name_scope("a"), hk.name_scope("b"):
            hk.get_parameter("w", [2, 3], init=jnp.zeros)

    parameters = hk.transform(make).init(None)

    def in_scope(loop: Callable[[int], float]) -> Callable[[int], float]:
        def run(turns: int) -> float:
            def body() -> float:
                with hk.name_scope("a"), hk.name_scope("b"):
                    return loop(turns)

            return hk.transform(body).apply(parameters, None)

        return run

    yield [Subject(label, in_scope(statement(label, code, names).loop)) for label, code in codes.items()]


@contextmanager
def flax() -> Iterator[list[Subject]]:
    """flax.core: the Scope under a linen module."""
    import jax.numpy as jnp
    from flax.core import Scope

    parameters = {"params": {"a": {"b": {"w": jnp.zeros([2, 3]), "c": {"w": jnp.zeros([2, 3])}}}}}
    scope = Scope(parameters).push("a").push("b")
    assert scope.get_variable("params", "w") is parameters["params"]["a"]["b"]["w"]
    names = {"scope": scope}
    yield [
        statement(HIT, "scope.get_variable('params', 'w')", names),
        statement(SCOPE, "scope.push('c', reuse=True)", names),
        statement(BOTH, "scope.push('c', reuse=True).get_variable('params', 'w')", names),
    ]


@contextmanager
def torch() -> Iterator[list[Subject]]:
    """torch.nn: a parameter by its full name."""
    import torch

    model = torch.nn.Module()
    model.a, model.a.b = torch.nn.Module(), torch.nn.Module()
    model.a.b.w = torch.nn.Parameter(torch.zeros(2, 3))
    assert model.get_parameter("a.b.w") is model.a.b.w
    yield [statement(HIT, "model.get_parameter('a.b.w')", {"model": model})]


def trie(name: str) -> Callable[[], Any]:
    """A trie package: its look-up of a full name that is made on the spot."""

    @contextmanager
    def peer() -> Iterator[list[Subject]]:
        package = importlib.import_module(name)
        keys = [f"a/{part}/w" for part in string.ascii_lowercase]
        if name == "marisa_trie":
            table = package.BytesTrie([(key, b"x") for key in keys])
        elif name == "datrie":
            table = package.Trie(string.ascii_lowercase + "/")
        else:
            table = package.StringTrie()
        for key in keys if name != "marisa_trie" else []:
            table[key] = object()
        yield [statement(HIT, "t[f'{scope}/{name}']", {"t": table, "scope": "a/b", "name": "w"})]

    return peer


PEERS: dict[str, Callable[[], Any]] = {
    "tensorflow": tensorflow,
    "haiku": haiku,
    "flax": flax,
    "torch": torch,
    **{name: trie(name) for name in ("datrie", "marisa_trie", "pygtrie")},
}


def installed(peer: str) -> bool:
    """Whether the peer's package is there."""
    return importlib.util.find_spec(peer) is not None
