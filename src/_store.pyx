# cython: language_level=3, binding=False, embedsignature=True, embedsignature.format=clinic, cdivision=True, auto_pickle=False
"""The scope store: which names exist, who owns them, and which scope is open.

The problem
-----------
TensorFlow 1 answers `get_variable("w")` by joining the open scopes to "rnn/cell/w" and looking that string up in a
dict.  Joining costs more than looking up, every full path is stored, and numbering a name ("w_1", "w_2") tries one
candidate after the other.  Here an open scope is a node of a trie, so that a look-up is one probe with the name as it
was given, a path costs one node, and a number is a counter.

    with variable_scope("rnn"):                 frames (this thread)      trie (this graph)
        w = get_variable("w", [2, 3])           root -> "rnn"             .
        b = Variable([0.], name="b")                                      └─ rnn   used 2
    with variable_scope("rnn", reuse=True):     root -> "rnn" (number 1)     ├─ w  used 1 ── Variable
        get_variable("w") is w                                               └─ b  used 1
        c = Variable([0.], name="b")            settled: "rnn_1"          └─ rnn_1 used 1
                                                                             └─ b  used 1

Three registries, kept apart
----------------------------
* The store: `Node.var`.  Per graph, case-sensitive, written by get_variable alone.
* The name table: `Node.used`.  Per graph, case-insensitive (the key of "Rnn/W" is the node "rnn/w"); every name scope
  and every variable draws from it, so `v.name` may differ from the key that get_variable finds it by.
* The default-name counters: TALLY_OPENED and TALLY_NEXT in the `Tally` of an open scope.  Per thread or asyncio task;
  they number `variable_scope(None, "x")` and go with the scope they were counted in.  That is TF's rule that a re-opened scope
  hands out the same default names again, and it needs no clean-up.

The name table numbers by one invariant: where `used` of "x" is n, every one of "x_1" ... "x_(n-1)" is taken.  So
claiming "x" again is one increment, and whether "x_3" is free is a question to "x".  A number that somebody claimed by
hand ("x_3" before any "x") sets NAME_NUMBERED on "x", and from then on candidates are looked up.

Entering a name scope is that increment and nothing else; the string "rnn_1" and its node are made when somebody makes
a name inside (`settle`).  What was counted inside an opening in which nobody ever named anything is forgotten when it
closes.  That is the one departure from TF, and it is what keeps a loop that re-enters its scopes a million times at
constant memory; to see it one must type "rnn_1/" by hand after the scope closed.

Frames
------
A Frame is one thing entered with `with`: a variable scope, a name scope, a graph.  It points to the frame below
(`prev`), to the frame whose variable scope is in force (`scope`), and to the one whose name opening is (`names`).
A variable scope's frame is the VariableScope that `with ... as scope` gives.  The innermost frame of the running thread
is in the thread's Cursor, which lies in the thread's own dict; another asyncio task, or greenlet, is noticed by
`here`, and `relocate` brings its frame in from a ContextVar.  A frame that nobody holds any more goes to the
shelf and is the next block's: a Frame is large, and making one costs more than all else that `with` does.

What is read may be gone when it is used
----------------------------------------
Making an object can set the garbage collector off, letting one go can run its finalizer, and both run any code: a
forgotten generator that is suspended inside a scope closes it.  Four rules hold here.  What `here` says is good until
something is made or let go; `enter`, the one way in that makes anything, opens a block first and then looks whether the
stack is still the one it was opened on, and opens it again where it is not.  A pointer into a tally or a trie does not
outlive the making of an object.  A frame serves one `with`; the next one on the same object has another frame stand
in.  And methods are plain descriptors (`binding=False` above), which look at their `self`; Cython's own do not.

Which file does what
--------------------
    trie.h           nodes, the hash table, tallies               interpreter.h   CPython facts behind version checks
    names.pxi        paths, unique_name, Names                    variables.pxi   VariableBase, Graph's half of it (Store)
    frames.pxi       the current frame, push and pop              scopes.pxi      VariableScope, variable_scope, name_scope
    lookup.pxi       get_variable: the hot path                   claims.pxi      taking names back
"""

cimport cython
from cpython.object cimport PyObject, PyTypeObject, visitproc
from libc.stdint cimport int32_t, uint32_t, uint64_t
from libc.string cimport memcpy, memset

from contextvars import ContextVar
from enum import Enum
from sys import intern

from .arrays.dtypes import as_dtype, float32
from .errors import scoping as errors
from .errors.places import file_of, note_cell
from .arrays.shapes import TensorShape

cdef extern from "store/trie.h":
    enum: TRIE_NONE, TRIE_ROOT
    enum: PART_CHARS, PART_HEAD, PATH_VALID, PATH_LOWER
    enum: NAME_NUMBERED, NAME_NOTED, NAME_VARIABLE, SCOPE_SLASHED, PART_ALIAS, PART_NUMBER
    ctypedef struct Node:
        PyObject *part
        PyObject *var
        uint64_t used
        uint32_t parent, flags
    ctypedef struct Trie:
        Node *nodes
        uint32_t *slots
        uint32_t *parts
        uint32_t node_count, slot_mask, part_mask, part_count, aliases
    enum: TALLY_OPENED, TALLY_NEXT, TALLY_CLAIMED
    ctypedef struct Entry:
        uint32_t key, count
    ctypedef struct Tally:
        Entry *entries
        uint32_t room, handed, stride
    int trie_open(Trie *t) except -1
    void trie_close(Trie *t)
    size_t trie_bytes(const Trie *t)
    uint32_t trie_find(const Trie *t, uint32_t parent, PyObject *part)
    uint32_t trie_probe(const Trie *t, uint32_t parent, PyObject *part, uint32_t *probes)
    uint32_t trie_add(Trie *t, uint32_t parent, PyObject *part, uint32_t alias) except 0
    uint32_t trie_child(Trie *t, uint32_t parent, PyObject *part) except 0
    uint32_t trie_part_flags(PyObject *part)
    bint trie_has_slash(PyObject *name)
    object trie_join(PyObject *outer, PyObject *name, uint64_t number, bint slash)
    PyObject *trie_joined "trie_join"(PyObject *outer, PyObject *name, uint64_t number, bint slash) except NULL
    object trie_numbered(PyObject *part, uint64_t number)
    bint trie_is_numbered(PyObject *candidate, PyObject *part, uint32_t number)
    bint trie_is_empty(PyObject *name)
    bint trie_ends_in_slash(PyObject *name)
    Py_ssize_t trie_split_number(PyObject *part, uint64_t *number)
    bint trie_same(PyObject *a, PyObject *b)
    uint32_t tally_node(Entry entry)
    uint32_t tally_what(Entry entry)
    uint32_t *tally_look(const Tally *t, uint32_t node, uint32_t what)
    uint32_t *tally_count(Tally *t, uint32_t node, uint32_t what) except NULL
    void tally_close(Tally *t)

cdef extern from "interpreter.h":
    bint FS_FAST
    bint fs_counts_tell
    void fs_incref_none()
    void fs_decref_none()
    PyObject *fs_cursor()
    void fs_set_cursor(PyObject *cursor)
    PyObject *fs_context() except? NULL
    PyObject **fs_place()
    int fs_begin_thread(PyObject *variable) except -1
    object fs_check_facts()
    PyObject *fs_new_untracked(PyTypeObject *type) except NULL
    bint fs_is_bottom_context(PyObject *context)
    int fs_is_base_context(PyObject *context) except -1
    PyObject *fs_caller(int *lasti)
    int fs_line(PyObject *code, int lasti) except -2
    void fs_call_directly(PyObject *function, void *call)
    long long fs_int_value(PyObject *n, int *over)
    int fs_install_methods(PyObject *type_object, void *methods) except -1
    int fs_install_context_manager(PyObject *type_object, Py_ssize_t offset, Py_ssize_t entering) except -1

cdef extern from *:
    """
    static FS_APART PyObject *fs_get_variable_plain(PyObject *const *, Py_ssize_t, PyObject *);
    static FS_APART PyObject *fs_create(PyObject *, PyObject *, PyObject *);
    """

cdef extern from "Python.h":
    ctypedef PyObject *(*vectorcallfunc)(PyObject *, PyObject *const *, size_t, PyObject *) noexcept
    void Py_INCREF(PyObject *)
    void Py_XINCREF(PyObject *)
    void Py_DECREF(PyObject *)
    void Py_XDECREF(PyObject *)
    bint PyUnicode_CheckExact(PyObject *)
    Py_ssize_t PyVectorcall_NARGS(size_t)
    Py_ssize_t PyTuple_GET_SIZE(PyObject *)
    PyObject *PyTuple_GET_ITEM(PyObject *, Py_ssize_t)
    PyObject *PyObject_Vectorcall(PyObject *, PyObject *const *, size_t, PyObject *)
    PyObject *PyThreadState_GetDict()
    int PyContextVar_Get(PyObject *, PyObject *, PyObject **) except -1
    PyObject *PyContextVar_Set(PyObject *, PyObject *)
    int PyGC_Disable()
    int PyGC_Enable()
    void PyObject_GC_Track(PyObject *)
    void PyObject_GC_UnTrack(PyObject *)
    bint PyObject_GC_IsTracked(PyObject *)
    void *PyMem_RawRealloc(void *, size_t)
    void PyMem_RawFree(void *)
    bint PyList_CheckExact(PyObject *)
    bint PyTuple_CheckExact(PyObject *)
    bint PyLong_CheckExact(PyObject *)
    Py_ssize_t PyList_GET_SIZE(PyObject *)
    PyObject *PyList_GET_ITEM(PyObject *, Py_ssize_t)
    PyTypeObject *Py_TYPE(PyObject *)
    void Py_SET_TYPE(PyObject *, PyTypeObject *)
    void Py_SET_REFCNT(PyObject *, Py_ssize_t)
    Py_ssize_t Py_REFCNT(PyObject *)
    object PyUnicode_FromObject(object)
    ctypedef struct PyMethodDef:
        const char *ml_name
        void *ml_meth
        int ml_flags
        const char *ml_doc
    int METH_FASTCALL, METH_KEYWORDS, METH_NOARGS
    object PyCFunction_NewEx(PyMethodDef *, PyObject *, PyObject *)
    ctypedef int (*traverseproc)(PyObject *, visitproc, void *) noexcept
    ctypedef int (*inquiry)(PyObject *) noexcept
    ctypedef void (*destructor)(PyObject *) noexcept
    ctypedef PyObject *(*newfunc)(PyTypeObject *, PyObject *, PyObject *) except NULL
    ctypedef struct TypeSlots "PyTypeObject":
        traverseproc tp_traverse
        inquiry tp_clear
        newfunc tp_new
        destructor tp_dealloc
        void *tp_vectorcall

include "store/names.pxi"
include "store/variables.pxi"
include "store/frames.pxi"
include "store/scopes.pxi"
include "store/lookup.pxi"
include "store/claims.pxi"
