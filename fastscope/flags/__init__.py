"""tf.flags: values from the command line, by the names and with the errors of TensorFlow 1.15 and absl.

    >>> rate = tf.flags.DEFINE_float("learning_rate", 0.01, "Of Adam.")
    >>> FLAGS = tf.flags.FLAGS
    >>> rest = FLAGS(["train.py", "--learning_rate=0.1", "file"])  # without this line sys.argv is read
    >>> FLAGS.learning_rate, rest
    (0.1, ['train.py', 'file'])

Source: absl/flags, tensorflow/python/platform/flags.py (TF 1.15).
"""

from ..errors.flags import (
    DuplicateFlagError,
    Error,
    IllegalFlagValueError,
    UnparsedFlagAccessError,
    UnrecognizedFlagError,
)
from .defining import (
    DEFINE_bool,
    DEFINE_boolean,
    DEFINE_enum,
    DEFINE_float,
    DEFINE_integer,
    DEFINE_list,
    DEFINE_multi_float,
    DEFINE_multi_integer,
    DEFINE_multi_string,
    DEFINE_spaceseplist,
    DEFINE_string,
    mark_flag_as_required,
    mark_flags_as_mutual_exclusive,
    mark_flags_as_required,
    register_validator,
    set_default,
    validator,
)
from .values import FLAGS, Flag, FlagHolder, FlagValues

__all__ = [
    "FLAGS",
    "DEFINE_bool",
    "DEFINE_boolean",
    "DEFINE_enum",
    "DEFINE_float",
    "DEFINE_integer",
    "DEFINE_list",
    "DEFINE_multi_float",
    "DEFINE_multi_integer",
    "DEFINE_multi_string",
    "DEFINE_spaceseplist",
    "DEFINE_string",
    "DuplicateFlagError",
    "Error",
    "Flag",
    "FlagHolder",
    "FlagValues",
    "IllegalFlagValueError",
    "UnparsedFlagAccessError",
    "UnrecognizedFlagError",
    "mark_flag_as_required",
    "mark_flags_as_mutual_exclusive",
    "mark_flags_as_required",
    "register_validator",
    "set_default",
    "validator",
]
