"""The compiled half of `fastscope.fused.cpu`; see src/_lstm.pyx."""

from typing import Any, final

from numpy.typing import NDArray

_Array = NDArray[Any]

SGD: int
MOMENTUM: int
RMSPROP: int
ADAM: int
ROWS_BYTES: int

def set_num_threads(n: int) -> None: ...
def get_num_threads() -> int: ...
def instruction_sets() -> tuple[str, ...]: ...
def instruction_set() -> str: ...
def use_instruction_set(name: str) -> None: ...
def hire_for_anything(on: bool) -> None: ...
def block(nbytes: int) -> memoryview: ...

@final
class Packing: ...

@final
class Tape:
    @property
    def T(self) -> int: ...
    @property
    def N(self) -> int: ...
    @property
    def D(self) -> int: ...
    @property
    def H(self) -> int: ...
    @property
    def dtype(self) -> Any: ...

@final
class Rows:
    def __new__(cls, embedding: _Array, units: int) -> Rows: ...
    def holds(self, embedding: _Array) -> bool: ...

def forward(
    x: _Array,
    c: _Array,
    h: _Array,
    kernel: _Array,
    bias: _Array,
    forget_bias: float,
    lengths: _Array | None,
    outputs: _Array | None,
    new_c: _Array,
    new_h: _Array,
    keep: bool,
    packing: Packing | None = None,
) -> Tape | None: ...
def forward_ids(
    ids: _Array,
    c: _Array,
    h: _Array,
    kernel: _Array,
    bias: _Array,
    forget_bias: float,
    rows: Rows | None,
    new_c: _Array,
    new_h: _Array,
    packing: Packing | None = None,
) -> None: ...
def step(
    x: _Array, c: _Array, h: _Array, kernel: _Array, bias: _Array, forget_bias: float, packing: Packing | None
) -> tuple[_Array, _Array]: ...
def step_ids(
    ids: Any,
    c: _Array,
    h: _Array,
    kernel: _Array,
    bias: _Array,
    forget_bias: float,
    rows: Rows | None,
    packing: Packing | None,
) -> tuple[_Array, _Array]: ...
def backward(
    tape: Tape,
    d_outputs: _Array,
    d_c: _Array | None,
    d_h: _Array | None,
    d_x: _Array | None,
    new_dc: _Array,
    new_dh: _Array,
    d_kernel: _Array,
    d_bias: _Array,
) -> None: ...
def product(a: _Array, b: _Array, out: _Array) -> None: ...
def update(
    rule: int,
    w: _Array,
    a: _Array | None,
    b: _Array | None,
    g: _Array,
    lr: float,
    momentum: float = 0.0,
    decay: float = 0.0,
    decay2: float = 0.0,
    eps: float = 0.0,
    nesterov: bool = False,
) -> None: ...
