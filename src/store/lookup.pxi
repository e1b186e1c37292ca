# get_variable: the hot path.  Everything it cannot answer at once goes to scopes.get_variable, which knows all rules.

cdef object NAME_SHAPE = intern("shape"), NAME_DTYPE = intern("dtype")
cdef uint32_t ALIASES_KEPT = 4096


cdef bint same_shape(PyObject *shape, PyObject *known) noexcept:
    """Whether `shape`, a list or tuple of plain ints, is `known`.  False also means "look closer"."""
    cdef Py_ssize_t k, count = PyTuple_GET_SIZE(known)
    cdef PyObject *a
    cdef PyObject *b
    if shape == known:
        return True
    if PyList_CheckExact(shape):
        if PyList_GET_SIZE(shape) != count:
            return False
    elif not PyTuple_CheckExact(shape) or PyTuple_GET_SIZE(shape) != count:
        return False
    for k in range(count):
        a = PyList_GET_ITEM(shape, k) if PyList_CheckExact(shape) else PyTuple_GET_ITEM(shape, k)
        b = PyTuple_GET_ITEM(known, k)
        # small ints are one object; of the others only plain ints are compared here
        if a != b and not (PyLong_CheckExact(a) and PyLong_CheckExact(b) and same_int(a, b)):
            return False
    return True


cdef bint same_int(PyObject *a, PyObject *b) noexcept:
    cdef int over_a = 0, over_b = 0
    cdef long long x = fs_int_value(a, &over_a), y = fs_int_value(b, &over_b)
    return over_a == 0 and over_b == 0 and x == y


cdef uint32_t shape_hash(PyObject *shape) noexcept:
    """Of a list or tuple; what is no plain int counts as 0."""
    cdef Py_ssize_t k
    cdef int over
    cdef uint64_t hash = 0
    cdef PyObject *n
    cdef bint is_list = PyList_CheckExact(shape)
    for k in range(PyList_GET_SIZE(shape) if is_list else PyTuple_GET_SIZE(shape)):
        n = PyList_GET_ITEM(shape, k) if is_list else PyTuple_GET_ITEM(shape, k)
        over = 0
        hash = hash * 31 + <uint64_t>(fs_int_value(n, &over) if PyLong_CheckExact(n) else 0)
    return <uint32_t>(hash ^ hash >> 16)


cdef bint is_full(PyObject *known) noexcept:
    """Whether a TensorShape says every dimension."""
    cdef Py_ssize_t k
    for k in range(PyTuple_GET_SIZE(known)):
        if PyTuple_GET_ITEM(known, k) == <PyObject *>None:
            return False
    return True


cdef inline PyObject *found_in(PyObject *frame, PyObject *scope, PyObject *name) noexcept:
    """What `name` stands for in the scope of a frame, borrowed; NULL if that needs more than a look."""
    cdef Trie *t = &(<Frame>frame).owner.trie
    if (<Frame>scope).sharing == REUSE_NO or (<Frame>scope).slow:
        return NULL
    return t.nodes[trie_find(t, (<Frame>scope).node, name)].var   # that of TRIE_NONE is NULL


cdef PyObject *look_up(PyObject *name, PyObject *shape, PyObject *dtype) except? NULL:
    """The shared variable `name` of the current scope, a new reference; NULL if that needs more than a look."""
    cdef PyObject *frame = current()
    cdef PyObject *scope = scope_in(frame)
    cdef PyObject *var = found_in(frame, scope, name)
    if var == NULL:
        if (<Frame>scope).sharing != REUSE_NO and not (<Frame>scope).slow and trie_has_slash(name):
            note_alias(frame, scope, name)
        return NULL
    if not is_variable(var):
        return NULL
    if not agrees(var, scope, dtype) or shape != <PyObject *>None and \
            (<PyObject *>(<VariableBase>var).known == <PyObject *>None or not same_shape(shape, <PyObject *>(<VariableBase>var).known)):
        return NULL
    Py_INCREF(var)
    return var


cdef inline bint agrees(PyObject *var, PyObject *scope, PyObject *dtype) noexcept:
    """Whether dtype is plainly that of `var`.  One that was not given is the scope's."""
    if dtype == <PyObject *>None:
        dtype = <PyObject *>(<Frame>scope).options.dtype
    return dtype == PyList_GET_ITEM(<PyObject *>dtypes_met, (<VariableBase>var).flags >> 8)


cdef inline bint is_variable(PyObject *var) noexcept:
    return Py_TYPE(var) == <PyTypeObject *>variable_type or isinstance(<object>var, VariableBase)


cdef int note_alias(PyObject *frame, PyObject *scope, PyObject *name) except -1:
    """"cell/w" was asked for: enter it as an alias, so that the next look-up is one probe.  This once the full way looks."""
    cdef Names names = (<Frame>frame).owner
    cdef Trie *t = &names.trie
    cdef uint32_t place = (<Frame>scope).node, node, alias
    if t.aliases >= ALIASES_KEPT:
        return 0
    node = find_path(t, place, <str>name)
    if node == TRIE_NONE or t.nodes[node].var == NULL or trie_find(t, place, name) != TRIE_NONE:
        return 0
    alias = trie_add(t, place, name, PART_ALIAS)
    t.aliases += 1
    t.nodes[alias].var = t.nodes[node].var
    Py_INCREF(t.nodes[alias].var)
    return 0


cdef PyObject *create "fs_create"(PyObject *name, PyObject *shape, PyObject *dtype) except? NULL:
    """A new variable with nothing but a name, a shape and a dtype, a new reference; NULL if there is more to it."""
    cdef Frame frame = <Frame>current()
    cdef PyObject *scope = scope_in(<PyObject *>frame)
    cdef PyObject *options = <PyObject *>(<Frame>scope).options
    cdef Store store = store_of(frame)
    cdef Trie *t = store.trie
    cdef uint32_t node, key, code
    cdef VariableBase variable
    if (<Frame>scope).sharing == REUSE_YES or (<Frame>scope).slow or frame.environment is not None \
            or (<Frame>scope).call is not None and (<Frame>scope).call.constraint is not None \
            or not is_plain(<Options>options) or store.finalized or store.has_partitioned or store.recorder is not None \
            or not (PyList_CheckExact(shape) or PyTuple_CheckExact(shape)):
        return NULL
    if dtype != <PyObject *>None and dtype != <PyObject *>(<Options>options).dtype:
        return NULL
    code = dtype_code((<Options>options).dtype)
    node = add_path(t, (<Frame>scope).node, <str>name)        # from here on anything may run
    if t.nodes[node].var != NULL or not t.nodes[node].flags & PATH_VALID or trie_is_empty(name) or trie_ends_in_slash(name):
        return NULL
    known = known_shape(shape)
    if not is_full(<PyObject *>known):
        return NULL
    variable = <VariableBase>hidden_variable()
    variable.names = store.names
    variable.known = known
    variable.flags = TRAINABLE | SHARED | code << 8
    note_place(variable)
    if not frame.settled:
        settle_stack(frame)
    key = node if t.nodes[node].flags & PATH_LOWER else key_of(t, node)
    # up to here anything may have run, another thread too; and nothing from here on
    if t.nodes[node].var != NULL or store.being_made or store.finalized:
        return NULL
    store.note_pending(node)
    variable.node = claim_variable(t, node, key)
    Py_INCREF(<PyObject *>variable)
    t.nodes[node].var = <PyObject *>variable
    return new_reference(variable)


cdef inline bint is_plain(Options options) noexcept:
    """Whether nothing is asked of new variables but a dtype."""
    return options.initializer is None and options.regularizer is None and options.use_resource is None \
        and options.caching_device is None


cdef PyObject *get_variable_entry(PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *names) except NULL:
    """get_variable: of a name alone, of a variable that is there, in a few dozen instructions."""
    cdef PyObject *cursor = fs_cursor()
    cdef PyObject *frame
    cdef PyObject *scope
    cdef PyObject *var
    if count == 1 and names == NULL and PyUnicode_CheckExact(args[0]) and is_here(cursor):
        frame = <PyObject *>(<Cursor>cursor).frame
        scope = scope_in(frame)
        var = found_in(frame, scope, args[0])
        if var != NULL and Py_TYPE(var) == <PyTypeObject *>variable_type and agrees(var, scope, <PyObject *>None):
            Py_INCREF(var)
            return var
    return get_variable_plain(args, count, names)


cdef PyObject *get_variable_plain "fs_get_variable_plain"(PyObject *const *args, Py_ssize_t count, PyObject *names) except NULL:
    """get_variable(name, shape, dtype) without unpacking fifteen arguments: 45 ns less.  Keywords are compared by
    address: those in source code are interned."""
    cdef PyObject *shape = <PyObject *>None
    cdef PyObject *dtype = <PyObject *>None
    cdef PyObject *key
    cdef PyObject *found
    cdef Py_ssize_t k
    cdef bint plain = 1 <= count <= 3 and PyUnicode_CheckExact(args[0])
    if plain:
        if count > 1:
            shape = args[1]
        if count > 2:
            dtype = args[2]
        if names != NULL:
            for k in range(PyTuple_GET_SIZE(names)):
                key = PyTuple_GET_ITEM(names, k)
                if key == <PyObject *>NAME_SHAPE and count < 2:
                    shape = args[count + k]
                elif key == <PyObject *>NAME_DTYPE and count < 3:
                    dtype = args[count + k]
                else:
                    plain = False
    if plain:
        found = look_up(args[0], shape, dtype)
        if found == NULL:
            found = create(args[0], shape, dtype)
        if found != NULL:
            return found
    return PyObject_Vectorcall(<PyObject *>get_variable_full, args, count, names)


cdef PyObject *get_variable_directly(PyObject *self, PyObject *const *args, size_t count, PyObject *names) except NULL:
    """The same as a vectorcallfunc: with keywords, which `get_variable_entry` would hand on."""
    if names == NULL:
        return get_variable_entry(self, args, PyVectorcall_NARGS(count), NULL)
    return get_variable_plain(args, PyVectorcall_NARGS(count), names)


cdef PyMethodDef get_variable_method
get_variable_method.ml_name = b"get_variable"
get_variable_method.ml_meth = <void *>get_variable_entry
get_variable_method.ml_flags = METH_FASTCALL | METH_KEYWORDS
get_variable_method.ml_doc = b"""get_variable(name, shape=None, dtype=None, initializer=None, regularizer=None, trainable=None, collections=None, caching_device=None, partitioner=None, validate_shape=True, use_resource=None, custom_getter=None, constraint=None, synchronization=None, aggregation=None)
--

Get the variable `name` of the current variable scope, or create it.

    >>> with fs.variable_scope("rnn", reuse=fs.AUTO_REUSE):
    ...     w = fs.get_variable("w", [2, 3])
    >>> w.name
    'rnn/w:0'

Args:
    name: str; the variable's full name is the scope's name, "/" and this.
    shape: list or tuple of ints, needed for a new variable unless the initializer is a value.  For a variable that
        exists it is compared; None in it agrees with everything.
    dtype: DType, NumPy dtype or name; None = the scope's, which is float32 unless somebody set it.
    initializer: callable(shape, dtype=...), or an initializer class, or a value, or a callable without arguments that
        returns one; None = the scope's, else glorot_uniform for floats and zeros for the rest.
    regularizer: callable(variable) -> loss or None; the loss is added to the collection REGULARIZATION_LOSSES.
    trainable: whether it is added to TRAINABLE_VARIABLES; None = yes, unless synchronization is ON_READ.
    collections: list of collection keys in place of [GLOBAL_VARIABLES].
    caching_device: kept, not used: reads need no cache here.
    partitioner: callable(shape=, dtype=) -> list of counts, one for each axis.
    validate_shape: False lets the initial value have a shape that is not known.
    use_resource: True leaves the "_ref" off the dtype's name; nothing else differs here.
    custom_getter: callable(getter, name, **kwargs), in place of the scope's.
    constraint: callable(value) -> value; optimizers apply it after an update.
    synchronization, aggregation: VariableSynchronization, VariableAggregation; kept on the variable.

Returns:
    The Variable (a PartitionedVariable with a partitioner).

Raises:
    ValueError: it exists and may not be shared; or it does not exist and may not be created; or shape, dtype or
        initializer do not fit.  The message says where it was defined and what to write instead.
    TypeError: an argument of a wrong type.
    RuntimeError: the graph is finalized.

Source: tensorflow/python/ops/variable_scope.py, get_variable.
"""

get_variable = PyCFunction_NewEx(&get_variable_method, NULL, <PyObject *>"fastscope")
fs_call_directly(<PyObject *>get_variable, <void *>get_variable_directly)


# ---- what the floors above hand down

cdef object variable_type = None, get_variable_full = None, compose_getters = None, scope_collection = None, bind_scope = None, outside_caller = None
cdef str package_folder = "\0"


def install(variable, full_get_variable, getter_chain, collection_of_scope, scope_bound, find_caller, str folder):
    """Hand down what this module calls and may not import: see the floors in tests/test_floors.py.

    Args:
        variable: subclass of VariableBase to make.
        full_get_variable: get_variable with all its rules.
        getter_chain: callable(inner, outer) -> custom getter that calls inner around outer.
        collection_of_scope: callable(VariableScope, key) -> list.
        scope_bound: callable(VariableScope, function) -> the function, running in that scope.
        find_caller: callable() -> (code, instruction offset) of the first frame outside the package.
        folder: where the package lies; calls from files in it are followed to their caller.
    """
    global first_variable, variable_type, get_variable_full, compose_getters, scope_collection, bind_scope, outside_caller, package_folder
    variable_type = variable
    get_variable_full, compose_getters, scope_collection = full_get_variable, getter_chain, collection_of_scope
    bind_scope, outside_caller, package_folder = scope_bound, find_caller, folder
    if variable.__basicsize__ == VariableBase.__basicsize__ and variable.__dictoffset__ == 0:
        first_variable = <VariableBase>new_variable(variable)
        PyObject_GC_UnTrack(<PyObject *>first_variable)
