"""The compiled half of `fastscope.fused.cpu`; see src/_lstm.pyx."""

from collections.abc import Sequence
from typing import Any, TypeVar, final

from numpy.typing import NDArray

_Array = NDArray[Any]
_State = TypeVar("_State", bound=tuple[Any, ...])

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
class Packing:
    def __new__(cls, pairs: bool = ...) -> Packing: ...

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

@final
class Held:
    def __init__(self, variable: Any, kernel: _Array, bias: _Array, forget_bias: float, cache: Any) -> None: ...
    def fresh(self) -> Any: ...
    def step(self, x: Any, state: _State) -> tuple[_Array, _State] | None: ...
    def step_ids(self, ids: Any, state: _State, embedding: Any) -> tuple[_Array, _State] | None: ...

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
    cache: Any = None,
) -> Tape | None: ...
def forward_ids(
    ids: Any,
    c: _Array,
    h: _Array,
    kernel: _Array,
    bias: _Array,
    forget_bias: float,
    rows: Rows | None,
    new_c: _Array,
    new_h: _Array,
    cache: Any = None,
) -> None: ...
def step(
    kind: type[_State],
    x: _Array,
    c: _Array,
    h: _Array,
    kernel: _Array,
    bias: _Array,
    forget_bias: float,
    cache: Any = None,
) -> _State: ...
def step_ids(
    kind: type[_State],
    ids: Any,
    c: _Array,
    h: _Array,
    kernel: _Array,
    bias: _Array,
    forget_bias: float,
    embedding: _Array | None,
    cache: Any = None,
) -> _State: ...
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
def window_product(x: _Array, at: _Array, runs: _Array, run: int, b: _Array, out: _Array, turned: bool) -> None: ...
def max_pool(
    x: _Array,
    window: Sequence[int],
    strides: Sequence[int],
    y: _Array,
    d: _Array | None = None,
    d_x: _Array | None = None,
) -> None: ...
def add_rows(total: _Array, rows: _Array, ids: _Array) -> None: ...
def softmax(logits: _Array, labels: _Array, d_logits: _Array, losses: _Array) -> None: ...
def philox(key: int, high: int, starts: _Array, words: _Array) -> None: ...
def philox_normals(words: _Array, out: _Array) -> None: ...
def philox_draws(poisson: bool, key: int, high: int, block: int, parameters: _Array, out: _Array) -> None: ...
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
