"""tf.saved_model: graphs with their values and signatures in a folder."""

from typing import TYPE_CHECKING

from ..errors.names import face as _face
from ..graphdef.saved import (
    SavedModelBuilder,
    build_signature_def,
    build_tensor_info,
    contains_saved_model,
    get_tensor_from_tensor_info,
    load,
    predict_signature_def,
    simple_save,
)
from ..graphdef.saved import SavedModelBuilder as Builder
from . import builder, loader, signature_constants, signature_def_utils, tag_constants, utils

__all__ = [
    "Builder",
    "SavedModelBuilder",
    "build_signature_def",
    "build_tensor_info",
    "builder",
    "contains_saved_model",
    "get_tensor_from_tensor_info",
    "load",
    "loader",
    "predict_signature_def",
    "signature_constants",
    "signature_def_utils",
    "simple_save",
    "tag_constants",
    "utils",
]


if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("saved_model", __all__)
