# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, binding=False
"""The compiled half of `fastscope.fused.cpu`: buffers, memory, threads; the arithmetic is in C.

    fused/cpu.py      allocates the results of sequences and gradients
    _lstm.pyx         this file: checks shapes, fills a job, releases the GIL; steps from end to end
    ndarray.h         what is read of NumPy's arrays
    engines.h         the jobs, and one table of functions per real type and instruction set
    lstm_core.h       packing and products, with an essay on both,
    pairs_core.h      of bfloat16 too; then the passes over an LSTM,
    forward_core.h    forward,
    backward_core.h   and backward,
    update_core.h     the optimizers' passes,
    product_core.h    the product of two matrices, of which one may be windows of an array,
    softmax_core.h    and the softmax of rows
    pools.h           the largest elements of windows
    crew.h            the threads
    lstm_gates.h      the arithmetic of one unit, shared with the GPU
    philox.h          TensorFlow's random numbers, for arrays/philox.py

What lives how long. A `Packing` holds one kernel in the order in which the passes read it; its parts
are made when first wanted and never change, so a tape may hold it while the kernel moves on. A `Tape`
holds what one forward pass leaves for its backward pass. Everything else is scratch of one call.

Arrays come in by ndarray.h or the buffer protocol (no NumPy headers at build time), all of one dtype,
float32 or float64; those whose elements do not lie together are copied. A wrong shape raises before any
work. The GIL is released while a long pass runs; two threads may use one Packing or one Tape.

Shapes: T max_time, N batch_size, D input_depth, H num_units.
"""

cimport cython
from cpython.object cimport PyObject, PyTypeObject
from cpython.ref cimport Py_DECREF
from cpython.buffer cimport (PyBUF_C_CONTIGUOUS, PyBUF_FORMAT, PyBUF_STRIDES, PyBUF_WRITABLE,
                             PyBuffer_FillInfo, PyBuffer_IsContiguous, PyBuffer_Release,
                             PyObject_GetBuffer)
from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.string cimport memcmp, memcpy, memset

import operator

import numpy as np

from fastscope.errors import fused as messages


cdef extern from "lstm/ndarray.h":
    bint ndarray_view(object array, Py_buffer *view, bint writable)
    int ndarray_learn(object array, object transpose, object dtype) except -1
    void ndarray_learn_maker(object capsule, object sample)
    int ndarray_like(object array, PyObject **made) except -1

cdef extern from "lstm/philox.h" nogil:
    void philox_blocks(uint64_t key, uint64_t high, uint64_t block, ptrdiff_t count, uint32_t *words)
    void philox_normal32(const uint32_t *words, ptrdiff_t pairs, float *out)
    void philox_normal64(const uint32_t *words, ptrdiff_t pairs, double *out)
    struct philox_output:
        pass
    double philox_gamma(philox_output *output, double shape)
    double philox_poisson(philox_output *output, double rate)
    void philox_accepted(double (*draw)(philox_output *, double) noexcept nogil, uint64_t key, uint64_t high,
                         uint64_t block, const double *parameter, ptrdiff_t n, ptrdiff_t samples, double *out)

cdef extern from "lstm/engines.h" nogil:
    ctypedef struct core_forward:
        ptrdiff_t T, N, D, H, steps
        const void *x
        const int64_t *ids
        const void *rows
        ptrdiff_t row_size
        int rows_packed
        const void *c0
        const void *h0
        const void *bias
        const void *W
        const void *U
        const void *raw
        void *x_pairs
        void *h_pairs
        double forget_bias
        const int64_t *lengths
        int keep, fuse, turn
        void *z
        ptrdiff_t z_steps
        void *c
        ptrdiff_t c_step
        void *outputs
        void *new_c
        void *new_h

    ctypedef struct core_backward:
        ptrdiff_t T, N, D, H, steps
        const void *x
        const void *h0
        const int64_t *lengths
        const void *gates
        const void *cells
        const void *W_across
        const void *U_across
        const void *d_outputs
        const void *d_c
        const void *d_h
        void *dz
        void *dc
        void *h
        void *across
        void *pieces
        void *d_x
        void *new_dc
        void *new_dh
        void *d_kernel
        void *d_bias

    ctypedef struct core_pack:
        ptrdiff_t D, H
        const void *kernel
        void *pairs
        void *W
        void *U
        void *W_across
        void *U_across

    ctypedef struct core_project:
        ptrdiff_t D, H
        const void *row
        const void *W
        void *pairs
        void *to

    ctypedef struct core_update:
        ptrdiff_t n
        int rule, nesterov
        void *w
        void *a
        void *b
        const void *g
        double lr, momentum, decay, decay2, eps

    ctypedef struct core_product:
        ptrdiff_t M, K, N
        const void *a
        const void *b
        ptrdiff_t a_row, a_next, b_row, b_next
        const int64_t *at
        const int64_t *runs
        ptrdiff_t run
        int turned
        void *strips
        void *rows
        void *out

    ctypedef struct core_softmax:
        ptrdiff_t M, V
        const void *x
        const int64_t *labels
        void *d_x
        void *losses

    ctypedef void (*engine_pass)(int threads, void *job) noexcept nogil

    ctypedef struct engine:
        ptrdiff_t size, rows, lanes, tile_rows
        engine_pass pack, project, forward, backward, update, product, softmax

    int CREW_MOST, UPDATE_CHUNK, UPDATE_SGD, UPDATE_MOMENTUM, UPDATE_RMSPROP, UPDATE_ADAM, FEW_ROWS, HEIGHT, DEPTH
    const engine *engines_pick(int type, int set)
    int engines_best()
    void *engines_alloc(size_t bytes)
    void engines_free(void *memory)
    ptrdiff_t core_piece(ptrdiff_t M)


# ---- settings of the process ----------------------------------------------------------------------

cdef int _threads = 1
cdef tuple _SETS = ("portable", "avx2", "avx512", "avx512_bf16")  # as the enum in engines.h
cdef int _set = engines_best()
cdef bint _hire_for_anything = False


def set_num_threads(n):
    """Lets one call use up to `n` threads, and never more than CREW_MOST; 1 <= n."""
    global _threads
    try:
        n = operator.index(n)
    except TypeError:
        raise messages.threads_not_integer(n) from None
    if n < 1:
        raise messages.threads_out_of_range(n)
    _threads = min(n, CREW_MOST)


def get_num_threads():
    """Returns the most threads that one call may use."""
    return _threads


def instruction_sets():
    """Returns the instruction sets that this processor can run, the fastest first."""
    return _SETS[engines_best()::-1]


def instruction_set():
    """Returns the instruction set in use."""
    return _SETS[_set]


def use_instruction_set(str name):
    """Chooses the instruction set; the fastest one is chosen at import. For tests and timings."""
    global _set
    if name not in instruction_sets():
        raise ValueError(f"this processor runs {instruction_sets()}, not {name!r}")
    _set = _SETS.index(name)


def hire_for_anything(bint on):
    """Takes all threads for work of any size; for tests."""
    global _hire_for_anything
    _hire_for_anything = on


cdef double BRIEF = 40.0  # microseconds

cdef inline double _microseconds(double flops, double streamed) noexcept nogil:
    """What so many operations over so many bytes of weights take one thread, roughly."""
    return max(flops / 90e3, streamed / 50e3)


cdef int _crew(ptrdiff_t phases, double flops, double streamed) noexcept nogil:
    """Threads for so many phases, each of so many operations over so many bytes of weights.

    A phase costs a meeting of the threads, some tenths of a microsecond when all of them run, so it
    should give each of them some microseconds. The others wake up for the first phase only, which
    costs some ten.
    """
    cdef double microseconds = _microseconds(flops, streamed)
    if _hire_for_anything:
        return _threads
    if microseconds < 4.0 or phases * microseconds < BRIEF:
        return 1
    return <int>min(<double>_threads, microseconds / 2.0)


cdef void _forward(const engine *e, core_forward *job, double flops, double streamed) noexcept:
    """Runs a forward pass, whose steps take so many operations over so many bytes of weights each.

    A brief one keeps the GIL: who gives it away beside a busy thread waits to have it back. A step of
    H = 128 takes 7 us there and took 160.
    """
    cdef int threads = _crew(job.steps, flops, streamed)
    if job.steps * _microseconds(flops, streamed) < BRIEF:
        e.forward(threads, job)
    else:
        with nogil:
            e.forward(threads, job)


# ---- buffers --------------------------------------------------------------------------------------

cdef object _empty = np.empty
cdef type ndarray = np.ndarray

for _sample in (np.empty((2, 3), np.float32), np.empty((2, 3), np.float64), np.empty((2, 3), np.int64)):
    ndarray_learn(_sample, _sample.T, _sample.dtype)
ndarray_learn_maker(getattr(getattr(getattr(np, "_core", None), "multiarray", None), "_ARRAY_API", None), _sample)


cdef object _like(array):
    """Returns a new array of the same shape and dtype, not cleared."""
    cdef PyObject *made
    if ndarray_like(array, &made) == 0:
        return _empty(array.shape, array.dtype)
    new = <object>made
    Py_DECREF(new)
    return new


cdef inline bint _aligned(const Py_buffer *view) noexcept:
    """Says whether the elements begin at a multiple of their size, which a dtype can make 0."""
    return view.itemsize > 0 and <size_t>view.buf % <size_t>view.itemsize == 0


@cython.final
@cython.freelist(4)
cdef class _Arrays:
    """The buffers of one call: taken one by one, checked, released together."""

    cdef Py_buffer views[12]
    cdef int held
    cdef char kind  # "f" or "d", the dtype of all of them; 0 before the first

    def __dealloc__(self):
        while self.held > 0:
            self.held -= 1
            PyBuffer_Release(&self.views[self.held])

    cdef Py_buffer *get(self, str name, object array, bint writable) except NULL:
        """Takes the buffer of `array`, of any shape; of a copy if its elements do not lie together."""
        cdef Py_buffer *view = &self.views[self.held]
        if ndarray_view(array, view, writable):
            return self.keep(name, array, view)
        PyObject_GetBuffer(array, view, PyBUF_FORMAT | PyBUF_STRIDES | (PyBUF_WRITABLE if writable else 0))
        if not (PyBuffer_IsContiguous(view, b"C") and _aligned(view)):
            PyBuffer_Release(view)
            if writable:
                raise messages.not_in_place(name)
            PyObject_GetBuffer(array.copy("C"), view, PyBUF_FORMAT | PyBUF_STRIDES)
        return self.keep(name, array, view)

    cdef Py_buffer *get_strided(self, str name, object array) except NULL:
        """Takes the buffer of `array` in its own layout; of a copy if its elements are not aligned."""
        cdef Py_buffer *view = &self.views[self.held]
        cdef bint aligned
        cdef int k
        PyObject_GetBuffer(array, view, PyBUF_FORMAT | PyBUF_STRIDES)
        aligned = _aligned(view)
        for k in range(view.ndim):
            aligned = aligned and view.strides[k] % view.itemsize == 0
        if not aligned:
            PyBuffer_Release(view)
            return self.get(name, array, False)
        return self.keep(name, array, view)

    cdef Py_buffer *keep(self, str name, object array, Py_buffer *view) except NULL:
        """Holds a buffer that was just taken, if its dtype is that of those before."""
        cdef const char *form = view.format
        self.held += 1
        if self.kind == 0 and (form[0] == b"f" or form[0] == b"d"):
            self.kind = form[0]
        if form[0] != self.kind or form[1] != 0:
            raise messages.wrong_dtype(name, array.dtype)
        return view

    cdef object taken(self):
        """Returns the array whose buffer was taken last: the argument, or the copy of it."""
        return <object>self.views[self.held - 1].obj

    cdef void *take(self, str name, object array, bint writable, int ndim, Py_ssize_t a,
                    Py_ssize_t b=0, Py_ssize_t c=0) except? NULL:
        """Returns the memory of `array`, whose shape has to be the first `ndim` of a, b, c."""
        cdef Py_buffer *view = self.get(name, array, writable)
        if (view.ndim != ndim or view.shape[0] != a or (ndim > 1 and view.shape[1] != b)
                or (ndim > 2 and view.shape[2] != c)):
            raise messages.wrong_shape(name, (a, b, c)[:ndim], array.shape)
        return view.buf

    cdef void *take_like(self, str name, object array, bint writable, Py_buffer *like) except? NULL:
        """Returns the memory of `array`, whose shape has to be that of `like`."""
        cdef Py_buffer *view = self.get(name, array, writable)
        cdef bint same = view.ndim == like.ndim
        cdef int k
        for k in range(view.ndim if same else 0):
            same = same and view.shape[k] == like.shape[k]
        if not same:
            raise messages.wrong_shape(name, [like.shape[k] for k in range(like.ndim)], array.shape)
        return view.buf

    cdef const int64_t *take_int64(self, str name, object array, Py_ssize_t n) except? NULL:
        """Returns the memory of integers [n]; of a copy if they are not int64 or do not lie together."""
        cdef Py_buffer *view = &self.views[self.held]
        cdef bint taken = ndarray_view(array, view, False)
        if not taken or view.format[0] == b"f" or view.format[0] == b"d":
            if taken:
                PyBuffer_Release(view)
            array = np.ascontiguousarray(_integers(array), np.int64)
            PyObject_GetBuffer(array, view, PyBUF_FORMAT | PyBUF_C_CONTIGUOUS)
        self.held += 1
        if view.ndim != 1 or view.shape[0] != n:
            raise messages.wrong_shape(name, (n,), array.shape)
        return <const int64_t *>view.buf

    cdef const engine *engine(self) noexcept nogil:
        return engines_pick(self.kind == b"d", _set)

    cdef const engine *engine_of(self, Packing packing) except NULL:
        """Returns the engine of a packing, which may be one of pairs."""
        if packing is None or not packing.pairs:
            return self.engine()
        if self.kind != b"f":
            raise messages.wrong_dtype("weights in bfloat16", np.dtype(np.float64))
        return engines_pick(2, _set)


cdef object _integers(ids):
    """Returns an array of integers.

    Raises:
        TypeError: of something else.
    """
    ids = np.asarray(ids)
    if ids.dtype.kind not in "iu":
        raise messages.ids_dtype(ids.dtype)
    return ids


cdef void *_alloc(Py_ssize_t a, Py_ssize_t b, Py_ssize_t c) except NULL:
    """Returns memory for a * b * c bytes."""
    cdef void *p = NULL
    if b == 0 or c == 0 or a <= (<Py_ssize_t>1 << 62) // b // c:
        p = engines_alloc(<size_t>(a * b * c))
    if p == NULL:
        raise MemoryError(f"an LSTM needs {a} x {b} x {c} bytes")
    return p


cdef inline ptrdiff_t _padded(const engine *e, ptrdiff_t H) noexcept nogil:
    """Hp: num_units rounded up to whole blocks. A row of z is four times that."""
    return (H + e.lanes - 1) // e.lanes * e.lanes


cdef inline ptrdiff_t _taken(const engine *e, ptrdiff_t K) noexcept nogil:
    """Rows of a strip that K rows of a kernel take."""
    return (K + e.rows - 1) // e.rows


cdef inline ptrdiff_t _strips(const engine *e, ptrdiff_t K) noexcept nogil:
    """Strips across K rows of a kernel."""
    return (K + 2 * e.lanes - 1) // (2 * e.lanes)


@cython.final
cdef class _Block:
    """Memory that is given back to the list of spare blocks (engines.h) when nobody views it."""

    cdef void *memory
    cdef Py_ssize_t nbytes

    def __cinit__(self, Py_ssize_t nbytes):
        self.nbytes = nbytes
        self.memory = _alloc(nbytes, 1, 1)

    def __dealloc__(self):
        engines_free(self.memory)

    def __getbuffer__(self, Py_buffer *view, int flags):
        PyBuffer_FillInfo(view, self, self.memory, self.nbytes, 0, flags)


def block(Py_ssize_t nbytes):
    """Returns memory for one big result, not cleared.

    Memory fresh from the system costs a page fault for every 4 KiB; this is what an earlier result
    has given back, where there is one.
    """
    return memoryview(_Block(nbytes))


# ---- packings and tapes ---------------------------------------------------------------------------

@cython.final
cdef class Packing:
    """One kernel in the order in which the passes read it; see lstm_core.h.

    Made empty; each part is packed when a pass first wants it and then stays as it is.

    Args:
        pairs: of bfloat16; see pairs_core.h.
    """

    cdef bint pairs
    cdef void *W
    cdef void *U
    cdef void *W_across
    cdef void *U_across
    cdef ptrdiff_t turns  # steps that have gone through it; see forth() in forward_core.h

    def __cinit__(self, bint pairs=False):
        self.pairs = pairs

    def __dealloc__(self):
        engines_free(self.W)
        engines_free(self.U)
        engines_free(self.W_across)
        engines_free(self.U_across)

    cdef int turn(self, ptrdiff_t steps) noexcept:
        """Returns which way the first of so many steps goes; threads may disagree and lose nothing."""
        self.turns += steps
        return (self.turns - steps) % 2

    cdef int want(self, const engine *e, const void *kernel, ptrdiff_t D, ptrdiff_t H, bint W, bint U,
                  bint W_across, bint U_across) except -1:
        """Packs what is wanted and not there yet. kernel: [D + H, 4H], always the same values."""
        cdef core_pack job
        cdef ptrdiff_t row = 4 * _padded(e, H) * e.size, across = 2 * e.lanes * row
        cdef int threads = _crew(1, 0, 4.0 * (D + H) * row)
        W = W and self.W == NULL
        U = U and self.U == NULL
        W_across = W_across and self.W_across == NULL
        U_across = U_across and self.U_across == NULL
        if not (W or U or W_across or U_across):
            return 0
        memset(&job, 0, sizeof(job))
        job.D, job.H, job.kernel = D, H, kernel
        try:
            if e.rows == 2:
                job.pairs = _alloc(_taken(e, D) + _taken(e, H), 4 * H, e.size)
            if W:
                job.W = _alloc(_taken(e, D), row, 1)
            if U:
                job.U = _alloc(_taken(e, H), row, 1)
            if W_across:
                job.W_across = _alloc(_strips(e, D), across, 1)
            if U_across:
                job.U_across = _alloc(_strips(e, H), across, 1)
            with nogil:
                e.pack(threads, &job)
            # Another thread may have packed the same meanwhile, and passes may be reading its work.
            _install(&self.W, &job.W)
            _install(&self.U, &job.U)
            _install(&self.W_across, &job.W_across)
            _install(&self.U_across, &job.U_across)
        finally:
            engines_free(job.pairs)
            engines_free(job.W)
            engines_free(job.U)
            engines_free(job.W_across)
            engines_free(job.U_across)
        return 0


cdef inline void _install(void **part, void **made) noexcept:
    if part[0] == NULL:
        part[0] = made[0]
        made[0] = NULL


@cython.final
cdef class Tape:
    """What one forward pass leaves for its backward pass; `backward` only reads it.

    It holds `x` and the kernel themselves, so they must not be written in between.
    """

    cdef readonly ptrdiff_t T, N, D, H
    cdef readonly object dtype
    cdef object x, kernel, h0, lengths
    cdef Packing packing
    cdef ptrdiff_t steps
    cdef void *gates  # [steps, N, G]
    cdef void *cells  # [steps + 1, N, Hp]

    def __dealloc__(self):
        engines_free(self.gates)
        engines_free(self.cells)


# ---- the passes -----------------------------------------------------------------------------------

# From so many rows on x.W is part of each step: the weights are read more often, z never leaves the
# first-level cache.
cdef int FUSE_ROWS = 16

cdef inline ptrdiff_t _z_steps(const core_forward *j, ptrdiff_t row) noexcept:
    """Time steps per product x.W, so many that reading W pays, so few that z stays in a cache."""
    cdef ptrdiff_t bytes = max(<ptrdiff_t>(400 << 10), j.D * row * 4 // 2)
    return max(1, min(j.steps, bytes // max(1, 4 * row * j.N)))


cpdef Tape forward(x, c, h, kernel, bias, double forget_bias, lengths, outputs, new_c, new_h, bint keep,
                   cache=None):
    """Runs an LSTM over a sequence, or over one step.

    Args:
        x: `[T, N, D]`, or `[N, D]` for one step. c, h: `[N, H]`. kernel: `[D + H, 4H]`. bias: `[4H]`.
        lengths: int64 `[N]`, each 0 to T, or None for T. As many steps are run as the longest has.
        outputs: `[T, N, H]`, written; None with `[N, D]`. new_c, new_h: `[N, H]`, written.
        keep: make a tape.
        cache: the PackCache of this kernel, for bfloat16 without `keep`; None packs it, but for one step of
            one row, which reads the kernel as it lies.

    Returns:
        A Tape or None.
    """
    cdef _Arrays arrays = _Arrays()
    cdef core_forward job
    cdef const engine *e
    cdef Py_buffer *view = arrays.get("x", x, False)
    cdef ptrdiff_t N, H, D, row, steps, n
    cdef void *scratch_z = NULL
    cdef void *scratch_c = NULL
    cdef Tape tape = None
    cdef Packing packing = _packing(cache)
    cdef const void *raw
    cdef object own_x = arrays.taken(), own_kernel
    memset(&job, 0, sizeof(job))
    if view.ndim != (2 if outputs is None else 3):
        raise messages.wrong_shape("x", ("T", "N", "D")[outputs is None:], x.shape)
    job.x = view.buf
    job.T = 1 if outputs is None else view.shape[0]
    job.N = N = view.shape[view.ndim - 2]
    job.D = D = view.shape[view.ndim - 1]
    view = arrays.get("h", h, False)
    if view.ndim != 2 or view.shape[0] != N:
        raise messages.wrong_shape("h", (N, "H"), h.shape)
    job.h0 = view.buf
    job.H = H = view.shape[1]
    job.c0 = arrays.take("c", c, False, 2, N, H)
    raw = arrays.take("kernel", kernel, False, 2, D + H, 4 * H)
    own_kernel = arrays.taken()
    job.bias = arrays.take("bias", bias, False, 1, 4 * H)
    job.new_c = arrays.take("new_c", new_c, True, 2, N, H)
    job.new_h = job.outputs = arrays.take("new_h", new_h, True, 2, N, H)
    if outputs is not None:
        job.outputs = arrays.take("outputs", outputs, True, 3, job.T, N, H)
    steps = job.T
    if lengths is not None:
        job.lengths = arrays.take_int64("lengths", lengths, N)
        steps = 0
        for n in range(N):
            if job.lengths[n] < 0 or job.lengths[n] > job.T:
                raise messages.length_out_of_range(job.lengths[n], job.T)
            steps = max(steps, job.lengths[n])
    job.forget_bias, job.keep, job.steps = forget_bias, keep, steps
    job.fuse = N >= FUSE_ROWS or steps == 1
    e = arrays.engine_of(packing)
    row = _padded(e, H) * e.size
    if packing is None and N == steps == 1 and not keep:
        job.raw = raw
    else:
        packing = Packing() if packing is None else packing
        packing.want(e, raw, D, H, True, True, False, False)
        job.W, job.U, job.turn = packing.W, packing.U, packing.turn(steps)
    try:
        if keep:
            tape = Tape()
            tape.T, tape.N, tape.D, tape.H, tape.steps = job.T, N, D, H, steps
            tape.x, tape.kernel, tape.h0 = own_x, own_kernel, h.copy()
            tape.lengths, tape.packing, tape.dtype = lengths, packing, x.dtype
            tape.gates = job.z = _alloc(steps, N, 4 * row)
            tape.cells = job.c = _alloc(steps + 1, N, row)
            job.c_step, job.z_steps = N * _padded(e, H), max(steps, 1)
        else:
            job.z_steps = _z_steps(&job, row)
            job.z = scratch_z = _alloc(job.z_steps if job.raw == NULL else 2, N, 4 * row)
            if row == H * e.size:
                job.c = job.new_c
            else:
                job.c = scratch_c = _alloc(N, row, 1)
        _take_pairs(e, &job)
        _forward(e, &job, 8.0 * N * H * (D + H), 4.0 * H * (D + H if job.fuse else H) * e.size / e.rows)
    finally:
        engines_free(scratch_z)
        engines_free(scratch_c)
        engines_free(job.x_pairs)
        engines_free(job.h_pairs)
    return tape


cdef int _take_pairs(const engine *e, core_forward *job) except -1:
    """Takes the memory for what is multiplied with pairs, if the engine is one of them."""
    if e.rows == 2:
        job.h_pairs = _alloc(2 * job.N, _taken(e, job.H), e.size)
        if job.x != NULL:
            job.x_pairs = _alloc(job.steps * job.N, _taken(e, job.D), e.size)
    return 0


cpdef object forward_ids(ids, c, h, kernel, bias, double forget_bias, rows, new_c, new_h, cache=None):
    """Runs one step whose x.W is a row for each id.

    Args:
        ids: int64 `[N]`. c, h: `[N, H]`. kernel: `[D + H, 4H]`. bias: `[4H]`.
        rows: a `Rows` that gives x.W for an id, or None: the id's row of the kernel.
        new_c, new_h: `[N, H]`, written.
        cache: the PackCache of this kernel; None packs it.

    Raises:
        InvalidArgumentError: an id is out of range.
    """
    cdef _Arrays arrays = _Arrays()
    cdef core_forward job
    cdef Rows table = rows
    cdef Packing packing = _packing(cache)
    cdef const engine *e
    cdef Py_buffer *view = arrays.get("h", h, False)
    cdef ptrdiff_t N, H, D, row, n
    cdef ptrdiff_t limit
    cdef void *scratch_z = NULL
    cdef void *scratch_c = NULL
    cdef const void *raw
    memset(&job, 0, sizeof(job))
    if view.ndim != 2:
        raise messages.wrong_shape("h", ("N", "H"), h.shape)
    job.h0 = view.buf
    job.T = job.steps = job.z_steps = 1
    job.N = N = view.shape[0]
    job.H = H = view.shape[1]
    view = arrays.get("kernel", kernel, False)
    if view.ndim != 2 or view.shape[0] < H or view.shape[1] != 4 * H:
        raise messages.wrong_shape("kernel", ("D + H", 4 * H), kernel.shape)
    job.D = D = view.shape[0] - H
    raw = view.buf
    job.c0 = arrays.take("c", c, False, 2, N, H)
    job.bias = arrays.take("bias", bias, False, 1, 4 * H)
    job.new_c = arrays.take("new_c", new_c, True, 2, N, H)
    job.new_h = job.outputs = arrays.take("new_h", new_h, True, 2, N, H)
    job.ids = arrays.take_int64("ids", ids, N)
    job.forget_bias = forget_bias
    e = arrays.engine_of(packing)
    row = _padded(e, H) * e.size
    if table is not None and table.held.kind != arrays.kind:
        raise messages.wrong_dtype("embedding", table.array.dtype)
    if table is not None and table.D != D:
        raise messages.wrong_shape("embedding", ("vocabulary", D), table.array.shape)
    limit = D if table is None else table.count
    for n in range(N):
        if job.ids[n] < 0 or job.ids[n] >= limit:
            raise messages.id_out_of_range(job.ids[n], limit, table is not None)
    packing = Packing() if packing is None else packing
    packing.want(e, raw, D, H, table is not None, True, False, False)
    job.U, job.turn, job.fuse = packing.U, packing.turn(1), N == 1
    if table is None:
        job.rows, job.row_size = raw, 4 * H
    else:
        for n in range(N):
            table.prepare(e, job.ids[n], packing.W, H)
        job.rows, job.row_size, job.rows_packed = table.memory, table.stride // e.size, True
    try:
        job.z = scratch_z = _alloc(N, 4 * row, 1)
        if row == H * e.size:
            job.c = job.new_c
        else:
            job.c = scratch_c = _alloc(N, row, 1)
        _take_pairs(e, &job)
        _forward(e, &job, 8.0 * N * H * H, 4.0 * H * H * e.size / e.rows)
    finally:
        engines_free(scratch_z)
        engines_free(scratch_c)
        engines_free(job.h_pairs)


# ---- one step -------------------------------------------------------------------------------------

cdef extern from "lstm/pools.h" nogil:
    ctypedef struct pool_job:
        ptrdiff_t N, H, W, C, rows, columns, height, width, down, right
        const void *x
        void *y
        const void *d
        void *d_x
        void *left

    void pool_f32(int threads, void *job)
    void pool_f64(int threads, void *job)

cdef extern from "Python.h":
    ctypedef PyObject *(*newfunc)(PyTypeObject *, PyObject *, PyObject *) except NULL
    ctypedef struct TypeSlots "PyTypeObject":
        newfunc tp_new


cdef object _pair(kind, c, h):
    """Returns a named tuple of two, by tuple's own constructor: 0.2 us less than by its own."""
    cdef tuple arguments = ((c, h),)
    cdef PyObject *made = (<TypeSlots *>tuple).tp_new(<PyTypeObject *>kind, <PyObject *>arguments, NULL)
    pair = <object>made
    Py_DECREF(pair)
    return pair


cdef bint _is_pair(state):
    """Says whether a state is a tuple of two ndarrays."""
    if not isinstance(state, tuple) or len(<tuple>state) != 2:
        return False
    return type((<tuple>state)[0]) is ndarray and type((<tuple>state)[1]) is ndarray


cdef Packing _packing(cache):
    """Returns what is kept in a PackCache, or None without one."""
    if cache is None:
        return None
    cdef dict entries = cache.entries
    packing = entries.get("cpu")
    if packing is None:
        packing = entries["cpu"] = Packing(cache.bfloat16)
    return packing


cdef Rows _rows(embedding, h, cache):
    """Returns the table of the embedding's products, or None where none can be kept."""
    if cache is None:
        return None
    cdef dict entries = cache.entries
    cdef Rows rows = entries.get("cpu rows")
    if rows is not None and rows.array is embedding:
        return rows
    units = h.shape[1]
    if len(embedding) * (4 * units + embedding.shape[1]) * embedding.itemsize > ROWS_BYTES:
        return None
    if not (embedding.flags.c_contiguous and embedding.flags.aligned):
        return None
    rows = entries["cpu rows"] = Rows(embedding, units)
    return rows


cpdef object step(kind, x, c, h, kernel, bias, double forget_bias, cache=None):
    """Runs one step by `forward` and returns the new state, a named tuple of the type `kind`."""
    new_c, new_h = _like(h), _like(h)
    forward(x, c, h, kernel, bias, forget_bias, None, None, new_c, new_h, False, cache)
    return _pair(kind, new_c, new_h)


cpdef object step_ids(kind, ids, c, h, kernel, bias, double forget_bias, embedding, cache=None):
    """Runs one step by `forward_ids`, or on rows of the embedding, as `step`."""
    cdef Rows rows = None
    if embedding is not None:
        rows = _rows(embedding, h, cache)
        if rows is None:
            ids = _integers(ids)
            outside = (ids < 0) | (ids >= len(embedding))
            if outside.any():
                raise messages.id_out_of_range(int(ids[outside][0]), len(embedding), True)
            return step(kind, embedding[ids], c, h, kernel, bias, forget_bias, cache)
    new_c, new_h = _like(h), _like(h)
    forward_ids(ids, c, h, kernel, bias, forget_bias, rows, new_c, new_h, cache)
    return _pair(kind, new_c, new_h)


@cython.final
@cython.auto_pickle(False)
cdef class Held:
    """The steps of a cell with its weights on the host: a variable's array is the same for its life.

    A step of H = 128 takes 6.2 us, and took 7.1 when a cell looked the same up in Python. What is not as
    usual is refused with None: the caller goes his long way, which converts it or says what is wrong.

    Args:
        variable: the kernel's; tells by `version` when it was written, and by `_exported` whether
            somebody may write to it unseen.
        kernel, bias: their arrays. cache: the kernel's PackCache.
    """

    cdef object variable, kernel, bias, cache
    cdef double forget_bias

    def __init__(self, variable, kernel, bias, double forget_bias, cache):
        self.variable, self.kernel, self.bias, self.cache = variable, kernel, bias, cache
        self.forget_bias = forget_bias

    cpdef object fresh(self):
        """Returns the cache for the kernel as it is now, or where no packing can be trusted an empty one or None."""
        if self.variable._exported:
            return self.cache.unversioned()
        return self.cache if self.cache.version == self.variable.version else self.cache.at(self.variable.version)

    def step(self, x, state):
        """Returns (new h, new state), or None. state: a named tuple (c, h), as is the new one."""
        if not _is_pair(state):
            return None
        try:
            new = step(type(state), x, (<tuple>state)[0], (<tuple>state)[1], self.kernel, self.bias,
                       self.forget_bias, self.fresh())
        except (TypeError, ValueError):
            return None
        return new[1], new

    def step_ids(self, ids, state, embedding):
        """As `step`, on ids: of one-hot rows, or of an embedding."""
        if not _is_pair(state):
            return None
        try:
            new = step_ids(type(state), ids, (<tuple>state)[0], (<tuple>state)[1], self.kernel, self.bias,
                           self.forget_bias, embedding, self.fresh())
        except (TypeError, ValueError):
            return None
        return new[1], new


# ---- the way back ---------------------------------------------------------------------------------

def backward(Tape tape not None, d_outputs, d_c, d_h, d_x, new_dc, new_dh, d_kernel, d_bias):
    """Carries gradients back through `forward`.

    Args:
        d_outputs: `[T, N, H]`. d_c, d_h: `[N, H]`, or both None for zeros.
        d_x: `[T, N, D]`, written, or None if not wanted. new_dc, new_dh: `[N, H]`, written, the
            gradients of the initial state. d_kernel: `[D + H, 4H]`, d_bias: `[4H]`, written.
    """
    cdef _Arrays arrays = _Arrays()
    cdef core_backward job
    cdef ptrdiff_t T = tape.T, N = tape.N, D = tape.D, H = tape.H, steps = tape.steps, row, groups
    cdef const engine *e
    cdef int threads
    cdef const void *raw
    memset(&job, 0, sizeof(job))
    job.T, job.N, job.D, job.H, job.steps = T, N, D, H, steps
    job.x = arrays.take("x", tape.x, False, tape.x.ndim, T if tape.x.ndim == 3 else N, N, D)
    raw = arrays.take("kernel", tape.kernel, False, 2, D + H, 4 * H)
    job.h0 = arrays.take("h", tape.h0, False, 2, N, H)
    if tape.lengths is not None:
        job.lengths = arrays.take_int64("lengths", tape.lengths, N)
    job.d_outputs = arrays.take("d_outputs", d_outputs, False, 3, T, N, H)
    if d_c is not None:
        job.d_c = arrays.take("d_state.c", d_c, False, 2, N, H)
        job.d_h = arrays.take("d_state.h", d_h, False, 2, N, H)
    if d_x is not None:
        job.d_x = arrays.take("d_x", d_x, True, 3, T, N, D)
    job.new_dc = arrays.take("new_dc", new_dc, True, 2, N, H)
    job.new_dh = arrays.take("new_dh", new_dh, True, 2, N, H)
    job.d_kernel = arrays.take("d_kernel", d_kernel, True, 2, D + H, 4 * H)
    job.d_bias = arrays.take("d_bias", d_bias, True, 1, 4 * H)
    e = arrays.engine()
    row = _padded(e, H) * e.size
    tape.packing.want(e, raw, D, H, False, False, d_x is not None, True)
    job.W_across, job.U_across = tape.packing.W_across, tape.packing.U_across
    job.gates, job.cells = tape.gates, tape.cells
    threads = _crew(steps, 8.0 * N * H * H, 4.0 * H * H * e.size)
    groups = (D + e.tile_rows - 1) // e.tile_rows + (H + e.tile_rows - 1) // e.tile_rows
    try:
        job.dz = _alloc(steps, N, 4 * row)
        job.dc = _alloc(N, row, 1)
        job.h = _alloc(steps + 1, N, H * e.size)
        job.across = _alloc(groups, steps * N, e.tile_rows * e.size)
        job.pieces = _alloc(threads, core_piece(steps * N), 8 * e.lanes * e.size)
        with nogil:
            e.backward(threads, &job)
    finally:
        engines_free(job.dz)
        engines_free(job.dc)
        engines_free(job.h)
        engines_free(job.across)
        engines_free(job.pieces)


# ---- rows of an embedding, multiplied by W --------------------------------------------------------

ROWS_BYTES = 64 << 20  # the most that one table of products may take


@cython.final
cdef class Rows:
    """embedding[id].W for the ids met so far, for one kernel and one embedding.

    A text has few different tokens, and x.W of one is half the cost of a step. Each entry keeps the
    embedding's row beside the product and is made anew if they differ, so the embedding may change.
    """

    cdef object array
    cdef _Arrays held
    cdef const char *embedding
    cdef char *memory  # [count, stride bytes]: the product [G], then the row [D]
    cdef char *ready   # [count]
    cdef ptrdiff_t count, D, stride

    def __cinit__(self, embedding, Py_ssize_t units):
        cdef Py_buffer *view
        cdef const engine *e
        self.held = _Arrays()
        view = self.held.get("embedding", embedding, False)
        if view.ndim != 2:
            raise messages.wrong_shape("embedding", ("vocabulary", "D"), embedding.shape)
        e = self.held.engine()
        self.array, self.embedding = embedding, <const char *>view.buf
        self.count, self.D = view.shape[0], view.shape[1]
        self.stride = (4 * _padded(e, units) + self.D) * e.size
        self.memory = <char *>_alloc(self.count, self.stride, 1)
        self.ready = <char *>_alloc(self.count, 1, 1)
        memset(self.ready, 0, self.count)

    def __dealloc__(self):
        engines_free(self.memory)
        engines_free(self.ready)

    cdef int prepare(self, const engine *e, int64_t id, const void *W, ptrdiff_t H) except -1:
        """Makes the entry of an id in range, unless it is there and still true."""
        cdef core_project job
        cdef ptrdiff_t size = self.D * e.size
        cdef const char *row = self.embedding + id * size
        cdef char *entry = self.memory + id * self.stride
        cdef char *kept = entry + self.stride - size
        if self.ready[id] and memcmp(kept, row, size) == 0:
            return 0
        job.D, job.H, job.row, job.W, job.to = self.D, H, row, W, entry
        self.ready[id] = False
        job.pairs = _alloc(_taken(e, self.D), e.size, 1) if e.rows == 2 else NULL
        e.project(1, &job)
        engines_free(job.pairs)
        memcpy(kept, row, size)
        self.ready[id] = True
        return 0


# ---- the product of two matrices ------------------------------------------------------------------

cdef const void *_matrix(_Arrays arrays, str name, object array, ptrdiff_t *rows, ptrdiff_t *columns,
                         ptrdiff_t *row, ptrdiff_t *next) except NULL:
    """Takes a matrix in any layout; the steps from row to row and column to column are in elements."""
    cdef Py_buffer *view = arrays.get_strided(name, array)
    if view.ndim != 2:
        raise messages.wrong_shape(name, ("rows", "columns"), array.shape)
    rows[0], columns[0] = view.shape[0], view.shape[1]
    row[0], next[0] = view.strides[0] // view.itemsize, view.strides[1] // view.itemsize
    return view.buf


def product(a, b, out):
    """Writes a @ b.

    Args:
        a: `[M, K]`. b: `[K, N]`. Both may be strided. out: `[M, N]`, shares no memory with them.
    """
    cdef _Arrays arrays = _Arrays()
    cdef core_product job
    cdef const engine *e
    cdef ptrdiff_t rows
    cdef int threads
    memset(&job, 0, sizeof(job))
    job.a = _matrix(arrays, "a", a, &job.M, &job.K, &job.a_row, &job.a_next)
    job.b = _matrix(arrays, "b", b, &rows, &job.N, &job.b_row, &job.b_next)
    if rows != job.K:
        raise messages.wrong_shape("b", (job.K, "N"), b.shape)
    job.out = arrays.take("out", out, True, 2, job.M, job.N)
    e = arrays.engine()
    threads = _crew(1, 2.0 * job.M * job.K * job.N, 1.0 * job.K * job.N * e.size)
    try:
        if job.M > FEW_ROWS or job.b_next != 1:
            job.strips = _alloc(_strips(e, job.N), job.K, 2 * e.lanes * e.size)
            if job.a_next != 1:
                job.rows = _alloc(threads, HEIGHT * DEPTH, e.size)
        with nogil:
            e.product(threads, &job)
    finally:
        engines_free(job.strips)
        engines_free(job.rows)


def window_product(x, at, runs, ptrdiff_t run, b, out, bint turned):
    """Writes the product of a matrix whose rows are windows of an array, which is not made, with another one.

    Args:
        x: in which the windows lie, of any shape.
        at: int64 `[windows]`: where each begins, in elements.
        runs: int64 `[.. / run]`: where the runs of a window's elements begin, from its beginning.
        run: elements that lie side by side.
        b: `[elements of a window, N]`; with `turned`, `[windows, N]`.
        out: `[windows, N]`; with `turned`, where the windows are columns, `[elements of a window, N]`.
    """
    cdef _Arrays arrays = _Arrays()
    cdef core_product job
    cdef const engine *e
    cdef Py_buffer *view = arrays.get("x", x, False)
    cdef ptrdiff_t rows, windows = len(at), pieces = len(runs), k, size
    cdef int64_t least = 0, most = 0, first = 0, last = 0
    cdef int threads
    memset(&job, 0, sizeof(job))
    job.a, size = view.buf, view.len // view.itemsize
    job.at, job.runs = arrays.take_int64("at", at, windows), arrays.take_int64("runs", runs, pieces)
    job.run, job.turned = run, turned
    for k in range(windows):
        least, most = min(least, job.at[k]), max(most, job.at[k])
    for k in range(pieces):
        first, last = min(first, job.runs[k]), max(last, job.runs[k])
    if run < 1 or least + first < 0 or (windows and pieces and most + last + run > size):
        raise messages.window_outside(run, size)
    job.M, job.K = (pieces * run, windows) if turned else (windows, pieces * run)
    job.b = _matrix(arrays, "b", b, &rows, &job.N, &job.b_row, &job.b_next)
    if rows != job.K:
        raise messages.wrong_shape("b", (job.K, "N"), b.shape)
    job.out = arrays.take("out", out, True, 2, job.M, job.N)
    e = arrays.engine()
    threads = _crew(1, 2.0 * job.M * job.K * job.N, 1.0 * job.K * job.N * e.size)
    try:
        job.strips = _alloc(_strips(e, job.N), job.K, 2 * e.lanes * e.size)
        job.rows = _alloc(threads, HEIGHT * DEPTH, e.size)
        with nogil:
            e.product(threads, &job)
    finally:
        engines_free(job.strips)
        engines_free(job.rows)


# ---- pools ----------------------------------------------------------------------------------------

def max_pool(x, window, strides, y, d=None, d_x=None):
    """Writes the largest element of each window and channel; with `d`, where that goes back to.

    Args:
        x: `[N, H, W, C]`. window, strides: two numbers each.
        y: `[N, windows, windows, C]`: written, or with `d` the answer to x.
        d: like y, or None. d_x: like x, written: d at the first of the largest elements, 0 elsewhere.
    """
    cdef _Arrays arrays = _Arrays()
    cdef pool_job job
    cdef Py_buffer *view = arrays.get("x", x, False)
    cdef Py_buffer *result
    cdef int threads
    memset(&job, 0, sizeof(job))
    if view.ndim != 4:
        raise messages.wrong_shape("x", ("N", "H", "W", "C"), x.shape)
    job.x, job.N, job.H, job.W, job.C = view.buf, view.shape[0], view.shape[1], view.shape[2], view.shape[3]
    job.height, job.width = window
    job.down, job.right = strides
    if min(job.height, job.width, job.down, job.right) < 1 or job.height > job.H or job.width > job.W:
        raise messages.window_outside(max(job.height, job.width), min(job.H, job.W))
    job.rows, job.columns = (job.H - job.height) // job.down + 1, (job.W - job.width) // job.right + 1
    result = arrays.get("y", y, d is None)
    if result.ndim != 4 or result.len != job.N * job.rows * job.columns * job.C * view.itemsize:
        raise messages.wrong_shape("y", (job.N, job.rows, job.columns, job.C), y.shape)
    job.y = result.buf
    threads = _crew(1, 1.0 * job.N * job.H * job.W * job.C, 1.0 * view.len)
    try:
        if d is not None:
            job.d, job.d_x = arrays.take_like("d", d, False, result), arrays.take_like("d_x", d_x, True, view)
            job.left = _alloc(threads, job.C, view.itemsize)
        with nogil:
            if arrays.kind == b"d":
                pool_f64(threads, &job)
            else:
                pool_f32(threads, &job)
    finally:
        engines_free(job.left)


# ---- the softmax ----------------------------------------------------------------------------------

def softmax(logits, labels, d_logits, losses):
    """Writes -log(softmax(logits)[label]) and its gradient: softmax(logits), less 1 at the label.

    Args:
        logits: `[M, V]`. labels: int64 `[M]`, 0 <= label < V. d_logits: `[M, V]`, losses: `[M]`, written.
    """
    cdef _Arrays arrays = _Arrays()
    cdef core_softmax job
    cdef Py_buffer *view = arrays.get("logits", logits, False)
    cdef const engine *e
    cdef ptrdiff_t M, V, m
    cdef int threads
    if view.ndim != 2:
        raise messages.wrong_shape("logits", ("M", "V"), logits.shape)
    job.M, job.V, job.x = view.shape[0], view.shape[1], view.buf
    M, V = job.M, job.V
    job.d_x = arrays.take("d_logits", d_logits, True, 2, M, V)
    job.losses = arrays.take("losses", losses, True, 1, M)
    job.labels = arrays.take_int64("labels", labels, M)
    for m in range(M):
        if job.labels[m] < 0 or job.labels[m] >= V:
            raise messages.id_out_of_range(job.labels[m], V, False)
    e = arrays.engine()
    threads = _crew(1, 30.0 * M * V, 2.0 * M * V * e.size)
    with nogil:
        e.softmax(threads, &job)


# ---- the gradient of an embedding -----------------------------------------------------------------

cdef void _add_rows(cython.floating *total, const cython.floating *rows, const int64_t *ids, ptrdiff_t M,
                    ptrdiff_t D) noexcept nogil:
    cdef ptrdiff_t m, d
    cdef cython.floating *row
    for m in range(M):
        row = total + ids[m] * D
        for d in range(D):
            row[d] += rows[m * D + d]


def add_rows(total, rows, ids):
    """Adds rows[k] to total[ids[k]], one after the other.

    Args:
        total: `[count, D]`, written. rows: `[M, D]`. ids: int64 `[M]`, 0 <= id < count.
    """
    cdef _Arrays arrays = _Arrays()
    cdef Py_buffer *view = arrays.get("total", total, True)
    cdef ptrdiff_t count, D, M = len(ids), m
    cdef void *to = view.buf
    cdef const void *from_
    cdef const int64_t *places
    if view.ndim != 2:
        raise messages.wrong_shape("total", ("count", "D"), total.shape)
    count, D = view.shape[0], view.shape[1]
    from_ = arrays.take("rows", rows, False, 2, M, D)
    places = arrays.take_int64("ids", ids, M)
    for m in range(M):
        if places[m] < 0 or places[m] >= count:
            raise messages.id_out_of_range(places[m], count, True)
    with nogil:
        if arrays.kind == b"d":
            _add_rows(<double *>to, <const double *>from_, places, M, D)
        else:
            _add_rows(<float *>to, <const float *>from_, places, M, D)


# ---- random numbers -------------------------------------------------------------------------------

cdef Py_buffer *_words(_Arrays arrays, object words, bint writable) except NULL:
    cdef Py_buffer *view = &arrays.views[arrays.held]
    PyObject_GetBuffer(words, view, PyBUF_FORMAT | PyBUF_C_CONTIGUOUS | (PyBUF_WRITABLE if writable else 0))
    arrays.held += 1
    if view.format[0] != b"I" or view.format[1] != 0:
        raise messages.wrong_dtype("words", words.dtype)
    return view


def philox(uint64_t key, uint64_t high, starts, words):
    """Writes blocks of random words: as many as fit into a row of `words` from each of `starts` on.

    Args:
        key, high: the key, and the upper half of the counter.
        starts: integers `[N]`, the numbers of blocks. words: uint32 `[N, blocks, 4]`, written.
    """
    cdef _Arrays arrays = _Arrays()
    cdef ptrdiff_t N = len(starts), blocks, n
    cdef const int64_t *first = arrays.take_int64("starts", starts, N)
    cdef Py_buffer *view = _words(arrays, words, True)
    if view.ndim != 3 or view.shape[0] != N or view.shape[2] != 4:
        raise messages.wrong_shape("words", (N, "blocks", 4), words.shape)
    blocks = view.shape[1]
    with nogil:
        for n in range(N):
            philox_blocks(key, high, <uint64_t>first[n], blocks, <uint32_t *>view.buf + n * blocks * 4)


def philox_normals(words, out):
    """Writes normals made of random words, one of each for float32 and one of each two for float64.

    Args:
        words: uint32 `[n]`, n even, or a multiple of 4. out: float32 `[n]` or float64 `[n / 2]`, written.
    """
    cdef _Arrays arrays = _Arrays()
    cdef Py_buffer *view = arrays.get("out", out, True)
    cdef ptrdiff_t n = view.len // view.itemsize, each = 2 if arrays.kind == b"d" else 1
    cdef void *to = view.buf
    view = _words(arrays, words, False)
    if n % 2 or view.len // view.itemsize != n * each:
        raise messages.wrong_shape("words", ("%d * (even size of out)" % each,), words.shape)
    with nogil:
        if each == 2:
            philox_normal64(<const uint32_t *>view.buf, n // 2, <double *>to)
        else:
            philox_normal32(<const uint32_t *>view.buf, n // 2, <float *>to)


def philox_draws(bint poisson, uint64_t key, uint64_t high, uint64_t block, parameters, out):
    """Writes draws from gamma or Poisson distributions, of a stretch of blocks each.

    Args:
        poisson: which of them.
        key, high: the key, and the upper half of the counter. block: the first block.
        parameters: float64 `[n]`. out: float64 `[samples, n]`, written.
    """
    cdef _Arrays arrays = _Arrays()
    cdef Py_buffer *view
    cdef const double *given
    arrays.kind = b"d"
    view = arrays.get("out", out, True)
    if view.ndim != 2:
        raise messages.wrong_shape("out", ("samples", "n"), out.shape)
    given = <const double *>arrays.take("parameters", parameters, False, 1, view.shape[1])
    with nogil:
        philox_accepted(philox_poisson if poisson else philox_gamma, key, high, block, given, view.shape[1],
                        view.shape[0], <double *>view.buf)


# ---- the optimizers -------------------------------------------------------------------------------

SGD, MOMENTUM, RMSPROP, ADAM = UPDATE_SGD, UPDATE_MOMENTUM, UPDATE_RMSPROP, UPDATE_ADAM


def update(int rule, w, a, b, g, double lr, double momentum=0.0, double decay=0.0,
           double decay2=0.0, double eps=0.0, bint nesterov=False):
    """Updates `w` and the slots `a`, `b` in place; the rules are in update_core.h.

    Args:
        w, g: of one shape. a, b: of the same shape, or None where the rule has no such slot.
    """
    cdef _Arrays arrays = _Arrays()
    cdef core_update job
    cdef Py_buffer *view = arrays.get("w", w, True)
    cdef int threads
    memset(&job, 0, sizeof(job))
    job.w, job.n, job.rule, job.nesterov = view.buf, view.len // view.itemsize, rule, nesterov
    job.g = arrays.take_like("g", g, False, view)
    if a is not None:
        job.a = arrays.take_like("a slot", a, True, view)
    if b is not None:
        job.b = arrays.take_like("a slot", b, True, view)
    job.lr, job.momentum, job.decay, job.decay2, job.eps = lr, momentum, decay, decay2, eps
    threads = <int>min(<ptrdiff_t>_threads, 1 + job.n // (4 * UPDATE_CHUNK))
    with nogil:
        arrays.engine().update(threads, &job)
