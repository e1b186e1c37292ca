"""Records TensorFlow 1.15's answers to the programs of the files that it lists at its end, as JSON.

In an environment of its own (Python 3.7), from the folder of this file:

    pip install 'tensorflow==1.15.5' 'protobuf<3.21'
    python record_graph_programs.py
"""

import importlib
import json
import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf
import tensorflow.contrib.slim.nets

tf.compat.v1.logging.set_verbosity("FATAL")


def plain(value):
    """The value as JSON has it; an array as its dtype and elements."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in sorted(value.items())}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, (np.ndarray, np.generic)):
        array = np.asarray(value)
        elements = plain(array.tolist()) if array.dtype == object else array.tolist()
        found = {"dtype": "object" if array.dtype == object else str(array.dtype), "array": elements}
        return found if array.size else dict(found, shape=list(array.shape))
    return value


def record(module):
    answers = {}
    for name, function in importlib.import_module(module).PROGRAMS.items():
        tf.reset_default_graph()
        answers[name] = plain(function(tf))
    lines = ",\n".join(f" {json.dumps(name)}: {json.dumps(answer)}" for name, answer in answers.items())
    pathlib.Path(__file__).with_name(f"{module}.json").write_text("{\n" + lines + "\n}\n")


if __name__ == "__main__":
    record("graph_programs")
    record("whole_programs")
    record("fitting_programs")
    record("sequence_programs")
    record("layer_programs")
    record("net_programs")
