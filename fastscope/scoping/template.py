"""Templates: a function whose variables are made at its first call and shared by the later ones.

Source: tensorflow/python/ops/template.py (TF 1.15).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from .._store import VariableScope, variable_scope
from ..errors import scoping as errors
from ..errors.places import file_of, note_cell
from ..errors.reprs import never_raises
from ..graph import GraphKeys, get_default_graph
from .sharing import own_scope
from .variables import Variable

__all__ = ["Template", "make_template"]


def make_template(
    name_: str,
    func_: Callable[..., Any],
    create_scope_now_: bool = False,
    unique_name_: str | None = None,
    custom_getter_: Any = None,
    **kwargs: Any,
) -> Template:
    """Return `func_` as a function that makes its variables once.

        >>> layer = fs.make_template("layer", lambda x: x @ fs.get_variable("w", [3, 2]))
        >>> y, z = layer(np.ones([1, 3])), layer(np.zeros([1, 3]))

    Args:
        name_: of its variable scope, numbered if it is taken.
        func_: called with the arguments of each call; the arguments' names in the template end in "_" so that they
            do not clash with `kwargs`.
        create_scope_now_: open the scope here, where otherwise the first call does.
        unique_name_: of its variable scope, not numbered: an error if two templates that create have the same.
        custom_getter_: of the scope.
        kwargs: bound to `func_`.

    Raises:
        ValueError: no name.
    """
    if name_ is None:
        raise errors.template_name_none()
    function = partial(func_, **kwargs) if kwargs else func_
    return Template(name_, function, create_scope_now_, unique_name_, custom_getter_)


class Template:
    """What `make_template` returns: call it.

    Attributes:
        name: as it was given.
        func: the function.
    """

    def __init__(
        self,
        name: str,
        func: Callable[..., Any],
        create_scope_now: bool,
        unique_name: str | None,
        custom_getter: Any,
    ) -> None:
        self.name = name
        self.func = func
        self._unique_name = unique_name
        self._custom_getter = custom_getter
        self._called = False
        self._scope: VariableScope | None = None
        caller = sys._getframe(2)
        note_cell(caller.f_code)
        self._defined_at = (file_of(caller.f_code), caller.f_lineno, caller.f_code.co_name)
        if create_scope_now:
            with self._open(auxiliary_name_scope=False) as self._scope:
                pass

    def _open(self, **kwargs: Any) -> variable_scope:
        if self._unique_name is None:
            return own_scope(None, self.name, custom_getter=self._custom_getter, **kwargs)
        return own_scope(self._unique_name, custom_getter=self._custom_getter, **kwargs)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function in the template's scope.

        Raises:
            ValueError: a later call asks for a variable that the first one did not make, or makes a trainable Variable.
        """
        if self._scope is None:
            with self._open() as self._scope:
                return self._call(args, kwargs)
        with own_scope(self._scope, reuse=self._called):
            return self._call(args, kwargs)

    def _call(self, args: Any, kwargs: Any) -> Any:
        trainable = get_default_graph().get_collection_ref(GraphKeys.TRAINABLE_VARIABLES)
        before = len(trainable)
        try:
            result = self.func(*args, **kwargs)
            added = get_default_graph().get_collection_ref(GraphKeys.TRAINABLE_VARIABLES)[before:]
            if self._called and added:
                raise errors.template_variables(added)
        except Exception as error:
            error.args = (errors.in_template(error, self.name, self._defined_at), *error.args[1:])
            raise
        self._called = True
        return result

    @property
    def variable_scope(self) -> VariableScope | None:
        """Its variable scope; None before the scope is there."""
        return self._scope

    @property
    def variable_scope_name(self) -> str | None:
        """Name of its scope with a slash at its end; None before the scope is there."""
        if self._scope is None:
            return None
        name: str = self._scope.name
        return name if not name or name.endswith("/") else name + "/"

    def _collection(self, key: str) -> list[Variable]:
        return [] if self._scope is None else self._scope.get_collection(key)

    @property
    def global_variables(self) -> list[Variable]:
        """Its global variables."""
        return self._collection(GraphKeys.GLOBAL_VARIABLES)

    @property
    def local_variables(self) -> list[Variable]:
        """Its local variables."""
        return self._collection(GraphKeys.LOCAL_VARIABLES)

    @property
    def variables(self) -> list[Variable]:
        """Its global and local variables."""
        return self.global_variables + self.local_variables

    @property
    def trainable_variables(self) -> list[Variable]:
        """Its trainable variables."""
        return self._collection(GraphKeys.TRAINABLE_VARIABLES)

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The global variables that are not trained."""
        trained = {id(variable) for variable in self.trainable_variables}
        return [variable for variable in self.global_variables if id(variable) not in trained]

    # TF's other names of the same
    weights = variables
    trainable_weights = trainable_variables
    non_trainable_weights = non_trainable_variables

    var_scope = variable_scope  # TF's older name

    @never_raises
    def __repr__(self) -> str:
        made = "not called yet" if self._scope is None else f"scope={self._scope.name!r}"
        return f"<fastscope.Template {self.name!r} of {getattr(self.func, '__qualname__', self.func)} {made}>"
