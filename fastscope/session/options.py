"""How a session is configured.

Source: tensorflow/core/protobuf/config.proto (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from ..arrays import gpu_count, import_cupy

__all__ = ["ConfigProto", "GPUOptions", "GraphOptions", "OptimizerOptions"]


@dataclass(kw_only=True, slots=True)
class GPUOptions:
    """How GPU memory is taken.

    Attributes:
        per_process_gpu_memory_fraction: limit of CuPy's memory pool, as a fraction of the device's memory; 0 = none.
        allow_growth: memory is always taken as it is needed here; kept for TF's sake.
        visible_device_list: kept for TF's sake; CUDA_VISIBLE_DEVICES does it.
        allocator_type, force_gpu_compatible: kept for TF's sake.
    """

    per_process_gpu_memory_fraction: float = 0.0
    allow_growth: bool = False
    visible_device_list: str = ""
    allocator_type: str = ""
    force_gpu_compatible: bool = False

    def apply(self) -> None:
        """Set the limit of CuPy's memory pool, if a fraction was given and there is a GPU."""
        if self.per_process_gpu_memory_fraction and gpu_count():
            import_cupy().get_default_memory_pool().set_limit(fraction=self.per_process_gpu_memory_fraction)


@dataclass(kw_only=True, slots=True)
class OptimizerOptions:
    """What TensorFlow does to a graph before it runs; kept for TF's sake."""

    DEFAULT: ClassVar[int] = 0
    OFF: ClassVar[int] = -1
    ON_1: ClassVar[int] = 1
    ON_2: ClassVar[int] = 2
    L1: ClassVar[int] = 0
    L0: ClassVar[int] = -1

    do_common_subexpression_elimination: bool = False
    do_constant_folding: bool = False
    max_folded_constant_in_bytes: int = 0
    do_function_inlining: bool = False
    opt_level: int = 0
    global_jit_level: int = 0


@dataclass(kw_only=True, slots=True)
class GraphOptions:
    """What TensorFlow does with a graph; kept for TF's sake."""

    optimizer_options: OptimizerOptions = field(default_factory=OptimizerOptions)
    enable_recv_scheduling: bool = False
    build_cost_model: int = 0
    build_cost_model_after: int = 0
    infer_shapes: bool = False
    place_pruned_graph: bool = False
    enable_bfloat16_sendrecv: bool = False
    timeline_step: int = 0


@dataclass(kw_only=True, slots=True)
class ConfigProto:
    """A session's configuration; what is not named here is kept for TF's sake.

    `gpu_options` limits a GPU's memory; with `operation_timeout_in_ms` no run waits longer for a queue.

    With allow_soft_placement a GPU that is not there is the CPU, from the first such session on in the whole process.
    """

    gpu_options: GPUOptions = None  # type: ignore[assignment]
    graph_options: GraphOptions = field(default_factory=GraphOptions)
    allow_soft_placement: bool = False
    log_device_placement: bool = False
    device_count: dict[str, int] = field(default_factory=dict)
    device_filters: Sequence[str] = ()
    intra_op_parallelism_threads: int = 0
    inter_op_parallelism_threads: int = 0
    use_per_session_threads: bool = False
    isolate_session_state: bool = False
    operation_timeout_in_ms: int = 0

    def __post_init__(self) -> None:
        self.gpu_options = self.gpu_options or GPUOptions()  # None may be given, too
