"""slim's summaries: of tensors, under their own names.

Source: tensorflow/contrib/slim/python/slim/summaries.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .. import ops
from ..events.summaries import histogram, image, scalar
from ..graph import GraphKeys, add_to_collection
from ..ops.printing import Print

__all__ = [
    "add_histogram_summaries",
    "add_histogram_summary",
    "add_image_summaries",
    "add_image_summary",
    "add_scalar_summaries",
    "add_scalar_summary",
    "add_zero_fraction_summaries",
    "add_zero_fraction_summary",
]


def _name(tensor: Any, name: str | None, prefix: str | None, postfix: str | None = None) -> str:
    return "/".join(part for part in (prefix, name or tensor.op.name, postfix) if part)


def _printed(summary: Any, tensor: Any, name: str, prints: bool) -> Any:
    """Return a summary, which prints its tensor when it is computed if it shall."""
    if not prints:
        return summary
    summary = Print(summary, [tensor], name)
    add_to_collection(GraphKeys.SUMMARIES, summary)
    return summary


def add_histogram_summary(tensor: Any, name: str | None = None, prefix: str | None = None) -> Any:
    """Return the histogram of a tensor as a summary, called `prefix/name`; the name is the tensor's if it is None."""
    return histogram(_name(tensor, name, prefix), tensor)


def add_image_summary(
    tensor: Any, name: str | None = None, prefix: str | None = None, print_summary: bool = False
) -> Any:
    """Return images `[N, height, width, channels]` as a summary; arguments as those of `add_scalar_summary`."""
    full = _name(tensor, name, prefix)
    return _printed(image(full, tensor, collections=[] if print_summary else None), tensor, full, print_summary)


def add_scalar_summary(
    tensor: Any, name: str | None = None, prefix: str | None = None, print_summary: bool = False
) -> Any:
    """Return a scalar as a summary.

    Args:
        tensor: the scalar.
        name: of the summary; None = the tensor's.
        prefix: what stands before the name.
        print_summary: whether it is printed when it is computed.
    """
    full = _name(tensor, name, prefix)
    return _printed(scalar(full, tensor, collections=[] if print_summary else None), tensor, full, print_summary)


def add_zero_fraction_summary(
    tensor: Any, name: str | None = None, prefix: str | None = None, print_summary: bool = False
) -> Any:
    """Return how much of a tensor is zero as a summary; arguments as those of `add_scalar_summary`."""
    full = _name(tensor, name, prefix, "Fraction_of_Zero_Values")
    return add_scalar_summary(ops.zero_fraction(tensor), full, print_summary=print_summary)


def add_histogram_summaries(tensors: Iterable[Any], prefix: str | None = None) -> list[Any]:
    """Return `add_histogram_summary` of each tensor."""
    return [add_histogram_summary(tensor, prefix=prefix) for tensor in tensors]


def add_image_summaries(tensors: Iterable[Any], prefix: str | None = None) -> list[Any]:
    """Return `add_image_summary` of each tensor."""
    return [add_image_summary(tensor, prefix=prefix) for tensor in tensors]


def add_scalar_summaries(tensors: Iterable[Any], prefix: str | None = None, print_summary: bool = False) -> list[Any]:
    """Return `add_scalar_summary` of each tensor."""
    return [add_scalar_summary(tensor, prefix=prefix, print_summary=print_summary) for tensor in tensors]


def add_zero_fraction_summaries(tensors: Iterable[Any], prefix: str | None = None) -> list[Any]:
    """Return `add_zero_fraction_summary` of each tensor."""
    return [add_zero_fraction_summary(tensor, prefix=prefix) for tensor in tensors]
