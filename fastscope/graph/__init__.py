"""Graphs: what a program declares, kept in collections, and the blocks that change how it is declared."""

from .._store import name_scope
from .blocks import Environment, colocate_with, container, control_dependencies, device, environment
from .graph import (
    Graph,
    Operation,
    add_to_collection,
    add_to_collections,
    default_sessions,
    get_collection,
    get_collection_ref,
    get_default_graph,
    reset_default_graph,
    set_random_seed,
)
from .keys import GraphKeys

__all__ = [
    "Environment",
    "Graph",
    "GraphKeys",
    "Operation",
    "add_to_collection",
    "add_to_collections",
    "colocate_with",
    "container",
    "control_dependencies",
    "default_sessions",
    "device",
    "environment",
    "get_collection",
    "get_collection_ref",
    "get_default_graph",
    "name_scope",
    "reset_default_graph",
    "set_random_seed",
]
