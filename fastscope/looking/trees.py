"""A graph's variables, or a checkpoint's tensors, as a tree of scopes: for the terminal, a notebook, a program."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, TYPE_CHECKING, Any, Literal, NamedTuple

from ..arrays import device_of
from ..arrays.dtypes import string
from ..checkpoint.slots import slots_among
from ..errors.names import no_such_name
from ..errors.places import short_place
from ..errors.reprs import never_raises
from ..errors.scoping import no_tree_of, nothing_below
from ..graph import get_default_graph
from ..later import bring
from ..scoping.scopes import VariableScope

if TYPE_CHECKING:
    from ..checkpoint.reader import CheckpointReader

__all__ = ["Node", "Tensor", "Tree", "summary", "tree"]

_COLUMNS = ("", "dtype", "shape", "device", "trainable", "parameters", "size", "defined at")
_RIGHT = {"parameters", "size"}
_DROPPED = ("defined at", "device", "trainable", "size", "parameters", "dtype")  # on a narrow terminal, in this order
_ASCII_GUIDES = str.maketrans("├│└─", "||`-")


class Tensor(NamedTuple):
    """A variable, or a tensor of a checkpoint, as a tree shows it.

    Attributes:
        dtype: TF's name of its type, "unreadable" where no array has it.
        shape: its dimensions, None where it is unreadable.
        trainable: None where a checkpoint doesn't say.
        elements: how many there are: the parameters.
        nbytes: their bytes; of strings, 0.
        device: where its array is or was asked to be, "" where that isn't known yet.
        defined_at: "model.py:12 in build", "Cell In [2], line 3"; "" where nobody knows.
    """

    dtype: str
    shape: tuple[int, ...] | None
    trainable: bool | None
    elements: int
    nbytes: int
    device: str = ""
    defined_at: str = ""


class Node:
    """A scope, a tensor, or both ("w" beside "w/Adam"), with the sums over all that is below.

    Attributes:
        name: the last part of the name.
        tensor: what has this very name, or None.
        children: by name.
        tensors: how many there are here and below.
        parameters: their elements.
        trainable: those of the trainable ones.
        nbytes: their bytes.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.tensor: Tensor | None = None
        self.children: dict[str, Node] = {}
        self.tensors = self.parameters = self.trainable = self.nbytes = 0

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        result = self.alone()
        waiting = [(self, result)]
        while waiting:
            node, out = waiting.pop()
            if node.children:
                out["children"] = [child.alone() for child in node.children.values()]
                waiting += zip(node.children.values(), out["children"], strict=True)
        return result

    def alone(self) -> dict[str, Any]:
        """Return it without its children."""
        out: dict[str, Any] = {"name": self.name, "tensors": self.tensors, "parameters": self.parameters}
        out |= {"trainable_parameters": self.trainable, "bytes": self.nbytes}
        if self.tensor is not None:
            out["tensor"] = self.tensor._asdict()
        return out


class _Row(NamedTuple):
    guide: str
    node: Node
    cells: tuple[str, ...]  # all columns but the name


class Tree:
    """A tree that prints as text, folds in a notebook, and has colours under rich.

    Attributes:
        root: the topmost `Node`.
        title: what it is a tree of.
    """

    def __init__(
        self,
        title: str,
        tensors: Iterable[tuple[str, Tensor]],
        depth: int | None = None,
        *,
        separator: str | None = None,
        slots: bool = True,
        in_order: bool = False,
    ) -> None:
        """Build the tree.

        Args:
            title: what it is a tree of.
            tensors: full names and what they stand for; "" is the root itself.
            depth: how many levels to show; below are sums only. None shows all.
            separator: what parts a name; None is "/", or "." where no name has a "/".
            slots: show what an optimizer keeps beside the weights.
            in_order: keep the order of `tensors`; else by name, "block2" before "block10".
        """
        self.title = title
        self.root = Node(title)
        self._depth = depth
        known = dict(tensors)
        of_optimizer = slots_among(known)
        if separator is None:
            separator = "." if not any("/" in name for name in known) else "/"
        if not slots:
            known = {name: tensor for name, tensor in known.items() if name not in of_optimizer}
        self._slots = [known[name] for name in of_optimizer if name in known]
        for name in known if in_order else sorted(known, key=natural):
            _add(self.root, name.split(separator) if name else [], known[name])

    def to_dict(self) -> dict[str, Any]:
        """Return the whole tree as JSON can hold it; "optimizer" sums up what belongs to one."""
        return self.root.to_dict() | self._of_optimizer()

    def _of_optimizer(self) -> dict[str, Any]:
        if not self._slots:
            return {}
        elements, nbytes = (sum(getattr(one, name) for one in self._slots) for name in ("elements", "nbytes"))
        return {"optimizer": {"tensors": len(self._slots), "parameters": elements, "bytes": nbytes}}

    def to_json(self) -> str:
        """Return `to_dict` as JSON, however deep it is: Python's own encoder goes down by recursion."""
        import json

        parts: list[str] = []
        waiting: list[Node | str] = [self.root]
        while waiting:
            item = waiting.pop()
            if isinstance(item, str):
                parts.append(item)
                continue
            head = json.dumps(item.alone() | (self._of_optimizer() if item is self.root else {}))
            if not item.children:
                parts.append(head)
                continue
            parts.append(f'{head[:-1]}, "children": [')
            waiting.append("]}")
            for child in reversed(item.children.values()):
                waiting += [child, ", "]
            waiting.pop()  # nothing stands before the first
        return "".join(parts)

    def __str__(self) -> str:
        return self.text()

    @never_raises
    def __repr__(self) -> str:
        return str(self)

    def text(self, width: int | None = None) -> str:
        """Return the tree in so many columns of text: where there is no room for all, the least telling ones go."""
        table = self._table()
        used, widths = _fitting(table, width)
        lines = ["  ".join(_padded(line[i], widths[i], _COLUMNS[i]) for i in used).rstrip() for line in table]
        return "\n".join([*lines, "", self.footer()])

    def _table(self) -> list[tuple[str, ...]]:
        rows = self._rows()
        return [_COLUMNS, *((row.guide + printable(row.node.name), *row.cells) for row in rows)]

    def __rich_console__(self, console: Any, options: Any) -> Iterator[Any]:
        """Yield a rich table of it, for `rich.print(tree)`."""
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, header_style="dim", pad_edge=False, caption=self.footer(), caption_justify="left")
        rows = list(self._rows())
        used = _fitting(self._table(), options.max_width)[0][1:]
        table.add_column("", overflow="fold")  # where there is no room for all, nothing is cut off
        for i in used:
            style = {"dtype": "magenta", "shape": "cyan", "trainable": "green", "defined at": "dim"}.get(_COLUMNS[i])
            side: Literal["left", "right"] = "right" if _COLUMNS[i] in _RIGHT else "left"
            table.add_column(_COLUMNS[i], justify=side, style=style, overflow="fold")
        for row in rows:
            style = "bold blue" if row.node.tensor is None else ""
            label = Text.assemble((row.guide, "dim"), (printable(row.node.name), style))
            table.add_row(label, *(Text(row.cells[i - 1]) for i in used))
        yield table

    def _repr_html_(self) -> str:
        """Return it for a notebook: columns under a header, scopes fold, those of the first two levels are open."""
        from html import escape

        table = self._table()
        used, widths = _fitting(table, None)
        names = max(len(line[0]) for line in table) + 2
        grid = " ".join([f"{names}ch", *(f"{widths[i] + 2}ch" for i in used[1:])])

        def line(cells: Sequence[str], level: int, weight: str = "bold") -> str:
            spans = [f"<span style='padding-left:{2 * level}ch;font-weight:{weight}'>{escape(cells[0])}</span>"]
            for i in used[1:]:
                side = "right" if _COLUMNS[i] in _RIGHT else "left"
                spans.append(f"<span style='text-align:{side};opacity:.7'>{escape(cells[i])}</span>")
            return f"<span style='display:inline-grid;grid-template-columns:{grid}'>{''.join(spans)}</span>"

        parts: list[str] = []
        waiting: list[tuple[Node, int] | str] = [(self.root, 0)]
        while waiting:
            item = waiting.pop()
            if isinstance(item, str):
                parts.append(item)
                continue
            node, level = item
            row = line((printable(node.name), *_cells(node)), level)
            if not node.children or (self._depth is not None and level >= self._depth):
                parts.append(f"<div style='padding-left:1em'>{row}</div>")
                continue
            unfolded = " open" if level < 3 else ""
            parts.append(f"<details{unfolded}><summary style='display:list-item'>{row}</summary>")
            waiting.append("</details>")
            waiting += [(child, level + 1) for child in reversed(node.children.values())]
        header = f"<div style='padding-left:1em'>{line(_COLUMNS, 0, 'normal')}</div>"
        footer = f"<div>{escape(self.footer())}</div>"
        return f"<div style='font-family:monospace;white-space:pre'>{header}{''.join(parts)}{footer}</div>"

    def footer(self) -> str:
        """Return the sums in one line, and before it those without what belongs to an optimizer."""
        root = self.root
        known = "" if not root.trainable else f" ({root.trainable:,} trainable)"
        total = f"{root.tensors:,} tensors, {root.parameters:,} parameters{known}, {human_bytes(root.nbytes)}"
        if not self._slots:
            return total
        parameters = root.parameters - sum(one.elements for one in self._slots)
        nbytes = root.nbytes - sum(one.nbytes for one in self._slots)
        count = root.tensors - len(self._slots)
        return (
            f"{count:,} tensors, {parameters:,} parameters, {human_bytes(nbytes)} without the optimizer's "
            f"{len(self._slots):,}\n{total}"
        )

    def _rows(self) -> Iterator[_Row]:
        """Yield the rows from top to bottom; by a loop, for a name may have thousands of parts."""
        waiting = [(self.root, "", "", 0)]
        while waiting:
            node, guide, below, level = waiting.pop()
            yield _Row(guide, node, _cells(node))
            if self._depth is None or level < self._depth:
                last = True
                for child in reversed(node.children.values()):
                    guides = (below + "└── ", below + "    ") if last else (below + "├── ", below + "│   ")
                    waiting.append((child, *guides, level + 1))
                    last = False


def tree(
    scope: Any = None,
    depth: int | None = None,
    *,
    separator: str | None = None,
    slots: bool = True,
    in_order: bool = False,
) -> Tree:
    """Return the variables below a scope, or the tensors of a checkpoint, as a tree of scopes.

    Example:
        >>> print(fs.tree("rnn"))
        >>> print(fs.tree(fs.train.load_checkpoint("ckpt/model-7")))

    Args:
        scope: a scope's or variable's name, a VariableScope, or an open checkpoint. None is the whole default graph.
        depth: how many levels to show; below are sums only. None shows all.
        separator: what parts a name; None is "/", or "." where no name has a "/".
        slots: show what an optimizer keeps beside the weights.
        in_order: the order in which the variables were made, or saved; else by name, "block2" before "block10".

    Raises:
        ValueError: there is no variable of this name or below it.
        TypeError: `scope` is something else.
    """
    if hasattr(scope, "get_variable_to_shape_map"):
        title, tensors = os.path.basename(scope.path), _of_checkpoint(scope)
        return Tree(title, tensors, depth, separator=separator, slots=slots, in_order=in_order)
    if not (scope is None or isinstance(scope, (str, VariableScope))):
        raise no_tree_of(scope)
    name = (scope.name if isinstance(scope, VariableScope) else scope or "").rstrip("/")
    variables = _variables()
    found = [(full, variable) for full, variable in variables if not name or f"{full}/".startswith(f"{name}/")]
    if isinstance(scope, str) and name and not found:
        raise nothing_below(name, [full for full, _ in variables])
    below = [(full[len(name) :].lstrip("/") if name else full, _of_variable(variable)) for full, variable in found]
    return Tree(name or "variables", below, depth, separator=separator, slots=slots, in_order=in_order)


class _Summary:
    """Prints `tree(scope, depth)`, in colours where that is a terminal and rich is installed.

    Args:
        scope: as for `tree`.
        depth: as for `tree`.
        file: where to; None is standard output.
    """

    def __call__(self, scope: Any = None, depth: int | None = None, file: IO[str] | None = None) -> None:
        show(tree(scope, depth), file)

    @never_raises
    def __repr__(self) -> str:
        return "<function fastscope.summary>"

    def __getattr__(self, name: str) -> Any:
        """Return TensorBoard's tf.summary.scalar and its kin, for programs that mean them."""
        summaries = bring("events.summary")
        if name not in summaries.__all__:
            raise no_such_name(name, summaries.__all__, "summary")
        return getattr(summaries, name)


summary = _Summary()


def show(what: Tree, file: IO[str] | None = None) -> None:
    """Print a tree, in colours where that is a terminal and rich is installed."""
    out = sys.stdout if file is None else file
    if out.isatty():
        try:
            from rich.console import Console
        except ImportError:
            pass
        else:
            console = Console(file=out)
            # Where names alone are too wide the lines wrap, as those of plain text do.
            natural_width = max(map(len, what.text(console.width).splitlines()))
            Console(file=out, width=max(console.width, natural_width)).print(what)
            return
    text = what.text(shutil.get_terminal_size().columns if out.isatty() else None)
    try:
        text.encode(getattr(out, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        text = text.translate(_ASCII_GUIDES)
    print(text, file=out)


def natural(name: str) -> list[tuple[int, int, str]]:
    """Return a key that sorts names as a person does: "block2" before "block10"."""
    pieces = re.split(r"([0-9]{1,18})", name)
    return [(0, int(piece), piece) if k % 2 else (1, 0, piece) for k, piece in enumerate(pieces) if piece]


def human_bytes(count: int) -> str:
    """Return a number of bytes as a person reads it: "4.9 kB"."""
    size = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{count} B" if unit == "B" else f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} TB"


def printable(name: str) -> str:
    """Return a name with what a terminal would act on, or can't show, written as escapes."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in name)


def _add(root: Node, parts: Iterable[str], tensor: Tensor) -> None:
    path = [root]
    for part in parts:  # none: the tensor is what the tree is of
        path.append(path[-1].children.setdefault(part, Node(part)))
    for node in path:
        node.tensors += 1
        node.parameters += tensor.elements
        node.nbytes += tensor.nbytes
        if tensor.trainable:
            node.trainable += tensor.elements
    path[-1].tensor = tensor


def _cells(node: Node) -> tuple[str, ...]:
    tensor = node.tensor
    sums = f"{node.parameters:,}", human_bytes(node.nbytes)
    if tensor is None:
        return ("", "", "", "", *sums, "")
    trainable = {True: "trainable", False: "", None: ""}[tensor.trainable]
    shape = "" if tensor.shape is None else str(list(tensor.shape))
    return (tensor.dtype, shape, tensor.device, trainable, *sums, tensor.defined_at)


def _fitting(table: Sequence[Sequence[str]], width: int | None) -> tuple[list[int], list[int]]:
    """Return which columns to show in so many columns of text, and how wide each is."""
    widths = [max(len(line[i]) for line in table) for i in range(len(_COLUMNS))]
    used = [i for i in range(len(_COLUMNS)) if i == 0 or any(line[i] for line in table[1:])]
    for name in _DROPPED:
        if width is not None and sum(widths[i] + 2 for i in used) - 2 > width:
            used = [i for i in used if _COLUMNS[i] != name]
    return used, widths


def _padded(text: str, width: int, column: str) -> str:
    return text.rjust(width) if column in _RIGHT else text.ljust(width)


def _variables() -> list[tuple[str, Any]]:
    """Return all variables of the default graph, those of get_variable and the others, by full name."""
    graph = get_default_graph()
    found = {id(variable): variable for _, variable in graph.items()}
    for key in graph.get_all_collection_keys():
        for item in graph.get_collection(key):
            if hasattr(item, "_save_slice_info"):  # a Variable, whatever else the collection holds
                found[id(item)] = item
    return [(variable.op.name, variable) for variable in found.values()]


def _of_variable(variable: Any) -> Tensor:
    dtype, shape = variable.dtype.base_dtype, tuple(variable.shape.as_list())
    elements = 1
    for size in shape:
        elements *= size or 0
    device = str(device_of(variable._read())) if variable._initialized else variable.device
    nbytes = 0 if dtype == string else elements * dtype.size
    place = short_place(variable._defined_at)
    return Tensor(dtype.name, shape, variable.trainable, elements, nbytes, device, place)


def _of_checkpoint(reader: CheckpointReader[Any]) -> Iterator[tuple[str, Tensor]]:
    for name in reader.in_order():
        info = reader.info(name)
        nbytes = 0 if info.dtype == string else info.nbytes
        yield name, Tensor(info.dtype.name, info.shape, info.trainable, info.elements, nbytes)
    for name in reader.unreadable:
        yield name, Tensor("unreadable", None, None, 0, 0)
