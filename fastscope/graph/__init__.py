"""Graphs: what a program declares, kept in collections, and the blocks that change how it is declared."""

from .._store import name_scope
from .blocks import Environment, colocate_with, container, device, environment, without_controls
from .context import Branch, inside
from .graph import (
    Graph,
    add_to_collection,
    add_to_collections,
    control_dependencies,
    default_sessions,
    disable_eager_execution,
    enable_eager_execution,
    executing_eagerly,
    get_collection,
    get_collection_ref,
    get_default_graph,
    reset_default_graph,
    set_random_seed,
)
from .keys import GraphKeys
from .operation import Action, Operation, ShapeOf
from .places import PACKAGE_FOLDER, line_of, outside_caller
from .recording import Recorder, computing, current
from .tensor import StaticShape, Tensor

__all__ = [
    "PACKAGE_FOLDER",
    "Action",
    "Branch",
    "Environment",
    "Graph",
    "GraphKeys",
    "Operation",
    "Recorder",
    "ShapeOf",
    "StaticShape",
    "Tensor",
    "add_to_collection",
    "add_to_collections",
    "colocate_with",
    "computing",
    "container",
    "control_dependencies",
    "current",
    "default_sessions",
    "device",
    "disable_eager_execution",
    "enable_eager_execution",
    "environment",
    "executing_eagerly",
    "get_collection",
    "get_collection_ref",
    "get_default_graph",
    "inside",
    "line_of",
    "name_scope",
    "outside_caller",
    "reset_default_graph",
    "set_random_seed",
    "without_controls",
]
