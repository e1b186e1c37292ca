"""Where pullbacks add the gradients of variables, and optimizers find them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ..arrays import array_module
from ..arrays.typing import Array
from ..errors import training as errors
from ..errors.reprs import never_raises
from ..fused import implementation
from ..scoping.variables import PartitionedVariable, Variable

_PIECE = 8192  # elements


class Gradients(Mapping[Variable, Array]):
    """A gradient for each variable that something was pulled back to.

        >>> grads = vjp.Gradients()
        >>> d_inputs = pullback(d_outputs, into=grads)
        >>> optimizer.apply_gradients(grads)
        >>> grads.zero()

    Two gradients of one variable add up, as those of a kernel that two networks share must. The
    order is that of first additions.
    """

    def __init__(self) -> None:
        self._sums: dict[Variable, Array] = {}
        # Variables whose sum is an array made here. The first gradient of a variable is kept as it
        # came, without a copy, and so is never written to.
        self._owned: set[Variable] = set()

    def add(self, variable: Any, gradient: Array) -> None:
        """Add `gradient` to that of `variable`.

        Args:
            variable: a Variable, or a PartitionedVariable, whose parts get their parts.
            gradient: an array of its shape and dtype. It is kept: don't write to it afterwards.

        Raises:
            TypeError: `variable` is no Variable, or the dtype is not the variable's.
            ValueError: the shape is not the variable's.
        """
        if isinstance(variable, PartitionedVariable):
            self._add_parts(variable, gradient)
            return
        if not isinstance(variable, Variable):
            raise errors.not_a_variable(variable)
        self.check(variable, gradient)
        before = self._sums.get(variable)
        if before is None:
            self._sums[variable] = gradient
        elif variable in self._owned:
            before += gradient
        else:
            self._sums[variable] = before + gradient
            self._owned.add(variable)

    @staticmethod
    def check(variable: Variable, gradient: Array) -> None:
        """Check that `gradient` can be one of `variable`.

        Raises:
            ValueError: another shape.
            TypeError: another dtype.
        """
        if tuple(gradient.shape) != variable.shape.sizes:
            raise errors.gradient_shape(variable.name, variable.shape.sizes, tuple(gradient.shape))
        if gradient.dtype != variable.dtype:
            raise errors.gradient_dtype(variable.name, variable.dtype.base_dtype, gradient.dtype)

    def _add_parts(self, whole: PartitionedVariable, gradient: Array) -> None:
        if tuple(gradient.shape) != whole.shape.sizes:
            raise errors.gradient_shape(whole.name, whole.shape.sizes, tuple(gradient.shape))
        for part in whole:
            info = part._save_slice_info
            assert info is not None
            self.add(part, gradient[info.slices])

    def outer(self, variable: Any, left: Array, right: Array) -> None:
        """Add the gradient of the weights of a product: `left.T @ right`, rows of a batch each.

        Args:
            left: `[N, rows]`, what was multiplied with the weights.
            right: `[N, columns]`, the gradient of the product.
        """
        self.add(variable, implementation(left, right).product(left.T, right))

    def zero(self) -> None:
        """Forget all gradients, for the next step; no array is written to."""
        self._sums.clear()
        self._owned.clear()

    def pairs(self) -> list[tuple[Array, Variable]]:
        """Return [(gradient, variable), ...], the order that TF's `apply_gradients` takes."""
        return [(gradient, variable) for variable, gradient in self._sums.items()]

    def global_norm(self) -> Array:
        """Return the root of the sum of all squares, a scalar on the device."""
        return global_norm(list(self._sums.values()))

    def __getitem__(self, variable: Variable) -> Array:
        return self._sums[variable]

    def __iter__(self) -> Iterator[Variable]:
        return iter(self._sums)

    def __len__(self) -> int:
        return len(self._sums)

    @never_raises
    def __repr__(self) -> str:
        return f"<fastscope.Gradients of {[variable.name for variable in self._sums]}>"


class Deferred:
    """Stands before a `Gradients` for the steps of a sequence: one product instead of one a step."""

    def __init__(self, into: Gradients) -> None:
        self._into = into
        self._products: dict[Any, tuple[list[Array], list[Array]]] = {}

    def add(self, variable: Any, gradient: Array) -> None:
        """Do `Gradients.add` now."""
        self._into.add(variable, gradient)

    def outer(self, variable: Any, left: Array, right: Array) -> None:
        """Keep the factors for `flush`."""
        lefts, rights = self._products.setdefault(variable, ([], []))
        lefts.append(left)
        rights.append(right)

    def flush(self) -> None:
        """Add what was kept."""
        for variable, (lefts, rights) in self._products.items():
            xp = array_module(*lefts)
            self._into.outer(variable, xp.concatenate(lefts), xp.concatenate(rights))
        self._products.clear()


def global_norm(t_list: Sequence[Any]) -> Array:
    """Return the root of the sum of all squares of the gradients; None among them counts nothing.

    Raises:
        TypeError: `t_list` is no list.

    Source: TF 1.15 python/ops/clip_ops.py, global_norm.
    """
    flat = [gradient.ravel() for gradient in _listed(t_list) if gradient is not None]
    xp = array_module(*flat)
    squares = (g.dot(g) for gradient in flat for g in _pieces(gradient))  # no array of squares
    return xp.sqrt(sum(squares, xp.zeros((), flat[0].dtype if flat else "float32")))


def _listed(t_list: Any) -> list[Any]:
    if not isinstance(t_list, (list, tuple)):
        raise errors.not_a_gradient_list(t_list)
    return list(t_list)


def _pieces(flat: Array) -> list[Array]:
    """Cut a long vector on the host, so that a BLAS wakes no threads that spin while ours compute."""
    if not isinstance(flat, np.ndarray) or len(flat) <= _PIECE:
        return [flat]
    return [flat[k : k + _PIECE] for k in range(0, len(flat), _PIECE)]


def clip_by_global_norm(
    t_list: Sequence[Any], clip_norm: Any, use_norm: Any = None, name: str | None = None
) -> tuple[list[Any], Array]:
    """Scale gradients down together so that their global norm is at most `clip_norm`.

        >>> gradients, variables = zip(*grads.pairs())
        >>> clipped, norm = tf.clip_by_global_norm(gradients, 5.0)
        >>> optimizer.apply_gradients(zip(clipped, variables))

    Args:
        t_list: gradients; None among them stays None.
        clip_norm: the largest norm.
        use_norm: the norm, if it is known.
        name: kept for TF's sake.

    Returns:
        The gradients, all NaN if the norm is infinite or NaN, and the norm before, a scalar on the
        device.

    Raises:
        TypeError: `t_list` is no list.
        ValueError: `clip_norm` is negative.

    Source: TF 1.15 python/ops/clip_ops.py, clip_by_global_norm.
    """
    gradients = _listed(t_list)
    if clip_norm < 0:
        raise errors.negative_norm(clip_norm)
    norm = global_norm(gradients) if use_norm is None else use_norm
    xp = array_module(*(g for g in gradients if g is not None))
    if xp is np and norm <= clip_norm:
        return gradients, norm
    with np.errstate(invalid="ignore"):
        # norm - norm is 0, or NaN where the norm is no number; nothing waits for a device.
        scale = clip_norm / xp.maximum(norm, clip_norm) + (norm - norm)
    return [None if g is None else g * scale.astype(g.dtype) for g in gradients], norm
