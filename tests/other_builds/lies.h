/* lies.h: a CPython on which nothing holds of what src/interpreter.h tries at import.  Included before all else, it answers
   those few calls wrongly that the check alone makes, or those of the check alone; every other call is CPython's own. */
#include <Python.h>

#if PY_VERSION_HEX >= 0x030E0000 /* the first two contexts that are entered are those of the check: they are not entered */
static int lies_entered, lies_left;
static inline int lies_enter(PyObject *context) { return lies_entered++ < 2 ? 0 : PyContext_Enter(context); }
static inline int lies_exit(PyObject *context) { return lies_left++ < 2 ? 0 : PyContext_Exit(context); }
#define PyContext_Enter lies_enter
#define PyContext_Exit lies_exit
#endif

/* the first frame object that is asked is that of the check: it is at no instruction */
static int lies_asked;
static inline int lies_lasti(PyFrameObject *frame) { return lies_asked++ ? PyFrame_GetLasti(frame) : -2; }
#define PyFrame_GetLasti lies_lasti

/* the check compares a str that was written over with "bc": it is another one */
static inline int lies_compare(PyObject *a, PyObject *b) {
  return PyUnicode_CompareWithASCIIString(b, "bc") == 0 ? 1 : PyUnicode_Compare(a, b);
}
#define PyUnicode_Compare lies_compare
