"""Record scoping.json again: run each of its programs on TensorFlow and write down what it answers.

    pip install tensorflow-cpu && python tests/golden/record_scoping.py

A new question is a new entry with a `case` and a `code`, a function body written with the short names below; this
script fills in the rest. Answers that hold random numbers change from run to run.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import tempfile
import textwrap
import threading
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow.compat.v1 as tf

FILE = Path(__file__).with_name("scoping.json")


def checkpoint() -> tuple[str, str]:
    """A directory and a checkpoint in it with old/w, old/b and global_step, written from another graph."""
    folder = tempfile.mkdtemp()
    with tf.Graph().as_default(), tf.Session() as session:
        with tf.variable_scope("old"):
            tf.get_variable("w", initializer=tf.constant([[1.0, 2.0], [3.0, 4.0]]))
            tf.get_variable("b", initializer=tf.constant([5.0, 6.0]))
        tf.Variable(7, name="global_step", trainable=False, dtype=tf.int64)
        session.run(tf.global_variables_initializer())
        path = tf.train.Saver().save(session, folder + "/m", global_step=7)
    return folder, path


def answer(name: str, code: str) -> dict[str, Any]:
    """What TensorFlow returns or raises."""
    scope = {
        "tf": tf, "np": np, "os": os, "tempfile": tempfile, "threading": threading, "asyncio": asyncio,
        "VS": tf.variable_scope, "NS": tf.name_scope, "GV": tf.get_variable, "V": tf.Variable, "_mk": checkpoint,
        "nm": lambda *items: [getattr(item, "name", item) for item in items],
    }  # fmt: skip
    exec(compile(f"def {name}():\n" + textwrap.indent(code, "    "), "<program>", "exec"), scope)
    try:
        with tf.Graph().as_default():
            return {"ok": True, "result": repr(scope[name]())}
    except Exception as error:
        message = str(
            error.args[0] if error.args and isinstance(error.args[0], str) else getattr(error, "message", error)
        )
        message = re.sub(re.escape(tempfile.gettempdir()) + r"/\w+", "DIR", message)
        failing_node = re.search(r"\n([^\n]+)\n\t \[\[", message)
        message = failing_node[1] if failing_node and message.startswith("Graph execution error") else message
        return {"ok": False, "error": type(error).__name__, "message": message.split("\n\n  File")[0].rstrip()}


def main() -> None:
    """Rewrite the file."""
    tf.disable_v2_behavior()
    recorded = json.loads(FILE.read_text())
    recorded["recorded_with"] = f"tensorflow-cpu {tf.__version__} compat.v1, disable_v2_behavior()"
    recorded["cases"] = [
        {"case": case["case"], **answer(case["case"], case["code"]), "code": case["code"]} for case in recorded["cases"]
    ]
    FILE.write_text(json.dumps(recorded, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
