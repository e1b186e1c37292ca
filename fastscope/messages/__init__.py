"""TensorFlow's messages that programs hold in their hands: summaries, events, examples, graphs.

They look and read like the classes that protocol buffers would make, and are written as bytes and as text as those are.
"""

from .events import Event, LogMessage, SessionLog, TaggedRunMetadata
from .examples import (
    BytesList,
    Example,
    Feature,
    FeatureList,
    FeatureLists,
    Features,
    FloatList,
    Int64List,
    SequenceExample,
)
from .graphs import AttrValue, GraphDef, NodeDef
from .message import Message
from .meta import MetaGraphDef, SaverDef, TensorInfo
from .runs import DeviceStepStats, NodeExecStats, RunMetadata, RunOptions, StepStats
from .summaries import HistogramProto, Summary, SummaryMetadata
from .tensors import TensorProto, TensorShapeProto, make_ndarray, make_tensor_proto, tensor_proto

__all__ = [
    "AttrValue",
    "BytesList",
    "DeviceStepStats",
    "Event",
    "Example",
    "Feature",
    "FeatureList",
    "FeatureLists",
    "Features",
    "FloatList",
    "GraphDef",
    "HistogramProto",
    "Int64List",
    "LogMessage",
    "Message",
    "MetaGraphDef",
    "NodeDef",
    "NodeExecStats",
    "RunMetadata",
    "RunOptions",
    "SaverDef",
    "SequenceExample",
    "SessionLog",
    "StepStats",
    "Summary",
    "SummaryMetadata",
    "TaggedRunMetadata",
    "TensorInfo",
    "TensorProto",
    "TensorShapeProto",
    "make_ndarray",
    "make_tensor_proto",
    "tensor_proto",
]
