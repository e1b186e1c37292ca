"""Record the signatures of TensorFlow's operations in fastscope/graphdef/signatures.txt.

Run with TensorFlow 1.15: `python tests/golden/record_op_defs.py`. A line an operation:

    MatMul a:T b:T -> product:T | transpose_a:bool=False transpose_b:bool=False T:type

An argument is a name and its type, an attribute's name or a dtype, "N*T" for as many as the attribute N says, "list(T)"
for one of each dtype in the attribute T, "ref T" for one that is written. After the bar are the attributes, with their
defaults; those that are dtypes with the ones that they may be in braces, if not all.
"""

from pathlib import Path

import tensorflow as tf
from tensorflow.python.framework import op_def_registry

HERE = Path(__file__).parent
NAMES = (HERE / "op_names.txt").read_text().split()
LIST_FIELDS = ("s", "i", "f", "b", "type")


def dtype(number):
    return tf.as_dtype(number).name


def argument(arg):
    if arg.type_list_attr:
        kind = f"list({arg.type_list_attr})"
    else:
        kind = arg.type_attr or dtype(arg.type)
        if arg.number_attr:
            kind = f"{arg.number_attr}*{kind}"
    return "{}:{}{}".format(arg.name, "ref_" * arg.is_ref, kind)


def plain(value):
    which = value.WhichOneof("value")
    if which == "list":
        for field in LIST_FIELDS:
            items = list(getattr(value.list, field))
            if items:
                return [one(field, item) for item in items]
        return []
    if which == "shape":
        return None if value.shape.unknown_rank else [dim.size for dim in value.shape.dim]
    if which == "tensor":
        return None
    return one(which, getattr(value, which))


def one(field, item):
    if field == "s":
        return item.decode()
    return dtype(item) if field == "type" else item


def attribute(attr):
    text = f"{attr.name}:{attr.type}"
    allowed = [dtype(number) for number in attr.allowed_values.list.type]
    if allowed:
        text += "{" + ",".join(allowed) + "}"
    if attr.HasField("default_value"):
        text += "=" + repr(plain(attr.default_value)).replace(" ", "")
    return text


def line(op):
    inputs = " ".join(map(argument, op.input_arg))
    outputs = " ".join(map(argument, op.output_arg))
    attributes = " ".join(map(attribute, op.attr))
    return " ".join((f"{op.name} {inputs} -> {outputs} | {attributes}").split())


known = op_def_registry.get_registered_ops()
found = [line(known[name]) for name in NAMES if name in known]
print("not TensorFlow's: " + " ".join(name for name in NAMES if name not in known))
(HERE.parent.parent / "fastscope" / "graphdef" / "signatures.txt").write_text("\n".join(found) + "\n")
