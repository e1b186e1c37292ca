"""A graph's variables, or a checkpoint's tensors, as a tree of scopes: for the terminal, a notebook, a program."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import IO, TYPE_CHECKING, Any, Literal, NamedTuple

from ..arrays import device_of
from ..arrays.dtypes import string
from ..errors.names import no_such_name
from ..errors.places import short_place
from ..errors.reprs import never_raises
from ..errors.scoping import no_tree_of, nothing_below
from ..graph import get_default_graph
from ..scoping.scopes import VariableScope

if TYPE_CHECKING:
    from ..checkpoint.reader import CheckpointReader

__all__ = ["Node", "Tensor", "Tree", "summary", "tree"]

_COLUMNS = ("", "dtype", "shape", "device", "trainable", "parameters", "size", "defined at")
_RIGHT = {"parameters", "size"}
_WIDEST = 10_000  # columns of a terminal that has room for any tree
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
        out: dict[str, Any] = {"name": self.name, "tensors": self.tensors, "parameters": self.parameters}
        out |= {"trainable_parameters": self.trainable, "bytes": self.nbytes}
        if self.tensor is not None:
            out["tensor"] = self.tensor._asdict()
        if self.children:
            out["children"] = [child.to_dict() for child in self.children.values()]
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

    def __init__(self, title: str, tensors: Iterable[tuple[str, Tensor]], depth: int | None = None) -> None:
        """Build the tree.

        Args:
            title: what it is a tree of.
            tensors: full names and what they stand for; "" is the root itself.
            depth: how many levels to show; below are sums only. None shows all.
        """
        self.title = title
        self.root = Node(title)
        self._depth = depth
        for name, tensor in sorted(tensors):
            _add(self.root, name, tensor)

    def to_dict(self) -> dict[str, Any]:
        """Return the whole tree as JSON can hold it."""
        return self.root.to_dict()

    def __str__(self) -> str:
        rows = list(self._rows(self.root, "", "", 0))
        table = [_COLUMNS, *((row.guide + printable(row.node.name), *row.cells) for row in rows)]
        used = [i for i in range(len(_COLUMNS)) if i == 0 or any(line[i] for line in table[1:])]
        widths = [max(len(line[i]) for line in table) for i in range(len(_COLUMNS))]
        lines = ["  ".join(_padded(line[i], widths[i], _COLUMNS[i]) for i in used).rstrip() for line in table]
        return "\n".join([*lines, "", self.footer()])

    @never_raises
    def __repr__(self) -> str:
        return str(self)

    def __rich__(self) -> Any:
        """Return a rich table of it, for `rich.print(tree)`."""
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, header_style="dim", pad_edge=False, caption=self.footer(), caption_justify="left")
        rows = list(self._rows(self.root, "", "", 0))
        used = [i for i in range(1, len(_COLUMNS)) if any(row.cells[i - 1] for row in rows)]
        table.add_column("", overflow="fold")  # where there is no room for all, nothing is cut off
        for i in used:
            style = {"dtype": "magenta", "shape": "cyan", "trainable": "green", "defined at": "dim"}.get(_COLUMNS[i])
            side: Literal["left", "right"] = "right" if _COLUMNS[i] in _RIGHT else "left"
            table.add_column(_COLUMNS[i], justify=side, style=style, overflow="fold")
        for row in rows:
            style = "bold blue" if row.node.tensor is None else ""
            label = Text.assemble((row.guide, "dim"), (printable(row.node.name), style))
            table.add_row(label, *(Text(row.cells[i - 1]) for i in used))
        return table

    def _repr_html_(self) -> str:
        """Return it for a notebook: scopes fold, those of the first two levels are open."""
        from html import escape

        body = "".join(self._html(escape, child, 0) for child in self.root.children.values())
        head, footer = _html_line(escape, self.root), escape(self.footer())
        return f"<div style='font-family:monospace'>{head}{body}<div>{footer}</div></div>"

    def footer(self) -> str:
        """Return the sums in one line."""
        root = self.root
        known = "" if not root.trainable else f" ({root.trainable:,} trainable)"
        return f"{root.tensors:,} tensors, {root.parameters:,} parameters{known}, {human_bytes(root.nbytes)}"

    def _rows(self, node: Node, guide: str, below: str, level: int) -> Iterator[_Row]:
        yield _Row(guide, node, _cells(node))
        if self._depth is not None and level >= self._depth:
            return
        children = list(node.children.values())
        for i, child in enumerate(children):
            last = i == len(children) - 1
            yield from self._rows(
                child, below + ("└── " if last else "├── "), below + ("    " if last else "│   "), level + 1
            )

    def _html(self, escape: Callable[[str], str], node: Node, level: int) -> str:
        line = _html_line(escape, node)
        if not node.children or (self._depth is not None and level + 1 >= self._depth):
            return f"<div style='margin-left:1.5em'>{line}</div>"
        inner = "".join(self._html(escape, child, level + 1) for child in node.children.values())
        unfolded = " open" if level < 2 else ""
        return f"<details style='margin-left:1.5em'{unfolded}><summary>{line}</summary>{inner}</details>"


def tree(scope: Any = None, depth: int | None = None) -> Tree:
    """Return the variables below a scope, or the tensors of a checkpoint, as a tree of scopes.

    Example:
        >>> print(fs.tree("rnn"))
        >>> print(fs.tree(fs.train.load_checkpoint("ckpt/model-7")))

    Args:
        scope: a scope's or variable's name, a VariableScope, or an open checkpoint. None is the whole default graph.
        depth: how many levels to show; below are sums only. None shows all.

    Raises:
        ValueError: there is no variable of this name or below it.
        TypeError: `scope` is something else.
    """
    if hasattr(scope, "get_variable_to_shape_map"):
        return Tree(os.path.basename(scope.path), _of_checkpoint(scope), depth)
    if not (scope is None or isinstance(scope, (str, VariableScope))):
        raise no_tree_of(scope)
    name = (scope.name if isinstance(scope, VariableScope) else scope or "").rstrip("/")
    variables = _variables()
    found = [(full, variable) for full, variable in variables if not name or f"{full}/".startswith(f"{name}/")]
    if isinstance(scope, str) and name and not found:
        raise nothing_below(name, [full for full, _ in variables])
    below = [(full[len(name) :].lstrip("/") if name else full, _of_variable(variable)) for full, variable in found]
    return Tree(name or "variables", below, depth)


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
        """Answer programs that mean TensorBoard's tf.summary.scalar and its kin."""
        raise no_such_name(name, [], "summary")


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
            # On a narrow terminal the lines wrap, as those of plain text do.
            natural = console.measure(what, options=console.options.update(max_width=_WIDEST)).maximum
            Console(file=out, width=max(console.width, natural)).print(what)
            return
    text = str(what)
    try:
        text.encode(getattr(out, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        text = text.translate(_ASCII_GUIDES)
    print(text, file=out)


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


def _add(root: Node, name: str, tensor: Tensor) -> None:
    path = [root]
    for part in name.split("/") if name else []:  # no name: the tensor is what the tree is of
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


def _html_line(escape: Callable[[str], str], node: Node) -> str:
    cells = " &nbsp; ".join(escape(cell) for cell in _cells(node) if cell)
    return f"<b>{escape(printable(node.name))}</b> &nbsp; <span style='opacity:.7'>{cells}</span>"


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
    for name in reader:
        info = reader.info(name)
        nbytes = 0 if info.dtype == string else info.nbytes
        yield name, Tensor(info.dtype.name, info.shape, info.trainable, info.elements, nbytes)
    for name in reader.unreadable:
        yield name, Tensor("unreadable", None, None, 0, 0)
