"""Messages of parsing records, of decoding text and pictures, and of tf.data.

Each function builds and returns the exception; its caller raises it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from . import DataLossError, FailedPreconditionError, InvalidArgumentError, OutOfRangeError, UnimplementedError

# ---- examples


def no_features() -> ValueError:
    """parse_example without features."""
    return ValueError("Missing features. It takes a dict: {'label': tf.FixedLenFeature([], tf.int64)}.")


def no_feature(name: str, value: Any) -> ValueError:
    """Something else than a FixedLenFeature and its kin."""
    return ValueError(
        f"Invalid feature {name}:{value}. It has to be a tf.FixedLenFeature, VarLenFeature or FixedLenSequenceFeature."
    )


def feature_dtype(dtype: str) -> TypeError:
    """A feature of a type that records do not have."""
    return TypeError(
        f"Value passed to parameter 'dense_defaults' has DataType {dtype} not in list of allowed values: float32, "
        "int64, string. tf.cast makes another one of what was read."
    )


def default_unknown(name: str, default: Any) -> ValueError:
    """A default value that a session would compute."""
    return ValueError(
        f"The default value of {name!r} has to be known when the line is written, got {default!r}. Give an array, or "
        "leave it out and parse a VarLenFeature."
    )


def unknown_first_dimension(name: str) -> ValueError:
    """A FixedLenFeature whose length is not known."""
    return ValueError(f"First dimension of shape for feature {name} unknown. Consider using FixedLenSequenceFeature.")


def wrong_rank(wanted: int, found: int, name: str, type: str) -> ValueError:
    """Records in an array of another rank."""
    return ValueError(
        f"Shape must be rank {wanted} but is rank {found} for {name!r} (op: {type!r}). parse_single_example takes "
        "one record, parse_example a list of them."
    )


def feature_missing(where: str, name: str, dtype: str) -> InvalidArgumentError:
    """A record without a feature that has no default."""
    return InvalidArgumentError(
        f"{where}Feature: {name} (data type: {dtype}) is required but could not be found. default_value= says what "
        "is taken in its place."
    )


def feature_kind(where: str, found: str, wanted: str) -> InvalidArgumentError:
    """A record whose feature has another type."""
    return InvalidArgumentError(f"{where}Data types don't match. Data type: {found} but expected type: {wanted}")


def feature_size(where: str, kind: str, found: int, shape: Iterable[Any]) -> InvalidArgumentError:
    """A record whose feature has another number of values."""
    sizes = ",".join("?" if size is None else str(size) for size in shape)
    return InvalidArgumentError(
        f"{where}Number of {kind} values != expected.  Values size: {found} but output shape: [{sizes}]. A "
        "tf.FixedLenSequenceFeature or tf.VarLenFeature takes any number of them."
    )


def not_an_example(data: bytes) -> InvalidArgumentError:
    """Bytes that are no Example."""
    shown = data[:60].decode("latin-1")
    return InvalidArgumentError(
        f"Could not parse example input, value: {shown!r}. It takes what tf.train.Example(...).SerializeToString() "
        "returned."
    )


# ---- text


def fields_of_a_line(wanted: int, found: int, record: int) -> InvalidArgumentError:
    """A line of a CSV file with more or fewer fields than defaults."""
    return InvalidArgumentError(f"Expect {wanted} fields but have {found} in record {record}: one for each default.")


def bad_field(field: int, record: int, dtype: str, text: str) -> InvalidArgumentError:
    """A field of a CSV file that is no number."""
    return InvalidArgumentError(f"Field {field} in record {record} is not a valid {dtype}: {text}")


def field_missing(field: int, record: int) -> InvalidArgumentError:
    """An empty field of a CSV file, where there is no default."""
    return InvalidArgumentError(
        f"Field {field} is required but missing in record {record}! A default in record_defaults stands for it."
    )


def stray_quote() -> InvalidArgumentError:
    """A quote in the middle of a field."""
    return InvalidArgumentError(
        "Unquoted fields cannot have quotes/CRLFs inside. use_quote_delim=False takes quotes as they are."
    )


def unescaped_quote() -> InvalidArgumentError:
    """Something after a quoted field."""
    return InvalidArgumentError("Quote inside a string has to be escaped by another quote")


# ---- pictures


def no_pillow(what: str) -> UnimplementedError:
    """Pictures are to be decoded, and Pillow is not there."""
    return UnimplementedError(f"{what} needs Pillow, which is not installed: pip install 'fastscope[images]'.")


def no_picture(data: bytes) -> InvalidArgumentError:
    """Bytes that are no picture."""
    shown = data[:16].decode("latin-1")
    return InvalidArgumentError(
        f"Expected image (JPEG, PNG, or GIF), got unknown format starting with {shown!r}. tf.read_file(path) gives "
        "the bytes of a file."
    )


# ---- datasets


def insufficient_rank(value: Any) -> ValueError:
    """from_tensor_slices of a number."""
    return ValueError(
        f"Value {value} has insufficient rank for batching. Slices are along the first dimension; from_tensors takes "
        "it whole."
    )


def lengths_differ(first: Any, second: Any) -> ValueError:
    """from_tensor_slices of tensors of several lengths."""
    return ValueError(
        f"Dimensions {first} and {second} are not compatible: all that is sliced together has the same first dimension."
    )


def no_result(what: str) -> TypeError:
    """A function that returns nothing."""
    return TypeError(
        f"Unsupported return value from function passed to {what}: None. It has to return tensors, a tuple or a dict "
        "of them."
    )


def no_predicate(spec: Any) -> ValueError:
    """filter with a function that does not return a truth value."""
    return ValueError(f"`predicate` return type must be convertible to a scalar boolean tensor. Was {spec}.")


def no_dataset(what: str, found: Any) -> TypeError:
    """flat_map with a function that returns something else."""
    return TypeError(
        f"`{what}` must return a `Dataset` object. Got {found}: Dataset.from_tensors makes one of a tensor."
    )


def zip_of_list() -> TypeError:
    """zip([a, b])."""
    return TypeError(
        "The argument to `Dataset.zip()` must be a nested structure of `Dataset` objects. Nested structures do not "
        "support Python lists; please use a tuple instead."
    )


def types_differ(first: Any, second: Any) -> TypeError:
    """concatenate of other elements."""
    return TypeError(f"Two datasets to concatenate have different types {first} and {second}")


def not_positive(what: str) -> InvalidArgumentError:
    """A size of 0 or less."""
    return InvalidArgumentError(f"{what} must be greater than zero.")


def no_scalar(what: str, shape: Any) -> ValueError:
    """A size that is a list."""
    return ValueError(f"{what}: Shape must be rank 0 but is rank {len(shape)}: it is one number.")


def shapes_differ(component: int, first: Any, place: int, other: Any) -> InvalidArgumentError:
    """Elements of several shapes in a batch."""
    return InvalidArgumentError(
        f"Cannot batch tensors with different shapes in component {component}. First element had shape {list(first)} "
        f"and element {place} had shape {list(other)}. padded_batch fills the shorter ones up."
    )


def padded_shape(padded: Any, found: Any) -> ValueError:
    """padded_batch to a shape that is too small."""
    return ValueError(
        f"The padded shape {padded} is not compatible with the corresponding input component shape {found}."
    )


def padded_shape_tensor(shape: Any) -> Exception:
    """A padded shape that is a tensor of another dtype or rank than a shape."""
    is_vector = shape.dims is None or len(shape.dims) == 1
    what = f"element type was {shape.dtype.name}" if is_vector else f"shape was {shape.shape}"
    return (TypeError if is_vector else ValueError)(
        f"Padded shape {shape} must be a 1-D tensor of tf.int64 values, but its {what}. tf.shape(x, out_type=tf.int64) "
        "is one."
    )


def rank_to_pad(component: int, wanted: int, found: int) -> InvalidArgumentError:
    """An element of another rank than what it is filled up to."""
    return InvalidArgumentError(
        "All elements in a batch must have the same rank as the padded shape for "
        f"component{component}: expected rank {wanted} but got element with rank {found}. padded_shapes has one number "
        "for each dimension of an element."
    )


def too_long_to_pad(padded: Any, found: Any) -> DataLossError:
    """An element that is longer than what it is filled up to."""
    return DataLossError(
        f"Attempted to pad to a smaller size than the input element: {list(found)} to {list(padded)}. None in "
        "padded_shapes takes the longest of a batch."
    )


def padding_type(value: Any, dtype: str) -> TypeError:
    """A padding value of another type."""
    return TypeError(f"Padding value tensor ({value}) does not match output type: {dtype}")


def no_generator() -> TypeError:
    """from_generator of a list or a generator itself."""
    return TypeError(
        "`generator` must be callable. It is called for each pass: from_generator(lambda: iter(values), ...)."
    )


def generated_type(dtype: str, element: Any) -> InvalidArgumentError:
    """A generator that yields something else."""
    return InvalidArgumentError(
        "TypeError: `generator` yielded an element that could not be converted to the expected type. The expected "
        f"type was {dtype}, but the yielded element was {element}."
    )


def generated_shape(found: Any, wanted: Any) -> InvalidArgumentError:
    """A generator that yields another shape."""
    return InvalidArgumentError(
        f"ValueError: `generator` yielded an element of shape {tuple(found)} where an element of shape {wanted} was "
        "expected."
    )


def generated_structure(wanted: Any, element: Any) -> InvalidArgumentError:
    """A generator that yields another structure."""
    return InvalidArgumentError(
        "TypeError: `generator` yielded an element that did not match the expected structure. The expected "
        f"structure was {wanted}, but the yielded element was {element}."
    )


def cannot_capture(operation: Any, is_placeholder: bool) -> ValueError:
    """A one-shot iterator over what is fed, or over a variable."""
    what = "placeholder" if is_placeholder else "stateful node"
    return ValueError(
        f"Cannot capture a {what} (name:{operation.name}, type:{operation.type}) by value. "
        "make_initializable_iterator() has an initializer, whose run takes its value."
    )


def not_iterable() -> RuntimeError:
    """`for x in dataset` in a graph."""
    return RuntimeError(
        "__iter__() is only supported inside of tf.function or when eager execution is enabled. In a graph, run "
        "dataset.make_one_shot_iterator().get_next() until it raises tf.errors.OutOfRangeError."
    )


def not_initialized() -> FailedPreconditionError:
    """get_next of an iterator whose initializer did not run."""
    return FailedPreconditionError(
        "GetNext() failed because the iterator has not been initialized. Ensure that you have run the initializer "
        "operation for this iterator before getting the next element."
    )


def end_of_sequence() -> OutOfRangeError:
    """get_next after the last element."""
    return OutOfRangeError("End of sequence")


def no_initializer() -> ValueError:
    """initializer of a one-shot iterator."""
    return ValueError("Iterator does not have an initializer. One of make_initializable_iterator() has.")


def other_types(wanted: Any, found: Any) -> TypeError:
    """make_initializer of a dataset with other types."""
    return TypeError(f"Expected output types {wanted!r} but got dataset with output types {found!r}.")


def other_shapes(wanted: Any, found: Any) -> TypeError:
    """make_initializer of a dataset with other shapes."""
    return TypeError(f"Expected output shapes compatible with {wanted!r} but got dataset with output shapes {found!r}.")


def other_structure(wanted: Any, found: Any) -> ValueError:
    """make_initializer of a dataset whose elements have other parts."""
    return ValueError(
        f"The two structures don't have the same nested structure: the iterator has {wanted!r}, the dataset {found!r}."
    )


def shapes_for_types(types: Any, shapes: Any) -> ValueError:
    """Shapes of another structure than the types beside them."""
    return ValueError(
        f"The two structures don't have the same sequence length: the types are {types!r}, the shapes {shapes!r}. "
        "There is a shape for each type."
    )


def other_number_of_components(wanted: int, found: int) -> InvalidArgumentError:
    """A handle of an iterator with more or fewer parts."""
    return InvalidArgumentError(
        f"Number of components does not match: expected {wanted} types but got {found}. The handle is of an iterator "
        "with other elements."
    )


def other_component_type(place: int, wanted: str, found: str) -> InvalidArgumentError:
    """A handle of an iterator with other types."""
    return InvalidArgumentError(
        f"Data type mismatch at component {place}: expected {wanted} but got {found}. The handle is of an iterator "
        "with other elements."
    )


def other_component_shape(place: int, wanted: Any, found: Any) -> InvalidArgumentError:
    """A handle of an iterator with other shapes."""
    return InvalidArgumentError(
        f"Incompatible shapes at component {place}: expected {wanted} but got {found}. The handle is of an iterator "
        "with other elements."
    )


def no_such_handle(handle: Any) -> InvalidArgumentError:
    """from_string_handle of a handle that no iterator has."""
    return InvalidArgumentError(
        f"{handle!r} is no handle of an iterator: feed what a run of iterator.string_handle() gave, while that "
        "iterator is there."
    )


def no_files(pattern: Any) -> InvalidArgumentError:
    """list_files of a pattern that nothing fits."""
    return InvalidArgumentError(f"No files matched pattern: {pattern}")


def sparse_padded() -> TypeError:
    """padded_batch of SparseTensors."""
    return TypeError("Batching of padded sparse tensors is not currently supported. batch() needs no padding for them.")


def records_do_not_fit(path: str, body: int, size: int, header: int, footer: int) -> InvalidArgumentError:
    """A file of records of one length that has part of one."""
    return InvalidArgumentError(
        f'Excluding the header ({header} bytes) and footer ({footer} bytes), input file "{path}" has body length '
        f"{body} bytes, which is not an exact multiple of the record length ({size} bytes). Check record_bytes, "
        "header_bytes and footer_bytes, or whether the file was cut off."
    )


def no_such_shard(count: int, place: int) -> InvalidArgumentError:
    """shard(2, 2)."""
    if count < 1:
        return InvalidArgumentError(f"Number of shards must be greater than zero (currently num_shards = {count}).")
    return InvalidArgumentError(f"Index must be between 0 and {count - 1} (currently index = {place}).")


def negative_buffer() -> InvalidArgumentError:
    """prefetch(-2)."""
    return InvalidArgumentError("buffer_size must be >= 0 or set buffer_size to be -1 for auto-tuning")


# ---- transformations


def one_window_size() -> ValueError:
    """group_by_window with both or none of its sizes."""
    return ValueError("Must pass either window_size or window_size_func.")


def no_single_int64(what: str) -> ValueError:
    """group_by_window with a key or a size that is no number."""
    return ValueError(f"`{what}` must return a single tf.int64 scalar tensor. tf.reduce_max(x) is one number of many.")


def window_size(size: int) -> InvalidArgumentError:
    """A window of no elements."""
    return InvalidArgumentError(f"Window size must be greater than zero, but got {size}.")


def batch_sizes_of_buckets(sizes: int, boundaries: int) -> ValueError:
    """bucket_by_sequence_length with another number of batch sizes."""
    return ValueError(
        f"len(bucket_batch_sizes) must equal len(bucket_boundaries) + 1, got {sizes} for {boundaries} boundaries: the "
        "last bucket has what is at or above the last boundary."
    )


def no_choices() -> TypeError:
    """choose_from_datasets by something else than numbers."""
    return TypeError(
        "`choice_dataset` must be a dataset of scalar `tf.int64` tensors. Dataset.range is one, and "
        "dataset.map(lambda x: tf.cast(x, tf.int64)) makes one."
    )


def no_such_choice(choice: int, count: int) -> InvalidArgumentError:
    """A number that none of the datasets has."""
    return InvalidArgumentError(f"Selector index out of range: {choice} >= {count}")


def unlike_datasets() -> TypeError:
    """Datasets of several types, one of which is chosen."""
    return TypeError("All datasets must have the same type and class. dataset.map(...) makes them alike.")


def sampling_weights_type(weights: Any) -> TypeError:
    """sample_from_datasets with weights that are no floats."""
    return TypeError(
        f"`weights` must be convertible to a tensor of `tf.float32` or `tf.float64` elements, got {weights}."
    )


def sampling_weights_count(count: int) -> ValueError:
    """sample_from_datasets with another number of weights."""
    return ValueError(f"`weights` must be a vector of length `len(datasets)`, {count}.")


def no_truth_value() -> ValueError:
    """take_while with a function that does not return a truth value."""
    return ValueError("`predicate` must return a scalar boolean tensor. tf.reduce_all(x) is one of many.")


def nothing_to_compare() -> TypeError:
    """unique of elements that cannot be compared."""
    return TypeError(
        "`tf.data.experimental.unique()` only supports inputs with a single `tf.int32`, `tf.int64`, or `tf.string` "
        "component."
    )


def no_state_and_element() -> TypeError:
    """scan with a function that does not return two things."""
    return TypeError("The scan function must return a pair comprising the new state and the output value.")


def other_state(wanted: Any, found: Any) -> TypeError:
    """scan with a function that returns a state of other types."""
    return TypeError(
        f"The element types for the new state must match the initial state. Expected {wanted}; got {found}. "
        "tf.cast(x, ...) makes another one."
    )


def no_single_component(types: Any) -> TypeError:
    """dense_to_sparse_batch of tuples or dicts."""
    return TypeError(
        f"DenseToSparseDataset requires an input whose elements have a single component, whereas the input has {types}."
    )


def other_row_rank(found: Any, row: Any) -> InvalidArgumentError:
    """An element of another rank than the rows of a sparse batch."""
    return InvalidArgumentError(
        f"Input element had shape ({list(found)}) that is incompatible with the row shape ({list(row)})."
    )


def larger_than_row(found: Any, row: Any) -> DataLossError:
    """An element that is larger than the rows of a sparse batch."""
    return DataLossError(
        f"Input element had shape ({list(found)}) that is larger than the row shape ({list(row)}). None in row_shape "
        "takes the largest of a batch."
    )


def no_dataset_given(found: Any) -> TypeError:
    """get_single_element of something else."""
    return TypeError(f"`dataset` must be a `tf.data.Dataset` object, got {found!r}.")


def no_single_element(there_are: bool) -> InvalidArgumentError:
    """get_single_element of a dataset with none or several."""
    return InvalidArgumentError("Dataset had more than one element." if there_are else "Dataset was empty.")


def parallel_twice() -> ValueError:
    """map_and_batch with both of its sizes."""
    return ValueError("The `num_parallel_batches` and `num_parallel_calls` arguments are mutually exclusive.")


def columns_and_defaults(columns: int, defaults: int) -> ValueError:
    """CsvDataset with another number of defaults than of columns."""
    return ValueError(f"select_cols should match output size: got {columns} columns and {defaults} record_defaults.")


def columns_rise(columns: list[int]) -> ValueError:
    """CsvDataset with columns that do not rise."""
    return ValueError(f"select_cols should be strictly increasing indices, got {columns}: sorted(...) makes them so.")


def no_sparse_tensor(found: Any) -> TypeError:
    """from_sparse_tensor_slices of something else."""
    return TypeError(
        f"`sparse_tensor` must be a `tf.SparseTensor` object, got {found!r}. Dataset.from_tensor_slices takes others."
    )


def sparse_in_file() -> UnimplementedError:
    """cache of SparseTensors in a file."""
    return UnimplementedError("A file keeps no SparseTensors. cache() keeps them in memory.")
