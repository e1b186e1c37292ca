"""tf.train: optimizers, savers, checkpoints, the global step."""

from typing import TYPE_CHECKING

from .checkpoint import NewCheckpointReader, list_variables, load_checkpoint, load_variable
from .checkpoint.init_from import init_from_checkpoint
from .checkpoint.saver import Saver, checkpoint_exists, get_checkpoint_state, latest_checkpoint
from .errors.names import face as _face
from .training.averages import ExponentialMovingAverage
from .training.decays import (
    cosine_decay,
    cosine_decay_restarts,
    exponential_decay,
    inverse_time_decay,
    linear_cosine_decay,
    natural_exp_decay,
    piecewise_constant,
    piecewise_constant_decay,
    polynomial_decay,
)
from .training.global_step import create_global_step, get_global_step, get_or_create_global_step, global_step
from .training.optimizers import (
    AdadeltaOptimizer,
    AdagradOptimizer,
    AdamOptimizer,
    FtrlOptimizer,
    GradientDescentOptimizer,
    MomentumOptimizer,
    Optimizer,
    ProximalAdagradOptimizer,
    ProximalGradientDescentOptimizer,
    RMSPropOptimizer,
)

if TYPE_CHECKING:  # `later` says where else they come from
    from .checkpoint.keeping import (
        generate_checkpoint_state_proto,
        get_checkpoint_mtimes,
        remove_checkpoint,
        update_checkpoint_state,
    )
    from .events.writer import summary_iterator
    from .fitting.evaluating import checkpoints_iterator
    from .fitting.optimizing import assert_global_step
    from .graphdef.meta import export_meta_graph, import_meta_graph
    from .messages import (
        BytesList,
        Example,
        Feature,
        FeatureList,
        FeatureLists,
        Features,
        FloatList,
        Int64List,
        SaverDef,
        SequenceExample,
    )
    from .monitored.hooks import (
        CheckpointSaverHook,
        CheckpointSaverListener,
        FeedFnHook,
        FinalOpsHook,
        GlobalStepWaiterHook,
        LoggingTensorHook,
        NanLossDuringTrainingError,
        NanTensorHook,
        SecondOrStepTimer,
        SessionRunArgs,
        SessionRunContext,
        SessionRunHook,
        SessionRunValues,
        StepCounterHook,
        StopAtStepHook,
        SummarySaverHook,
    )
    from .monitored.loops import basic_train_loop
    from .monitored.manager import SessionManager
    from .monitored.profiling import ProfilerHook
    from .monitored.scaffold import Scaffold
    from .monitored.sessions import (
        ChiefSessionCreator,
        MonitoredSession,
        MonitoredTrainingSession,
        SessionCreator,
        SingularMonitoredSession,
        WorkerSessionCreator,
    )
    from .monitored.supervisor import Supervisor
    from .monitored.writing import write_graph
    from .queues import queue_runner
    from .queues.coordinator import Coordinator, LooperThread
    from .queues.producers import (
        batch,
        batch_join,
        input_producer,
        limit_epochs,
        match_filenames_once,
        maybe_batch,
        maybe_batch_join,
        maybe_shuffle_batch,
        maybe_shuffle_batch_join,
        range_input_producer,
        shuffle_batch,
        shuffle_batch_join,
        slice_input_producer,
        string_input_producer,
    )
    from .queues.queue_runner import QueueRunner, add_queue_runner, start_queue_runners

__all__ = [
    "AdadeltaOptimizer",
    "AdagradOptimizer",
    "AdamOptimizer",
    "BytesList",
    "CheckpointSaverHook",
    "CheckpointSaverListener",
    "ChiefSessionCreator",
    "Coordinator",
    "Example",
    "ExponentialMovingAverage",
    "Feature",
    "FeatureList",
    "FeatureLists",
    "Features",
    "FeedFnHook",
    "FinalOpsHook",
    "FloatList",
    "FtrlOptimizer",
    "GlobalStepWaiterHook",
    "GradientDescentOptimizer",
    "Int64List",
    "LoggingTensorHook",
    "LooperThread",
    "MomentumOptimizer",
    "MonitoredSession",
    "MonitoredTrainingSession",
    "NanLossDuringTrainingError",
    "NanTensorHook",
    "NewCheckpointReader",
    "Optimizer",
    "ProfilerHook",
    "ProximalAdagradOptimizer",
    "ProximalGradientDescentOptimizer",
    "QueueRunner",
    "RMSPropOptimizer",
    "Saver",
    "SaverDef",
    "Scaffold",
    "SecondOrStepTimer",
    "SequenceExample",
    "SessionCreator",
    "SessionManager",
    "SessionRunArgs",
    "SessionRunContext",
    "SessionRunHook",
    "SessionRunValues",
    "SingularMonitoredSession",
    "StepCounterHook",
    "StopAtStepHook",
    "SummarySaverHook",
    "Supervisor",
    "WorkerSessionCreator",
    "add_queue_runner",
    "assert_global_step",
    "basic_train_loop",
    "batch",
    "batch_join",
    "checkpoint_exists",
    "checkpoints_iterator",
    "cosine_decay",
    "cosine_decay_restarts",
    "create_global_step",
    "exponential_decay",
    "export_meta_graph",
    "generate_checkpoint_state_proto",
    "get_checkpoint_mtimes",
    "get_checkpoint_state",
    "get_global_step",
    "get_or_create_global_step",
    "global_step",
    "import_meta_graph",
    "init_from_checkpoint",
    "input_producer",
    "inverse_time_decay",
    "latest_checkpoint",
    "limit_epochs",
    "linear_cosine_decay",
    "list_variables",
    "load_checkpoint",
    "load_variable",
    "match_filenames_once",
    "maybe_batch",
    "maybe_batch_join",
    "maybe_shuffle_batch",
    "maybe_shuffle_batch_join",
    "natural_exp_decay",
    "piecewise_constant",
    "piecewise_constant_decay",
    "polynomial_decay",
    "queue_runner",
    "range_input_producer",
    "remove_checkpoint",
    "shuffle_batch",
    "shuffle_batch_join",
    "slice_input_producer",
    "start_queue_runners",
    "string_input_producer",
    "summary_iterator",
    "update_checkpoint_state",
    "write_graph",
]


if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("train", __all__)
