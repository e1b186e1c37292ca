/* Where NumPy's arrays keep what _lstm.pyx asks them for: what NumPy's own headers tell, written out so that a build
 * needs no NumPy. The fields are part of its ABI and stand as they stood in 1.7; ndarray_learn sees at import whether
 * they still do, and until it has, the buffer protocol serves alone.
 *
 * The buffer protocol spells out the dtype of an array each time it is asked, and a step of an LSTM has seven arrays:
 * by their fields it takes 0.35 us less, of 6.5 at H = 128. It makes two: by NumPy's function for C that takes 0.2 us
 * less than by numpy.empty. FASTSCOPE_ORDINARY builds without. */
#ifndef FASTSCOPE_NDARRAY_H
#define FASTSCOPE_NDARRAY_H

#include <Python.h>
#include <string.h>

/* Source: NumPy's ndarraytypes.h, PyArrayObject_fields. */
typedef struct {
  PyObject_HEAD
  char *data;
  int nd;
  Py_ssize_t *dimensions, *strides; /* in bytes */
  PyObject *base, *dtype;
  int flags;
} ndarray;

enum { NDARRAY_TOGETHER = 0x1, NDARRAY_ALIGNED = 0x100, NDARRAY_WRITEABLE = 0x400 };

/* The dtypes that were learnt: each is one object, which all arrays of it share. */
static struct {
  PyTypeObject *type; /* numpy.ndarray */
  PyObject *dtype;
  Py_ssize_t size;
  char format[2]; /* as the buffer protocol has it */
} ndarray_known[3];
static int ndarray_count = 0;

/* Fills `view` as PyObject_GetBuffer does and returns 1, for an ndarray of a learnt dtype whose elements are aligned
 * and lie together; returns 0 for anything else. */
static int ndarray_view(PyObject *object, Py_buffer *view, int writable) {
  const ndarray *array = (const ndarray *)object;
  const int wanted = NDARRAY_TOGETHER | NDARRAY_ALIGNED | (writable ? NDARRAY_WRITEABLE : 0);
  for (int k = 0; k < ndarray_count; k++) {
    if (Py_TYPE(object) != ndarray_known[k].type) return 0;
    if (array->dtype != ndarray_known[k].dtype) continue;
    if ((array->flags & wanted) != wanted) return 0;
    view->obj = Py_NewRef(object);
    view->buf = array->data;
    view->len = view->itemsize = ndarray_known[k].size;
    view->ndim = array->nd;
    view->format = ndarray_known[k].format;
    view->shape = array->dimensions;
    view->strides = array->strides;
    view->readonly = !writable;
    view->suboffsets = NULL;
    view->internal = NULL;
    for (int d = 0; d < array->nd; d++) view->len *= array->dimensions[d];
    return 1;
  }
  return 0;
}

/* Takes to the dtype of an array [2, 3] if the fields of it, and of its transpose, say what the buffer protocol says.
 * Returns -1 with an exception. */
static int ndarray_learn(PyObject *object, PyObject *transpose, PyObject *dtype) {
  const ndarray *array = (const ndarray *)object, *turned = (const ndarray *)transpose;
  const int all = NDARRAY_TOGETHER | NDARRAY_ALIGNED | NDARRAY_WRITEABLE;
  PyTypeObject *type = Py_TYPE(object);
  Py_buffer view;
#if defined(FASTSCOPE_ORDINARY)
  return 0;
#endif
  if (type->tp_basicsize < (Py_ssize_t)sizeof *array || type->tp_as_buffer->bf_releasebuffer != NULL) return 0;
  if (PyObject_GetBuffer(object, &view, PyBUF_FORMAT | PyBUF_STRIDES) < 0) return -1;
  if (array->data == view.buf && array->nd == 2 && array->dtype == dtype && view.format[1] == 0 &&
      memcmp(array->dimensions, view.shape, 2 * sizeof *view.shape) == 0 &&
      memcmp(array->strides, view.strides, 2 * sizeof *view.strides) == 0 && (array->flags & all) == all &&
      turned->data == view.buf && turned->dtype == dtype && (turned->flags & all) == (all & ~NDARRAY_TOGETHER)) {
    ndarray_known[ndarray_count].type = type;
    ndarray_known[ndarray_count].dtype = Py_NewRef(dtype);
    ndarray_known[ndarray_count].size = view.itemsize;
    ndarray_known[ndarray_count++].format[0] = view.format[0];
  }
  PyBuffer_Release(&view);
  return 0;
}

/* PyArray_NewFromDescr, which lies in NumPy's table of functions for C; NULL until it is learnt. */
typedef PyObject *(*ndarray_maker)(PyTypeObject *type, PyObject *dtype, int nd, const Py_ssize_t *dimensions,
                                   const Py_ssize_t *strides, void *data, int flags, PyObject *object);
static ndarray_maker ndarray_make = NULL;

/* Takes to the maker, if the capsule holds a table of NumPy 2's ABI. sample: an ndarray.
 * Source: NumPy's numpy_api.py, which numbers the functions: 0 tells the ABI's version, 2 is ndarray, 94 the maker. */
static void ndarray_learn_maker(PyObject *capsule, PyObject *sample) {
#if defined(FASTSCOPE_ORDINARY)
  (void)capsule, (void)sample;
#else
  unsigned int (*version)(void);
  if (!PyCapsule_IsValid(capsule, NULL) || ndarray_count == 0) return;
  void **table = PyCapsule_GetPointer(capsule, NULL);
  memcpy(&version, &table[0], sizeof version);
  if (version() == 0x02000000 && table[2] == (void *)Py_TYPE(sample))
    memcpy(&ndarray_make, &table[94], sizeof ndarray_make);
#endif
}

/* Makes an array of the same shape and dtype, not cleared. Returns 1 with it in `made`; 0 for anything but an ndarray of
 * a learnt dtype, which is numpy.empty's; -1 with an exception. */
static int ndarray_like(PyObject *object, PyObject **made) {
  const ndarray *array = (const ndarray *)object;
  for (int k = 0; k < ndarray_count && ndarray_make != NULL; k++)
    if (Py_TYPE(object) == ndarray_known[k].type && array->dtype == ndarray_known[k].dtype) {
      PyObject *dtype = Py_NewRef(array->dtype); /* the maker keeps it */
      *made = ndarray_make(ndarray_known[k].type, dtype, array->nd, array->dimensions, NULL, NULL, 0, NULL);
      return *made == NULL ? -1 : 1;
    }
  return 0;
}

#endif
