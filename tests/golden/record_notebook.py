"""Record notebook_graph.txt again: run its cells on TensorFlow 1.15 and write down what they print.

    python3.7 record_notebook.py

A new question is a new cell, "=== in"; a new "=== kernel" starts afresh. Of an error the first sentence is kept.
"""

import contextlib
import io
import os
import re

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import tensorflow as tf

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "notebook_graph.txt")


def answer(code, namespace):
    """What a cell prints, and how it ends, as blocks of the file."""
    printed, error = io.StringIO(), ""
    code = code.strip().replace("fastscope.compat.v1", "tensorflow")
    with contextlib.redirect_stdout(printed):
        try:
            exec("" if code.endswith("?") else code, namespace)
        except Exception as caught:
            first = re.split(r"\.\s|\n", getattr(caught, "message", str(caught)))[0]
            error = f"=== error\n{type(caught).__name__}: {first}\n"
    return ("=== out\n" + printed.getvalue() if printed.getvalue() else "") + error


def main():
    """Rewrite the file."""
    tf.logging.set_verbosity(tf.logging.FATAL)
    with open(FILE, encoding="utf-8") as file:
        blocks = file.read().split("=== ")[1:]
    written, namespace = [], {}
    for block in blocks:
        kind, _, text = block.partition("\n")
        if kind == "kernel":
            tf.reset_default_graph()
            namespace = {"__name__": "__main__"}
            written.append("=== kernel\n")
        elif kind == "in":
            written.append("=== in\n" + text + answer(text, namespace))
    with open(FILE, "w", encoding="utf-8") as file:
        file.write("".join(written))


if __name__ == "__main__":
    main()
