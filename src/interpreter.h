/* interpreter.h: what _store.pyx knows about CPython beyond its documented C API.  Three things, the last two behind a
   version check; on any other interpreter FS_FAST is 0, the ordinary path is taken, and everything works a little slower.

   1. The current context.  `PyThreadState.context` is a plain struct field.  Comparing it with the one that this thread
      was in last tells, in two loads, whether another asyncio task or greenlet runs now; asking a ContextVar costs 20 ns
      on every look-up and 200 ns on every scope.  The cursor of the running thread is in a thread-local variable:
      asking for the thread's state is two calls, and costs 10 ns of each `with`.
   2. The caller's place in its source.  The code object and instruction offset of the running frame are read without
      making a frame object (60 ns and 400 bytes each); the line number is worked out when somebody asks.
   3. `with` without bound methods.  See fs_install_context_manager below.

   Define FASTSCOPE_ORDINARY to build the ordinary path on any interpreter; the tests pass on both. */
#ifndef FASTSCOPE_INTERPRETER_H
#define FASTSCOPE_INTERPRETER_H

#include <Python.h>
#include <stddef.h>

#if !defined(FASTSCOPE_ORDINARY) && !defined(PYPY_VERSION) && !defined(Py_LIMITED_API) && \
    !defined(Py_GIL_DISABLED) && PY_VERSION_HEX >= 0x030B0000 && PY_VERSION_HEX < 0x030E0000
#define FS_FAST 1
#else
#define FS_FAST 0
#endif

/* Count a None that is put into a field, or written over there.  It is immortal from 3.12 on. */
#if PY_VERSION_HEX >= 0x030C0000
static inline void fs_incref_none(void) {}
static inline void fs_decref_none(void) {}
#else
static inline void fs_incref_none(void) { Py_INCREF(Py_None); }
static inline void fs_decref_none(void) { Py_DECREF(Py_None); }
#endif

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

/* The context that the thread is in, borrowed.  A thread, and a greenlet, has none before it first needs one; it gets it
   here, so that two of them are never told apart by NULL. */
static PyObject *fs_context(void) {
  PyThreadState *state = PyThreadState_Get();
  if (state->context == NULL) Py_XDECREF(PyContext_CopyCurrent());
  return state->context;
}

/* Is `context` still the context of the running thread, whose state `state` is? */
static inline int fs_is_here(PyThreadState *state, PyObject *context) { return state->context == context; }

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
static PyObject *fs_caller(int *lasti) {
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
  PyFrameObject *frame = PyEval_GetFrame();
  if (frame == NULL) return NULL;
#if !defined(PYPY_VERSION) && PY_VERSION_HEX >= 0x030B0000
  *lasti = PyFrame_GetLasti(frame);
#endif
  return (PyObject *)PyFrame_GetCode(frame);
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
#if FS_FAST
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

/* `type` has ordinary __enter__ and __exit__, at `offset` a vectorcallfunc that every instance fills, and at `entering`
   a char that is set when __enter__ is bound. */
static int fs_install_context_manager(PyObject *type_object, Py_ssize_t offset, Py_ssize_t entering) {
#if FS_FAST
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

#endif
