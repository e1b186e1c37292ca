/* interpreter.h: what _store.pyx knows about CPython beyond its documented C API.  Five things, each for the versions that
   it was tried on; those that can change within a version are tried once more at import (fs_check_facts).  Elsewhere the
   ordinary path is taken, and everything works a little slower; build_info() says which, and why.

   1. The current context.  `PyThreadState.context` is a plain struct field.  Comparing it with the one that this thread
      was in last tells, in three loads, whether another asyncio task or greenlet runs now; asking a ContextVar costs
      20 ns on every look-up and 200 ns on every scope.  The ordinary path has a watcher tell of each switch (3.14).  The
      cursor of the running thread is in a thread-local variable: asking for the thread's state is two calls, and costs
      10 ns of each `with`.
   2. The caller's place in its source.  The code object and instruction offset of the running frame are read without
      making a frame object (60 ns and 400 bytes each); the line number is worked out when somebody asks.
   3. `with` without bound methods.  See fs_install_context_manager below; from 3.14 on CPython makes none by itself for
      methods that are plain descriptors.
   4. A frame, or the str of a name, that nobody has kept is used again: its reference count tells.
   5. A builtin function has the entry by which it is called in a field of its own.  See fs_call_directly below.

   None is never counted from 3.12 on: it is immortal there, and the C API's manual says so.

   Without the GIL there would have to be locks, and a comment at each of these says so: `shelf`, `recent`, `shapes`,
   `dtypes_met` and the last str of `trie_blank`, which all threads share; the list of cursors; a graph's trie with all that
   claims a name in it.  No free-threaded interpreter was tried; the modules do not declare Py_MOD_GIL_NOT_USED, so that
   importing them turns the GIL on again.

   Define FASTSCOPE_ORDINARY to build the ordinary path on any interpreter; the tests pass on both. */
#ifndef FASTSCOPE_INTERPRETER_H
#define FASTSCOPE_INTERPRETER_H

#include <Python.h>
#include <stddef.h>
#include <string.h>

#if !defined(FASTSCOPE_ORDINARY) && !defined(PYPY_VERSION) && !defined(Py_LIMITED_API) && \
    !defined(Py_GIL_DISABLED) && PY_VERSION_HEX >= 0x030B0000 && PY_VERSION_HEX < 0x03100000
#define FS_FAST 1
#else
#define FS_FAST 0
#endif

#if defined(__GNUC__) /* for what is short where it matters and looks long to a compiler */
#define FS_INLINE inline __attribute__((always_inline))
#define FS_APART __attribute__((noinline)) /* and for what is seldom gone through: put into its caller, it fills the registers there */
#else
#define FS_INLINE inline
#define FS_APART
#endif

/* Count a None that is put into a field, or written over there.  It is immortal from 3.12 on. */
#if PY_VERSION_HEX >= 0x030C0000
static inline void fs_incref_none(void) {}
static inline void fs_decref_none(void) {}
#else
static inline void fs_incref_none(void) { Py_INCREF(Py_None); }
static inline void fs_decref_none(void) { Py_DECREF(Py_None); }
#endif

/* The value of an int, without a call where it is small; *over: it has none in 64 bits. */
static inline long long fs_int_value(PyObject *n, int *over) {
#if PY_VERSION_HEX >= 0x030C0000 && !defined(PYPY_VERSION)
  if (PyUnstable_Long_IsCompact((PyLongObject *)n)) return PyUnstable_Long_CompactValue((PyLongObject *)n);
#endif
  return PyLong_AsLongLongAndOverflow(n, over);
}

/* ---- 1. thread and context ---- */

#if defined(_MSC_VER)
#define FS_THREAD_LOCAL __declspec(thread)
#elif defined(__GLIBC__) /* 8 bytes of what glibc keeps free for libraries that come late; found by one load, not a call */
#define FS_THREAD_LOCAL __thread __attribute__((tls_model("initial-exec")))
#else
#define FS_THREAD_LOCAL __thread
#endif

/* The Cursor of the running thread, borrowed from the thread's dict; NULL before it has one. */
static FS_THREAD_LOCAL PyObject *fs_thread_cursor;

static inline PyObject *fs_cursor(void) { return fs_thread_cursor; }
static void fs_set_cursor(PyObject *cursor) { fs_thread_cursor = cursor; }

/* Where the context that a thread is in is written: for the thread's life one address, so that looking is two loads. */
#if FS_FAST || PY_VERSION_HEX < 0x030E0000
static int fs_has_field = 1; /* until fs_check_facts finds otherwise */
static inline PyObject **fs_field(void) { return &PyThreadState_Get()->context; }
#else
static int fs_has_field = 0;
static inline PyObject **fs_field(void) { return NULL; }
#endif

static FS_THREAD_LOCAL PyObject *fs_switched_to; /* what the watcher was told; NULL = the thread's own, or none yet */

static inline PyObject **fs_place(void) { return fs_has_field ? fs_field() : &fs_switched_to; }

/* The context that the thread is in, borrowed.  A thread, and a greenlet, has none before it first needs one; it gets it
   here, so that two of them are never told apart by NULL.  The watcher tells of no such beginning: NULL, no exception. */
static PyObject *fs_context(void) {
  PyObject **place = fs_place();
  if (*place == NULL && fs_has_field) Py_XDECREF(PyContext_CopyCurrent());
  return *place;
}

#if PY_VERSION_HEX >= 0x030E0000
static FS_THREAD_LOCAL PyObject *fs_bottom; /* what it was told first, where there was none */

static int fs_switched(PyContextEvent event, PyObject *context) {
  if (event != Py_CONTEXT_SWITCHED) return 0;
  if (fs_switched_to == NULL) fs_bottom = context;
  fs_switched_to = context == Py_None ? NULL : context;
  return 0;
}

static int fs_visit_token(PyObject *held, void *found) {
  if (PyContext_CheckExact(held)) *(PyObject **)found = held;
  return 0;
}
#endif

/* A thread is here for the first time.  Which context it is in, nobody has told yet, if it was in one when this module
   was imported; and what was told may be gone, if C made a second thread state for the thread.  The token of a ContextVar
   that is set holds the context. */
static int fs_begin_thread(PyObject *variable) {
#if PY_VERSION_HEX >= 0x030E0000
  if (fs_has_field) return 0;
  PyObject *token = PyContextVar_Set(variable, Py_None);
  if (token == NULL) return -1;
  Py_TYPE(token)->tp_traverse(token, fs_visit_token, &fs_switched_to);
  int result = PyContextVar_Reset(variable, token);
  Py_DECREF(token);
  return result;
#else
  (void)variable;
  return 0;
#endif
}

/* Was `context` entered where there was none?  From 3.14 on `threading` runs every thread in a context like that; before,
   a thread's own context is one that was not entered. */
static int fs_is_bottom_context(PyObject *context) {
#if PY_VERSION_HEX < 0x030E0000
  (void)context;
  return 0;
#else
#if FS_FAST
  struct context_3_14 { /* Include/internal/pycore_context.h */
    PyObject_HEAD PyObject *before;
  };
  if (fs_has_field) return ((struct context_3_14 *)context)->before == NULL;
#endif
  return context == fs_bottom;
#endif
}

/* 1 where `context` was not entered: the thread's own, or a greenlet's; 0 inside Context.run (every asyncio task).
   A context that is in use refuses to be entered: that is the documented way to ask. */
static int fs_is_base_context(PyObject *context) {
  if (PyContext_Enter(context) < 0) {
    PyErr_Clear();
    return 0;
  }
  return PyContext_Exit(context) < 0 ? -1 : 1;
}

/* ---- 2. the caller's code and instruction ---- */

/* New reference to the running Python frame's code object, or NULL without an exception; *lasti in bytes. */
static int fs_reads_frames = FS_FAST; /* until fs_check_facts finds otherwise */

static PyObject *fs_caller_from_frame_object(int *lasti) {
  PyFrameObject *frame = PyEval_GetFrame();
  *lasti = -1;
  if (frame == NULL) return NULL;
  *lasti = PyFrame_GetLasti(frame);
  return (PyObject *)PyFrame_GetCode(frame);
}

static PyObject *fs_caller(int *lasti) {
  if (!fs_reads_frames) return fs_caller_from_frame_object(lasti);
  *lasti = -1;
#if FS_FAST && PY_VERSION_HEX >= 0x030D0000
  struct _PyInterpreterFrame *frame = PyThreadState_Get()->current_frame;
#elif FS_FAST
  struct _PyInterpreterFrame *frame = PyThreadState_Get()->cframe->current_frame;
#endif
#if FS_FAST && PY_VERSION_HEX >= 0x030C0000
  if (frame == NULL) return NULL;
  *lasti = PyUnstable_InterpreterFrame_GetLasti(frame);
  return PyUnstable_InterpreterFrame_GetCode(frame);
#elif FS_FAST
  /* CPython 3.11: the first fields of struct _PyInterpreterFrame (Include/internal/pycore_frame.h) */
  struct frame_3_11 {
    PyObject *func, *globals, *builtins, *locals;
    PyCodeObject *code;
    PyFrameObject *frame_object;
    void *previous;
    _Py_CODEUNIT *prev_instr;
  } *f = (struct frame_3_11 *)frame;
  if (f == NULL) return NULL;
  *lasti = (int)((char *)f->prev_instr - f->code->co_code_adaptive);
  return Py_NewRef((PyObject *)f->code);
#else
  return NULL;
#endif
}

static int fs_line(PyObject *code, int lasti) { return PyCode_Addr2Line((PyCodeObject *)code, lasti); }

/* ---- 3. `with` ---- */

/* `with cm:` looks `__enter__` and `__exit__` up on type(cm) and binds them: two objects made and dropped, 80 ns of 150.
   Here both descriptors bind to the instance itself, whose vectorcall tells the two apart by the number of arguments:
   none is enter, three is exit.  `cm()` is no way in: an instance whose __enter__ nobody looked up refuses.  Looked up
   on the type, they are the ordinary method objects; so contextlib.ExitStack, which calls type(cm).__exit__(cm, ...),
   help() and inspect see ordinary methods, and so do instances of subclasses.
   168 -> 67 ns measured. */
#define FS_BIND (FS_FAST && PY_VERSION_HEX < 0x030E0000)
#if FS_BIND
typedef struct {
  PyObject_HEAD
  PyObject *method;   /* the ordinary method descriptor that this one stands in for */
  PyTypeObject *type; /* whose instances it binds to, borrowed: the type owns the dict that owns this */
  Py_ssize_t mark;    /* where an instance has the char that is set when it is bound; 0 = nowhere */
} fs_Binder;

static PyObject *fs_binder_get(PyObject *self, PyObject *instance, PyObject *type) {
  fs_Binder *binder = (fs_Binder *)self;
  if (instance == NULL || instance == Py_None) return Py_NewRef(binder->method);
  if (Py_TYPE(instance) == binder->type) {
    if (binder->mark) ((char *)instance)[binder->mark] = 1;
    return Py_NewRef(instance);
  }
  return Py_TYPE(binder->method)->tp_descr_get(binder->method, instance, type);
}

static void fs_binder_dealloc(PyObject *self) {
  Py_DECREF(((fs_Binder *)self)->method);
  PyObject_Free(self);
}

static PyTypeObject fs_BinderType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "fastscope._store.instance_binder",
    .tp_basicsize = sizeof(fs_Binder),
    .tp_dealloc = fs_binder_dealloc,
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_descr_get = fs_binder_get,
};

static int fs_bind_to_instance(PyTypeObject *type, const char *name, Py_ssize_t mark) {
  PyObject *method = PyDict_GetItemString(type->tp_dict, name);
  fs_Binder *binder = method ? PyObject_New(fs_Binder, &fs_BinderType) : NULL;
  if (binder == NULL) return -1;
  binder->method = Py_NewRef(method);
  binder->type = type;
  binder->mark = mark;
  int result = PyDict_SetItemString(type->tp_dict, name, (PyObject *)binder);
  Py_DECREF(binder);
  return result;
}
#endif

/* Put two methods in place of those of the same names, whose docstrings they take over. */
static int fs_install_methods(PyObject *type_object, void *two_methods) {
  PyTypeObject *type = (PyTypeObject *)type_object;
  PyMethodDef *methods = two_methods;
  for (int k = 0; k < 2; k++) {
    PyObject *known = PyDict_GetItemString(type->tp_dict, methods[k].ml_name);
    if (known == NULL || !Py_IS_TYPE(known, &PyMethodDescr_Type)) continue;
    methods[k].ml_doc = ((PyMethodDescrObject *)known)->d_method->ml_doc;
    PyObject *method = PyDescr_NewMethod(type, &methods[k]);
    if (method == NULL || PyDict_SetItemString(type->tp_dict, methods[k].ml_name, method) < 0) return -1;
    Py_DECREF(method);
  }
  PyType_Modified(type);
  return 0;
}

/* `type` has ordinary __enter__ and __exit__, at `offset` a vectorcallfunc that every instance fills, and at `entering`
   a char that is set when __enter__ is bound. */
static int fs_install_context_manager(PyObject *type_object, Py_ssize_t offset, Py_ssize_t entering) {
#if FS_BIND
  PyTypeObject *type = (PyTypeObject *)type_object;
  if (!(fs_BinderType.tp_flags & Py_TPFLAGS_READY) && PyType_Ready(&fs_BinderType) < 0) return -1;
  if (fs_bind_to_instance(type, "__enter__", entering) < 0 || fs_bind_to_instance(type, "__exit__", 0) < 0) return -1;
  type->tp_vectorcall_offset = offset;
  type->tp_flags |= Py_TPFLAGS_HAVE_VECTORCALL;
  type->tp_call = PyVectorcall_Call;
  PyType_Modified(type);
#else
  (void)type_object;
  (void)offset;
  (void)entering;
#endif
  return 0;
}

/* An object of a type with the collector's header, which the collector does not know yet.  Its fields are rubbish. */
static inline PyObject *fs_new_untracked(PyTypeObject *type) { return (PyObject *)PyObject_GC_New(PyObject, type); }

/* ---- 4. what nobody has kept ---- */

static int fs_counts_tell = FS_FAST; /* until fs_check_facts finds otherwise */

/* Does a str that was just made count as held once, and may it be written over while that is so? */
static int fs_try_counts(void) {
  PyObject *whole = PyUnicode_New(2, 127), *second = PyUnicode_FromString("bc");
  int tells = whole && second && Py_REFCNT(whole) == 1;
  if (tells) {
    memcpy(PyUnicode_DATA(whole), "ab", 2);
    tells = PyObject_Hash(whole) != -1 && Py_REFCNT(Py_NewRef(whole)) == 2;
    Py_DECREF(whole);
    tells = tells && Py_REFCNT(whole) == 1;
    memcpy(PyUnicode_DATA(whole), "bc", 2);
    ((PyASCIIObject *)whole)->hash = -1;
    tells = tells && PyObject_Hash(whole) == PyObject_Hash(second) && PyUnicode_Compare(whole, second) == 0;
  }
  Py_XDECREF(second);
  Py_XDECREF(whole);
  return PyErr_Occurred() ? -1 : tells;
}

/* ---- 5. keywords ---- */

/* A call with keywords reaches a builtin function through CPython's own cfunction_vectorcall_FASTCALL_KEYWORDS.  3.14 takes
   22 ns for that step, of a function that does nothing as well: 34 ns with a keyword, 12 without the step (Debian's build,
   on a Zen 5; 3.15 takes 1 ns).  So `call` is entered directly.  Left out is the look at the depth of the C stack, which
   whatever `call` calls makes itself. */
static void fs_call_directly(PyObject *function, void *call) {
#if FS_FAST
  ((PyCFunctionObject *)function)->vectorcall = (vectorcallfunc)call;
#else
  (void)function;
  (void)call;
#endif
}

/* ---- what is tried at import ---- */

/* Try what the fast path rests on, and let go of what does not hold.  Returns a dict: fact -> why it is not used. */
static PyObject *fs_check_facts(void) {
  PyObject *missing = PyDict_New();
  const char *context = NULL, *caller = NULL, *again = NULL;
  if (missing == NULL) return NULL;
#if !FS_FAST
  const char *known = "not known of this interpreter, or built with FASTSCOPE_ORDINARY";
  caller = again = known;
  context = fs_has_field ? NULL : known;
#endif
  if (fs_has_field) {
    PyObject *probe = PyContext_New();
    if (probe == NULL || PyContext_Enter(probe) < 0) goto failed;
    if (*fs_field() != probe) {
      fs_has_field = 0;
      context = "PyThreadState.context is not the context that was entered";
    }
    PyObject *inner = PyContext_New();
    if (inner == NULL || PyContext_Enter(inner) < 0) goto failed;
    if (PY_VERSION_HEX >= 0x030E0000 && fs_has_field && fs_is_bottom_context(inner)) {
      fs_has_field = 0;
      context = "a context does not begin with the one that it was entered in";
    }
    if (PyContext_Exit(inner) < 0 || PyContext_Exit(probe) < 0) goto failed;
    Py_DECREF(inner);
    Py_DECREF(probe);
    Py_XDECREF(PyContext_CopyCurrent()); /* from here on the main thread has a context of its own */
  }
#if PY_VERSION_HEX >= 0x030E0000
  if (!fs_has_field && PyContext_AddWatcher(fs_switched) < 0) goto failed;
#endif
  if (fs_reads_frames) { /* importlib's frame runs now */
    int lasti, expected_lasti;
    PyObject *code = fs_caller(&lasti), *expected = fs_caller_from_frame_object(&expected_lasti);
    if (code != expected || lasti != expected_lasti) {
      fs_reads_frames = 0;
      caller = "the running frame's code and instruction are not where they were";
    }
    Py_XDECREF(code);
    Py_XDECREF(expected);
  }
  if (fs_counts_tell) {
    fs_counts_tell = fs_try_counts();
    if (fs_counts_tell < 0) goto failed;
    if (!fs_counts_tell) again = "a reference count does not tell whether an object is held elsewhere";
  }
  const char *facts[] = {
      "the context is a field", context, "the caller is read from its frame", caller, "frames are used again", again,
  };
  for (int k = 0; k < 6; k += 2) {
    PyObject *why = facts[k + 1] ? PyUnicode_FromString(facts[k + 1]) : NULL;
    if (facts[k + 1] && (why == NULL || PyDict_SetItemString(missing, facts[k], why) < 0)) goto failed;
    Py_XDECREF(why);
  }
  return missing;
failed:
  Py_DECREF(missing);
  return NULL;
}

#endif
