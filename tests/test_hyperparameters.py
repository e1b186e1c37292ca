"""tf.contrib.training.HParams."""

from __future__ import annotations

import json

import pytest

from fastscope.contrib.training import HParams, parse_values


def hparams() -> HParams:
    return HParams(rate=0.5, units=[10, 20], cell="lstm", peepholes=False)


def test_values_are_attributes_and_keep_their_types() -> None:
    found = hparams().parse("rate=3,units=[5],cell=gru,peepholes=true")
    assert (found.rate, found.units, found.cell, found.peepholes) == (3.0, [5], "gru", True)
    assert type(found.rate) is float and type(found.units[0]) is int
    assert "rate" in found and "width" not in found and found.get("width", 7) == 7
    found.set_hparam("rate", 2)
    found.del_hparam("cell")
    assert found.values() == {"rate": 2.0, "units": [5], "peepholes": True}
    assert str(found) == "rate=2.0,units=[5],peepholes=True"
    assert repr(found) == "HParams([('peepholes', True), ('rate', 2.0), ('units', [5])])"


def test_they_go_to_json_and_back() -> None:
    written = hparams().parse("rate=0.25").to_json(sort_keys=True)
    assert json.loads(written)["rate"] == 0.25
    assert hparams().parse_json(written).rate == 0.25
    assert hparams().override_from_dict({"units": [1, 2, 3]}).units == [1, 2, 3]


def test_a_text_may_name_places_in_a_list() -> None:
    types = {"a": int, "b": float}
    assert parse_values("a[1]=4, a[0]=3,b=1e-3", types) == {"a": {1: 4, 0: 3}, "b": 1e-3}
    assert parse_values("c=1,a=2", types, ignore_unknown=True) == {"a": 2}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: HParams(values=1), "Hyperparameter name is reserved: values"),
        (lambda: HParams(a=[]), "Multi-valued hyperparameters cannot be empty: a"),
        (lambda: hparams().set_hparam("rate", [1.0]), "Must not pass a list for single-valued parameter: rate"),
        (lambda: hparams().set_hparam("units", 1), "Must pass a list for multi-valued parameter: units"),
        (lambda: hparams().set_hparam("cell", 1), "Could not cast hparam 'cell' of type '<class 'str'>' from value 1"),
        (lambda: hparams().set_hparam("peepholes", 1), "Could not cast hparam 'peepholes'"),
        (lambda: hparams().get("rate", "x"), "Hparam 'rate' of type '<class 'float'>' is incompatible with default=x"),
        (lambda: hparams().get("units", 1), "of type 'list<<class 'int'>>' is incompatible with default=1"),
        (lambda: hparams().parse("rate"), "Malformed hyperparameter value: rate"),
        (lambda: hparams().parse("width=1"), "Unknown hyperparameter type for width"),
        (lambda: hparams().parse("units[0]=[1]"), "Assignment of a list to a list index"),
        (lambda: hparams().parse("rate=fast"), "Could not parse hparam 'rate' of type 'float' with value 'fast'"),
        (lambda: hparams().parse("rate=1,rate=2"), "Multiple assignments to variable 'rate' in rate=1,rate=2"),
        (lambda: parse_values("a[1]=1,a[1]=2", {"a": int}), "Multiple assignments to variable 'a[1]'"),
        (lambda: parse_values("a=1,a[1]=2", {"a": int}), "Multiple assignments to variable 'a'"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told(wrong: object, says: str) -> None:
    with pytest.raises(ValueError) as caught:
        wrong()  # type: ignore[operator]
    assert says in str(caught.value)


def test_there_are_no_messages_of_hyperparameters() -> None:
    with pytest.raises(NotImplementedError, match="there are no such messages here"):
        HParams(hparam_def=object())  # type: ignore[arg-type]
