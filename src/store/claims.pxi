# Taking names back: what was claimed since some moment, or below some scope, is free again.  Nothing of this is fast.

@cython.final
@cython.no_gc
cdef class Claims:
    """What was claimed in a graph at some moment, and opened in the scope that was open then."""

    cdef Names names
    cdef uint64_t *used              # of each node
    cdef uint32_t node_count
    cdef dict counts                 # (node, what) -> count

    def __dealloc__(self):
        PyMem_RawFree(self.used)


cdef Tally *counting_tally(Store store) except NULL:
    """Where what is opened now is counted: in the scope that is open, or in the root as this thread or task has it."""
    cdef PyObject *frame = current()
    if <PyObject *>(<Frame>frame).owner == <PyObject *>store.names:
        return tally_of(<Frame>counting(frame))
    return &home_of(store).counts.tally


cdef dict counts_of(Store store):
    cdef Tally *tally = counting_tally(store)
    cdef uint32_t k
    return {(tally_node(tally.entries[k]), tally_what(tally.entries[k])): tally.entries[k].count
            for k in range(tally.room) if tally.entries[k].key and tally.entries[k].count}


cdef Claims claims_of(Store store, bint any):
    cdef Claims claims = Claims()
    cdef Trie *t = store.trie
    cdef uint32_t k
    claims.names, claims.counts = store.names, {}
    if not any:
        return claims
    claims.counts = counts_of(store)
    claims.used = <uint64_t *>PyMem_RawRealloc(NULL, <size_t>t.node_count * sizeof(uint64_t))
    if claims.used == NULL:
        raise MemoryError
    claims.node_count = t.node_count
    for k in range(t.node_count):
        claims.used[k] = t.nodes[k].used
    return claims


cdef uint64_t used_then(Claims claims, uint32_t node) noexcept:
    return claims.used[node] if node < claims.node_count else 0


cdef list names_since(Names names, Claims before):
    """Full names in lower case that were claimed since `before`."""
    cdef Trie *t = &names.trie
    cdef uint32_t k = TRIE_ROOT + 1, sibling
    cdef uint64_t number
    cdef dict found = {}
    while k < t.node_count:
        if t.nodes[k].used > used_then(before, k):
            path = path_of(names, k)
            for number in range(used_then(before, k), t.nodes[k].used):
                if number:
                    sibling = numbered_sibling(t, k, number)
                    if sibling != TRIE_NONE and used_then(before, sibling):
                        continue             # somebody took that number by hand, and the count went past it
                found[path if number == 0 else trie_numbered(<PyObject *>path, number)] = None
        k += 1
    return list(found)


cdef list openings_since(Store store, Claims before):
    """[(node, times)] of the variable scopes that were opened since `before`; default names count once."""
    cdef dict now = counts_of(store)
    cdef Tally *tally
    cdef uint32_t node, what, number
    cdef list found = []
    for (node, what), count in now.items():
        then = before.counts.get((node, what), 0)
        if what == TALLY_OPENED and count > then:
            found.append((node, count - then))
        elif what == TALLY_NEXT:
            for number in range(<uint32_t>then + 1, <uint32_t>count + 1):
                tally = counting_tally(store)
                found.append((numbered_child(store.trie, tally, node, number), 1))
    return found


cdef int take_by_hand(Trie *t, uint32_t key, uint64_t first, uint64_t end) except -1:
    """Numbers of `key` that only its count stood for stand for themselves from now on."""
    cdef uint32_t sibling
    cdef uint64_t number
    for number in range(first, end):
        part = trie_numbered(t.nodes[key].part, number)
        sibling = trie_child(t, t.nodes[key].parent, <PyObject *>part)
        note_by_hand(t, sibling)
        if not t.nodes[sibling].used:
            t.nodes[sibling].used = 1
    return 0


cdef int give_back(Trie *t, str name) except -1:
    """Let nobody have claimed `name`, a full name in lower case.  What is numbered after it stays taken."""
    cdef uint32_t parent = TRIE_ROOT, base = TRIE_NONE, key
    cdef uint64_t number = 0, count
    cdef Py_ssize_t length
    head, slash, part = name.rpartition("/")
    if slash:
        parent = find_path(t, TRIE_ROOT, head)
    if parent == TRIE_NONE:
        return 0
    length = trie_split_number(<PyObject *>part, &number)
    if length >= 0:
        stem = part[:length]
        base = trie_find(t, parent, <PyObject *>stem)
    if base != TRIE_NONE and t.nodes[base].used > number:
        count = t.nodes[base].used
        t.nodes[base].used = number
        take_by_hand(t, base, number + 1, count)
    key = trie_find(t, parent, <PyObject *>part)
    if key != TRIE_NONE and not t.nodes[key].flags & PART_ALIAS:
        count = t.nodes[key].used
        t.nodes[key].used = 0
        t.nodes[key].flags &= ~<uint32_t>NAME_VARIABLE
        take_by_hand(t, key, 1, count)
    return 0


cdef int count_apart(Trie *t, Tally *tally, uint32_t base, uint32_t first) except -1:
    """The default names of `base` from number `first` on were opened, each by itself, and not as numbers handed out."""
    cdef uint32_t *handed = tally_look(tally, base, TALLY_NEXT)
    cdef uint32_t last = 0 if handed == NULL else handed[0], number, node
    if last >= first:
        handed[0] = first - 1
    for number in range(first, last + 1):
        node = numbered_child(t, tally, base, number)
        tally_count(tally, node, TALLY_OPENED)[0] += 1
    return 0


cdef int close_again(Frame frame, uint32_t node, uint32_t times) except -1:
    """Let `node`, a variable scope, have been opened so many times fewer in the scopes that are open."""
    cdef Trie *t = trie_of(frame)
    cdef uint32_t *count
    cdef uint64_t number = 0
    cdef uint32_t base = numbered_base(t, node, &number)
    cdef PyObject *below
    cdef Frame at = <Frame>counting(<PyObject *>frame)
    while at is not None:
        if base != TRIE_NONE:
            count_apart(t, tally_of(at), base, <uint32_t>number)
        count_apart(t, tally_of(at), node, 1)
        count = tally_look(tally_of(at), node, TALLY_OPENED)
        if count != NULL:
            count[0] -= min(count[0], times)
        below = counting_below(<PyObject *>at)
        at = None if below == NULL else <Frame>below
    return 0
