"""Messages of graphs that are read from messages, and written.

Each function builds and returns the exception; its caller raises it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from . import InvalidArgumentError, NotFoundError, UnimplementedError
from .reprs import nearest

_NAMED = 3  # nodes of a type that a message names


def needs_a_graph() -> RuntimeError:
    """A graph that is read, or written, where everything is computed at once."""
    return RuntimeError(
        "Exporting/importing meta graphs is not supported when eager execution is enabled. Read it in graph mode: "
        "import fastscope.compat.v1 as tf."
    )


def two_of_one_name(name: str) -> ValueError:
    """A GraphDef with two nodes of one name."""
    return ValueError(f"Node '{name}' is not unique: the GraphDef has two nodes of this name. Rename one of them.")


def no_such_input(name: str, source: str) -> ValueError:
    """A node with an input that no node makes."""
    return ValueError(
        f"Node '{name}': Unknown input node '{source}'. Add the node to the GraphDef, or give a tensor for it: "
        f"tf.import_graph_def(graph_def, input_map={{'{source.lstrip('^')}': tensor}})."
    )


def no_such_output(name: str, source: str, count: int) -> ValueError:
    """A node with an input that its node does not make."""
    return ValueError(f"Node '{name}': Connecting to invalid output of '{source}', which has {count} outputs.")


def no_node_name(name: str) -> ValueError:
    """A node whose name an input could not have."""
    return ValueError(
        f"Node {name!r}: Node name contains invalid characters. It begins with a letter, a digit or '.', and has only "
        "those, '_', '-' and '/'. Rename it, in the inputs of other nodes, too."
    )


def wrong_input(name: str, place: int, got: str, source: str, wanted: str) -> ValueError:
    """A node whose input is of another dtype than it says that it takes."""
    way_out = (
        "This input has to be the node of a variable."
        if wanted.endswith("_ref")
        else "Put a node of the type Cast between them."
    )
    return ValueError(
        f"Input {place} of node {name} was passed {got} from {source} incompatible with expected {wanted}. {way_out}"
    )


def dtype_not_allowed(name: str, type: str, key: str, got: str, allowed: Iterable[str]) -> ValueError:
    """A node of a dtype that its type does not take."""
    return ValueError(
        f"Value for attr '{key}' of {got} is not in the list of allowed values: {', '.join(sorted(allowed))}. The node "
        f"'{name}' is a {type}: cast its inputs to one of these, and set the attribute."
    )


def wrong_mapped_input(name: str, place: int, got: str, source: str, wanted: str) -> ValueError:
    """A tensor of an input_map of another dtype than the node says that it takes."""
    return ValueError(
        f"Input {place} of node {name} was passed {got} from {source} incompatible with expected {wanted}. Cast the "
        "tensor that input_map gives: tf.cast(tensor, dtype)."
    )


def wrong_number_of_inputs(name: str, type: str, wanted: Sequence[str], count: int) -> ValueError:
    """A node with more inputs, or fewer, than its type has."""
    return ValueError(
        f"NodeDef expected inputs '{', '.join(wanted)}' do not match {count} inputs specified: node '{name}' of the "
        f"type {type}. Name {len(wanted)} in its field `input`."
    )


def wrong_attribute(name: str, key: str, got: str, wanted: str) -> ValueError:
    """An attribute of another kind than the node's type has."""
    return ValueError(
        f"AttrValue had value with type '{got}' when '{wanted}' expected for attr '{key}' of the node '{name}'. Set "
        "the field of the AttrValue that is of this kind."
    )


def no_attribute(name: str, key: str) -> ValueError:
    """A node without an attribute that nothing can be made without."""
    return ValueError(f"NodeDef missing attr '{key}': node '{name}'. Set node.attr['{key}'].")


def constant_of_another_dtype(name: str, value: str, dtype: str) -> InvalidArgumentError:
    """A Const whose value is of another dtype than its attribute says."""
    return InvalidArgumentError(
        f"Type mismatch between value ({value}) and dtype ({dtype}) of the node '{name}'. Set its attribute 'dtype' to "
        "that of its attribute 'value'."
    )


def unreadable_constant(name: str, dtype: str, shape: Sequence[int], problem: object) -> InvalidArgumentError:
    """A Const whose value is no array."""
    return InvalidArgumentError(
        f"Cannot parse tensor from proto of the node '{name}', of dtype {dtype} and shape {list(shape)}: {problem}. "
        "tf.make_tensor_proto(value) makes one that can be read."
    )


def nodes_in_a_circle(names: Sequence[str]) -> ValueError:
    """Nodes that need each other, outside of a loop."""
    return ValueError(f"The GraphDef has nodes that need each other: {', '.join(names[:_NAMED])}. It is no graph.")


def _listed(types: Mapping[str, Sequence[str]]) -> str:
    lines = []
    for type, names in sorted(types.items()):
        shown = ", ".join(f"'{name}'" for name in names[:_NAMED])
        lines.append(f"  {type}: {len(names)} ({shown}{', ...' if len(names) > _NAMED else ''})")
    return "\n".join(lines)


def types_not_here(name: str, missing: Mapping[str, Sequence[str]]) -> UnimplementedError:
    """A run of a node that needs operations that are not here."""
    return UnimplementedError(
        f"'{name}' was read from a GraphDef and cannot run: it needs operations that are not here. All of those that "
        f"the GraphDef has, by their types:\n{_listed(missing)}\nWhat does not need them runs. Feed tensors in their "
        "place, or cut them off before: tf.graph_util.extract_sub_graph(graph_def, [the nodes that you fetch])."
    )


def cannot_be_made(name: str, source: str, type: str, problem: str) -> UnimplementedError:
    """A run of a node that could not be made, or needs one."""
    return UnimplementedError(
        f"'{name}' was read from a GraphDef and cannot run: the node '{source}' of the type {type} could not be made "
        f"here: {problem} Feed a tensor in its place, or cut it off before: "
        "tf.graph_util.extract_sub_graph(graph_def, [the nodes that you fetch])."
    )


def not_a_graph_def(value: object) -> TypeError:
    """Something that is no GraphDef."""
    return TypeError(
        f"graph_def must be a GraphDef proto. Got {value!r:.80}: read one from a file, "
        "graph_def = tf.GraphDef(); graph_def.ParseFromString(open(path, 'rb').read())."
    )


def map_is_no_dict(value: object) -> TypeError:
    """An input_map that is no dict."""
    return TypeError(
        f"input_map must be a dictionary mapping strings to Tensor objects. Got {value!r:.80}: write "
        "input_map={'x:0': tensor}."
    )


def elements_no_list(value: object) -> TypeError:
    """return_elements that are no list of names."""
    return TypeError(
        f"return_elements must be a list of strings. Got {value!r:.80}: write return_elements=['logits:0', 'train']."
    )


def map_needs_a_name(name: str) -> ValueError:
    """An input_map without a name scope, whose values are no tensors yet."""
    return ValueError(
        f"tf.import_graph_def() requires a non-empty `name` if `input_map` contains non-Tensor values, as for '{name}'."
        " Call tf.convert_to_tensor() on them before, or give a name."
    )


def not_in_the_graph_def(names: Sequence[str]) -> ValueError:
    """Keys of an input_map that nothing of the GraphDef takes."""
    return ValueError(
        "Attempted to map inputs that were not found in graph_def: "
        f"[{', '.join(names)}]. Its keys are names as inputs have them, 'x' or 'x:1'."
    )


def no_such_element(name: str, known: Iterable[str]) -> ValueError:
    """A return element that the GraphDef does not have."""
    kind = "tensor" if ":" in name else "node"
    return ValueError(
        f"Requested return {kind} '{name}' not found in graph def. {_near(name.partition(':')[0], list(known))}"
    )


def _near(name: str, known: list[str]) -> str:
    close = nearest(name, known) or sorted(known)[:_NAMED]
    if not close:
        return "It has no nodes."
    return f"It has {len(known)} nodes, among them {', '.join(map(repr, close))}."


def no_such_output_returned(name: str, number: str, count: int) -> ValueError:
    """A return element that its node does not make."""
    return ValueError(
        f"Invalid return output {number} of node '{name}', which has {count} output(s): write '{name}:0' for the first."
    )


def no_such_node(name: str, known: Iterable[str]) -> AssertionError:
    """A node that a graph is cut down to, and that it does not have."""
    return AssertionError(f"{name} is not in graph. {_near(name, list(known))}")


def names_no_list(value: object) -> TypeError:
    """A name where a list of names is wanted."""
    return TypeError(f"dest_nodes must be a list, got {value!r:.80}. Write [{value!r:.80}].")


def no_meta_graph(path: str, problem: str) -> OSError:
    """A .meta file that is not there, or no MetaGraphDef."""
    return OSError(
        f"File {path} is no MetaGraphDef: {problem}. Give the path that Saver.save wrote, with .meta at its end: "
        f"tf.train.import_meta_graph('model-7.meta')."
    )


def no_saved_model(path: str) -> OSError:
    """A folder without a SavedModel."""
    return OSError(
        f"SavedModel file does not exist at: {path}/saved_model.pbtxt or saved_model.pb. "
        "tf.saved_model.simple_save(session, folder, inputs, outputs) writes one."
    )


def no_such_tags(tags: Sequence[str], known: Sequence[Sequence[str]]) -> RuntimeError:
    """A SavedModel without a graph of these tags."""
    return RuntimeError(
        f"MetaGraphDef associated with tags {', '.join(map(repr, tags))} could not be found in SavedModel. Those that "
        f"are there have the tags {', '.join(str(sorted(each)) for each in known)}."
    )


def folder_is_not_empty(path: str) -> AssertionError:
    """A SavedModel that is to be written where something is."""
    return AssertionError(
        f"Export directory already exists, and isn't empty. Please choose a different export directory, or delete all "
        f"the contents of the specified directory: {path}"
    )


def metagraph_first() -> AssertionError:
    """A second graph of a SavedModel before the first one."""
    return AssertionError(
        "Graph state including variables and assets has not been saved yet. Please invoke "
        "add_meta_graph_and_variables() first."
    )


def uninitialized_for_export(name: str) -> ValueError:
    """A variable without a value that a frozen graph would need."""
    return ValueError(
        f"The variable '{name}' has no value in this session, so it cannot become a constant. Initialize or restore it "
        "first: session.run(tf.global_variables_initializer()), saver.restore(session, path)."
    )


def nothing_under(key: str) -> NotFoundError:
    """A tensor that a checkpoint does not have, which a graph's own operation restores."""
    return NotFoundError(f"Key {key} not found in checkpoint. What it has: tf.train.list_variables(path).")
