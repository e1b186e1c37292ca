/* trie.h: names as nodes, found through one hash table.  Included by _store.pyx alone.

   A node is (parent, part): "rnn/cell/kernel" is three nodes, and no full path is stored anywhere.  All nodes of a
   graph lie in one array; one open-addressing table of 4-byte slots finds the child of a node by its part.

       slots                     nodes
       [ . ][ 3 ][ . ][ 2 ]      0  -                      no node
                                 1  ""                     the root
                                 2  (1, "rnn")
                                 3  (2, "w")   -> Variable

   A slot holds the node's number in its low bits and, in those that no number needs yet, the hash's own high bits: who
   looks for something else passes it by without a look at the node, which is seldom in the cache.

   Equal parts are one str object (`intern` below), so that nearly every comparison is a comparison of pointers.
   Not Python's own intern table: CPython 3.12 keeps what is in there for ever.

   Nothing here runs Python code while the structure is half changed, so under the GIL every function is atomic;
   without it each trie would need a lock, taken by all that looks a name up or claims one. */
#ifndef FASTSCOPE_TRIE_H
#define FASTSCOPE_TRIE_H

#include <Python.h>
#include <stdint.h>
#include <string.h>

#include "interpreter.h"

enum { TRIE_NONE = 0, TRIE_ROOT = 1 };

enum {                 /* Node.flags */
  PART_CHARS = 1,      /* every character of the part may stand in a name                     [A-Za-z0-9_.\\/>-] */
  PART_HEAD = 2,       /* and its first character may begin a name at the root                [A-Za-z0-9.] */
  PATH_VALID = 4,      /* the whole path is a valid name at the root */
  PATH_LOWER = 8,      /* the whole path is lower case: the node is its own key in the name table */
  NAME_NUMBERED = 16,  /* this name with a number, "x_3", was claimed by hand, or something inside "x_3" was */
  NAME_NOTED = 32,     /* something inside was claimed: the NAME_NUMBERED above it are all set */
  NAME_VARIABLE = 64,  /* the name of a variable: "w/Assign", "w/read" and its initial value are taken with it */
  SCOPE_SLASHED = 128, /* a scope below this one was opened by a path with a slash */
  PART_NUMBER = 512,   /* the part ends in a number, "x_3" */
  PART_ALIAS = 256,    /* no path of its own: a name with slashes that resolved to `var` from `parent` */
};

typedef struct {
  PyObject *part;      /* owned str */
  PyObject *var;       /* the Variable of this full name, owned by the graph that owns the trie; or NULL */
  uint64_t used;       /* name table: how often this name was asked for; 0 = free */
  uint32_t parent;
  uint32_t flags;
} Node;

typedef struct {
  Node *nodes;
  uint32_t *slots;     /* (parent, part) -> node, and the hash's bits above slot_mask */
  uint32_t *parts;     /* part -> a node that holds it, and the same bits; only parts that Python has not interned itself */
  uint32_t node_count, node_room;
  uint32_t slot_mask, part_mask, part_count;
  uint32_t aliases;
} Trie;

static inline uint32_t trie_mix(Py_hash_t hash, uint32_t parent) {
  uint64_t x = (uint64_t)hash ^ ((uint64_t)parent * 0x9E3779B97F4A7C15ull);
  x ^= x >> 32;
  x *= 0xD6E8FEB86659FD93ull;
  return (uint32_t)(x >> 32);
}

/* A str caches its hash in its header; -1 is "not yet".  Hashing a str runs no Python code and cannot fail. */
static inline Py_hash_t trie_hash(PyObject *part) {
  Py_hash_t hash = ((PyASCIIObject *)part)->hash;
  return hash != -1 ? hash : PyObject_Hash(part);
}

static inline int trie_same(PyObject *a, PyObject *b) {
  if (a == b) return 1;
  if (trie_hash(a) != trie_hash(b)) return 0;
  Py_ssize_t length = PyUnicode_GET_LENGTH(a);
  return length == PyUnicode_GET_LENGTH(b) && PyUnicode_KIND(a) == PyUnicode_KIND(b) &&
         memcmp(PyUnicode_DATA(a), PyUnicode_DATA(b), (size_t)length * (size_t)PyUnicode_KIND(a)) == 0;
}

/* The child of `parent` called `part`, or TRIE_NONE.  `probes`, if given, counts the slots looked at. */
static uint32_t trie_probe(const Trie *t, uint32_t parent, PyObject *part, uint32_t *probes) {
  uint32_t mask = t->slot_mask, hash = trie_mix(trie_hash(part), parent);
  for (uint32_t i = hash & mask;; i = (i + 1) & mask) {
    uint32_t slot = t->slots[i];
    if (probes) ++*probes;
    if (!slot) return TRIE_NONE;
    if ((slot ^ hash) & ~mask) continue;
    const Node *node = &t->nodes[slot & mask];
    if (node->parent == parent && trie_same(node->part, part)) return slot & mask;
  }
}

/* The same.  Nearly always the first slot has it, under the very str that is asked for: that is tried without a call, which
   is a third of the way for who looks a variable up. */
static FS_INLINE uint32_t trie_find(const Trie *t, uint32_t parent, PyObject *part) {
  uint32_t mask = t->slot_mask, hash = trie_mix(((PyASCIIObject *)part)->hash, parent), slot = t->slots[hash & mask];
  const Node *node = &t->nodes[slot & mask];
  if (!((slot ^ hash) & ~mask) && node->part == part && node->parent == parent) return slot & mask;
  return trie_probe(t, parent, part, NULL);
}

static void trie_put(uint32_t *slots, uint32_t mask, uint32_t hash, uint32_t slot) {
  uint32_t i = hash & mask;
  while (slots[i]) i = (i + 1) & mask;
  slots[i] = slot;
}

/* Room that is small grows faster: a tenth less for each new name, where there are a few thousand. */
enum { TRIE_SMALL = 1 << 12 };

static inline uint32_t trie_larger(uint32_t mask) { return mask < TRIE_SMALL ? mask * 4 + 3 : mask * 2 + 1; }

static int trie_grow_slots(Trie *t) {
  uint32_t mask = trie_larger(t->slot_mask);
  uint32_t *slots = PyMem_RawCalloc((size_t)mask + 1, sizeof *slots);
  if (!slots) return -1;
  for (uint32_t k = TRIE_ROOT + 1; k < t->node_count; k++) {
    uint32_t hash = trie_mix(trie_hash(t->nodes[k].part), t->nodes[k].parent);
    trie_put(slots, mask, hash, (hash & ~mask) | k);
  }
  for (uint32_t i = 0; i <= t->part_mask; i++) t->parts[i] &= ~(mask ^ t->slot_mask); /* a number may need this bit now */
  PyMem_RawFree(t->slots);
  t->slots = slots;
  t->slot_mask = mask;
  return 0;
}

static int trie_grow_parts(Trie *t) {
  uint32_t mask = trie_larger(t->part_mask);
  uint32_t *parts = PyMem_RawCalloc((size_t)mask + 1, sizeof *parts);
  if (!parts) return -1;
  for (uint32_t i = 0; i <= t->part_mask; i++)
    if (t->parts[i]) trie_put(parts, mask, trie_mix(trie_hash(t->nodes[t->parts[i] & t->slot_mask].part), 0), t->parts[i]);
  PyMem_RawFree(t->parts);
  t->parts = parts;
  t->part_mask = mask;
  return 0;
}

/* The str object to store for `part`, borrowed; remembers node `k` as its holder if it is new. */
static PyObject *trie_intern(Trie *t, PyObject *part, uint32_t k) {
  if (PyUnicode_CHECK_INTERNED(part)) return part;
  uint32_t mask = t->slot_mask, hash = trie_mix(trie_hash(part), 0), i = hash & t->part_mask;
  for (; t->parts[i]; i = (i + 1) & t->part_mask) {
    if ((t->parts[i] ^ hash) & ~mask) continue;
    PyObject *known = t->nodes[t->parts[i] & mask].part;
    if (trie_same(known, part)) return known;
  }
  t->parts[i] = (hash & ~mask) | k;
  t->part_count++;
  return part;
}

static inline int trie_is_digit(Py_UCS4 c) { return c >= '0' && c <= '9'; }

/* The length of x in "x_3" and the 3 in *number; -1 where the part does not end in such a number. */
static Py_ssize_t trie_split_number(PyObject *part, uint64_t *number) {
  int kind = PyUnicode_KIND(part);
  const void *text = PyUnicode_DATA(part);
  Py_ssize_t end = PyUnicode_GET_LENGTH(part), at = end;
  while (at > 0 && end - at < 18 && trie_is_digit(PyUnicode_READ(kind, text, at - 1))) at--;
  if (at == end || at < 1 || PyUnicode_READ(kind, text, at - 1) != '_' || PyUnicode_READ(kind, text, at) == '0') return -1;
  *number = 0;
  for (Py_ssize_t i = at; i < end; i++) *number = *number * 10 + (PyUnicode_READ(kind, text, i) - '0');
  return at - 1;
}

/* What a character is in a name. */
enum { CHAR_OK = 1, CHAR_HEAD = 2, CHAR_UPPER = 4, CHAR_SCORE = 8 };
static const uint8_t trie_chars[256] = {
    ['a' ... 'z'] = CHAR_OK | CHAR_HEAD, ['A' ... 'Z'] = CHAR_OK | CHAR_HEAD | CHAR_UPPER,
    ['0' ... '9'] = CHAR_OK | CHAR_HEAD, ['.'] = CHAR_OK | CHAR_HEAD, ['_'] = CHAR_OK | CHAR_SCORE,
    ['\\'] = CHAR_OK, ['/'] = CHAR_OK, ['>'] = CHAR_OK, ['-'] = CHAR_OK,
    [128 ... 255] = CHAR_UPPER, /* beyond ASCII: let str.lower() decide, each time */
};

/* What a part may be used for, from one look at its characters. */
static uint32_t trie_part_flags(PyObject *part) {
  uint32_t every = CHAR_OK, some = 0, head = 0;
  Py_ssize_t length = PyUnicode_GET_LENGTH(part);
  if (PyUnicode_KIND(part) == PyUnicode_1BYTE_KIND) {
    const uint8_t *text = PyUnicode_DATA(part);
    if (length) head = trie_chars[text[0]] & CHAR_HEAD;
    for (Py_ssize_t i = 0; i < length; i++) {
      every &= trie_chars[text[i]];
      some |= trie_chars[text[i]];
    }
  } else { /* some character is beyond a byte */
    Py_UCS4 first = PyUnicode_READ_CHAR(part, 0);
    head = first < 128 ? trie_chars[first] & CHAR_HEAD : 0;
    every = 0;
    some = CHAR_UPPER | CHAR_SCORE;
  }
  uint64_t number;
  return (every ? PART_CHARS : 0) | (head ? PART_HEAD : 0) | (some & CHAR_UPPER ? 0 : PATH_LOWER) |
         (some & CHAR_SCORE && trie_split_number(part, &number) >= 0 ? PART_NUMBER : 0);
}

/* A new node.  The caller knows that (parent, part) is not there.  TRIE_NONE and MemoryError if there is no room. */
static uint32_t trie_add(Trie *t, uint32_t parent, PyObject *part, uint32_t alias) {
  if (t->node_count == t->node_room) {
    uint64_t room = (uint64_t)t->node_room + t->node_room / (t->node_room < TRIE_SMALL ? 1 : 2) + 16;
    Node *nodes = room < UINT32_MAX / 4 /* see Entry.key */ ? PyMem_RawRealloc(t->nodes, (size_t)room * sizeof *nodes) : NULL;
    if (!nodes) goto full;
    t->nodes = nodes;
    t->node_room = (uint32_t)room;
  }
  if ((uint64_t)t->node_count * 4 >= ((uint64_t)t->slot_mask + 1) * 3 && trie_grow_slots(t) < 0) goto full;
  if ((uint64_t)t->part_count * 4 >= ((uint64_t)t->part_mask + 1) * 3 && trie_grow_parts(t) < 0) goto full;
  uint32_t k = t->node_count;
  const Node *above = &t->nodes[parent];
  uint32_t flags = alias ? PART_ALIAS : trie_part_flags(part);
  if (!(above->flags & PATH_LOWER)) flags &= ~(uint32_t)PATH_LOWER;
  if (parent == TRIE_ROOT ? (flags & PART_CHARS) && (flags & PART_HEAD) : (flags & PART_CHARS) && (above->flags & PATH_VALID))
    flags |= PATH_VALID;
  t->nodes[k] = (Node){.part = NULL, .parent = parent, .flags = flags};
  t->nodes[k].part = part;
  t->nodes[k].part = trie_intern(t, part, k);
  Py_INCREF(t->nodes[k].part);
  t->node_count++;
  uint32_t hash = trie_mix(trie_hash(part), parent);
  trie_put(t->slots, t->slot_mask, hash, (hash & ~t->slot_mask) | k);
  return k;
full:
  PyErr_NoMemory();
  return TRIE_NONE;
}

static inline uint32_t trie_child(Trie *t, uint32_t parent, PyObject *part) {
  uint32_t found = trie_find(t, parent, part);
  return found ? found : trie_add(t, parent, part, 0);
}

static int trie_open(Trie *t) {
  memset(t, 0, sizeof *t);
  t->node_room = 32;
  t->slot_mask = 63;
  t->part_mask = 15;
  t->nodes = PyMem_RawCalloc(t->node_room, sizeof *t->nodes);
  t->slots = PyMem_RawCalloc((size_t)t->slot_mask + 1, sizeof *t->slots);
  t->parts = PyMem_RawCalloc((size_t)t->part_mask + 1, sizeof *t->parts);
  t->node_count = TRIE_ROOT + 1;
  if (!t->nodes || !t->slots || !t->parts) {
    PyErr_NoMemory();
    return -1;
  }
  t->nodes[TRIE_ROOT].flags = PATH_VALID | PATH_LOWER | PART_CHARS;
  return 0;
}

static void trie_close(Trie *t) {
  if (t->nodes)
    for (uint32_t k = TRIE_ROOT + 1; k < t->node_count; k++) Py_DECREF(t->nodes[k].part);
  PyMem_RawFree(t->nodes);
  PyMem_RawFree(t->slots);
  PyMem_RawFree(t->parts);
}

static size_t trie_bytes(const Trie *t) {
  return t->node_count * sizeof(Node) + ((size_t)t->slot_mask + 1 + t->part_mask + 1) * sizeof(uint32_t);
}

static inline int trie_has_slash(PyObject *name) {
  Py_ssize_t length = PyUnicode_GET_LENGTH(name);
  if (PyUnicode_KIND(name) == PyUnicode_1BYTE_KIND) return memchr(PyUnicode_DATA(name), '/', (size_t)length) != NULL;
  return PyUnicode_FindChar(name, '/', 0, length, 1) >= 0;
}

static const char trie_digits[] = /* two at a time: half the divisions */
    "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"
    "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";

/* The last digit of `number` at to[-1], and the others before it. */
static inline void trie_write_number(char *to, uint64_t number) {
  for (; number > UINT32_MAX; number /= 10) *--to = (char)('0' + number % 10);
  uint32_t small = (uint32_t)number; /* divides three times as fast */
  for (; small >= 10; small /= 100) memcpy(to -= 2, trie_digits + 2 * (small % 100), 2);
  if (small) *--to = (char)('0' + small);
}

/* memcpy for a few characters: 2 ns less than a call.  Returns the end of the copy. */
static inline char *trie_copy(char *to, const char *from, Py_ssize_t count) {
  for (; count >= 8; count -= 8, to += 8, from += 8) memcpy(to, from, 8);
  for (int size = 4; size; size /= 2)
    if (count & size) {
      memcpy(to, from, (size_t)size);
      to += size;
      from += size;
    }
  return to;
}

/* An ASCII str to be written to, for the name of a name scope.  The one that was given last is given again where nobody
   has kept it: few blocks look at that name, and making and dropping a str takes 20 ns of 120. */
static PyObject *trie_blank(Py_ssize_t length) {
  static PyObject *last; /* of all threads: without the GIL, under a lock */
  if (fs_counts_tell && last && Py_REFCNT(last) == 1 && PyUnicode_GET_LENGTH(last) == length && !PyUnicode_CHECK_INTERNED(last)) {
    ((PyASCIIObject *)last)->hash = -1; /* not known */
    return Py_NewRef(last);
  }
  PyObject *blank = PyUnicode_New(length, 127);
  Py_XINCREF(blank);
  Py_XSETREF(last, blank);
  return blank;
}

/* "<outer>/<name>_<number><end>", a new str; outer may be NULL, number 0 is left out, end is "" or "/".
   One allocation where all is ASCII: PyUnicode_FromFormat takes four times as long. */
static PyObject *trie_join(PyObject *outer, PyObject *name, uint64_t number, int slash) {
  if (!PyUnicode_IS_COMPACT_ASCII(name) || (outer && !PyUnicode_IS_COMPACT_ASCII(outer))) {
    PyObject *last = number ? PyUnicode_FromFormat("%U_%llu%s", name, (unsigned long long)number, slash ? "/" : "")
                            : PyUnicode_FromFormat("%U%s", name, slash ? "/" : "");
    if (!last || !outer) return last;
    PyObject *result = PyUnicode_FromFormat("%U/%U", outer, last);
    Py_DECREF(last);
    return result;
  }
  Py_ssize_t digits = number != 0, before = outer ? PyUnicode_GET_LENGTH(outer) : 0, length = PyUnicode_GET_LENGTH(name);
  for (uint64_t least = 10; digits < 20 && least <= number; least *= 10) digits++;
  Py_ssize_t total = before + (outer != NULL) + length + digits + (digits != 0) + (slash != 0);
  PyObject *result = slash ? trie_blank(total) : PyUnicode_New(total, 127);
  if (!result) return NULL;
  char *to = PyUnicode_DATA(result), *end = to + total;
  if (outer) {
    to = trie_copy(to, PyUnicode_DATA(outer), before);
    *to++ = '/';
  }
  to = trie_copy(to, PyUnicode_DATA(name), length);
  if (slash) *--end = '/';
  if (number) {
    *to = '_';
    trie_write_number(end, number);
  }
  return result;
}

static inline PyObject *trie_numbered(PyObject *part, uint64_t number) { return trie_join(NULL, part, number, 0); }

/* Is `candidate` the str "<part>_<number>"?  Without making it; a str that is not ASCII gets no. */
static int trie_is_numbered(PyObject *candidate, PyObject *part, uint32_t number) {
  if (!PyUnicode_IS_COMPACT_ASCII(candidate) || !PyUnicode_IS_COMPACT_ASCII(part)) return 0;
  Py_ssize_t at = PyUnicode_GET_LENGTH(candidate), length = PyUnicode_GET_LENGTH(part);
  const char *text = PyUnicode_DATA(candidate);
  for (; number && at > 0; number /= 10)
    if (text[--at] != (char)('0' + number % 10)) return 0;
  return at == length + 1 && text[length] == '_' && !memcmp(text, PyUnicode_DATA(part), (size_t)length);
}

static inline int trie_is_empty(PyObject *name) { return PyUnicode_GET_LENGTH(name) == 0; }

static inline int trie_ends_in_slash(PyObject *name) {
  Py_ssize_t length = PyUnicode_GET_LENGTH(name);
  return length > 0 && PyUnicode_READ_CHAR(name, length - 1) == '/';
}

/* ---- Tally: what one open scope remembers of the scopes opened directly inside it.  Lives and dies with that scope. ---- */

enum {
  TALLY_OPENED = 0,  /* variable scopes: times opened */
  TALLY_NEXT = 1,    /* default names: the last number handed out */
  TALLY_CLAIMED = 2, /* name scopes: times claimed, while the enclosing one is unsettled */
};

typedef struct {
  uint32_t key;      /* node * 4 + what is counted; 0 = empty entry */
  uint32_t count;
} Entry;

typedef struct {
  Entry *entries;
  uint32_t room, used; /* room: 0 or a power of two */
  uint32_t handed;     /* the node of the default name that was handed out last, and how far from the one before: where a */
  uint32_t stride;     /* loop made its scopes one after the other, the next one lies as far on */
} Tally;

static inline uint32_t tally_node(Entry entry) { return entry.key >> 2; }
static inline uint32_t tally_what(Entry entry) { return entry.key & 3; }

static inline uint32_t tally_slot(const Tally *t, uint32_t key) {
  return (uint32_t)(key * 0x9E3779B97F4A7C15ull >> 32) & (t->room - 1);
}

/* The count of `what` for `node`, or NULL if there is none. */
static inline uint32_t *tally_look(const Tally *t, uint32_t node, uint32_t what) {
  if (!t->room) return NULL;
  uint32_t key = node << 2 | what, i = tally_slot(t, key);
  for (; t->entries[i].key; i = (i + 1) & (t->room - 1))
    if (t->entries[i].key == key) return &t->entries[i].count;
  return NULL;
}

/* The same, made as 0 if need be; NULL and MemoryError without room.  Valid until the next call. */
static uint32_t *tally_count(Tally *t, uint32_t node, uint32_t what) {
  uint32_t *found = tally_look(t, node, what);
  if (found) return found;
  if ((uint64_t)t->used * 4 >= (uint64_t)t->room * 3) {
    Tally grown = {.room = t->room ? t->room * 2 : 8};
    grown.entries = PyMem_RawCalloc(grown.room, sizeof(Entry));
    if (!grown.entries) {
      PyErr_NoMemory();
      return NULL;
    }
    for (uint32_t k = 0; k < t->room; k++)
      if (t->entries[k].key) *tally_count(&grown, tally_node(t->entries[k]), tally_what(t->entries[k])) = t->entries[k].count;
    PyMem_RawFree(t->entries);
    *t = grown;
  }
  uint32_t key = node << 2 | what, i = tally_slot(t, key);
  while (t->entries[i].key) i = (i + 1) & (t->room - 1);
  t->entries[i].key = key;
  t->used++;
  return &t->entries[i].count;
}

static void tally_close(Tally *t) {
  PyMem_RawFree(t->entries);
  memset(t, 0, sizeof *t);
}

#endif
