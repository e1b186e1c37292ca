"""Merge: the value of the branch of a `cond` that was taken."""

from __future__ import annotations

from ..graph import Branch, Tensor, current
from ..graph.conversion import brought_in

__all__ = ["merged"]


def merged(branch: Branch, inner: Tensor, other: Tensor) -> Tensor:
    """Write down a Merge: `inner`, made in `branch`, where that is taken, else `other`.

    Its static shape is what both agree in.
    """
    recorder = current()
    assert recorder is not None
    a, b = (inner, other) if branch.taken else (other, inner)
    dims = None
    if a.dims is not None and b.dims is not None and len(a.dims) == len(b.dims):
        dims = tuple(m if m == n else None for m, n in zip(a.dims, b.dims, strict=True))
    name = recorder.claim("Merge")
    inputs = [a, b, brought_in(branch.pred, recorder)]
    return recorder.add("Merge", name, None, (), inputs, [(dims, a.dtype.base_dtype)], {"branch": branch}).outputs[0]
