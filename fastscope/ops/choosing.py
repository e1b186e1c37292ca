"""Merge: the value of the branch of a `cond` that was taken."""

from __future__ import annotations

from ..graph import Branch, Tensor, current
from ..graph.conversion import brought_in

__all__ = ["merged"]


def merged(branch: Branch, inner: Tensor, other: Tensor, name: str = "Merge") -> Tensor:
    """Write down a Merge: `inner`, made in `branch`, where that is taken, else `other`.

    Its static shape is what both agree in.
    """
    recorder = current()
    assert recorder is not None
    a, b = (inner, other) if branch.taken else (other, inner)
    dims = None
    if a.dims is not None and b.dims is not None and len(a.dims) == len(b.dims):
        dims = tuple(m if m == n else None for m, n in zip(a.dims, b.dims, strict=True))
    full_name = recorder.claim(name)
    dtype = a.dtype if a.dtype is b.dtype else a.dtype.base_dtype
    inputs = [a, b, brought_in(branch.pred, recorder)]
    return recorder.add("Merge", full_name, None, (), inputs, [(dims, dtype)], {"branch": branch}).outputs[0]
