"""make_template: made at the first call, shared by the later ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fastscope as tf


def linear(x: Any, units: int = 2) -> Any:
    w = tf.get_variable("w", [x.shape[-1], units], initializer=tf.constant_initializer(0.5))
    return x @ w


def test_the_later_calls_share() -> None:
    template = tf.make_template("layer", linear, units=3)
    first, second = template(np.ones([1, 4])), template(np.full([2, 4], 2.0))
    assert (first.tolist(), second.shape) == ([[2.0] * 3], (2, 3))
    assert [v.name for v in tf.global_variables()] == ["layer/w:0"]
    assert template.variables == template.trainable_variables == template.global_variables == tf.global_variables()
    assert (template.name, template.variable_scope.name, template.variable_scope_name) == ("layer", "layer", "layer/")


def test_two_templates_of_one_name_share_nothing() -> None:
    one, two = (tf.make_template("t", linear) for _ in range(2))
    for template in (one, two, one):
        template(np.ones([1, 1]))
    assert [v.name for v in tf.global_variables()] == ["t/w:0", "t_1/w:0"]


def test_templates_of_one_unique_name_share_only_with_auto_reuse() -> None:
    one, two = (tf.make_template("t", linear, unique_name_="same") for _ in range(2))
    one(np.ones([1, 1]))
    with pytest.raises(ValueError, match=r"same/w already exists"):
        two(np.ones([1, 1]))


@pytest.mark.parametrize(("now", "expected"), [(False, "inside/t/w:0"), (True, "t/w:0")])
def test_where_the_scope_is_opened(now: bool, expected: str) -> None:
    template = tf.make_template("t", linear, create_scope_now_=now)
    with tf.variable_scope("inside"):
        template(np.ones([1, 1]))
    assert [v.name for v in tf.global_variables()] == [expected]


def test_a_new_variable_later_is_an_error_that_names_both_places() -> None:
    names = iter("ab")
    template = tf.make_template("t", lambda: tf.get_variable(next(names), [1]))
    template()
    with pytest.raises(ValueError, match=r"(?s)t/b does not exist.*holds: 'a'.*originally defined at:.*test_template"):
        template()
    assert [v.name for v in tf.global_variables()] == ["t/a:0"]


def test_variables_that_are_not_trained_may_be_made_in_each_call() -> None:
    template = tf.make_template("t", lambda: tf.Variable(0, name="count", trainable=False).name)
    assert [template(), template()] == ["t/count:0", "t_1/count:0"]


def test_a_failed_first_call_is_no_call() -> None:
    state = {"fail": True}

    def function() -> Any:
        w = tf.get_variable("w", [1])
        if state["fail"]:
            raise RuntimeError("not yet")
        return w

    template = tf.make_template("t", function)
    with pytest.raises(RuntimeError, match="not yet"):
        template()
    state["fail"] = False
    with pytest.raises(ValueError, match="t/w already exists"):
        template()


def test_an_error_keeps_its_type() -> None:
    def fail() -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        tf.make_template("t", fail)()
    assert tf.get_variable_scope().name == ""


def test_custom_getter_and_local_variables() -> None:
    seen: list[str] = []

    def getter(getter: Any, name: str, **kwargs: Any) -> Any:
        seen.append(name)
        return getter(name, **kwargs)

    template = tf.make_template("t", lambda: tf.get_local_variable("v", [1]), custom_getter_=getter)
    assert template() is template()
    assert (seen, template.local_variables, template.trainable_variables) == (["t/v"] * 2, template.variables, [])


def test_before_the_first_call() -> None:
    template = tf.make_template("t", linear)
    assert (template.variable_scope_name, template.variables) == (None, [])
    assert template.variable_scope is None


def test_a_template_is_nested_in_a_template() -> None:
    inner = tf.make_template("inner", linear)
    outer = tf.make_template("outer", lambda x: inner(inner(x)))
    assert outer(np.ones([1, 2])).shape == outer(np.ones([1, 2])).shape
    assert [v.name for v in outer.variables] == ["outer/inner/w:0"]


def test_its_weights_by_all_of_their_names() -> None:
    def function() -> None:
        tf.get_variable("w", [1])
        tf.get_variable("n", [1], trainable=False)
        tf.get_local_variable("l", [1])

    template = tf.make_template("t", function)
    assert template.var_scope is None
    template()
    assert [v.name for v in template.weights] == ["t/w:0", "t/n:0", "t/l:0"] and template.weights == template.variables
    assert [v.name for v in template.trainable_weights] == ["t/w:0"]
    assert [v.name for v in template.non_trainable_weights] == ["t/n:0"]
    assert template.non_trainable_variables == template.non_trainable_weights
    assert template.var_scope is template.variable_scope


def test_a_first_call_that_fails_leaves_its_variables_as_in_tensorflow() -> None:
    def layer(fails: bool) -> Any:
        w = tf.get_variable("w", [2])
        if fails:
            raise ZeroDivisionError
        return w

    template = tf.make_template("t", layer)
    with pytest.raises(ZeroDivisionError):
        template(True)
    with pytest.raises(ValueError, match="Variable t/w already exists, disallowed"):
        template(False)
