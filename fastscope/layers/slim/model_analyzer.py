"""slim.model_analyzer: how many numbers a model has, and its operations give.

Source: tensorflow/contrib/slim/python/slim/model_analyzer.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...arrays.shapes import TensorShape
from ...graph import Graph

__all__ = ["analyze_ops", "analyze_vars", "tensor_description"]


def tensor_description(var: Any) -> str:
    """Return dtype and shape of a variable or tensor: "(float32 3x4)"."""
    sizes = TensorShape(var.shape)
    return f"({var.dtype.name} {'x'.join(map(str, sizes)) if sizes.rank is not None else ''})"


def analyze_ops(graph: Graph, print_info: bool = False) -> int:
    """Return how many numbers the operations of a graph give, those of unknown shape left out.

    Args:
        graph: the graph.
        print_info: whether each operation is printed, with its outputs.
    """
    _print_title(print_info, "Operations: name -> (type shapes) [size]")
    total = 0
    for operation in graph.get_operations():
        size = sum(output.shape.num_elements() or 0 for output in operation.outputs)
        if print_info:
            shown = ", ".join(tensor_description(output) for output in operation.outputs if output.shape)
            print(operation.name, "\t->", shown, f"[{size}]")
        total += size
    return total


def analyze_vars(variables: Iterable[Any], print_info: bool = False) -> tuple[int, int]:
    """Return how many numbers variables hold, and how many bytes these are.

    Args:
        variables: variables, as those of tf.trainable_variables().
        print_info: whether each one is printed, and both sums.
    """
    _print_title(print_info, "Variables: name (type shape) [size]")
    total = bytes_ = 0
    for variable in variables:
        size = variable.shape.num_elements() or 0
        own = size * variable.dtype.size
        if print_info:
            print(variable.name, tensor_description(variable), f"[{size}, bytes: {own}]")
        total, bytes_ = total + size, bytes_ + own
    if print_info:
        print(f"Total size of variables: {total}")
        print(f"Total bytes of variables: {bytes_}")
    return total, bytes_


def _print_title(wanted: bool, title: str) -> None:
    if wanted:
        print("---------", title, "---------", sep="\n")
