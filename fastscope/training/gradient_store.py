"""Where pullbacks add the gradients of variables, and optimizers find them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..arrays import array_module
from ..arrays.typing import Array
from ..errors import training as errors
from ..errors.reprs import never_raises
from ..fused import implementation
from ..scoping.variables import PartitionedVariable, Variable
from .clipping import global_norm


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
