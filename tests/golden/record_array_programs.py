"""Record array_programs.json again: run the programs of array_programs.py on TensorFlow 1.15.

PYTHONHASHSEED=0 python3.7 record_array_programs.py
"""

import json
import os
import sys

import numpy as np

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    sys.path.insert(0, HERE)
    import record_graph_oracle as recorder

    tf = recorder.tensorflow()
    names = recorder.helpers(tf)
    with open(os.path.join(HERE, "array_programs.py"), encoding="utf-8") as file:
        scope = {}
        exec(file.read(), scope)
    answers = {name: recorder.answer(name, code, names, tf) for name, code in scope["PROGRAMS"].items()}
    head = {"recorded_with": f"tensorflow {tf.__version__} (CPU), NumPy {np.__version__}", "answers": answers}
    with open(os.path.join(HERE, "array_programs.json"), "w", encoding="utf-8") as file:
        file.write(json.dumps(head, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
