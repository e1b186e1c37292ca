"""Record what TensorFlow 1.15 answers to the expressions of image_programs.py: python record_images.py

It needs Python 3.7 with tensorflow==1.15.5 and protobuf<3.21.
"""

import json
import pathlib

import numpy as np
import tensorflow as tf
from image_programs import PROGRAMS

HERE = pathlib.Path(__file__).parent
IMAGES = ((37 * np.arange(2 * 5 * 6 * 3) + 11) % 64 / 64.0).reshape(2, 5, 6, 3).astype(np.float32)
FILTER = (np.arange(24.0).reshape(2, 2, 3, 2) % 7 / 8).astype(np.float32)
BOXES = np.float32([[0.1, 0.2, 0.8, 0.9], [0.9, 0.5, -0.2, 0.3], [0.0, 0.0, 1.0, 1.2]])
OVERLAPPING = np.float32([[0, 0, 1, 1], [0.1, 0, 1.1, 1], [0, 0.8, 1, 1.8], [2, 2, 1, 1]])


def answer(code):
    with tf.Graph().as_default(), tf.Session() as session:
        names = {
            "x": tf.constant(IMAGES), "u": tf.constant((IMAGES * 255).astype(np.uint8)), "s": tf.constant(IMAGES[1]),
            "w": tf.constant(FILTER), "b": tf.constant(BOXES), "o": tf.constant(OVERLAPPING),
        }  # fmt: skip
        result = eval(code, {"tf": tf, **names})
        value = session.run(result)
        return {
            "name": result.name, "static": str(result.shape), "dtype": value.dtype.name, "shape": list(value.shape),
            "values": [round(float(v), 5) for v in value.ravel()],
        }  # fmt: skip


if __name__ == "__main__":
    recorded = {code: answer(code) for code in PROGRAMS}
    text = json.dumps({"tensorflow": tf.__version__, "programs": recorded})
    (HERE / "images.json").write_text(text.replace('}, "', '},\n"') + "\n")
