# Paths and the name table.  Under the GIL what claims a name is atomic: nothing that it makes is more than a str.  What
# takes a path apart makes lists, which can set the collector off, and so run anything: see frames.pxi, at `here`.

cdef frozenset SUB_OPS = frozenset(("assign", "read", "initial_value", "initializer"))


cdef str path_of(Names names, uint32_t node):
    """The full name of `node`; '' for the root."""
    cdef list parts = []
    cdef Trie *t = &names.trie
    while node > TRIE_ROOT:
        parts.append(<object>t.nodes[node].part)
        node = t.nodes[node].parent
    parts.reverse()
    return "/".join(parts)


cdef uint32_t find_path(const Trie *t, uint32_t node, str path) except? 0xFFFFFFFF:
    """The node of `path` below `node`, or TRIE_NONE."""
    if not trie_has_slash(<PyObject *>path):
        return trie_find(t, node, <PyObject *>path)
    for part in path.split("/"):
        node = trie_find(t, node, <PyObject *>part)
        if node == TRIE_NONE:
            break
    return node


cdef uint32_t add_path(Trie *t, uint32_t node, str path) except 0:
    """The node of `path` below `node`, made if need be."""
    if not trie_has_slash(<PyObject *>path):
        return trie_child(t, node, <PyObject *>path)
    for part in path.split("/"):
        node = trie_child(t, node, <PyObject *>part)
    return node


cdef str lower_case(str name):
    """`name.lower()`, and the very same str where that is equal: a look-up finds its own str at the first comparison."""
    cdef str lower = name.lower()
    return name if lower == name else lower


cdef uint32_t key_of(Trie *t, uint32_t node) except 0:
    """The node that stands for `node`'s name in the name table: the same path in lower case."""
    cdef list parts
    if t.nodes[node].flags & PATH_LOWER:
        return node
    parts = []
    while not t.nodes[node].flags & PATH_LOWER:
        parts.append((<str>t.nodes[node].part).lower())
        node = t.nodes[node].parent
    for part in reversed(parts):
        node = trie_child(t, node, <PyObject *>part)
    return node


cdef uint32_t numbered_base(const Trie *t, uint32_t key, uint64_t *number) except? 0xFFFFFFFF:
    """For "x_3": the node "x" beside it (TRIE_NONE if there is none) and the 3."""
    cdef Py_ssize_t length
    if not t.nodes[key].flags & PART_NUMBER:
        return TRIE_NONE
    length = trie_split_number(t.nodes[key].part, number)
    base = (<str>t.nodes[key].part)[:length]
    return trie_find(t, t.nodes[key].parent, <PyObject *>base)


cdef uint64_t times_used(const Trie *t, uint32_t key) except? 0xFFFFFFFFFFFFFFFF:
    """How often the name was claimed; see the invariant in the essay."""
    cdef uint64_t number
    cdef uint32_t base
    if t.nodes[key].used:
        return t.nodes[key].used
    if t.nodes[t.nodes[key].parent].flags & NAME_VARIABLE and <str>t.nodes[key].part in SUB_OPS:
        return 1
    base = numbered_base(t, key, &number)
    return 1 if base != TRIE_NONE and t.nodes[base].used > number else 0


cdef int note_by_hand(Trie *t, uint32_t key) except -1:
    """`key` was claimed as it stands: tell the bases of the numbers in its path that they no longer count alone."""
    cdef uint64_t number
    cdef uint32_t base
    cdef Py_ssize_t length
    while key != TRIE_ROOT:
        if t.nodes[key].flags & PART_NUMBER:
            length = trie_split_number(t.nodes[key].part, &number)
            part = (<str>t.nodes[key].part)[:length]
            base = trie_child(t, t.nodes[key].parent, <PyObject *>part)
            t.nodes[base].flags |= NAME_NUMBERED
        key = t.nodes[key].parent
        if t.nodes[key].flags & NAME_NOTED:
            break
        t.nodes[key].flags |= NAME_NOTED
    return 0


cdef uint32_t numbered_sibling(const Trie *t, uint32_t key, uint64_t number) except? 0xFFFFFFFF:
    part = trie_numbered(t.nodes[key].part, number)
    return trie_find(t, t.nodes[key].parent, <PyObject *>part)


cdef uint64_t next_number(const Trie *t, uint32_t key, uint64_t number) except? 0xFFFFFFFFFFFFFFFF:
    """The number that claiming `key` now gives, where it was claimed `number` times; 0 = the name as it is."""
    cdef uint32_t taken
    if number and t.nodes[key].flags & NAME_NUMBERED:
        taken = numbered_sibling(t, key, number)
        while taken != TRIE_NONE and times_used(t, taken):
            number += 1
            taken = numbered_sibling(t, key, number)
    return number


cdef inline bint is_plainly_free(const Trie *t, uint32_t key) noexcept:
    """Whether nobody claimed the name of `key`, for which one look suffices where it is no number and no operation of a
    variable; and nothing has to be noted when it is claimed."""
    cdef uint32_t above = t.nodes[key].parent
    return t.nodes[key].used == 0 and not t.nodes[key].flags & PART_NUMBER \
        and (above == TRIE_ROOT or t.nodes[above].flags & (NAME_VARIABLE | NAME_NOTED) == NAME_NOTED)


cdef uint64_t claim(Trie *t, uint32_t key) except? 0xFFFFFFFFFFFFFFFF:
    """Take the name of `key`, or the first free number of it.  Returns the number, 0 = the name as it is."""
    cdef uint64_t count = t.nodes[key].used, number
    cdef uint32_t sibling
    if count and not t.nodes[key].flags & NAME_NUMBERED:
        t.nodes[key].used += 1
        return count
    if is_plainly_free(t, key):
        t.nodes[key].used = 1
        return 0
    count = times_used(t, key)
    number = next_number(t, key, count)
    if count == 0:
        note_by_hand(t, key)
    elif number != count:
        part = trie_numbered(t.nodes[key].part, number)
        sibling = trie_child(t, t.nodes[key].parent, <PyObject *>part)
        t.nodes[sibling].used = 1
    t.nodes[key].used = count + 1
    return number


cdef uint32_t claim_variable(Trie *t, uint32_t node, uint32_t key) except 0:
    """Take the name of `node`, whose key is `key`, for a variable.  Returns the node of the name it got."""
    cdef uint64_t number = claim(t, key)
    if number:
        part = trie_numbered(t.nodes[key].part, number)
        key = trie_child(t, t.nodes[key].parent, <PyObject *>part)
        if not t.nodes[key].used:
            t.nodes[key].used = 1
        part = trie_numbered(t.nodes[node].part, number)
        node = trie_child(t, t.nodes[node].parent, <PyObject *>part)
    t.nodes[key].flags |= NAME_VARIABLE
    return node


cdef uint32_t claim_exactly(Names names, uint32_t node, uint32_t key) except 0:
    """Take `node`'s name as it stands for a variable: it may be that of a name scope, and of no other variable."""
    cdef Trie *t = &names.trie
    if t.nodes[key].flags & NAME_VARIABLE:
        raise errors.duplicate_name(path_of(names, node))
    if times_used(t, key) == 0:
        claim(t, key)
    elif t.nodes[key].used == 0:
        t.nodes[key].used = 1
    t.nodes[key].flags |= NAME_VARIABLE
    return node


@cython.final
@cython.no_gc
cdef class Names:
    """The trie of one graph.  Variables and scopes hold it, not the graph: so a dropped graph goes at once, and what
    outlives it still knows its name.

    Attributes:
        seed: the graph's random seed, or None.
        entropy: drawn once for each graph; takes the seed's place where several draws must be parts of one.
        owner: a weak reference to the graph.
    """

    cdef Trie trie
    cdef PyObject *store                   # the Store, while it lives; borrowed
    cdef public object seed, entropy, owner

    def __cinit__(self):
        trie_open(&self.trie)

    def __dealloc__(self):
        trie_close(&self.trie)
