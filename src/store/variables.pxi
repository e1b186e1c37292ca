# What the store knows of a variable (its name, shape, dtype and place), and the graph's half of the registries.

cdef enum:
    TRAINABLE = 1
    RESOURCE = 2        # made with use_resource=True: dtype has no "_ref"
    EXPORTED = 4        # somebody outside holds the array and may write to it
    SHARED = 8          # made by get_variable

cdef dict shapes = {}   # tuple -> the one TensorShape of it; without the GIL, under a lock, and `dtypes_met` too
cdef Py_ssize_t SHAPES_KEPT = 4096


cdef enum:
    RECENT = 256

# TensorShapes that were asked for lately, found without making a tuple first; without the GIL, under a lock
cdef PyObject *recent[RECENT]


cdef object known_shape(PyObject *shape):
    """The TensorShape for a list or tuple of ints; equal shapes are one object."""
    cdef uint32_t place = shape_hash(shape) % RECENT
    cdef PyObject *left = recent[place]
    if left != NULL and same_shape(shape, left):
        return <object>left
    result = unique_shape(tuple(<object>shape))
    Py_INCREF(<PyObject *>result)
    left = recent[place]
    recent[place] = <PyObject *>result
    Py_XDECREF(left)
    return result


cdef object unique_shape(tuple key):
    try:
        result = shapes.get(key)
    except TypeError:                 # a list in it, say: the next line tells what is wrong
        result = None
    if result is None:
        result = TensorShape(key)
        if len(shapes) >= SHAPES_KEPT:
            shapes.clear()
        shapes[result.sizes] = result
    return result


cdef list dtypes_met = [float32]   # a variable keeps the place of its DType in here, one byte


cdef uint32_t dtype_code(dtype) except? 255:
    cdef Py_ssize_t k
    if <PyObject *>dtype == PyList_GET_ITEM(<PyObject *>dtypes_met, 0):
        return 0
    for k in range(len(dtypes_met)):
        if dtypes_met[k] is dtype:
            return <uint32_t>k
    dtypes_met.append(dtype)
    return <uint32_t>len(dtypes_met) - 1


@cython.final
cdef class Given:
    """What few variables were given beyond an initializer."""

    cdef object initializer, extra


cdef class VariableBase:
    """A named slot for an array: name, shape, dtype, where it was defined.  `variables.Variable` adds the behaviour.

    Attributes:
        _array: the device array, or None as long as nobody needed it.
        _initializer: what makes the first value; None = the default of the dtype.
        _extra: dict of what few variables have (constraint, device, ...), or None.
        version: times the array was written, an int.
    """

    cdef Names names
    cdef object known                # the TensorShape
    cdef public object _array
    cdef object given                # the initializer; or a Given; 16 bytes fewer in each variable than two fields
    cdef object code
    cdef int lasti
    cdef uint32_t node, flags        # flags >> 8 is the dtype's code
    cdef public uint32_t version
    cdef object __weakref__

    @property
    def _full_name(self):
        """The name without ":0"."""
        if self.names is None:
            raise errors.not_set_up(type(self))
        return path_of(self.names, self.node)

    @property
    def name(self):
        """The full name with the output number, "rnn/w:0"."""
        return self._full_name + ":0"

    @property
    def shape(self):
        """The TensorShape: a tuple of ints that also answers as_list()."""
        return self.known

    @property
    def dtype(self):
        """The DType; as in TF1 its name ends in "_ref" unless the variable is a resource."""
        return self._base_dtype if self.flags & RESOURCE else self._base_dtype._as_ref

    @property
    def _base_dtype(self):
        if self.names is None:
            raise errors.not_set_up(type(self))
        return dtypes_met[self.flags >> 8]

    @property
    def _initializer(self):
        return (<Given>self.given).initializer if type(self.given) is Given else self.given

    @_initializer.setter
    def _initializer(self, value):
        if type(self.given) is Given:
            (<Given>self.given).initializer = value
        else:
            self.given = value
        show_collector(self)

    @property
    def _extra(self):
        return (<Given>self.given).extra if type(self.given) is Given else None

    @_extra.setter
    def _extra(self, value):
        cdef Given both
        if type(self.given) is Given:
            (<Given>self.given).extra = value
        elif value is not None:
            both = Given.__new__(Given)
            both.initializer, both.extra = self.given, value
            self.given = both
        show_collector(self)

    @property
    def _names(self):
        return self.names

    @property
    def trainable(self):
        """Whether the variable was declared trainable."""
        return self.flags & TRAINABLE != 0

    @property
    def _shared(self):
        return self.flags & SHARED != 0

    @property
    def _exported(self):
        return self.flags & EXPORTED != 0

    @_exported.setter
    def _exported(self, bint value):
        self.flags = self.flags | EXPORTED if value else self.flags & ~<uint32_t>EXPORTED

    def _touch(self):
        """Say that the array was written."""
        self.version += 1

    @property
    def _defined_at(self):
        """(file, line, function) of the call that made it, or None where the interpreter did not say."""
        if self.code is None:
            return None
        return file_of(self.code), fs_line(<PyObject *>self.code, self.lasti), self.code.co_name

    def _set_type(self, shape, dtype):
        """Say what the value will be: a TensorShape, and a DType that is no reference."""
        self.known = shape
        self.flags = self.flags & 255 | dtype_code(dtype) << 8

    def __reduce__(self):
        raise errors.not_picklable(self)


cdef object new_variable(cls):
    """cls.__new__(cls), through the slot."""
    cdef PyObject *result = (<TypeSlots *>cls).tp_new(<PyTypeObject *>cls, <PyObject *>(), NULL)
    owned = <object>result
    Py_DECREF(result)
    return owned


cdef VariableBase first_variable = None   # as a new one is, to copy from


cdef object hidden_variable():
    """A new variable that the collector does not know: a name, a shape and a place lead to nothing that could lead back,
    so a million variables need not be walked through each time it runs.  A quarter less for each new one."""
    cdef PyObject *v
    cdef int k
    if first_variable is None:                # of a type that has more fields than these
        result = new_variable(variable_type)
        PyObject_GC_UnTrack(<PyObject *>result)
        return result
    v = fs_new_untracked(<PyTypeObject *>variable_type)
    memcpy(v + 1, <PyObject *>first_variable + 1, <char *>(&first_variable.version + 1) + sizeof(PyObject *) - <char *>(<PyObject *>first_variable + 1))
    for k in range(5):                        # names, known, _array, given, code
        fs_incref_none()
    return owned(v)


cdef inline void show_collector(VariableBase v) noexcept:
    """An initializer may mention the variable."""
    if v.given is not None and not PyObject_GC_IsTracked(<PyObject *>v):
        PyObject_GC_Track(<PyObject *>v)


cdef object outside_code = None    # the last code that turned out to be none of the package's: 25 ns less for the next


cdef void note_place(VariableBase v):
    """Remember who called: a code object and an offset.  Calls from inside the package are followed to their caller."""
    global outside_code
    cdef PyObject *code = fs_caller(&v.lasti)
    if code == NULL:
        return
    v.code = <object>code
    Py_DECREF(code)
    if v.code is outside_code:
        return
    if (<str>v.code.co_filename).startswith(package_folder):
        v.code, v.lasti = outside_caller()
    else:
        outside_code = v.code
    if "ipy" in <str>v.code.co_filename:  # ipykernel_123/456.py, <ipython-input-7-...>
        note_cell(v.code)


cdef class Store:
    """The variables and names of one graph; `graph.Graph` adds collections and the rest.

    Attributes:
        names: the trie.
        lock: held while a variable is made by anything but the hot path.
        being_made: how many variables the holder of the lock is at; the hot path makes none meanwhile.
        finalized: nothing can be added any more.
        eager: every scope reuses (EagerVariableStore).
        has_partitioned: some names are variables in parts, and creating one takes more questions.
        recorder: where a graph in graph mode writes its operations down, a variable's among them; else None.
    """

    cdef readonly Names names
    cdef Trie *trie
    cdef uint32_t *pending         # nodes of the variables that no collection has taken up yet, oldest first
    cdef uint32_t pending_count, pending_room
    cdef public object lock
    cdef public uint32_t being_made
    cdef public object homes       # threading.local: each thread's Home in this graph
    cdef public bint finalized, eager, has_partitioned
    cdef public object recorder    # of a graph in graph mode, else None
    cdef bint retired
    cdef object __weakref__

    def __cinit__(self, *args, **kwargs):
        self.names = Names()
        self.names.store = <PyObject *>self
        self.trie = &self.names.trie

    def __dealloc__(self):
        self.names.store = NULL
        PyMem_RawFree(self.pending)
        drop_variables(<PyObject *>self)

    def unique_name(self, str name not None, bint mark_as_used=True):
        """Return a full name in the current name scope that nothing else has: "x", then "x_1", "x_2".

        Args:
            name: the wish; a slash makes a path.
            mark_as_used: False only tells what it would be.
        """
        cdef PyObject *frame = current()
        if <PyObject *>(<Frame>frame).owner == <PyObject *>self.names:
            return claim_in_scope(frame, name, mark_as_used)
        with GraphScope(self):
            return claim_in_scope(current(), name, mark_as_used)

    # ---- the store proper

    def find(self, str full_name not None):
        """The variable that get_variable made under `full_name`, or None."""
        cdef uint32_t node = find_path(self.trie, TRIE_ROOT, full_name)
        if node == TRIE_NONE or self.trie.nodes[node].var == NULL:
            return None
        return <object>self.trie.nodes[node].var

    def put(self, str full_name not None, variable):
        """Let get_variable find `variable` under `full_name`.

        Returns:
            `variable`, or the one that another thread put there first.
        """
        cdef uint32_t node = add_path(self.trie, TRIE_ROOT, full_name)
        if self.trie.nodes[node].var != NULL:
            return <object>self.trie.nodes[node].var
        Py_INCREF(<PyObject *>variable)
        self.trie.nodes[node].var = <PyObject *>variable
        return variable

    def remove(self, str full_name not None):
        """Forget the variable under `full_name`.  Returns it, or None.  Its name stays taken."""
        cdef uint32_t node = find_path(self.trie, TRIE_ROOT, full_name), k
        cdef PyObject *var
        if node == TRIE_NONE or self.trie.nodes[node].var == NULL:
            return None
        var = self.trie.nodes[node].var
        result = <object>var
        for k in range(self.pending_count):
            if self.pending[k] == node:
                self.pending[k] = TRIE_NONE       # node 0 never has a variable
        for k in range(TRIE_ROOT + 1, self.trie.node_count):
            if self.trie.nodes[k].var == var and (k == node or self.trie.nodes[k].flags & PART_ALIAS):
                self.trie.nodes[k].var = NULL
                Py_DECREF(var)
        return result

    def release(self, VariableBase variable not None):
        """Give the name of a variable back, unless it was claimed once more meanwhile."""
        cdef uint32_t key
        if variable.names is not self.names:
            return
        key = key_of(self.trie, variable.node)
        if self.trie.nodes[key].used == 1:
            self.trie.nodes[key].used = 0
            self.trie.nodes[key].flags &= ~NAME_VARIABLE

    def claims(self, bint any=True):
        """What is claimed and opened now, for `since`; not `any`: as when the graph was new."""
        return claims_of(self, any)

    def since(self, Claims before not None):
        """(names, openings) that were claimed since `before`, for `free`: names in lower case, a list each."""
        assert before.names is self.names, "the claims of another graph"
        return names_since(self.names, before), openings_since(self, before)

    def below(self, str path not None):
        """(names, openings) that were ever claimed at `path`, a full name, and below it, for `free`."""
        cdef uint32_t node = find_path(self.trie, TRIE_ROOT, path), key, k = TRIE_ROOT + 1
        cdef list names = [path.lower()], openings = []
        key = find_path(self.trie, TRIE_ROOT, path.lower())
        while k < self.trie.node_count:
            if key != TRIE_NONE and self.trie.nodes[k].used and k != key and is_below(self.trie, k, key):
                inner = path_of(self.names, k)
                names.append(inner)
                names.extend(trie_numbered(<PyObject *>inner, n) for n in range(1, self.trie.nodes[k].used))
            if node != TRIE_NONE and (k == node or is_below(self.trie, k, node)):
                openings.append((k, 0xFFFFFFFF))
            k += 1
        return names, openings

    def free(self, list names not None, list openings not None):
        """Let nobody have claimed these names, and these scopes not have been opened: see `since` and `below`."""
        cdef Frame frame
        for name in names:
            give_back(self.trie, name)
        frame = <Frame>current()
        for node, times in openings:
            if frame.owner is self.names:
                close_again(frame, node, times)

    cdef int note_pending(self, uint32_t node) except -1:
        # four bytes a variable; a list would take nine, and two lists of collections eighteen
        cdef uint32_t room
        if self.pending_count == self.pending_room:
            room = self.pending_room + self.pending_room // 2 + 16
            grown = <uint32_t *>PyMem_RawRealloc(self.pending, <size_t>room * sizeof(uint32_t))
            if grown == NULL:
                raise MemoryError
            self.pending, self.pending_room = grown, room
        self.pending[self.pending_count] = node
        self.pending_count += 1
        return 0

    def take_pending(self):
        """The variables made by get_variable's hot path since the last call, oldest first."""
        cdef uint32_t k
        cdef list result = []
        for k in range(self.pending_count):
            if self.trie.nodes[self.pending[k]].var != NULL:
                result.append(<object>self.trie.nodes[self.pending[k]].var)
        PyMem_RawFree(self.pending)
        self.pending = NULL
        self.pending_count = self.pending_room = 0
        return result

    @property
    def has_pending(self):
        return self.pending_count > 0

    def items(self):
        """[(full name, variable)] of everything get_variable can find, in no order that means anything."""
        cdef uint32_t k
        cdef list found = []
        for k in range(TRIE_ROOT + 1, self.trie.node_count):
            if self.trie.nodes[k].var != NULL and not self.trie.nodes[k].flags & PART_ALIAS:
                variable = <object>self.trie.nodes[k].var     # held: a path is made of lists
                found.append((path_of(self.names, k), variable))
        return found

    def is_name_used(self, str name not None):
        """Whether the name table has `name`, a full name."""
        cdef uint32_t key = find_path(self.trie, TRIE_ROOT, name.lower()), parent = TRIE_ROOT
        cdef uint64_t number
        cdef Py_ssize_t length
        if key != TRIE_NONE:
            return times_used(self.trie, key) > 0
        # no node, but "x_3" may be one of those that "x" has counted
        head, slash, part = name.lower().rpartition("/")
        if slash:
            parent = find_path(self.trie, TRIE_ROOT, head)
        length = trie_split_number(<PyObject *>part, &number)
        if parent == TRIE_NONE:
            return False
        if self.trie.nodes[parent].flags & NAME_VARIABLE and part in SUB_OPS:
            return True
        if length < 0:
            return False
        key = find_path(self.trie, parent, part[:length])
        return key != TRIE_NONE and self.trie.nodes[key].used > number

    def declare(self, VariableBase variable not None, str name, shape, dtype, initializer, *,
                bint trainable, bint shared, bint resource=False, extra=None):
        """Set up a new Variable object: claim its name, from the root; note its place; leave the array for later.

        Args:
            name: the full name that is asked for; the variable may get a numbered one.
            shape: TensorShape.
            dtype: DType, no reference.
        """
        cdef uint32_t node, key
        cdef bint exact = name.endswith("/")       # TF's names that end in a slash are not numbered
        node = add_path(self.trie, TRIE_ROOT, name[:-1] if exact else name)
        if not self.trie.nodes[node].flags & PATH_VALID:
            raise errors.bad_scope_name(name, True, True)
        if (<Frame>current()).owner is self.names:
            settle_stack(<Frame>current())
        key = key_of(self.trie, node)
        variable.node = claim_exactly(self.names, node, key) if exact else claim_variable(self.trie, node, key)
        variable.names = self.names
        variable.flags = (TRAINABLE if trainable else 0) | (RESOURCE if resource else 0) | (SHARED if shared else 0)
        if dtype is not None:             # else it is learnt from the value
            variable._set_type(shape, dtype)
        variable._initializer = initializer
        variable._extra = extra
        note_place(variable)

    # ---- what tests and curious people ask

    def stats(self):
        """Counts: nodes, variables, aliases, bytes of the trie (its strings and the variables not included)."""
        cdef uint32_t k, variables = 0
        for k in range(TRIE_ROOT + 1, self.trie.node_count):
            if self.trie.nodes[k].var != NULL and not self.trie.nodes[k].flags & PART_ALIAS:
                variables += 1
        return {"nodes": self.trie.node_count - 2, "variables": variables, "aliases": self.trie.aliases,
                "bytes": trie_bytes(self.trie)}

    def probes(self, str full_name not None):
        """Slots of the hash table looked at to find the last part of `full_name`, an int."""
        cdef uint32_t count = 0, parent = TRIE_ROOT
        head, _, tail = full_name.rpartition("/")
        if head:
            parent = find_path(self.trie, TRIE_ROOT, head)
        if parent != TRIE_NONE:
            trie_probe(self.trie, parent, <PyObject *>tail, &count)
        return count

    def check(self):
        """Assert every invariant of the structure.

        Raises:
            AssertionError: it is broken; please report it.
        """
        cdef uint32_t k, aliases = 0, flags, parent
        cdef uint64_t number, used
        for k in range(TRIE_ROOT + 1, self.trie.node_count):
            flags, parent, used = self.trie.nodes[k].flags, self.trie.nodes[k].parent, self.trie.nodes[k].used
            part = <object>self.trie.nodes[k].part
            assert TRIE_NONE < parent < k, f"node {k} is older than its parent {parent}"
            assert type(part) is str, f"part of node {k} is {part!r}"
            if flags & PART_ALIAS:
                aliases += 1
                assert "/" in part and used == 0, f"alias {part!r} is more than an alias"
                continue
            found = trie_find(self.trie, parent, <PyObject *>part)
            assert found == k, f"node {k} ({path_of(self.names, k)!r}) is found as {found}"
            assert "/" not in part, f"part {part!r} holds a slash"
            lower = path_of(self.names, k)
            assert bool(flags & PATH_LOWER) <= (lower == lower.lower()), f"{lower!r} is marked lower case"
            if used:
                assert lower == lower.lower(), f"{lower!r} is claimed, and is no key"
            number = 1
            while number < used and number < 100:
                numbered = ("" if parent == TRIE_ROOT else path_of(self.names, parent) + "/") + part + f"_{number}"
                assert self.is_name_used(numbered), f"{lower!r} is used {used} times and {numbered!r} is free"
                number += 1
        assert aliases == self.trie.aliases, f"{aliases} aliases, counted {self.trie.aliases}"


cdef void drop_variables(PyObject *store) noexcept:
    """Give up the references from nodes to variables.  The slot is emptied first: a destructor may look into it."""
    cdef Trie *t = (<Store>store).trie
    cdef PyObject *var
    cdef uint32_t k = TRIE_ROOT + 1
    while t != NULL and k < t.node_count:
        var = t.nodes[k].var
        if var != NULL:
            t.nodes[k].var = NULL
            Py_DECREF(var)
        k += 1


# The collector must see the references from nodes to variables: an initializer that mentions its graph is a cycle.
# Cython writes tp_traverse and tp_clear for the declared fields; these two go around them.
cdef traverseproc store_fields_traverse = (<TypeSlots *>Store).tp_traverse


cdef int store_traverse(PyObject *self, visitproc visit, void *arg) noexcept:
    cdef Trie *t = (<Store>self).trie
    cdef uint32_t k
    cdef int result = store_fields_traverse(self, visit, arg)
    if result == 0 and t != NULL:
        for k in range(TRIE_ROOT + 1, t.node_count):
            if t.nodes[k].var != NULL:
                result = visit(t.nodes[k].var, arg)
                if result:
                    break
    return result


cdef int store_clear(PyObject *self) noexcept:
    # the names stay: variables are still being taken apart, and __dealloc__ looks at the trie once more
    drop_variables(self)
    return 0


(<TypeSlots *>Store).tp_traverse = store_traverse
(<TypeSlots *>Store).tp_clear = store_clear
