# VariableScope and the things one enters with `with`.

class _ReuseMode(Enum):
    """The value of AUTO_REUSE: create the variable, or get it where it exists."""

    AUTO_REUSE = 1


AUTO_REUSE = _ReuseMode.AUTO_REUSE
cdef object auto_reuse = AUTO_REUSE

cdef enum:
    REUSE_NO = 0         # False and None: create, and inherit
    REUSE_YES = 1
    REUSE_AUTO = 2


cdef int reuse_code(reuse) except -1:
    if reuse is True:
        return REUSE_YES
    if reuse is None or reuse is False:
        return REUSE_NO
    if reuse is auto_reuse:
        return REUSE_AUTO
    raise errors.bad_reuse(reuse)


cdef str plain_str(name):
    """The characters of a str as a plain str, as `"a/" + name` gives them; `str(name)` may run anything."""
    return name if type(name) is str else PyUnicode_FromObject(name)


cdef object reuse_value(int code):
    return auto_reuse if code == REUSE_AUTO else code == REUSE_YES


cdef class VariableScope(Frame):
    """A variable scope: the prefix of get_variable names, and defaults for the variables made in it.

    Made by `variable_scope`, read with `get_variable_scope()`.  The setters change this object alone: sub-scopes that
    are opened later inherit from it, opening the same name again starts afresh.  One that is made by hand is entered as
    `with variable_scope(scope)`.

    Args:
        reuse: False and None: create; True: share; AUTO_REUSE: share or create.
        name: full name, from the root.
        name_scope: what `original_name_scope` answers.
        initializer, regularizer, caching_device, partitioner, custom_getter, dtype, use_resource, constraint: as
            variable_scope's.

    Source: tensorflow/python/ops/variable_scope.py, VariableScope.
    """

    def __init__(self, reuse, name="", initializer=None, regularizer=None, caching_device=None, partitioner=None,
                 custom_getter=None, name_scope="", dtype=float32, use_resource=None, constraint=None):
        cdef Frame frame = self, below = <Frame>current()
        if frame.owner is not None:               # it is open, or was
            raise errors.use_variable_scope()
        if not isinstance(name, str) or not isinstance(name_scope, str):
            raise errors.bad_scope_type(name_scope if isinstance(name, str) else name)
        frame.sharing = reuse_code(reuse)
        given = make_options(initializer, regularizer, caching_device, partitioner, custom_getter, dtype, use_resource)
        frame.options = default_options.merged(given)
        frame.call = Call.__new__(Call)
        frame.call.constraint, frame.call.origin = constraint, plain_str(name_scope)
        frame.owner = below.owner
        frame.node = add_path(trie_of(frame), TRIE_ROOT, plain_str(name)) if name else TRIE_ROOT

    @property
    def name(self):
        """Full name of the scope, "rnn/cell"; '' for the root."""
        return scope_name(self)

    @property
    def original_name_scope(self):
        """The name scope that was opened with it, "rnn_1/"; '' for none."""
        return original_name_scope(self)

    @property
    def reuse(self):
        """Whether variables are shared: False, True or AUTO_REUSE."""
        return reuse_value((<Frame>self).sharing)

    @property
    def constraint(self):
        """Constraint of the variables made here, or None; sub-scopes do not inherit it."""
        return None if (<Frame>self).call is None else (<Frame>self).call.constraint

    @property
    def initializer(self):
        """Default initializer of the variables made here, or None."""
        return settings(self).initializer

    @property
    def regularizer(self):
        """Default regularizer, or None."""
        return settings(self).regularizer

    @property
    def caching_device(self):
        """Default caching device, or None; kept and not used, as reads need no cache here."""
        return settings(self).caching_device

    @property
    def partitioner(self):
        """Default partitioner, or None."""
        return settings(self).partitioner

    @property
    def custom_getter(self):
        """The chain of custom getters, or None."""
        return settings(self).custom_getter

    @property
    def dtype(self):
        """DType of variables that name none."""
        return settings(self).dtype

    @property
    def use_resource(self):
        """Default of use_resource, or None."""
        return settings(self).use_resource

    def reuse_variables(self):
        """Share from here on: get_variable returns what exists and creates nothing.  There is no way back."""
        (<Frame>self).sharing = REUSE_YES

    def reusing(self):
        """Return a block in which this scope is the current one and shares; after it all is as it was.

            >>> with fs.variable_scope("rnn") as scope:
            ...     w = fs.get_variable("w", [2, 3])
            ...     with scope.reusing():
            ...         assert fs.get_variable("w") is w
        """
        return variable_scope(self, reuse=True, auxiliary_name_scope=False)

    def bind(self, function):
        """Return `function` as one that runs in this scope wherever it is called: in a thread, an executor, a task.

            >>> with fs.variable_scope("rnn") as scope:
            ...     make = scope.bind(lambda: fs.get_variable("v", [2]))
            >>> make().name
            'rnn/v:0'

        The default graph and the device of the line that binds come along. A coroutine function is one again.
        """
        return bind_scope(self, function)

    def set_initializer(self, initializer):
        """Set the default initializer."""
        replace(self, "initializer", initializer)

    def set_regularizer(self, regularizer):
        """Set the default regularizer."""
        replace(self, "regularizer", regularizer)

    def set_caching_device(self, caching_device):
        """Set the default caching device."""
        replace(self, "caching_device", caching_device)

    def set_partitioner(self, partitioner):
        """Set the default partitioner."""
        replace(self, "partitioner", partitioner)

    def set_custom_getter(self, custom_getter):
        """Set the custom getter, in place of the whole chain."""
        replace(self, "custom_getter", custom_getter)

    def set_dtype(self, dtype):
        """Set the default dtype: anything that as_dtype takes."""
        replace(self, "dtype", as_dtype(dtype).base_dtype)

    def set_use_resource(self, use_resource):
        """Set the default of use_resource."""
        replace(self, "use_resource", use_resource)

    def get_variable(self, name, *args, **kwargs):
        """`get_variable` in this scope, whichever is open."""
        cdef Frame frame = variable_scope(self, auxiliary_name_scope=False, constraint=self.constraint)
        owned(enter_variable_scope(<PyObject *>frame))
        try:
            return get_variable(name, *args, **kwargs)
        finally:
            leave(frame, True)

    def get_collection(self, name):
        """The members of a collection whose names are in this scope, a list."""
        return scope_collection(self, name)

    def global_variables(self):
        """The global variables in this scope, a list."""
        return scope_collection(self, "variables")

    def trainable_variables(self):
        """The trainable variables in this scope, a list."""
        return scope_collection(self, "trainable_variables")

    def local_variables(self):
        """The local variables in this scope, a list."""
        return scope_collection(self, "local_variables")

    def __repr__(self):
        if was_entered(self):
            return scope_repr(self)
        return f"<fastscope.{type(self).__name__} {asked_name(self)} not entered yet>"

    def __reduce__(self):
        raise errors.not_picklable(self)


cdef bint was_entered(Frame frame):
    return frame.owner is not None and frame.node != TRIE_NONE


cdef str scope_name(Frame frame):
    if not was_entered(frame):
        raise errors.not_entered(frame)
    return path_of(frame.owner, frame.node)


cdef str scope_repr(Frame frame):
    return f"<fastscope.VariableScope {scope_name(frame)!r} reuse={reuse_value(frame.sharing)}>"


cdef str asked_name(Frame frame):
    """What a block was made with, for a repr, which never raises."""
    if frame.asked is None or type(frame.asked) is str:
        return repr(frame.asked)
    if isinstance(frame.asked, VariableScope) and was_entered(frame.asked):
        return scope_repr(frame.asked)
    return f"of a {type(frame.asked).__name__}"


cdef str original_name_scope(Frame frame):
    if frame.call is None or frame.call.origin is None:
        return stack_name(opening(frame), True)
    origin = frame.call.origin
    return stack_name(<Frame>origin, True) if isinstance(origin, Frame) else origin


cdef Options settings(Frame scope):
    return default_options if scope.options is None else scope.options


cdef int replace(Frame scope, str field, value) except -1:
    """What a setter does: its value goes in place of the old one, None too, where `merged` would keep or chain."""
    cdef Options o = Options.__new__(Options), old = settings(scope)
    o.initializer = value if field == "initializer" else old.initializer
    o.regularizer = value if field == "regularizer" else old.regularizer
    o.caching_device = value if field == "caching_device" else old.caching_device
    o.partitioner = value if field == "partitioner" else old.partitioner
    o.custom_getter = value if field == "custom_getter" else old.custom_getter
    o.dtype = value if field == "dtype" else old.dtype
    o.use_resource = value if field == "use_resource" else old.use_resource
    scope.options = o
    scope.slow = scope.slow or o.is_slow()
    return 0


# ---- entering

cdef int enter_path(Frame frame, Frame below, str name, str label) except -1:
    """variable_scope("name"): prolong the current scope by `name`, and open the name scope `label` unless it is None."""
    cdef Trie *t = trie_of(below)
    cdef Frame outer = scope_of(below)
    cdef uint32_t node = trie_find(t, outer.node, <PyObject *>name)
    if node != TRIE_NONE and t.nodes[node].flags & PART_ALIAS:
        node = TRIE_NONE
    if label is None or trie_is_empty(<PyObject *>label):
        frame.names = opening(below)
        if label is not None:
            call_of(frame).origin = ""
    elif trie_ends_in_slash(<PyObject *>label):
        check_scope_name(label, opening(below), trie_part_flags(<PyObject *>label))
        open_absolute(frame, below, label[:-1])
    else:
        open_names(frame, opening(below), label, node if label is name else TRIE_NONE)
    if trie_is_empty(<PyObject *>name) and outer.node == TRIE_ROOT:
        inherit(frame, outer, TRIE_ROOT)
        frame.kind = KIND_ROOT_AGAIN
        return 0
    if node == TRIE_NONE:
        node = add_path(t, outer.node, name)
    count_opening(below, node)
    inherit(frame, outer, node)
    return 0


cdef inline int inherit(Frame frame, Frame outer, uint32_t node) except -1:
    frame.kind = KIND_SCOPE
    frame.node = node
    frame.options, frame.slow = outer.options, outer.slow
    frame.sharing = frame.asked_reuse if frame.asked_reuse != REUSE_NO else outer.sharing
    return 0


cdef inline bint enter_known(PyObject *frame, PyObject *below) noexcept:
    """`enter_path` where all that is needed is there already: the scope was open before, and the number of its name is a
    counter.  This is the second and every later round of a loop, and takes half the time; pointers are borrowed, as
    every count of a reference shows here.  False: not so."""
    cdef Trie *t = &(<Frame>below).owner.trie
    cdef PyObject *outer = scope_in(below)
    cdef PyObject *names = names_of(below)
    cdef PyObject *name = <PyObject *>(<Frame>frame).asked
    cdef uint32_t node, place
    cdef uint32_t *opened
    node = trie_find(t, (<Frame>outer).node, name)
    if <PyObject *>(<Frame>below).counts == <PyObject *>None or not counts_here(below) or t.nodes[node].flags & PART_ALIAS:
        return False
    opened = tally_look(&(<Frame>below).counts.tally, node, TALLY_OPENED)     # of TRIE_NONE there is none
    if opened == NULL or opened[0] == 0:
        return False
    place = place_of(names)
    if not number_known(frame, names, node if place == (<Frame>outer).node else trie_find(t, place, name)):
        return False
    (<Frame>frame).kind = KIND_SCOPE
    (<Frame>frame).node = node
    (<Frame>frame).slow = (<Frame>outer).slow
    (<Frame>frame).sharing = (<Frame>frame).asked_reuse if (<Frame>frame).asked_reuse != REUSE_NO else (<Frame>outer).sharing
    fill(frame, OPTIONS, <PyObject *>(<Frame>outer).options)
    fill_opening(frame, below, names)
    return True


cdef inline void fill_opening(PyObject *frame, PyObject *below, PyObject *names) noexcept:
    """What every opening of a plain name has, inside the opening `names`."""
    fill(frame, OWNER, <PyObject *>(<Frame>below).owner)
    fill(frame, OUTER, names)
    fill(frame, LABEL, <PyObject *>(<Frame>frame).asked)
    if <PyObject *>(<Frame>below).environment != <PyObject *>None:
        fill(frame, ENVIRONMENT, <PyObject *>(<Frame>below).environment)


cdef int enter_default(Frame frame, Frame below, str label) except -1:
    """variable_scope(None, "label"): the first of label, label_1, ... that was not opened here yet."""
    cdef Trie *t = trie_of(below)
    cdef Frame outer = scope_of(below), names = opening(below)
    cdef uint32_t base = add_path(t, outer.node, label), node = default_child(below, base)
    cdef uint32_t place = place_of(<PyObject *>names)
    cdef bint plain = trie_same(t.nodes[base].part, <PyObject *>label) and not trie_is_empty(<PyObject *>label)
    if not plain or not frame.auxiliary:
        return enter_path(frame, below, path_below(t, node, outer.node), label if frame.auxiliary else None)
    if number_known(<PyObject *>frame, <PyObject *>names, base if place == outer.node else trie_find(t, place, <PyObject *>label)):
        frame.outer, frame.label = names, label
    else:
        open_names(frame, names, label, TRIE_NONE)
    if node == base:
        count_opening(below, node)
    return inherit(frame, outer, node)


cdef Call call_of(Frame frame):
    if frame.call is None:
        frame.call = Call.__new__(Call)
    return frame.call


cdef int enter_object(Frame frame, Frame below, Frame captured) except -1:
    """variable_scope(object): jump to its full name, with what it had captured."""
    cdef Trie *t = trie_of(below)
    cdef str part = "", name
    cdef uint32_t node = captured.node
    if captured.owner is not below.owner or node == TRIE_NONE:
        name = scope_name(captured)
        node = TRIE_ROOT if name == "" else add_path(t, TRIE_ROOT, name)
    if node != TRIE_ROOT:
        part = <str>t.nodes[node].part
        count_opening(below, node)
    if frame.auxiliary and part != "":
        open_names(frame, opening(below), part, TRIE_NONE)
    else:
        frame.names = opening(below)
    call_of(frame).origin = opening(captured) if captured.call is None or captured.call.origin is None \
        else captured.call.origin
    inherit(frame, captured, node)
    frame.slow = captured.options.is_slow() or store_of(below).eager
    frame.kind = KIND_JUMP
    return 0


cdef PyObject *enter_variable_scope(PyObject *frame) except NULL:
    """Open what variable_scope(...) gave; a new reference to the VariableScope."""
    cdef PyObject *cursor = here()
    if not (<Frame>frame).spent and (<Frame>frame).auxiliary and not (<Frame>frame).default \
            and PyUnicode_CheckExact(<PyObject *>(<Frame>frame).asked) and <PyObject *>(<Frame>frame).call == <PyObject *>None \
            and enter_known(frame, <PyObject *>(<Cursor>cursor).frame):
        link(<Cursor>cursor, frame)
        Py_INCREF(frame)
        return frame
    return new_reference(enter_asked(<Frame>frame))


cdef object enter_asked(Frame frame):
    """`enter_variable_scope` of anything that variable_scope takes."""
    cdef Frame again
    asked = frame.asked
    if frame.spent:
        again = stand_in(frame, variable_scope.__new__(variable_scope))
        again.call = Call.__new__(Call)
        again.call.given, again.call.constraint = frame.call.given, frame.call.constraint
        if frame.kind == KIND_SCOPE:
            again.call.origin = original_name_scope(frame)
        return owned(enter_variable_scope(<PyObject *>again))
    if frame.default and frame.asked_reuse != REUSE_NO:
        raise errors.reuse_without_name()
    if asked is None:                         # the __init__ of a subclass did not call this one
        raise errors.no_scope_name()
    if isinstance(asked, VariableScope):
        return enter(frame, open_object, asked)
    if not isinstance(asked, str):
        raise errors.bad_scope_type(asked)
    return enter(frame, open_default if frame.default else open_path, plain_str(asked))


cdef object open_path(Frame frame, Frame below, object name):
    enter_path(frame, below, <str>name, <str>name if frame.auxiliary else None)
    return with_given(frame)


cdef object open_default(Frame frame, Frame below, object name):
    enter_default(frame, below, <str>name)
    return with_given(frame)


cdef object open_object(Frame frame, Frame below, object captured):
    enter_object(frame, below, <Frame>captured)
    return with_given(frame)


cdef object with_given(Frame frame):
    """The frame, with the options that it was given in place of those it inherits."""
    if frame.call is not None and frame.call.given is not None:
        frame.options = frame.options.merged(frame.call.given)
        frame.slow = frame.slow or frame.options.is_slow()
    return frame


cdef str path_below(const Trie *t, uint32_t node, uint32_t ancestor):
    cdef list parts = []
    while node != ancestor:
        parts.append(<object>t.nodes[node].part)
        node = t.nodes[node].parent
    parts.reverse()
    return "/".join(parts)


cdef class variable_scope(VariableScope):
    """variable_scope(name_or_scope, default_name=None, values=None, initializer=None, regularizer=None, caching_device=None, partitioner=None, custom_getter=None, reuse=None, dtype=None, use_resource=None, constraint=None, auxiliary_name_scope=True)
--

Open a variable scope, and the name scope of the same name.

    >>> with fs.variable_scope("rnn"):
    ...     w = fs.get_variable("w", [2, 3])
    >>> with fs.variable_scope("rnn", reuse=True):
    ...     assert fs.get_variable("w") is w

Args:
    name_or_scope: str, put after the current scope's name; or a VariableScope, to jump to; or None for default_name.
    default_name: used where name_or_scope is None; numbered where the name was opened before: "x", "x_1".
    values: accepted for TF's sake; arrays belong to no graph.
    initializer, regularizer, caching_device, partitioner, custom_getter, dtype, use_resource: what variables and
        sub-scopes get that name none; None = as the enclosing scope has it.
    reuse: True: share, create nothing; AUTO_REUSE: share or create; None and False: as the enclosing scope has it.
    constraint: for the variables made here; sub-scopes do not inherit it.
    auxiliary_name_scope: False leaves the name scope as it is.

Raises:
    ValueError: a name that TF does not allow; a reuse that is none of the four; reuse without a name.
    TypeError: neither name nor default; a name of another type.
    RuntimeError: entered while it is open, or left while a later block is still open.

Source: tensorflow/python/ops/variable_scope.py, variable_scope.
"""

    def __init__(self, name_or_scope, default_name=None, values=None, initializer=None, regularizer=None,
                 caching_device=None, partitioner=None, custom_getter=None, reuse=None, dtype=None,
                 use_resource=None, constraint=None, auxiliary_name_scope=True):
        cdef Frame frame = self
        if default_name is None and name_or_scope is None:
            raise errors.no_scope_name()
        if name_or_scope is None and not isinstance(default_name, str):
            raise errors.bad_scope_type(default_name)
        if auxiliary_name_scope is not True and auxiliary_name_scope is not False:
            raise errors.bad_auxiliary(auxiliary_name_scope)
        frame.vectorcall = <vectorcallfunc><void *>call_variable_scope
        frame.asked_reuse, frame.auxiliary = reuse_code(reuse), auxiliary_name_scope
        frame.default = name_or_scope is None
        frame.asked = default_name if frame.default else name_or_scope
        given = make_options(initializer, regularizer, caching_device, partitioner, custom_getter, dtype, use_resource)
        if given is not None or constraint is not None:
            frame.call = Call.__new__(Call)
            frame.call.given, frame.call.constraint = given, constraint

    def __enter__(self):
        """Open the scope and return its VariableScope."""
        return owned(enter_variable_scope(<PyObject *>self))

    def __exit__(self, exc_type, exc_value, traceback):
        """Go back to the scope that was open before."""
        leave(self, exc_type is not None)


cdef PyObject *call_variable_scope(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *names) except NULL:
    """See interpreter.h, 3: no arguments enter, where `__enter__` was asked for before, and three leave."""
    cdef Py_ssize_t count = PyVectorcall_NARGS(nargsf)
    if names == NULL and count == 0 and (<Frame>self).entering:
        return enter_variable_scope(self)
    return call_frame(self, args, count, names)


cdef PyObject *call_frame(PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *names) except NULL:
    """A call of a frame that is no way in: three arguments leave."""
    if names == NULL and count == 3:
        return leave_with(self, args)
    raise TypeError(f"{type(<object>self).__name__!r} object is not callable")


cdef inline PyObject *leave_with(PyObject *self, PyObject *const *args) except NULL:
    """__exit__ with its three arguments."""
    if not leave_plainly(self):
        leave(<Frame>self, args[0] != <PyObject *>None)
    return new_reference(None)


cdef PyObject *new_variable_scope(PyObject *cls, PyObject *const *args, size_t nargsf, PyObject *names) except NULL:
    """variable_scope(...) without a tuple and a dict of arguments: 32 ns instead of 120.  Whatever is not plainly
    (name), (name, default_name), (scope), reuse= or default_name= goes the ordinary way."""
    cdef Py_ssize_t count = PyVectorcall_NARGS(nargsf), k
    cdef int code
    cdef PyObject *default = <PyObject *>None
    cdef PyObject *reuse = <PyObject *>None
    cdef PyObject *key
    cdef PyObject *frame
    cdef object result
    cdef bint plain = cls == <PyObject *>variable_scope and 1 <= count <= 2
    if plain and count == 2:
        default = args[1]
    if plain and names != NULL:
        for k in range(PyTuple_GET_SIZE(names)):
            key = PyTuple_GET_ITEM(names, k)
            if key == <PyObject *>REUSE:
                reuse = args[count + k]
            elif key == <PyObject *>DEFAULT_NAME and count == 1:
                default = args[count + k]
            else:
                plain = False
    if plain and (PyUnicode_CheckExact(args[0]) or PyUnicode_CheckExact(default)
                  or isinstance(<object>args[0], VariableScope)):
        code = reuse_code(<object>reuse)
        frame = take_frame(cls)
        (<Frame>frame).vectorcall = <vectorcallfunc><void *>call_variable_scope
        (<Frame>frame).default = args[0] == <PyObject *>None
        fill(frame, ASKED, default if (<Frame>frame).default else args[0])
        (<Frame>frame).asked_reuse = code
        (<Frame>frame).auxiliary = True
        return frame
    result = call_type(cls, args, count, names)
    Py_INCREF(<PyObject *>result)
    return <PyObject *>result


cdef object REUSE = intern("reuse"), DEFAULT_NAME = intern("default_name"), DEFAULT = intern("default")


cdef object call_type(PyObject *cls, PyObject *const *args, Py_ssize_t count, PyObject *names):
    """type.__call__ with the arguments of a vectorcall."""
    cdef Py_ssize_t k
    positional = tuple([<object>args[k] for k in range(count)])
    keywords = {}
    if names != NULL:
        for k in range(PyTuple_GET_SIZE(names)):
            keywords[<object>PyTuple_GET_ITEM(names, k)] = <object>args[count + k]
    return type.__call__(<object>cls, *positional, **keywords)


# ---- name_scope

cdef PyObject *enter_name_scope(PyObject *frame) except NULL:
    """Open what name_scope(...) gave; its name, a new reference."""
    cdef PyObject *cursor = here()
    cdef PyObject *below = <PyObject *>(<Cursor>cursor).frame
    cdef PyObject *names = names_of(below)
    cdef PyObject *asked = <PyObject *>(<Frame>frame).asked
    cdef PyObject *name
    if (<Frame>frame).spent or not PyUnicode_CheckExact(asked) or not is_name_known(names) \
            or not number_known(frame, names, trie_find(trie_of(<Frame>below), place_of(names), asked)):
        return new_reference(enter_asked_name(<Frame>frame))
    (<Frame>frame).spent = True               # making its name may fail
    (<Frame>frame).kind = KIND_NAMES
    fill(frame, SCOPE, scope_in(below))
    fill_opening(frame, below, names)
    name = opening_name(frame)                # a str, and no more: nothing runs
    link(<Cursor>cursor, frame)
    return name


cdef object enter_asked_name(Frame frame):
    """`enter_name_scope` of anything that name_scope takes."""
    asked = frame.asked
    if frame.spent:
        again = stand_in(frame, name_scope.__new__(name_scope))
        return owned(enter_name_scope(<PyObject *>again))
    if asked is None and frame.auxiliary:
        raise errors.no_name_or_default()
    if asked is not None and not isinstance(asked, str):
        raise errors.name_not_str(asked)
    return enter(frame, open_asked, "" if asked is None else plain_str(asked))


cdef object open_asked(Frame frame, Frame below, object given):
    """Make `frame` the opening of a name, of "name/" from the root, or of "", the root."""
    cdef str name = given
    frame.kind = KIND_NAMES
    frame.scope = scope_of(below)
    if trie_is_empty(<PyObject *>name):
        open_absolute(frame, below, "")
    elif trie_ends_in_slash(<PyObject *>name):
        check_scope_name(name, opening(below), trie_part_flags(<PyObject *>name))
        open_absolute(frame, below, name[:-1])
    else:
        open_names(frame, opening(below), name, TRIE_NONE)
    return "/" if name == "/" else stack_name(frame, True)


cdef class name_scope(Frame):
    """name_scope(name=None, default_name=None, values=None)
--

Open a name scope: a prefix for the names of `fs.Variable` and of operations, never of get_variable.

    >>> with fs.name_scope("conv") as scope:
    ...     w = fs.Variable([1.0], name="w")
    >>> w.name
    'conv/w:0'

Entering returns the scope's name with a slash at its end, "conv_1/" when "conv" was taken; a name with a slash at its
end re-enters that very scope, from the root; "" and None lead back to the root.

Args:
    name: str or None.
    default_name: used where name is None; numbered like every name.
    values: accepted for TF's sake.

Raises:
    ValueError: a name that TF does not allow.
    TypeError: a name or default that is no str.

Source: tensorflow/python/framework/ops.py, name_scope_v1 and Graph.name_scope.
"""

    def __init__(self, name=None, default_name=None, values=None):
        cdef Frame frame = self
        if default_name is not None and not isinstance(default_name, str):
            raise errors.default_name_not_str(default_name)
        frame.vectorcall = <vectorcallfunc><void *>call_name_scope
        frame.asked = default_name if name is None else name
        frame.auxiliary = values is not None

    @property
    def name(self):
        """The name it was made with, or the default."""
        return (<Frame>self).asked

    def __repr__(self):
        return f"<fastscope.name_scope {asked_name(self)}{' open' if (<Frame>self).open else ''}>"

    def __enter__(self):
        """Open the scope and return its name, with a slash at its end; '' at the root."""
        return owned(enter_name_scope(<PyObject *>self))

    def __exit__(self, exc_type, exc_value, traceback):
        """Go back to the scope that was open before."""
        leave(self, exc_type is not None)


cdef PyObject *call_name_scope(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *names) except NULL:
    cdef Py_ssize_t count = PyVectorcall_NARGS(nargsf)
    if names == NULL and count == 0 and (<Frame>self).entering:
        return enter_name_scope(self)
    return call_frame(self, args, count, names)


cdef PyObject *new_name_scope(PyObject *cls, PyObject *const *args, size_t nargsf, PyObject *names) except NULL:
    cdef Py_ssize_t count = PyVectorcall_NARGS(nargsf)
    cdef PyObject *frame
    cdef object result
    if cls == <PyObject *>name_scope and count == 1 and names == NULL:
        frame = take_frame(cls)
        (<Frame>frame).vectorcall = <vectorcallfunc><void *>call_name_scope
        fill(frame, ASKED, args[0])
        return frame
    result = call_type(cls, args, count, names)
    Py_INCREF(<PyObject *>result)
    return <PyObject *>result


# ---- graphs and settings

cdef class GraphScope(Frame):
    """Graph.as_default(): the graph is the default one inside."""

    def __init__(self, Store graph not None):
        (<Frame>self).asked = graph

    def __enter__(self):
        cdef Frame frame = self
        if frame.asked is None:
            raise errors.no_graph_given(type(self))
        if frame.spent:
            frame = stand_in(frame, GraphScope.__new__(GraphScope))
        return enter(frame, open_graph, frame.asked)

    def __exit__(self, exc_type, exc_value, traceback):
        leave(self, exc_type is not None)


cdef object open_graph(Frame frame, Frame below, object asked):
    cdef Store graph = <Store>asked
    cdef Frame at = below
    while at is not None and at.owner is not graph.names:
        at = at.prev
    frame.kind = KIND_GRAPH
    if at is None:
        begin_at_home(frame, graph)
    else:                                     # the graph is open further down: go on where it is
        frame.owner = graph.names
        frame.scope, frame.names, frame.environment = scope_of(at), opening(at), at.environment
        frame.call = Call.__new__(Call)
        frame.call.graph, frame.call.below = graph, at
    return graph


cdef class SettingScope(Frame):
    """A block that changes the environment (device, creators) and leaves the scopes as they are.

    Args:
        change: callable(environment) -> environment, called when the block is entered.
        value: what `with ... as` gives.
    """

    def __init__(self, change, value=None):
        (<Frame>self).asked = (change, value)

    def __enter__(self):
        cdef Frame frame = self
        if frame.spent:
            frame = stand_in(frame, SettingScope.__new__(SettingScope))
        return enter(frame, open_setting, frame.asked)

    def __exit__(self, exc_type, exc_value, traceback):
        leave(self, exc_type is not None)


cdef object open_setting(Frame frame, Frame below, object asked):
    change, value = asked
    frame.kind = KIND_SETTING
    frame.scope, frame.names = scope_of(below), opening(below)
    frame.environment = change(below.environment)
    return value


# ---- questions about the current frame

def missing_facts():
    """{fact of src/interpreter.h that the fast path rests on: why it is not used here}."""
    return dict(facts_missing)


def current_store():
    """The default graph of this thread and task."""
    return store_of(<Frame>current())


def current_scope():
    """The VariableScope in force."""
    return scope_of(<Frame>current())


def open_scopes():
    """[(VariableScope, what it was opened with)] of the open variable scopes, innermost first; the root is the last.

    A scope opened with an object of a subclass of variable_scope was opened with what that one was."""
    cdef Frame frame = <Frame>current(), bottom = frame
    cdef list result = []
    while frame is not None:
        if isinstance(frame, VariableScope):
            asked = None if frame.default else frame.asked
            while isinstance(asked, variable_scope) and type(asked) is not variable_scope:
                asked = None if (<Frame>asked).default else (<Frame>asked).asked
            result.append((frame, asked))
        bottom, frame = frame, None if frame.kind == KIND_GRAPH else frame.prev
    result.append((scope_of(bottom), None))
    return result


def current_environment():
    """What SettingScope put in force, or None."""
    return (<Frame>current()).environment


def current_options():
    """The Options of the current scope, and its constraint."""
    cdef VariableScope scope = <VariableScope>scope_of(<Frame>current())
    return (<Frame>scope).options, scope.constraint


def is_graph_entered():
    """Whether a Graph.as_default() block is open."""
    cdef Frame frame = <Frame>current()
    while frame is not None:
        if frame.kind == KIND_GRAPH:
            return True
        frame = frame.prev
    return False


def set_default_graph(Store graph not None):
    """Make `graph` the one that threads start in.  The old one is let go at once."""
    global default_store
    cdef Store before = default_store
    cdef Cursor cursor
    default_store = graph
    if before is None:
        return
    before.retired = True
    cursor = <Cursor>here()
    forget_frame(cursor)
    if cursor.in_task:
        publish(cursor)
    cursor = retired_cursor()                 # of a thread that waits at the bottom, and would keep the old graph alive
    while cursor is not None:
        if is_retired(cursor.frame):
            forget_frame(cursor)
        if is_retired(cursor.outside):
            cursor.outside = None
        cursor = retired_cursor()
    before.homes = type(before.homes)()       # a root scope may hold what leads back to the graph


def name_scope_name():
    """The name scope in force without a slash at its end, '' at the root."""
    return stack_name(opening(<Frame>current()), False)


cdef str claim_in_scope(PyObject *frame, str name, bint mark):
    """unique_name in the current graph."""
    cdef PyObject *names = names_of(frame)
    cdef Trie *t = &(<Frame>frame).owner.trie
    cdef uint32_t key = TRIE_NONE
    cdef uint64_t number
    cdef Frame held = None
    if (<Frame>names).place != TRIE_NONE and is_name_known(names):
        key = trie_find(t, (<Frame>names).place, <PyObject *>name)
    if key == TRIE_NONE or t.nodes[key].flags & (PATH_LOWER | PART_ALIAS) != PATH_LOWER:
        held = <Frame>names
        settle(held, t)
        full_name(held)
        key = add_path(t, held.place, lower_case(name))
    # nothing runs from here on
    number = claim(t, key) if mark else next_number(t, key, times_used(t, key))
    if <PyObject *>(<Frame>names).label != <PyObject *>None:
        return trie_join(<PyObject *>(<Frame>names).full, <PyObject *>name, number, False)
    return name if number == 0 else trie_numbered(<PyObject *>name, number)


def full_name_for(str name not None):
    """The full name that a variable called `name` asks for in the current name scope.

    Raises:
        ValueError: a name that TF does not allow here.
    """
    cdef Frame o = opening(<Frame>current())
    check_scope_name(name, o, trie_part_flags(<PyObject *>name), True)
    if name.endswith("/"):
        return name
    settle(o, trie_of(o))
    outer = stack_name(o, False)
    return outer + "/" + name if outer else name


cdef PyObject *scope_enter(PyObject *self, PyObject *nothing) except NULL:
    return enter_variable_scope(self)


cdef PyObject *names_enter(PyObject *self, PyObject *nothing) except NULL:
    return enter_name_scope(self)


cdef PyObject *frame_exit(PyObject *self, PyObject *const *args, Py_ssize_t count) except NULL:
    if count != 3:
        raise TypeError(f"__exit__() takes exactly 3 arguments ({count} given)")
    return leave_with(self, args)


cdef inline PyObject *new_reference(object result) noexcept:
    Py_INCREF(<PyObject *>result)
    return <PyObject *>result


cdef inline object owned(PyObject *result):
    """A new reference, for Cython to count."""
    kept = <object>result
    Py_DECREF(result)
    return kept


cdef PyMethodDef scope_methods[2]
cdef PyMethodDef names_methods[2]


cdef int install_methods(PyObject *kind, PyMethodDef *methods, void *entering) except -1:
    """See interpreter.h, 3: __enter__ that takes nothing and __exit__ that takes no keywords, in place of Cython's."""
    methods[0].ml_name, methods[0].ml_meth, methods[0].ml_flags = b"__enter__", entering, METH_NOARGS
    methods[1].ml_name, methods[1].ml_meth, methods[1].ml_flags = b"__exit__", <void *>frame_exit, METH_FASTCALL
    return fs_install_methods(kind, methods)


cdef int install_entries() except -1:
    """Type slots that Cython does not offer.  An interpreter we do not know keeps the ordinary way in and out."""
    global free_frame
    cdef Frame probe = Frame.__new__(Frame)
    free_frame = (<TypeSlots *>Frame).tp_dealloc
    for kind in (Frame, VariableScope, variable_scope, name_scope, GraphScope, SettingScope):
        (<TypeSlots *>kind).tp_dealloc = drop_frame
    if not FS_FAST:
        return 0
    install_methods(<PyObject *>variable_scope, scope_methods, <void *>scope_enter)
    install_methods(<PyObject *>name_scope, names_methods, <void *>names_enter)
    offset = <char *>&probe.vectorcall - <char *><PyObject *>probe
    entering = <char *>&probe.entering - <char *><PyObject *>probe
    fs_install_context_manager(<PyObject *>variable_scope, offset, entering)
    fs_install_context_manager(<PyObject *>name_scope, offset, entering)
    (<TypeSlots *>variable_scope).tp_vectorcall = <void *>new_variable_scope
    (<TypeSlots *>name_scope).tp_vectorcall = <void *>new_name_scope
    return 0


install_entries()
