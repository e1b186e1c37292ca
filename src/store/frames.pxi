# The current frame of this thread and context; entering and leaving; the names that are opened on the way.

cdef enum:
    KIND_ROOT = 0        # bottom of a thread: the global default graph
    KIND_NAMES = 1       # name_scope
    KIND_SCOPE = 2       # variable_scope by name: its counts end with it
    KIND_JUMP = 3        # variable_scope by object, a task's first frame: what it counts is undone at its end
    KIND_GRAPH = 4       # Graph.as_default
    KIND_SETTING = 5     # device, creators, ...: same scopes, other environment
    KIND_ROOT_AGAIN = 6  # variable_scope("") at the root: what it counts stays counted, as in TF


@cython.final
cdef class Options:
    """What sub-scopes inherit, shared by all scopes that changed nothing.  Never changed in place."""

    cdef readonly object initializer, regularizer, caching_device, partitioner, custom_getter, dtype, use_resource

    cdef Options merged(self, Options given):
        """These options with those of `given` that are not None in their place."""
        cdef Options new
        if given is None:
            return self
        new = Options.__new__(Options)
        new.initializer = self.initializer if given.initializer is None else given.initializer
        new.regularizer = self.regularizer if given.regularizer is None else given.regularizer
        new.caching_device = self.caching_device if given.caching_device is None else given.caching_device
        new.partitioner = self.partitioner if given.partitioner is None else given.partitioner
        new.dtype = self.dtype if given.dtype is None else given.dtype
        new.use_resource = self.use_resource if given.use_resource is None else given.use_resource
        new.custom_getter = self.custom_getter
        if given.custom_getter is not None:
            new.custom_getter = given.custom_getter
            if self.custom_getter is not None:
                new.custom_getter = compose_getters(given.custom_getter, self.custom_getter)
        return new

    cdef bint is_slow(self):
        return self.custom_getter is not None or self.partitioner is not None


cdef Options make_options(initializer, regularizer, caching_device, partitioner, custom_getter, dtype, use_resource):
    """The given options; None where nothing was given at all."""
    cdef Options o
    if initializer is None and regularizer is None and caching_device is None and partitioner is None \
            and custom_getter is None and dtype is None and use_resource is None:
        return None
    o = Options.__new__(Options)
    o.initializer, o.regularizer, o.caching_device = initializer, regularizer, caching_device
    o.partitioner, o.custom_getter, o.use_resource = partitioner, custom_getter, use_resource
    o.dtype = None if dtype is None else as_dtype(dtype).base_dtype
    return o


cdef Options default_options = Options.__new__(Options)
default_options.dtype = float32


@cython.final
@cython.no_gc
@cython.freelist(64)
cdef class Counts:
    """A Tally as an object: it goes with the last frame that needs it."""

    cdef Tally tally

    def __dealloc__(self):
        tally_close(&self.tally)


@cython.final
cdef class Home:
    """A thread's root scope in one graph: what stays when no block is open."""

    cdef Frame scope
    cdef Counts counts


@cython.final
cdef class Call:
    """What few blocks have."""

    cdef Options given                    # arguments beyond name, default and reuse
    cdef object constraint
    cdef object origin                    # who knows the original_name_scope, if not `names`: a Frame, or a str
    cdef Frame again                      # stands in for an object that is entered once more
    cdef Store graph                      # of the first frame of a thread, task or graph's block: kept alive
    cdef Frame below                      # of a graph's block: where the graph is open already


cdef class Frame:
    """One `with` block.  A variable scope's frame is its VariableScope, too: one object for each `with`.

    All frames have the same fields, so that one shelf serves all of them.
    """

    cdef vectorcallfunc vectorcall        # how interpreter.h tells enter from exit
    # objects, in the order of Field
    cdef Names owner                      # the names and, through them, the graph
    cdef Frame scope                      # the frame whose variable scope is in force; None = this one
    cdef Frame names                      # the frame whose name opening is in force; None = this one
    cdef object environment               # what graph.py keeps per block: device, creators
    cdef Frame prev                       # the one below on the stack, or that it is being opened on
    cdef Counts counts                    # of what was opened inside; None = nothing yet
    cdef Options options                  # of its variable scope
    cdef Frame outer                      # the name opening that its own is inside of
    cdef object label                     # its opening as the user wrote it, "Tower" or "a/b"; None = the root
    cdef object full                      # the opening's whole name, once it was asked for from inside
    cdef object asked                     # the name, or what stands for it, that it was called with
    cdef Call call
    # the stack
    cdef PyObject *context                # the context it was entered in, compared and never followed
    cdef PyObject *next_to_go             # see drop_frame
    cdef int kind
    # from here to the end `empty` writes zeros
    cdef bint open, spent                 # entered now, or being entered; entered once, or tried
    cdef bint settled                     # so is every opening from here down
    cdef char entering                    # __enter__ was looked up: a call without arguments is `with`
    # its variable scope
    cdef uint32_t node
    cdef int sharing                      # REUSE_NO, REUSE_YES, REUSE_AUTO
    cdef bint slow                        # get_variable has more to do than look: a custom getter, a partitioner, ...
    # its name opening
    cdef uint64_t number                  # 0: the label as it is; n: label_n
    cdef uint32_t base                    # node of the label, lower case, inside outer's base
    cdef uint32_t place                   # node that names made inside hang from; TRIE_NONE until settled
    # how it was called
    cdef int asked_reuse
    cdef bint default                     # by a default name: `asked` is to be numbered
    cdef bint auxiliary                   # with a name scope; of a name_scope: with values, and it needs a name

    def __reduce__(self):
        raise errors.not_picklable(self)


# On the way that nearly every block goes, the objects of a frame are set and taken without Cython's counting, which
# counts the None in an empty field, too: 6 ns less for each `with`.

cdef enum Field:
    OWNER, SCOPE, NAMES, ENVIRONMENT, PREV, COUNTS, OPTIONS, OUTER, LABEL, FULL, ASKED, CALL


cdef inline PyObject **field_of(PyObject *frame, Field field) noexcept:
    return <PyObject **>(&(<Frame>frame).vectorcall + 1) + <int>field


cdef inline void fill(PyObject *frame, Field field, PyObject *value) noexcept:
    """Set a field that is None."""
    Py_INCREF(value)
    field_of(frame, field)[0] = value
    fs_decref_none()


cdef inline void clear(PyObject *frame, Field field) noexcept:
    """Set a field to None."""
    cdef PyObject *left = field_of(frame, field)[0]
    if left != <PyObject *>None:
        field_of(frame, field)[0] = <PyObject *>None
        fs_incref_none()
        Py_DECREF(left)


# ---- the shelf

cdef enum:
    SHELF = 64

cdef PyObject *shelf[SHELF]                # empty frames, to be used again; without the GIL, under a lock
cdef int shelved = 0
cdef destructor free_frame = NULL         # what Cython wrote to free a frame


cdef PyObject *take_frame(PyObject *cls) except NULL:
    """A new, empty frame of class `cls`."""
    global shelved
    if shelved == 0:
        return (<TypeSlots *>cls).tp_new(<PyTypeObject *>cls, <PyObject *>(), NULL)
    shelved -= 1
    Py_SET_TYPE(shelf[shelved], <PyTypeObject *>cls)
    return shelf[shelved]


cdef void drop_frame(PyObject *o) noexcept:
    """tp_dealloc of every frame.  A frame may be the last to hold another one, and that a third: a million of them are
    let go one after the other, not one inside the other."""
    cdef PyObject *chain = NULL
    put_away(o, &chain)
    while chain != NULL:
        o = chain
        chain = (<Frame>o).next_to_go
        if Py_REFCNT(o) == 1:                 # else somebody found it through the collector
            take_out(o, &chain)
        Py_DECREF(o)


cdef inline void put_away(PyObject *o, PyObject **chain) noexcept:
    """Free a frame, or put it on the shelf; the frames that it was the last to hold go on `chain`.

    On the shelf a frame stays known to the collector, and its fields stay None where they were: 25 ns less for each
    `with` than a free list that begins with zeros.  It is a bare Frame there, which nobody can enter.
    """
    global shelved
    if not fs_counts_tell or Py_TYPE(o) != <PyTypeObject *>variable_scope and Py_TYPE(o) != <PyTypeObject *>name_scope:
        take_out(o, chain)
        free_frame(o)
        return
    Py_SET_REFCNT(o, 1)                       # the shelf's
    Py_SET_TYPE(o, <PyTypeObject *>Frame)
    take_out(o, chain)
    empty(o)
    if shelved == SHELF or Py_REFCNT(o) != 1: # what the fields held is gone, and may have run anything
        Py_DECREF(o)
        return
    shelf[shelved] = o
    shelved += 1


cdef inline void take_out(PyObject *o, PyObject **chain) noexcept:
    """Empty the fields that hold frames.  Nothing runs meanwhile: those that nobody else holds go on `chain`."""
    cdef PyObject *call = <PyObject *>(<Frame>o).call
    cdef PyObject *asked = <PyObject *>(<Frame>o).asked
    move_out(o, SCOPE, chain)
    move_out(o, NAMES, chain)
    move_out(o, PREV, chain)
    move_out(o, OUTER, chain)
    if call != <PyObject *>None and Py_REFCNT(call) == 1:
        take_out_of_call(<Call>call, chain)
    if not PyUnicode_CheckExact(asked) and isinstance(<object>asked, Frame):
        move_out(o, ASKED, chain)


cdef inline void move_out(PyObject *o, Field field, PyObject **chain) noexcept:
    cdef PyObject *left = field_of(o, field)[0]
    if left != <PyObject *>None:
        field_of(o, field)[0] = <PyObject *>None
        fs_incref_none()
        let_go(left, chain)


cdef void take_out_of_call(Call call, PyObject **chain) noexcept:
    cdef PyObject *left[3]
    cdef int k
    left[0], left[1], left[2] = <PyObject *>call.origin, <PyObject *>call.again, <PyObject *>call.below
    for k in range(3):
        Py_INCREF(left[k])
    call.again = call.below = None
    if isinstance(call.origin, Frame):
        call.origin = None
    for k in range(3):
        if isinstance(<object>left[k], Frame):
            let_go(left[k], chain)
        else:
            Py_DECREF(left[k])


cdef inline void let_go(PyObject *frame, PyObject **chain) noexcept:
    """Give up a reference to a frame, on `chain` if it is the last one."""
    if Py_REFCNT(frame) == 1:
        (<Frame>frame).next_to_go = chain[0]
        chain[0] = frame
    else:
        Py_DECREF(frame)


cdef inline void empty(PyObject *o) noexcept:
    """Empty the fields that hold anything else."""
    clear(o, OWNER)
    clear(o, ENVIRONMENT)
    clear(o, COUNTS)
    clear(o, OPTIONS)
    clear(o, LABEL)
    clear(o, FULL)
    clear(o, ASKED)
    clear(o, CALL)
    memset(&(<Frame>o).open, 0, <char *>(&(<Frame>o).auxiliary + 1) - <char *>&(<Frame>o).open)


cdef inline Trie *trie_of(Frame frame):
    return &frame.owner.trie


cdef inline Store store_of(Frame frame):
    """The graph.  It lives as long as the frame is open: some frame below holds it."""
    return <Store>frame.owner.store


cdef inline Frame scope_of(Frame frame):
    """The frame whose variable scope is in force in `frame`."""
    return frame if frame.scope is None else frame.scope


cdef inline Frame opening(Frame frame):
    """The frame whose name opening is in force in `frame`."""
    return frame if frame.names is None else frame.names


cdef inline PyObject *scope_in(PyObject *frame) noexcept:
    """`scope_of`, borrowed."""
    return frame if <PyObject *>(<Frame>frame).scope == <PyObject *>None else <PyObject *>(<Frame>frame).scope


cdef inline PyObject *names_of(PyObject *frame) noexcept:
    """`opening`, borrowed."""
    return frame if <PyObject *>(<Frame>frame).names == <PyObject *>None else <PyObject *>(<Frame>frame).names


cdef Tally *tally_of(Frame frame) except NULL:
    """Where the frame counts, made if need be."""
    if frame.counts is None:
        frame.counts = Counts.__new__(Counts)
    return &frame.counts.tally


cdef Home home_of(Store store):
    """This thread's Home in `store`, made at the first question."""
    homes = store.homes                       # who resets the default graph meanwhile gives it others
    cdef Home home = getattr(homes, "home", None)
    if home is None:
        home = Home()
        home.counts = Counts.__new__(Counts)
        home.scope = VariableScope.__new__(VariableScope)
        home.scope.owner = store.names
        home.scope.node = home.scope.base = home.scope.place = TRIE_ROOT
        home.scope.options = default_options
        home.scope.slow = store.eager
        homes.home = home
    return home


cdef int begin_at_home(Frame frame, Store store) except -1:
    """Make `frame` the root of `store` in this thread."""
    cdef Home home = home_of(store)
    frame.owner = store.names
    # its scope stands for the root opening, too: scopes point to the opening around them, and who keeps a scope must
    # not keep the graph
    frame.scope = frame.names = home.scope
    frame.counts = home.counts
    frame.call = Call.__new__(Call)
    frame.call.graph = store
    return 0


# ---- the current frame

cdef object facts_missing = fs_check_facts()
cdef Store default_store = None           # the graph that threads start in
cdef object task_frame = ContextVar("fastscope.frame", default=None)
cdef str THREAD_KEY = "fastscope.cursor"  # in the thread's own dict


@cython.final
@cython.no_gc
cdef class Cursor:
    """Where a thread is.  It lies in the thread's own dict and goes with it."""

    cdef PyObject **now                   # where the thread's context is written
    cdef PyObject *context                # what the thread was in last, owned; None: look again
    cdef PyObject *base                   # the thread's own context, owned; NULL: it was in others only
    cdef Frame frame                      # the innermost one there; right behind `base`, see frame_of
    cdef Frame outside                    # the innermost one of `base`, while the thread is in another one
    cdef bint in_task                     # in another one: of a task, of Context.run, of a greenlet
    cdef PyObject *newer                  # the cursors of all threads are a list
    cdef PyObject *older

    def __cinit__(self):
        global newest_cursor
        self.now = fs_place()
        forget_frame(self)
        self.older = newest_cursor
        if newest_cursor != NULL:
            (<Cursor>newest_cursor).newer = <PyObject *>self
        newest_cursor = <PyObject *>self

    def __dealloc__(self):
        global newest_cursor
        if fs_cursor() == <PyObject *>self:
            fs_set_cursor(NULL)
        if self.older != NULL:
            (<Cursor>self.older).newer = self.newer
        if self.newer != NULL:
            (<Cursor>self.newer).older = self.older
        else:
            newest_cursor = self.older
        Py_XDECREF(self.context)
        Py_XDECREF(self.base)


cdef inline PyObject **frame_of(Cursor cursor) noexcept:
    """Where a cursor's frame is written, to be set without Cython's counting."""
    return &cursor.base + 1


cdef PyObject *newest_cursor = NULL        # of all threads; without the GIL, under a lock


cdef Cursor retired_cursor():
    """A cursor that keeps a graph alive that is no longer the default, or None."""
    cdef PyObject *at = newest_cursor
    while at != NULL:
        if is_retired((<Cursor>at).frame) or is_retired((<Cursor>at).outside):
            return <Cursor>at
        at = (<Cursor>at).older
    return None


cdef void forget_frame(Cursor cursor) noexcept:
    """Let the frame be looked for at the next question."""
    cdef PyObject *left = cursor.context
    left_frame = cursor.frame             # let go after the cursor is moved
    Py_INCREF(<PyObject *>None)
    cursor.context = <PyObject *>None
    cursor.frame = None
    Py_XDECREF(left)


# Objects that are made can set the garbage collector off, and objects that are let go their finalizers: both run any
# code, and other threads with it.  So what `here` says holds until something is made or let go, and no longer; what is
# used across such a moment is held, and whoever has to know looks again.  A str, a Counts and what trie.h allocates are
# nothing to the collector: making one of those runs nothing.

cdef inline PyObject *here() except NULL:
    """The cursor of this thread, on the frame that is the innermost one now; borrowed, as the frame on it, until
    something is made or let go."""
    cdef PyObject *cursor = fs_cursor()
    return cursor if is_here(cursor) else relocate()


cdef inline bint is_here(PyObject *cursor) noexcept:
    """Whether the thread's cursor, NULL if it has none yet, is on the context that the thread is in."""
    return cursor != NULL and (<Cursor>cursor).now[0] == (<Cursor>cursor).context


cdef inline PyObject *current() except NULL:
    """The innermost frame, borrowed like `here`."""
    return <PyObject *>(<Cursor>here()).frame


cdef Frame root_frame():
    """A new bottom frame of this thread."""
    cdef Frame frame = Frame.__new__(Frame)
    frame.kind = KIND_ROOT
    begin_at_home(frame, default_store)
    frame.open = True
    return frame


cdef Frame fork(Frame below):
    """The first frame of a context: it sees the scopes that were open where the context was made and counts for itself."""
    cdef Frame frame = Frame.__new__(Frame)
    frame.kind = KIND_JUMP
    frame.prev = below
    frame.owner, frame.scope, frame.environment = below.owner, scope_of(below), below.environment
    frame.names = opening(below)
    frame.call = Call.__new__(Call)
    frame.call.graph = store_of(below)        # the block that holds the graph may end before the task does
    frame.open = True
    return frame


cdef inline bint is_retired(Frame frame) noexcept:
    """Is it the bottom of a thread, of a default graph that was reset since?"""
    return frame is not None and frame.kind == KIND_ROOT and frame.call.graph.retired


cdef PyObject *relocate() except NULL:
    """`here`, where the thread is new or its context is another one."""
    cdef PyObject *cursor = cursor_of_thread()
    move_cursor(<Cursor>cursor)
    while (<Cursor>cursor).frame is None or is_retired((<Cursor>cursor).frame) \
            or fs_context() != (<Cursor>cursor).context:
        move_cursor(<Cursor>cursor)       # what it made or let go ran something
    return cursor


cdef PyObject *cursor_of_thread() except NULL:
    """This thread's Cursor, made at the first question; borrowed from the thread's dict."""
    cdef object cursor
    if fs_cursor() != NULL:
        return fs_cursor()
    thread_dict = <dict>PyThreadState_GetDict()
    cursor = thread_dict.get(THREAD_KEY)
    if cursor is None:
        fs_begin_thread(<PyObject *>task_frame)
        cursor = thread_dict[THREAD_KEY] = Cursor.__new__(Cursor)
    fs_set_cursor(<PyObject *>cursor)
    return <PyObject *>cursor


cdef int move_cursor(Cursor cursor) except -1:
    """Find the frame of the context that the thread is in now."""
    cdef PyObject *context = fs_context()
    cdef object held = None if context == NULL else <object>context
    cdef bint in_task = not is_base(cursor, context)
    cdef Frame frame = published() if in_task else None
    cdef bint found
    cdef object left
    if frame is not None and frame.context == context:
        while frame is not None and not frame.open:       # a block whose end could not be told to the context
            frame = frame.prev
    found = frame is not None and not is_retired(frame)
    if found and frame.context != context:
        found, frame = False, fork(frame)
    elif not found and in_task and fs_is_base_context(context):
        frame = root_frame()              # a greenlet's own context: it begins as a thread does
        frame.counts = None
    elif not found:
        frame = cursor.outside if cursor.in_task else cursor.frame
        found = frame is not None and not is_retired(frame)
        if not found:
            frame = root_frame()
        if in_task:
            found, frame = False, fork(frame)
    if not found:
        if fs_context() != context or cursor.context == context and cursor.frame is not None \
                and not is_retired(cursor.frame):
            return 0                      # making a frame ran something, which moved the cursor itself
        frame.context = context
    left = None if cursor.context == NULL else <object>cursor.context                 # let go when all is set
    left_frame, left_outside = cursor.frame, cursor.outside
    Py_XDECREF(cursor.context)
    Py_XINCREF(context)
    cursor.context = context
    if in_task and not cursor.in_task:
        cursor.outside = cursor.frame
    elif not in_task:
        cursor.outside = None
    cursor.frame, cursor.in_task = frame, in_task
    if in_task and not found:
        publish(cursor)
    return 0


cdef inline bint is_base(Cursor cursor, PyObject *context) except -1:
    """Is `context` the one that the thread runs in when nothing was entered?  Its frame is on the cursor alone; those of
    the others are in a ContextVar."""
    if cursor.base == NULL and context != NULL \
            and (fs_is_base_context(context) or fs_is_bottom_context(context) and published() is None):
        Py_INCREF(context)
        cursor.base = context
    return context == NULL or context == cursor.base


cdef Frame published():
    """The innermost frame as the context knows it."""
    cdef PyObject *value = NULL
    PyContextVar_Get(<PyObject *>task_frame, NULL, &value)
    frame = <object>value
    Py_DECREF(value)
    return <Frame>frame


cdef int publish(Cursor cursor) except -1:
    """Let the context, and the copies that are made of it from here on, know the innermost frame.

    Nothing runs meanwhile: CPython's ContextVar cannot bear to be set while it is being set (3.11 reads the map that
    the inner one has freed).  So the collector waits, and what the variable held before is let go at the end.
    """
    cdef PyObject *before = NULL
    cdef PyObject *token
    cdef int collects
    PyContextVar_Get(<PyObject *>task_frame, NULL, &before)
    collects = PyGC_Disable()
    token = PyContextVar_Set(<PyObject *>task_frame, <PyObject *>cursor.frame)
    if collects:
        PyGC_Enable()
    Py_XDECREF(token)
    Py_XDECREF(before)
    return -1 if token == NULL else 0


# ---- entering and leaving

ctypedef object (*opener)(Frame frame, Frame below, object given)


cdef object enter(Frame frame, opener open_on, object given):
    """Open `frame` on the innermost frame; the one way in, but for the two that run nothing.

    Args:
        open_on: fills `frame` in, for a place on `below`, and returns what `with` gives.  It may run anything; so when it
            is through, and the innermost frame is another one, it is asked once more, for a place on that.
        given: handed to it.
    """
    cdef Frame below
    cdef Store graph
    cdef int k
    frame.spent = frame.open = True
    try:
        for k in range(TRIES):
            below = <Frame>current()
            graph = store_of(below)           # held: who closes the block meanwhile may let it go
            empty_opening(frame)
            frame.prev, frame.owner, frame.environment = below, below.owner, below.environment
            result = open_on(frame, below, given)
            if push(frame):
                return result
        raise errors.never_at_rest()
    except:
        frame.open, frame.prev = False, None
        raise


cdef enum:
    TRIES = 100


cdef int empty_opening(Frame frame) except -1:
    """Undo what an opener did to a frame."""
    frame.scope, frame.names, frame.outer, frame.label, frame.full, frame.counts = None, None, None, None, None, None
    frame.number, frame.node, frame.base, frame.place = 0, TRIE_NONE, TRIE_NONE, TRIE_NONE
    return 0


cdef bint push(Frame frame) except -1:
    """`frame` becomes the innermost one, unless the one that it was opened on no longer is."""
    cdef PyObject *cursor = here()
    if <PyObject *>(<Cursor>cursor).frame != <PyObject *>frame.prev:
        return False
    clear(<PyObject *>frame, PREV)            # the cursor holds it: nothing runs
    link(<Cursor>cursor, <PyObject *>frame)
    return True


cdef inline int link(Cursor cursor, PyObject *frame) except -1:
    """A frame that was filled in for a place on the innermost one becomes that itself; nothing ran since `here`.

    The cursor's reference to the one below goes to the frame.
    """
    (<Frame>frame).open = (<Frame>frame).spent = True
    (<Frame>frame).context = cursor.context
    Py_INCREF(frame)
    field_of(frame, PREV)[0] = <PyObject *>cursor.frame
    fs_decref_none()
    frame_of(cursor)[0] = frame
    if cursor.in_task:
        publish_entered(cursor, <Frame>frame)
    return 0


cdef int publish_entered(Cursor cursor, Frame frame) except -1:
    try:
        publish(cursor)
    except:
        leave(frame, True)
        raise
    return 0


cdef Frame stand_in(Frame frame, Frame again):
    """A second `with` on one object enters a new one in its place, `again`: the first may still be held by what was
    opened inside it, by a copied context, by a scope that knows its name."""
    if frame.open or call_of(frame).again is not None and frame.call.again.open:
        raise errors.entered_twice()
    again.vectorcall, again.asked = frame.vectorcall, frame.asked
    again.asked_reuse, again.default, again.auxiliary = frame.asked_reuse, frame.default, frame.auxiliary
    frame.call.again = again
    return again


cdef inline bint leave_plainly(PyObject *frame) noexcept:
    """`leave` the innermost block where nothing but the block itself ends with it.  False: not so."""
    cdef PyObject *cursor = fs_cursor()
    cdef PyObject *below = <PyObject *>(<Frame>frame).prev
    if not is_here(cursor) or <PyObject *>(<Cursor>cursor).frame != frame or (<Cursor>cursor).in_task \
            or <PyObject *>(<Frame>frame).counts != <PyObject *>None or below == <PyObject *>None or is_retired(<Frame>below) \
            or trie_of(<Frame>frame).nodes[(<Frame>frame).node].flags & SCOPE_SLASHED:
        return False
    (<Frame>frame).open = False
    frame_of(<Cursor>cursor)[0] = below       # the reference that `link` gave to the frame comes back
    field_of(frame, PREV)[0] = <PyObject *>None
    fs_incref_none()
    Py_DECREF(frame)                          # the caller has one
    return True


cdef int leave(Frame frame, bint failing) except -1:
    """Exit."""
    cdef PyObject *cursor
    cdef Frame below
    if not frame.open:                    # it was closed before, by a block below it; or another one stood in for it
        if <PyObject *>frame.call == <PyObject *>None or frame.call.again is None or not frame.call.again.open:
            return 0
        frame = frame.call.again
    cursor = here()
    if <PyObject *>frame != <PyObject *>(<Cursor>cursor).frame:
        return leave_early(frame, failing)
    below = frame.prev
    close(<Cursor>cursor, frame)
    return go_back(<Cursor>cursor, below)


cdef inline int go_back(Cursor cursor, Frame below) except -1:
    """`below` becomes the innermost; nothing ran since `here`."""
    cursor.frame = below
    if is_retired(below):
        forget_frame(cursor)
    elif cursor.in_task:
        publish(cursor)
    return 0


cdef inline void close(Cursor cursor, Frame frame) noexcept:
    """What ends with a block, whoever ends it; runs nothing."""
    frame.open = False
    if frame.kind == KIND_SCOPE and trie_of(frame).nodes[frame.node].flags & SCOPE_SLASHED:
        forget_below(frame.prev, frame.node)
    if frame.counts is not None:
        frame.counts = None
    if not cursor.in_task:                # a task may outlive the block it was made in, and still needs the stack
        frame.prev = None


cdef int leave_early(Frame frame, bint failing) except -1:
    """Exit from below the innermost block.  Those left open above it, by a suspended generator say, are closed too,
    and unless an exception is on its way already, that is an error."""
    cdef list above = []                  # made before the stack is looked at
    cdef PyObject *cursor = here()
    cdef Frame at = (<Cursor>cursor).frame, below
    while at is not None and at is not frame:
        above.append(at)
        at = at.prev
    if at is None:
        return 0
    if frame.context != (<Cursor>cursor).context:
        return leave_in_copy(frame)
    below = frame.prev
    for at in above:
        close(<Cursor>cursor, at)
    close(<Cursor>cursor, frame)
    go_back(<Cursor>cursor, below)
    if not failing:
        few = [describe(at) for at in above[:FEW]]
        raise errors.improper_nesting(isinstance(frame, variable_scope), describe(frame), few, len(above) - len(few))
    return 0


cdef enum:
    FEW = 10                              # blocks that a message names


cdef int leave_in_copy(Frame frame) except -1:
    """Exit in a copy of the context that the block was entered in, and where it stays open.  What the copy opened inside
    is closed."""
    cdef Frame below = fork(frame.prev)   # made before the stack is looked at
    cdef PyObject *cursor = here()
    cdef Frame at = (<Cursor>cursor).frame
    below.context = (<Cursor>cursor).context
    while at is not None and at.context == below.context:
        close(<Cursor>cursor, at)
        at = at.prev
    return go_back(<Cursor>cursor, below)


cdef str describe(Frame frame):
    if frame.kind == KIND_GRAPH:
        return "Graph.as_default()"
    if frame.kind == KIND_SETTING:
        return "device() or a creator scope"
    if frame.kind == KIND_NAMES:
        return f"name_scope({frame.asked!r})"
    return f"variable_scope({path_of(frame.owner, frame.node)!r})"


# ---- counting openings, for default names

cdef bint is_below(const Trie *t, uint32_t node, uint32_t ancestor) noexcept:
    while node > ancestor:
        node = t.nodes[node].parent
        if node == ancestor:
            return True
    return False


cdef inline bint counts_here(PyObject *frame) noexcept:
    """Whether a frame counts what is opened in it."""
    return (<Frame>frame).kind != KIND_NAMES and (<Frame>frame).kind < KIND_SETTING


cdef inline PyObject *counting(PyObject *frame) noexcept:
    """The frame that counts what is opened in `frame`: name scopes, settings and the root leave it to the one below."""
    cdef PyObject *below
    while True:
        below = <PyObject *>(<Frame>frame).prev
        if (<Frame>frame).kind == KIND_GRAPH:
            below = <PyObject *>(<Frame>frame).call.below
        elif counts_here(frame):
            return frame
        if below == <PyObject *>None:         # or it was closed, and a task that began in it is still there
            return frame
        frame = below


cdef inline PyObject *counting_below(PyObject *frame) noexcept:
    """The next one down the stack in the same graph, or NULL."""
    if (<Frame>frame).kind == KIND_ROOT or (<Frame>frame).kind == KIND_GRAPH \
            or <PyObject *>(<Frame>frame).prev == <PyObject *>None:
        return NULL
    return counting(<PyObject *>(<Frame>frame).prev)


cdef void forget_below(Frame frame, uint32_t node) noexcept:
    """A scope closed: the openings of its sub-scopes by slashed names were counted outside of it, and go too."""
    cdef PyObject *at = counting(<PyObject *>frame)
    cdef Tally *tally
    cdef uint32_t k
    while at != NULL:
        if <PyObject *>(<Frame>at).counts != <PyObject *>None:
            tally = &(<Frame>at).counts.tally
            for k in range(tally.room):
                if tally.entries[k].key and tally_what(tally.entries[k]) != TALLY_CLAIMED \
                        and is_below(trie_of(<Frame>at), tally_node(tally.entries[k]), node):
                    tally.entries[k].count = 0
        at = NULL if (<Frame>at).kind == KIND_JUMP else counting_below(at)


cdef int count_opening(Frame frame, uint32_t node) except -1:
    """`node` is being opened in `frame`.  The count belongs to the innermost scope whose end will take it back."""
    cdef uint32_t *count
    cdef Trie *t = trie_of(frame)
    cdef uint32_t above = t.nodes[node].parent, scope
    cdef PyObject *at = counting(<PyObject *>frame)
    while (<Frame>at).kind == KIND_SCOPE and <PyObject *>(<Frame>at).prev != <PyObject *>None \
            and not is_below(t, node, (<Frame>at).node):
        at = counting(<PyObject *>(<Frame>at).prev)
    count = tally_count(tally_of(<Frame>at), node, TALLY_OPENED)
    if count[0] < <uint32_t>0xFFFFFFFF:
        count[0] += 1
    scope = scope_of(<Frame>at).node
    while above > TRIE_ROOT and above != scope:
        t.nodes[above].flags |= SCOPE_SLASHED
        above = t.nodes[above].parent
    return 0


cdef uint32_t counted(PyObject *frame, uint32_t node, uint32_t what) noexcept:
    """The largest count of `what` for `node` in a counting frame and those below it."""
    cdef uint32_t *count
    cdef uint32_t largest = 0
    while frame != NULL:
        if <PyObject *>(<Frame>frame).counts != <PyObject *>None:
            count = tally_look(&(<Frame>frame).counts.tally, node, what)
            if count != NULL and count[0] > largest:
                largest = count[0]
        frame = counting_below(frame)
    return largest


cdef bint was_opened(PyObject *frame, const Trie *t, uint32_t node) except -1:
    """By its name, or because it was handed out as a default name: those are not counted one by one."""
    cdef uint64_t number
    if counted(frame, node, TALLY_OPENED):
        return True
    base = numbered_base(t, node, &number)
    return base != TRIE_NONE and counted(frame, base, TALLY_NEXT) >= number


cdef uint32_t default_child(Frame frame, uint32_t base) except 0:
    """The node of the first of x, x_1, ... beside the x of `base` that was not opened in `frame` yet.  A number counts
    as opened from here on; x itself does once count_opening is told."""
    cdef Trie *t = trie_of(frame)
    cdef Frame at = <Frame>counting(<PyObject *>frame)
    cdef uint32_t *handed = tally_look(tally_of(at), base, TALLY_NEXT)
    cdef uint32_t number = 0 if handed == NULL else handed[0], node
    if number == 0:                           # else it was opened, and this frame counts alone while it is on top
        if not was_opened(<PyObject *>at, t, base):
            return base
        number = counted(<PyObject *>at, base, TALLY_NEXT)
    while True:
        number += 1
        tally_count(tally_of(at), base, TALLY_NEXT)[0] = number
        node = numbered_child(t, tally_of(at), base, number)
        if not counted(<PyObject *>at, node, TALLY_OPENED):
            return node


cdef uint32_t numbered_child(Trie *t, Tally *tally, uint32_t base, uint32_t number) except 0:
    """The node "base_number" beside `base`, made if need be."""
    cdef uint32_t node = tally.handed + tally.stride
    if node >= t.node_count or t.nodes[node].parent != t.nodes[base].parent \
            or not trie_is_numbered(t.nodes[node].part, t.nodes[base].part, number):
        part = trie_numbered(t.nodes[base].part, number)
        node = trie_child(t, t.nodes[base].parent, <PyObject *>part)
    tally.stride = node - tally.handed
    tally.handed = node
    return node


# ---- name openings

cdef str stack_name(Frame o, bint slash):
    """Name of an opening, with a slash at its end if asked for; '' for the root."""
    cdef PyObject *outer = NULL
    if o.label is None:
        return ""
    if o.outer is not None and o.outer.label is not None:
        outer = <PyObject *>o.outer.full
        if outer == <PyObject *>None:
            outer = full_name(o.outer)
    elif o.number == 0 and not slash:
        return o.label
    return trie_join(outer, <PyObject *>o.label, o.number, slash)


cdef inline PyObject *opening_name(PyObject *o) except NULL:
    """`stack_name` of a plain opening in one whose name is known, with a slash at its end; a new reference."""
    cdef PyObject *outer = <PyObject *>(<Frame>o).outer
    outer = NULL if <PyObject *>(<Frame>outer).label == <PyObject *>None else <PyObject *>(<Frame>outer).full
    return trie_joined(outer, <PyObject *>(<Frame>o).label, (<Frame>o).number, True)


cdef inline bint is_name_known(PyObject *o) noexcept:
    """Whether full_name was asked for before, so that it makes nothing now."""
    return <PyObject *>(<Frame>o).full != <PyObject *>None or <PyObject *>(<Frame>o).label == <PyObject *>None


cdef PyObject *full_name(Frame o) except NULL:
    """stack_name(o, False), kept on the opening and borrowed from it: names made inside begin with it."""
    cdef Frame at = o
    if <PyObject *>o.full == <PyObject *>None:
        parts = []
        while at is not None and at.label is not None:
            parts.append(own_name(at) if at.full is None else at.full)
            at = at.outer if at.full is None else None
        o.full = "/".join(reversed(parts))
    return <PyObject *>o.full


cdef str own_name(Frame o):
    """The label and the number of an opening, "rnn_1"."""
    return <str>o.label if o.number == 0 else trie_numbered(<PyObject *>o.label, o.number)


cdef uint32_t settle(Frame o, Trie *t) except 0:
    """The node that names made inside the opening hang from.  Until somebody asks, an opening is only a number."""
    cdef Frame at = o
    if o.place == TRIE_NONE:
        unsettled = []
        while at.place == TRIE_NONE:
            unsettled.append(at)
            at = at.outer
        for at in reversed(unsettled):
            settle_in(at, at.outer.place, t)
    return o.place


cdef int settle_in(Frame o, uint32_t outer, Trie *t) except -1:
    """`settle`, where the opening around hangs from `outer`."""
    cdef uint32_t place = add_path(t, outer, lower_case(own_name(o))), inner, k
    cdef Tally *inside
    if o.place != TRIE_NONE:                  # nothing runs from here on
        return 0
    if not t.nodes[place].used:
        note_by_hand(t, place)
        t.nodes[place].used = 1
    if o.counts is not None:                  # what was claimed inside: names without a slash, below `base`
        inside = &o.counts.tally
        for k in range(inside.room):
            if tally_what(inside.entries[k]) == TALLY_CLAIMED and inside.entries[k].count:
                trie_child(t, place, t.nodes[tally_node(inside.entries[k])].part)
        for k in range(inside.room):
            if tally_what(inside.entries[k]) == TALLY_CLAIMED and inside.entries[k].count:
                inner = trie_find(t, place, t.nodes[tally_node(inside.entries[k])].part)
                t.nodes[inner].used = max(t.nodes[inner].used, <uint64_t>inside.entries[k].count)
                inside.entries[k].count = 0
    o.place = place
    return 0


cdef int check_scope_name(str name, Frame outer, uint32_t flags, bint of_variable=False) except -1:
    if not flags & PART_CHARS or (outer.label is None and not flags & PART_HEAD):
        raise errors.bad_scope_name(name, outer.label is None, of_variable)
    return 0


cdef int open_names(Frame o, Frame outer, str name, uint32_t known) except -1:
    """Make `o` the opening of `name` inside `outer`.

    Args:
        known: a node whose part is `name`, whose characters were looked at when it was made; or TRIE_NONE.
    """
    cdef Trie *t = trie_of(o)
    cdef uint32_t flags
    if known == TRIE_NONE and outer.place != TRIE_NONE:
        known = trie_find(t, outer.place, <PyObject *>name)
    if known != TRIE_NONE and t.nodes[known].flags & PART_ALIAS:
        known = TRIE_NONE
    flags = trie_part_flags(<PyObject *>name) if known == TRIE_NONE else t.nodes[known].flags
    cdef uint32_t key, taken
    cdef uint64_t split
    cdef uint32_t *claimed
    check_scope_name(name, outer, flags)
    o.outer, o.label = outer, name
    if outer.place == TRIE_NONE:
        if flags & PATH_LOWER and not trie_has_slash(<PyObject *>name) \
                and trie_split_number(<PyObject *>name, &split) < 0:
            key = trie_child(t, outer.base, <PyObject *>name)
            if not t.nodes[key].flags & NAME_NUMBERED:
                claimed = tally_count(tally_of(outer), key, TALLY_CLAIMED)
                o.base, o.number = key, claimed[0]
                claimed[0] += 1
                return 0
        settle(outer, t)
    if known != TRIE_NONE and flags & PATH_LOWER and t.nodes[known].parent == outer.place:
        key = known
    elif flags & PATH_LOWER:
        key = add_path(t, outer.place, name)
    else:
        key = add_path(t, outer.place, name.lower())
    o.base, o.number = key, claim(t, key)
    if o.number == 0:
        o.place = key
    elif t.nodes[key].flags & NAME_NUMBERED:
        taken = numbered_sibling(t, key, o.number)
        if taken != TRIE_NONE:
            o.place = taken
            if not t.nodes[taken].used:
                t.nodes[taken].used = 1
    return 0


cdef inline bint number_known(PyObject *o, PyObject *outer, uint32_t key) noexcept:
    """Give `o` the number that the plain lower-case name of `key`, opened in `outer` before, has there now: where nobody
    took a number of it by hand, it is a counter.  False: not so.

    Args:
        key: the node of the name in `outer`'s place, or in its base where it is not settled; or TRIE_NONE.
    """
    cdef Trie *t = &(<Frame>outer).owner.trie
    cdef uint32_t flags = t.nodes[key].flags
    cdef uint32_t *claimed
    if flags & (PART_ALIAS | PART_CHARS | PATH_LOWER | NAME_NUMBERED) != (PART_CHARS | PATH_LOWER) \
            or not flags & PART_HEAD and <PyObject *>(<Frame>outer).label == <PyObject *>None:
        return False
    if (<Frame>outer).place != TRIE_NONE:
        if t.nodes[key].used == 0:
            return False
        (<Frame>o).number = t.nodes[key].used
        t.nodes[key].used += 1
    else:                                     # the opening around is not settled: its own counts number this one
        if <PyObject *>(<Frame>outer).counts == <PyObject *>None:
            return False
        claimed = tally_look(&(<Frame>outer).counts.tally, key, TALLY_CLAIMED)
        if claimed == NULL or claimed[0] == 0:
            return False
        (<Frame>o).number = claimed[0]
        claimed[0] += 1
    (<Frame>o).base = key
    return True


cdef inline uint32_t place_of(PyObject *opening) noexcept:
    """Where the names inside an opening hang from, or would if it were number 0."""
    return (<Frame>opening).place if (<Frame>opening).place != TRIE_NONE else (<Frame>opening).base


cdef int settle_stack(Frame frame) except -1:
    """Before a name is claimed from the root: what is only counted so far must be there to be seen."""
    cdef Frame at = frame, names
    while at is not None and not at.settled and at.owner is frame.owner:
        names = opening(at)
        if names.place == TRIE_NONE:
            settle(names, trie_of(frame))
        at = at.prev
    frame.settled = True
    return 0


cdef int open_absolute(Frame o, Frame below, str path) except -1:
    """Make `o` an opening of exactly `path`, from the root."""
    cdef Trie *t = trie_of(o)
    settle_stack(below)
    if path == "":
        o.base = o.place = TRIE_ROOT
        return 0
    o.label = path
    o.base = o.place = add_path(t, TRIE_ROOT, path.lower())
    return 0
