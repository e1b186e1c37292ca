"""Random programs about scopes, and what TensorFlow answers, in random_programs.json; as a script, this records it.

    pip install tensorflow-cpu      # in an environment of its own
    python random_programs.py       # the programs that are there, again
    python random_programs.py 90    # new ones, so many

A program is a list of steps. A step is a list: a word, its arguments, and for a block the steps inside. `Interpreter`
runs it with TensorFlow or with fastscope and writes down what each step gives: a name, or an error.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_suffix(".json")
NAMES = ["a", "b", "A", "a_1", "a_2", "a/b", "a/a", "w", "w_1", "W", "c", "b_1", "a_1_1", "_x", "read", "Assign"]
REUSE = [None, None, None, False, True, "AUTO_REUSE"]


def steps(r: random.Random, depth: int) -> list[Any]:
    return [block(r, depth) if depth and r.random() < 0.5 else leaf(r) for _ in range(r.randrange(1, 5))]


def block(r: random.Random, depth: int) -> list[Any]:
    name, slashed = r.choice(NAMES), r.choice([*NAMES, "a/", "a_1/", "a/b/", "", "/", None])
    head = r.choice(
        [
            ["variable_scope", name, r.choice(REUSE), r.random() < 0.85],
            ["variable_scope", name, r.choice(REUSE), r.random() < 0.85],
            ["default_name", name],
            ["default_name_scope", name],
            ["captured", r.randrange(4), r.choice(REUSE), r.random() < 0.8],
            ["name_scope", slashed],
            ["name_scope", slashed],
            ["original_name_scope", r.randrange(4)],
            ["graph", r.randrange(2)],
            ["failing"],
        ]
    )
    return [*head, steps(r, depth - 1)]


def leaf(r: random.Random) -> list[Any]:
    name = r.choice(NAMES)
    return r.choice(
        [
            ["get_variable", name, r.choice([[2], [2], [3]]), r.choice(["float32", "float32", "int32"])],
            ["get_variable", name, [2], "float32"],
            ["Variable", r.choice([name, None])],
            ["partitioned", name, r.choice([[4], [5, 2], []])],
            ["local", name],
            ["template", r.randrange(3)],
            ["unique_name", name, r.random() < 0.5],
            ["capture"],
            ["reuse_variables"],
            ["where"],
        ]
    )


class Interpreter:
    """Runs one program with `tf`; `answers` has one entry for each step, in the order they ran."""

    def __init__(self, tf: Any) -> None:
        self.tf = tf
        self.answers: list[Any] = []
        self.captured: list[Any] = []
        self.graphs = [tf.Graph(), tf.Graph()]
        makers = [("t", "w", None), ("a", "b", None), ("u", "w", "b")]
        self.templates = [tf.make_template(name, self.maker(of), unique_name_=own) for name, of, own in makers]

    def maker(self, name: str) -> Any:
        tf = self.tf

        def make() -> list[str]:
            shared, own = tf.get_variable(name, [2]), tf.Variable(1.0, name="tv", trainable=False)
            return [shared.name, own.name, tf.get_variable_scope().name]

        return make

    def run(self, program: list[Any]) -> None:
        for word, *arguments in program:
            try:
                if isinstance(arguments[-1] if arguments else None, list) and word in BLOCKS:
                    self.block(word, *arguments)
                else:
                    self.answers.append(getattr(self, "do_" + word)(*arguments))
            except Exception as error:
                self.answers.append(f"{type(error).__name__}: {first_sentence(error)}")

    def block(self, word: str, *arguments: Any) -> None:
        *arguments, inside = arguments
        with getattr(self, "open_" + word)(*arguments) as opened:
            is_scope = hasattr(opened, "original_name_scope")
            name = opened if isinstance(opened, str) else None
            self.answers.append([opened.name, opened.original_name_scope] if is_scope else name)
            self.run(inside)
            if word == "failing":
                raise KeyError("on purpose")
            if is_scope:
                self.answers.append(opened.original_name_scope)

    def reuse(self, reuse: Any) -> Any:
        return self.tf.AUTO_REUSE if reuse == "AUTO_REUSE" else reuse

    # ---- blocks

    def open_variable_scope(self, name: str, reuse: Any, auxiliary: bool) -> Any:
        return self.tf.variable_scope(name, reuse=self.reuse(reuse), auxiliary_name_scope=auxiliary)

    def open_default_name(self, name: str) -> Any:
        return self.tf.variable_scope(None, name)

    def open_captured(self, which: int, reuse: Any, auxiliary: bool) -> Any:
        if not self.captured:
            return self.tf.variable_scope("z")
        scope = self.captured[which % len(self.captured)]
        return self.tf.variable_scope(scope, reuse=self.reuse(reuse), auxiliary_name_scope=auxiliary)

    def open_name_scope(self, name: str | None) -> Any:
        return self.tf.name_scope(name)

    def open_original_name_scope(self, which: int) -> Any:
        names = [scope.original_name_scope for scope in self.captured] or ["q"]
        return self.tf.name_scope(names[which % len(names)])

    def open_default_name_scope(self, name: str) -> Any:
        return self.tf.name_scope(None, name)

    def open_graph(self, which: int) -> Any:
        return self.graphs[which].as_default()

    def open_failing(self) -> Any:
        return self.tf.variable_scope("exc")

    # ---- single steps

    def do_get_variable(self, name: str, shape: list[int], dtype: str) -> str:
        return self.tf.get_variable(name, shape, dtype=dtype).name

    def do_Variable(self, name: str | None) -> str:
        return self.tf.Variable([1.0], name=name).name

    def do_partitioned(self, name: str, shape: list[int]) -> Any:
        v = self.tf.get_variable(name, shape, partitioner=self.tf.fixed_size_partitioner(2))
        return [v.name, *(part.name for part in v)] if shape else [v.name]

    def do_local(self, name: str) -> str:
        return self.tf.get_local_variable(name, [2]).name

    def do_template(self, which: int) -> Any:
        return self.templates[which]()

    def do_unique_name(self, name: str, mark: bool) -> str:
        return self.tf.get_default_graph().unique_name(name, mark_as_used=mark)

    def do_capture(self) -> None:
        self.captured.append(self.tf.get_variable_scope())

    def do_reuse_variables(self) -> None:
        self.tf.get_variable_scope().reuse_variables()

    def do_where(self) -> Any:
        scope = self.tf.get_variable_scope()
        reuse = "AUTO_REUSE" if scope.reuse is self.tf.AUTO_REUSE else bool(scope.reuse)
        return [scope.name, scope.original_name_scope, reuse, self.tf.get_default_graph().get_name_scope()]


BLOCKS = [name.removeprefix("open_") for name in vars(Interpreter) if name.startswith("open_")]


def first_sentence(error: Exception) -> str:
    # TF names the operation that a part's initializer would be
    text = str(error.args[0] if error.args else error)
    return text.split(". ")[0].split("\n")[0][:160].replace("/PartitionedInitializer", "")


def answers(tf: Any, program: list[Any]) -> list[Any]:
    """What each step of the program gives, and at the end the names of the variables in the default graph."""
    with tf.Graph().as_default():
        interpreter = Interpreter(tf)
        interpreter.run(program)
        return [*interpreter.answers, [v.name for v in tf.global_variables()]]


def record(programs: list[Any]) -> None:
    import tensorflow.compat.v1 as tf

    tf.disable_eager_execution()
    tf.disable_resource_variables()
    recorded = [{"program": program, "answers": answers(tf, program)} for program in programs]
    lines = ",\n".join(json.dumps(entry) for entry in recorded)
    FILE.write_text(f'{{"tensorflow": "{tf.__version__}", "programs": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    if len(sys.argv) > 1:
        record([steps(random.Random(seed), 5) for seed in range(int(sys.argv[1]))])
    else:
        record([entry["program"] for entry in json.loads(FILE.read_text())["programs"]])
