"""What of a GraphDef is in which loop, and in which order its nodes can be made.

A loop is a frame: what comes in by an Enter is inside, up to the Exits. It is made as a whole, when everything that
comes in is there.

Source: tensorflow/core/common_runtime/executor.cc (TF 1.15).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable

from ..errors import graphdef as errors
from ..messages import NodeDef

__all__ = ["ENTERS", "EXITS", "Frame", "Layout", "producer"]

ENTERS, EXITS = ("Enter", "RefEnter"), ("Exit", "RefExit")
MERGES, NEXTS = ("Merge", "RefMerge"), ("NextIteration", "RefNextIteration")


def producer(name: str) -> str:
    """Return the name of the node that an input names."""
    return name.removeprefix("^").partition(":")[0]


class Frame:
    """A loop, or what is in none.

    Attributes:
        name: TensorFlow's, "" for what is in no loop.
        outer: the frame around it, or None.
        nodes: what is in it and in no loop inside it.
        inner: the loops in it.
    """

    def __init__(self, name: str, outer: Frame | None) -> None:
        self.name, self.outer = name, outer
        self.nodes: list[NodeDef] = []
        self.inner: list[Frame] = []

    @property
    def enters(self) -> list[NodeDef]:
        """What brings tensors in."""
        return [node for node in self.nodes if node.op in ENTERS]


class Layout:
    """The nodes of a message by their frames.

    Args:
        nodes: all of them.

    Attributes:
        by_name: the nodes.
        root: what is in no loop.

    Raises:
        ValueError: two nodes of one name, or an input that no node makes.
    """

    def __init__(self, nodes: Iterable[NodeDef]) -> None:
        self.by_name: dict[str, NodeDef] = {}
        self.root = Frame("", None)
        for node in nodes:
            if node.name in self.by_name:
                raise errors.two_of_one_name(node.name)
            self.by_name[node.name] = node
        self._numbers = {name: k for k, name in enumerate(self.by_name)}
        self._frames: dict[str, Frame] = {}
        self._find_frames()

    def sources(self, node: NodeDef) -> list[str]:
        """Return the names of the nodes that a node needs; what an iteration hands to the next is none of them."""
        names = [producer(name) for name in node.input]
        if node.op in MERGES:
            names = [name for name in names if self.by_name[name].op not in NEXTS]
        return names

    def frame_of(self, name: str) -> Frame:
        """Return the frame that a node is in."""
        return self._frames[name]

    def is_within(self, name: str, frame: Frame) -> bool:
        """Return whether a node is in a loop, or in one inside it."""
        found: Frame | None = self._frames[name]
        while found is not None and found is not frame:
            found = found.outer
        return found is frame

    def _find_frames(self) -> None:
        made: dict[tuple[str, Frame], Frame] = {}
        for node in self._sorted():
            frame = max((self._frames[name] for name in self.sources(node)), key=_depth, default=self.root)
            if node.op in ENTERS:
                key = (node.attr["frame_name"].s.decode(), frame)
                if key not in made:
                    made[key] = Frame(key[0], frame)
                    frame.inner.append(made[key])
                frame = made[key]
            elif node.op in EXITS:
                frame = frame.outer or frame
            self._frames[node.name] = frame
            frame.nodes.append(node)

    def _sorted(self) -> list[NodeDef]:
        """Return the nodes so that each comes after what it needs, and else in the order of the message.

        Raises:
            ValueError: nodes that need each other, or one that is not there.
        """
        waits: dict[str, int] = {}
        needed_by: dict[str, list[str]] = {name: [] for name in self.by_name}
        for name, node in self.by_name.items():
            for source in node.input:
                if producer(source) not in self.by_name:
                    raise errors.no_such_input(name, source)
            sources = self.sources(node)
            waits[name] = len(sources)
            for source in sources:
                needed_by[source].append(name)
        ready = [self._numbers[name] for name, count in waits.items() if not count]
        heapq.heapify(ready)
        names, found = list(self.by_name), []
        while ready:
            name = names[heapq.heappop(ready)]
            found.append(self.by_name[name])
            for other in needed_by[name]:
                waits[other] -= 1
                if not waits[other]:
                    heapq.heappush(ready, self._numbers[other])
        if len(found) < len(names):
            raise errors.nodes_in_a_circle([name for name, count in waits.items() if count])
        return found

    def units(self, frame: Frame) -> list[NodeDef | Frame]:
        """Return the nodes of a frame and the loops in it, each after what it needs."""
        units: list[NodeDef | Frame] = [*frame.nodes, *frame.inner]
        unit_of: dict[str, int] = {}
        for k, unit in enumerate(units):
            for name in [unit.name] if isinstance(unit, NodeDef) else [node.name for node in _all_nodes(unit)]:
                unit_of[name] = k
        waits: list[set[int]] = []
        for k, unit in enumerate(units):
            nodes = [unit] if isinstance(unit, NodeDef) else _all_nodes(unit)
            found = {unit_of[source] for node in nodes for source in self.sources(node) if source in unit_of}
            waits.append(found - {k})
        needed_by: list[list[int]] = [[] for _ in units]
        for k, sources in enumerate(waits):
            for source in sources:
                needed_by[source].append(k)
        place = [self._numbers[unit.name if isinstance(unit, NodeDef) else unit.nodes[0].name] for unit in units]
        left = [len(sources) for sources in waits]
        ready = [(place[k], k) for k, count in enumerate(left) if not count]
        heapq.heapify(ready)
        order: list[NodeDef | Frame] = []
        while ready:
            _, k = heapq.heappop(ready)
            order.append(units[k])
            for other in needed_by[k]:
                left[other] -= 1
                if not left[other]:
                    heapq.heappush(ready, (place[other], other))
        return order


def _depth(frame: Frame) -> int:
    count, outer = 0, frame.outer
    while outer is not None:
        count, outer = count + 1, outer.outer
    return count


def _all_nodes(frame: Frame) -> list[NodeDef]:
    """Return the nodes of a frame and of the loops in it."""
    found = list(frame.nodes)
    waiting = list(frame.inner)
    while waiting:
        inner = waiting.pop()
        found += inner.nodes
        waiting += inner.inner
    return found
