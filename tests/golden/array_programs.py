"""Programs about metrics, losses, sets, sparse tensors, arrays and text; array_programs.json has TensorFlow's answers.

Each is the body of a function, written with the short names of record_graph_oracle.py (its PRELUDE says them).
"""

METRIC = """
p = ph(f32, [None, 4]); y = ph(i64, [None, 2])
r = {}
with S() as s:
    s.run(tf.local_variables_initializer())
    a, b = [[.1, .9, .3, .2], [.4, .3, .2, .1]], [[.5, .1, .3, .7], [.2, .4, .6, .8]]
    out = [s.run(r, {{p: x, y: z}}) for x, z in ((a, [[1, 2], [3, 9]]), (b, [[3, 1], [0, -1]]))]
    return out[-1][1], s.run(r[0]), nm(*r), nm(*tf.local_variables()), sh(*r)
"""
RANKED = {
    "recall_at_k": "tf.metrics.recall_at_k(y, p, 2)",
    "recall_of_one_class": "tf.metrics.recall_at_k(y, p, 2, class_id=1)",
    "recall_weighted": "tf.metrics.recall_at_k(y, p, 2, weights=[2., 3.])",
    "precision_at_k": "tf.metrics.precision_at_k(y, p, 2)",
    "precision_of_one_class": "tf.metrics.precision_at_k(y, p, 3, class_id=2, name='mine')",
    "precision_at_top_k": "tf.metrics.precision_at_top_k(y, tf.nn.top_k(p, 3).indices, 3)",
    "recall_at_top_k": "tf.metrics.recall_at_top_k(y, tf.nn.top_k(p, 3).indices)",
    "average_precision_at_k": "tf.metrics.average_precision_at_k(y, p, 3)",
    "average_precision_weighted": "tf.metrics.average_precision_at_k(y, p, 2, weights=[.5, 2.])",
    "sparse_names": "tf.metrics.sparse_precision_at_k(y, p, 1)",
    "one_label": "tf.metrics.recall_at_k(y[:, 0], p, 2)",
}
THRESHOLDS = """
y = C([0, 1, 1, 0, 1]); p = C([.1, .8, .3, .4, .9]); r = {}
with S() as s:
    s.run(tf.local_variables_initializer()); u = s.run(r[1])
    return u, s.run(r[0]), nm(*r), nm(*tf.local_variables())
"""
PROGRAMS = {f"metric_{name}": METRIC.format(code) for name, code in RANKED.items()}
PROGRAMS.update(
    (f"metric_{name}", THRESHOLDS.format(code))
    for name, code in {
        "sensitivity": "tf.metrics.sensitivity_at_specificity(y, p, .7)",
        "sensitivity_weighted": "tf.metrics.sensitivity_at_specificity(y, p, .5, weights=C([1., 2., 3., 4., 5.]))",
        "specificity": "tf.metrics.specificity_at_sensitivity(y, p, .7)",
        "specificity_few": "tf.metrics.specificity_at_sensitivity(y, p, .9, num_thresholds=5, name='n')",
    }.items()
)
PROGRAMS.update(
    {
        "metric_sparse_labels": """
y = tf.SparseTensor([[0, 0], [1, 0], [1, 1]], C([1, 3, 0], i64), [2, 2]); p = C([[.1, .9, .3, .2], [.4, .3, .2, .6]])
r = [tf.metrics.recall_at_k(y, p, 2), tf.metrics.precision_at_k(y, p, 2), tf.metrics.average_precision_at_k(y, p, 3),
     tf.metrics.recall_at_k(y, p, 1, class_id=3)]
with S() as s:
    s.run(tf.local_variables_initializer())
    return s.run([u for _, u in r])
""",
        "metric_errors": """
p, y = C([[.1, .9], [.4, .3]]), C([[1], [0]], i64); m = tf.metrics
return [err(lambda: m.average_precision_at_k(y, p, 0)), err(lambda: m.sensitivity_at_specificity([1], [.5], 1.5)),
        err(lambda: m.specificity_at_sensitivity([1], [.5], -.5)), err(lambda: m.recall_at_k(y, C([.1, .2]), 1)),
        err(lambda: m.mean_iou(ph(i32, [10]), ph(i32, [10]), 2, weights=ph(f32, [9])))]
""",
        "metric_weights_of_unknown_rank": """
w = ph(f32); v = ph(f32); y = ph(f32)
r = [tf.metrics.mean(v, w), tf.metrics.accuracy(y, v, w), tf.metrics.mean_absolute_error(y, v)]
with S() as s:
    s.run(tf.local_variables_initializer())
    first = s.run([u for _, u in r], {v: [1., 2., 3.], y: [[1.], [0.], [3.]], w: [[1.], [2.], [4.]]})
    return first, s.run([u for _, u in r], {v: [[1.], [2.]], y: [1., 0.], w: [3., 1.]})
""",
        "losses_weights_of_unknown_rank": """
w = ph(f32); z = ph(f32); y = ph(i32); L = tf.losses
l = [L.sparse_softmax_cross_entropy(y, z, w), L.mean_squared_error(z, z * 2., w)]
l.append(L.mean_pairwise_squared_error(z, z * z))
a = [[1., 2., 4.], [3., 1., 0.]]
with S() as s:
    return [s.run(l[:1], {z: a, y: [1, 2], w: v}) for v in (2., [1., 3.], [[1.], [3.]])] + [
        s.run(l[1], {z: a, w: [[1.], [3.]]}), s.run(l[2], {z: a}), nm(*l)]
""",
        "losses_gradient_through_unknown_rank": """
w = ph(f32); z = ph(f32); l = tf.losses.mean_squared_error(C([[1.], [2.]]), z, w)
m = tf.losses.sparse_softmax_cross_entropy(C([1, 0]), C([[1., 2.], [3., 4.]]), w)
g = tf.gradients(l, [z, w]) + tf.gradients(m, w)
with S() as s: return s.run(g, {z: [[3.], [5.]], w: [[1.], [2.]]})
""",
        "sets_dense": """
a, b = C([[1, 2, 2], [5, 4, 9]]), C([[2, 3, 3, 1], [9, 8, 8, 7]]); T = tf.sets
return run([T.set_intersection(a, b), T.set_union(a, b), T.set_difference(a, b), T.set_difference(a, b, aminusb=False)])
""",
        "sets_sparse": """
a = tf.SparseTensor([[0, 0], [0, 1], [2, 0]], C([3, 1, 7]), [3, 2]); b = C([[1, 5], [2, 2], [7, 8]]); T = tf.sets
r = T.set_union(b, a)
return run([T.set_intersection(a, b), T.set_intersection(b, a), r, T.set_difference(a, b), T.set_difference(b, a),
            T.set_union(a, a), T.set_size(a), T.set_size(r)]) + [sh(r.indices, r.values, r.dense_shape, T.set_size(a))]
""",
        "sets_text_and_depth": """
a = C([[['a', 'b'], ['c', 'c']], [['x', 'y'], ['z', 'a']]]); b = C([[['b'], ['c']], [['q'], ['z']]]); T = tf.sets
return run([T.set_intersection(a, b), T.set_size(T.set_union(a, b)), T.set_difference(a, b)])
""",
        "contrib_metrics": """
M = tf.contrib.metrics; p, y = C([1, 2, 3]), C([1, 2, 0]); z = C([[.1, .2, .7], [.3, .4, .3]])
r = M.aggregate_metric_map({'a': M.streaming_accuracy(p, y), 'b': M.streaming_recall_at_k(z, C([2, 0]), 1),
                            'c': M.streaming_sparse_recall_at_k(z, C([[2], [0]], i64), 2, 2)})
q = [M.streaming_sparse_precision_at_top_k(C([[1, 2]]), C([[2]], i64)), M.streaming_auc(C([.1, .6]), C([0, 1])),
     M.sparse_recall_at_top_k(C([[2]], i64), C([[1, 2]])), M.streaming_percentage_less(C([1., 2.]), 1.5)]
with S() as s:
    s.run(tf.local_variables_initializer())
    updates = [r[1][k] for k in 'abc'] + M.aggregate_metrics(*q)[1]
    return s.run(updates), nm(*updates), s.run([M.accuracy(p, y), M.accuracy(p, y, weights=C([1., 2., 5.]))])
""",
        "f1_score": """
M = tf.contrib.metrics; p, y, w = ph(f32, [None]), ph(i32, [None]), ph(f32, [None])
a, b = M.f1_score(y, p), M.f1_score(y, p, w, num_thresholds=5, name='mine')
steps = [([.1, .9, .4, .6, .35], [0, 1, 1, 0, 1], [1., 2., .5, 1., 0.]),
         ([.2, .3, .8, .7], [1, 0, 1, 1], [1., 3., 1., 2.])]
with S() as s:
    s.run(tf.local_variables_initializer())
    found = [s.run([a[1], b[1]], {p: x, y: t, w: v}) for x, t, v in steps]
    return found, s.run([a[0], b[0]]), sorted(v.name for v in tf.local_variables())
""",
        "contributed_metrics": """
M = tf.contrib.metrics; p, y, w = ph(f32, [None]), ph(f32, [None]), ph(f32, [None])
k, t = tf.cast(y * 2., i64), tf.cast(p > .5, i64)
q = {'covariance': M.streaming_covariance(p, y), 'weighted': M.streaming_covariance(p, y, w, name='weighted'),
     'pearson': M.streaming_pearson_correlation(p, y, w), 'count': M.count(p), 'weights': M.count(p, w, name='weights'),
     'kappa': M.cohen_kappa(k, t, 3), 'kappa_w': M.cohen_kappa(k, t, 3, w, name='k'),
     'fpr': M.streaming_false_positive_rate(t, y > .5), 'fnr': M.streaming_false_negative_rate(t, y > .5, w),
     'fpr_at': M.streaming_false_positive_rate_at_thresholds(p, y > .5, [.2, .7]),
     'fnr_at': M.streaming_false_negative_rate_at_thresholds(p, y > .5, [.2, .7], w),
     'concat': M.streaming_concat(p), 'few': M.streaming_concat(p, max_size=7, name='few'),
     'matrix': M.streaming_concat(tf.stack([p, y]), axis=-1, name='m')}
steps = [([.1, .9, .4, .6, .35], [0., 1., 1., 0., .5], [1., 2., .5, 1., 0.]), ([.2], [1.], [0.]),
         ([.2, .3, .8, .7], [1., 0., 1., 1.], [1., 3., 1., 2.])]
with S() as s:
    s.run(tf.local_variables_initializer())
    found = [s.run([q[n][1] for n in sorted(q)], {p: a, y: b, w: c}) for a, b, c in steps]
    return (found, s.run([q[n][0] for n in sorted(q)]), sorted(v.name for v in tf.local_variables()),
            nm(*[q[n][0] for n in sorted(q)]), [q[n][0].shape.as_list() for n in ('concat', 'matrix')])
""",
        "sets_errors": """
p, q = ph(i64), ph(i64); s = S(); T = tf.sets; x = T.set_intersection(p, q)
o = tf.SparseTensor([[1, 0], [0, 0]], C([1, 2], i64), [2, 2])
return [err(lambda: s.run(x, {p: [[1, 2], [3, 4]], q: [[1, 2]]})), err(lambda: s.run(x, {p: 3, q: 3})),
        err(lambda: s.run(T.set_size(o))), err(lambda: T.set_intersection(o, [[1], [1]])),
        err(lambda: T.set_size([[1]])).split('got')[0],
        err(lambda: T.set_intersection([[1.]], [[1.]])).split(': sets')[0].rstrip('.')]
""",
        "matmul_adjoint": """
a = A(2, 3) + 1j * A(2, 3, k=3); b = A(4, 3, k=7) - 1j * A(4, 3, k=1); m = tf.matmul
return run([m(C(a), C(b), adjoint_b=True), m(C(a), C(a), adjoint_a=True), m(C(A(2, 3)), C(A(3, 1)), a_is_sparse=True),
            m(C(A(2, 2, 3)), C(A(2, 4, 3, k=5)), adjoint_b=True)]) + [
    G(lambda x, y: tf.matmul(x, y, adjoint_a=True), A(3, 2), A(3, 4)),
    err(lambda: tf.matmul(C(A(2, 2)), C(A(2, 2)), transpose_a=True, adjoint_a=True))]
""",
        "matrix_inverse": """
x = A(3, 3) + 3 * np.eye(3); z = x + 1j * A(3, 3, k=5); g = G(tf.matrix_inverse, x)
return g + [run(tf.matrix_inverse(C(z), adjoint=True))]
""",
        "matrix_errors": """
m = C(A(2, 3)); s = S(); p = ph(f32); q = np.float32([[1, 2], [2, 4]])
return [err(lambda: f(m)).split(' for ')[0] for f in (tf.matrix_inverse, tf.matrix_determinant, tf.cholesky)] + [
    err(lambda: f(C(1.))).split(' for ')[0] for f in (tf.matrix_inverse, tf.cholesky, tf.qr, tf.svd)] + [
    err(lambda: s.run(tf.matrix_inverse(p), {p: q})), err(lambda: s.run(tf.matrix_solve(p, p), {p: q})),
    err(lambda: s.run(tf.cholesky(p), {p: -q})),
    err(lambda: s.run(tf.matrix_triangular_solve(p, p), {p: [[0., 1.], [1., 1.]]}))]
""",
        "matrix_solves": """
a, b = A(3, 3) + 2 * np.eye(3), A(3, 2, k=9); t = np.tril(a)
return [G(tf.matrix_solve, a, b), G(lambda x, y: tf.matrix_solve(x, y, adjoint=True), a, b),
        G(tf.matrix_triangular_solve, t, b), G(lambda x, y: tf.matrix_triangular_solve(x, y, lower=False), a, b),
        G(lambda x, y: tf.matrix_triangular_solve(x, y, adjoint=True), t, b), run(tf.cholesky_solve(C(t), C(b)))]
""",
        "matrix_least_squares": """
a, w, b, c = A(4, 2), A(2, 4, k=3), A(4, 3, k=8), A(2, 3, k=8)
return [G(tf.matrix_solve_ls, a, b), G(lambda x, y: tf.matrix_solve_ls(x, y, l2_regularizer=.5), w, c),
        run(tf.matrix_solve_ls(C(w), C(c))), run(tf.matrix_solve_ls(C(a), C(b), fast=False)),
        sh(tf.matrix_solve_ls(ph(f32, [None, 2]), ph(f32, [4, 3])))]
""",
        "matrix_decompositions": """
x = np.arange(12.).reshape(4, 3) ** 1.5 % 7; y = x.T.dot(x) / 20 + np.eye(3)
e = tf.self_adjoint_eig(C(y + 0j)); v = lambda k, **o: lambda a: tf.abs(tf.svd(a, **o)[k])
return [G(lambda a: tf.abs(tf.qr(a)[0]), x), G(lambda a: tf.abs(tf.qr(a)[1]), x), G(lambda a: tf.svd(a)[0], x),
        G(v(1), x), G(v(2), x), G(v(2), x.T), G(v(1, full_matrices=True), x),
        G(lambda a: tf.svd(a, compute_uv=False), x),
        G(lambda a: tf.self_adjoint_eig(a)[0], y), G(lambda a: tf.abs(tf.self_adjoint_eig(a)[1]), y),
        run(e[0]), run(tf.linalg.slogdet(C([[2., 1.], [1., -3.]]))), run(tf.linalg.slogdet(C(np.eye(200) * .01)))[1],
        G(lambda a: tf.linalg.slogdet(a)[1], y), G(tf.matrix_determinant, y), G(tf.cholesky, y),
        run(tf.svd(C(y + 1j * A(3, 3)), compute_uv=False))]
""",
        "norms": """
x = A(2, 3, 4); z = x + 1j * A(2, 3, 4, k=9); inf = np.inf
return [run(tf.norm(C(x), **k)) for k in (
    dict(), dict(axis=1), dict(ord=1, axis=-1), dict(ord=inf), dict(ord=3, axis=0), dict(axis=[0, 1], keepdims=True),
    dict(ord=1, axis=(1, 2)), dict(ord=inf, axis=[-2, -1]), dict(ord=2, axis=[1, 2]), dict(ord=2, axis=[0, 2]),
    dict(ord='fro', axis=[0, 2]), dict(ord=2, axis=[0, 1], keep_dims=True))] + [
    run(tf.norm(C(z), **k)) for k in (dict(), dict(ord=1, axis=1), dict(ord=2, axis=[1, 2]))] + [
    err(lambda: tf.norm(C(x), **k)) for k in (
        dict(ord=-1), dict(ord=3, axis=[0, 1]), dict(axis=[1]), dict(axis=[1, 1]), dict(axis=.5))]
""",
        "errors_of_indices": """
p, s = ph(f32), S(); v = V([1., 2.]); s.run(v.initializer); C3 = [1., 2., 3.]; z = tf.zeros
return [err(lambda: s.run(tf.gather(p, [7]), {p: C3})), err(lambda: s.run(tf.gather(p, [0], axis=5), {p: C3})),
        err(lambda: s.run(tf.gather_nd(p, [[7]]), {p: C3})), err(lambda: s.run(tf.scatter_nd([[9]], C([1.]), [3]))),
        err(lambda: tf.scatter_nd(z([2, 2, 1], i32), z([2, 3, 1]), [2, 1])).split(':')[1],
        err(lambda: s.run(tf.scatter_nd_update(v, [[9]], [1.]))), err(lambda: s.run(tf.scatter_update(v, [9], [1.]))),
        err(lambda: tf.scatter_nd_update(v, [[[9]]], [1.])).split(':')[1], err(lambda: s.run(p[0, 0], {p: C3})),
        err(lambda: s.run(p[0], {p: 1.})), err(lambda: s.run(p[5], {p: C3}))]
""",
        "errors_of_segments": """
p, q, s = ph(f32), ph(i32), S(); x = np.zeros((4, 2)); r = tf.segment_sum(p, q)
return [err(lambda: s.run(r, {p: x, q: i})) for i in ([0, 0, 2, 1], [0, 0], [0, 0, 0, -2], [0, 2, 3, 3])] + [
    err(lambda: tf.segment_max(tf.zeros([4, 2]), [[0, 1, 2, 3]])), sh(tf.segment_sum(tf.zeros([4, 2]), [0, 1])),
    err(lambda: s.run(tf.unsorted_segment_sum(p, q, 2), {p: [[1.]], q: [[2]]}))]
""",
        "errors_of_axes": """
z, s, p = tf.zeros([2, 3]), S(), ph(f32); x = np.ones((2, 3))
return [err(lambda: s.run(tf.reverse(p, [-30]), {p: x})), err(lambda: tf.reverse(z, [-30])).split(' for ')[0][:40],
        s.run([tf.reduce_sum(p, axis=[0, -2]), tf.reduce_max(p, axis=[1, 1])], {p: x}),
        err(lambda: s.run(tf.reduce_sum(p, axis=3), {p: x})).split(':')[0],
        err(lambda: tf.reduce_sum(z, axis=np.array([[0], [1]]))).split(' for ')[0],
        err(lambda: tf.concat([[1, 2], [3]], [0])).split(' for ')[0],
        err(lambda: tf.concat([z], [[0]])).split(' for ')[0],
        err(lambda: s.run(tf.transpose(p, [0, 0]), {p: x})), err(lambda: tf.matrix_transpose(C([1]))),
        err(lambda: tf.sequence_mask([1, 2], [1, 2])), err(lambda: tf.tile(C([[1]]), 1)).split(' for ')[0],
        sh(tf.expand_dims(C(1), [0]))]
""",
        "errors_of_pads_and_splits": """
z, s, p, q = tf.zeros([2, 2]), S(), ph(f32), ph(i32); n = tf.zeros([0, 2], i32)
return [err(lambda: tf.pad(z, w)).split(' for ')[0] for w in ([[1, 1]], [[1], [1]], [1, 1], [[-1, 0], [0, 0]])] + [
    err(lambda: s.run(tf.pad(p, [[3, 0]], 'REFLECT'), {p: [1., 2.]})),
    err(lambda: s.run(tf.pad(p, q), {p: [1.], q: [[-1, 0]]})), s.run(tf.pad(C(1.), n)),
    sh(tf.pad(z, C([[1, 0], [0, 2]], i64)), tf.pad(z, q), tf.pad(z, ph(i32, [2, 2]))),
    err(lambda: s.run(tf.split(p, 2), {p: [1., 2., 3.]})), err(lambda: s.run(tf.cast(C([1]), tf.string))),
    err(lambda: s.run(tf.cast(C(['a']), i32)))]
""",
        "shapes_equal_what_they_are_made_of": """
T = tf.TensorShape; x = ph(f32)
return [x.get_shape() == None, T([3]) == 3, T([3]) == [3], T([2]) == 'a', T(None) == T(None), T([]) == None]
""",
        "transpose_conjugate": """
z = A(2, 3) + 1j * A(2, 3, k=4)
return run([tf.transpose(C(z), conjugate=True), tf.transpose(C(z), [1, 0], conjugate=True), tf.transpose(C(A(2, 3)),
            conjugate=True)]) + [G(lambda x: tf.transpose(x, [1, 0], conjugate=True), A(2, 3))]
""",
        "differences_of_lists": """
d = tf.setdiff1d
return run([d([1, 2, 3, 2, 5], [2, 9]), d(['a', 'b'], ['b', 'c', 'd']), d([1.5, 2.5], [2.5])])
""",
        "errors_of_counts": """
s = S(); m = tf.confusion_matrix
return [err(lambda: s.run(tf.bincount([-1, 2]))), s.run(tf.bincount([])), s.run(tf.bincount([[1, 1], [3, 0]]))] + [
    err(lambda: s.run(m(*a, num_classes=3)))[:49] for a in (
        ([0, 3], [0, 1]), ([0, -1], [0, 1]), ([0, 1], [0, 3]), ([0, 1], [-1, 0]))]
""",
        "errors_of_diagonals": """
p, z, s, d = ph(f32), tf.zeros, S(), tf.matrix_set_diag
return [err(f).split(' for ')[0] for f in (
    lambda: tf.matrix_diag(C(1.)), lambda: tf.matrix_diag_part(C([1.])), lambda: d(C([[1.]]), C(1.)),
    lambda: tf.diag(C(1.)), lambda: tf.diag_part(C([1.])), lambda: tf.diag_part(z([2, 3])),
    lambda: d(z([2, 3]), z([3])))] + [
    err(lambda: s.run(tf.matrix_diag(p), {p: 1.})), err(lambda: s.run(tf.matrix_diag_part(p), {p: [1.]})),
    err(lambda: s.run(d(p, C([1.])), {p: [1.]}))]
""",
        "diagonals": """
x, y = A(2, 3, 2), A(2, 2, k=9); d = tf.matrix_set_diag
return [G(d, x, y), G(d, A(3, 3), A(3, k=7)), G(tf.matrix_diag_part, x), G(tf.matrix_diag_part, A(2, 3)),
        sh(d(ph(f32, [None, 2, 3]), ph(f32, [4, None])), tf.diag_part(ph(f32, [None, 3]))),
        run(tf.diag_part(tf.zeros([0, 0])))]
""",
        "errors_of_partitions": """
p, q, s, D = ph(f32), ph(i32), S(), tf.dynamic_partition
given = ([1., 2.], [0, 99]), (1., 99), ([[1., 2.]], [[0, -1]])
return [err(lambda: s.run(D(p, q, 2), {p: x, q: y})) for x, y in given] + [
    err(lambda: D(tf.zeros([2, 3]), C([[0, 1, 0, 1]]), 2)).split(' for ')[0],
    err(lambda: tf.reverse_sequence(tf.zeros([2, 3, 4]), C([1, 2, 3]), 1, 0)).split(' for ')[0],
    err(lambda: tf.reverse_sequence(tf.zeros([2, 3]), C([[1]]), 1, 0)).split(' for ')[0],
    err(lambda: tf.reverse_sequence(tf.zeros([2, 3]), C([1, 2]), 2, 0)).split(' for ')[0],
    err(lambda: s.run(tf.reverse_sequence(p, [9, 1], 1, 0), {p: np.ones((2, 3))})),
    err(lambda: tf.clip_by_value(C([1., 2.]), C([[1.]]), 2.)).split(' are ')[0]]
""",
        "errors_of_the_largest_and_sums": """
p, q, s, x = ph(f32), ph(i32), S(), np.ones((2, 2))
return [err(lambda: s.run(tf.nn.top_k(p, q)[0], {p: [1.], q: -7})),
        err(lambda: tf.nn.top_k(C([1.]), -7)).split(' for ')[0], err(lambda: s.run(tf.cumsum(p, axis=2), {p: x})),
        err(lambda: s.run(tf.cumsum(p, axis=C([0])), {p: [1.]}))]
""",
        "errors_of_sparse_to_dense": """
T, q, s = tf.sparse_to_dense, ph(i32), S()
return [err(lambda: s.run(T([[0]], [2], q), {q: [1, 2]})), err(lambda: s.run(T([1, 3], [5], 1, [0]))),
        err(lambda: T([1, 3], [[5], [3]], 1)).split(' for ')[0], err(lambda: s.run(T([1, 3], [5], [1, 2, 3])))]
""",
        "errors_of_string_split": """
t, s = ph(tf.string), S()
return [err(lambda: tf.string_split(C(['a']), [' ', ' '])).split(' for ')[0],
        err(lambda: s.run(tf.string_split(C(['a|b']), t), {t: ['|']}))]
""",
        "questions": """
n, i, f, e = tf.is_non_decreasing, tf.is_strictly_increasing, tf.assert_same_float_dtype, tf.assert_proper_iterable
return run([n([1, 2, 2]), n([2, 1]), i([1, 2, 2]), i([[1, 2], [3, 5]]), n([]), i([4])]) + nm(n([1])) + [
    err(lambda: n(['a'])).split(':')[:2], f([C(1.), None, C(2.)]), f(), f([C(1., f64)], f64),
    err(lambda: f([C(1.), C(2)])), err(lambda: f([], i32)), err(lambda: f([C(1.)], f64)),
    err(lambda: e(3)), err(lambda: e('ab')), e([1])]
""",
        "sparse_order_and_shape": """
x = tf.SparseTensor([[1, 0], [0, 2], [0, 1]], C([1., 2., 3.]), [2, 3]); T = tf.sparse_transpose
s = tf.sparse_reorder(x); r = tf.sparse_reshape(s, [3, -1]); t = T(s)
return run([s, r, t, T(s, [0, 1]), tf.sparse.expand_dims(s, 1), tf.sparse.expand_dims(s), tf.sparse_reset_shape(s),
            tf.sparse_reset_shape(s, [4, 3]), tf.sparse_reshape(s, C([6], i64)), tf.sparse.eye(2, 3)]) + [
    sh(s), sh(r), sh(t), sh(tf.sparse_reset_shape(s, [4, 3])),
    err(lambda: tf.sparse_reshape(s, [4])), err(lambda: tf.sparse_reset_shape(s, [1, 3])).split('Found')[0]]
""",
        "sparse_cuts": """
x = tf.SparseTensor([[0, 1], [0, 4], [1, 0], [2, 3]], C([1, 2, 3, 4]), [3, 5])
return run([tf.sparse_slice(x, [0, 1], [2, 3]), tf.sparse_slice(x, [1, 0], [9, 4]),
            tf.sparse_retain(x, [True, False, False, True])] + tf.sparse_split(sp_input=x, num_split=2, axis=1)
           + tf.sparse_split(sp_input=x, num_split=3, axis=0)) + [
    err(lambda: tf.sparse_split(x, 2, 1)), err(lambda: tf.sparse_split(sp_input=x, axis=1)),
    err(lambda: run(tf.sparse_split(sp_input=x, num_split=7, axis=1)[0].values)).split('got')[0].rstrip(', ')]
""",
        "sparse_joins": """
x = tf.SparseTensor([[0, 1], [1, 0]], C([1., 2.]), [2, 3]); y = tf.SparseTensor([[0, 0], [1, 1]], C([3., 4.]), [2, 2])
z = tf.SparseTensor([[0, 2]], C([5.]), [1, 3]); i = tf.SparseTensor([[0, 0], [0, 1], [1, 0]], C([2, 0, 3]), [2, 2])
v = tf.SparseTensor([[0, 0], [0, 1], [1, 0]], C([.5, 1.5, 2.5]), [2, 2]); e = tf.sparse_fill_empty_rows(z, 9.)
w = tf.SparseTensor([[1, 0], [3, 1]], C([7, 8]), [5, 2])
J = tf.sparse_concat
return run([J(1, [x, y]), J(0, [x, z]), J(0, [x, y], expand_nonconcat_dim=True),
            tf.sparse_merge(i, v, 5), tf.sparse_merge([i, i], v, [5, 4]), tf.sparse_to_indicator(i, 4), e[0], e[1],
            *tf.sparse_fill_empty_rows(w, -1)]) + [
    err(lambda: tf.sparse_merge([i], v, [5, 4])).split(' Got')[0].rstrip('.')]
""",
        "sparse_sums_and_pairs": """
x = tf.SparseTensor([[0, 1], [1, 0], [1, 2]], C([1., -2., 4.]), [2, 3]); d = C(A(2, 3).astype(np.float32))
y = tf.SparseTensor([[0, 0], [1, 0]], C([3., 2.]), [2, 3])
return run([tf.sparse_add(x, y), tf.sparse_add(x, y, thresh=.5), tf.sparse_add(x, d), tf.sparse_add(d, x),
            tf.sparse_maximum(x, y), tf.sparse_minimum(x, y), tf.sparse_softmax(x), tf.sparse_reduce_max(x),
            tf.sparse_reduce_max(x, 1, keepdims=True), tf.sparse_reduce_max(x, [0]), tf.sparse_reduce_sum_sparse(x, 0),
            tf.sparse_reduce_sum_sparse(x, 1, keep_dims=True), tf.sparse_reduce_max_sparse(x, 0)]) + [
    err(lambda: tf.sparse_add(d, d)), err(lambda: tf.sparse_add(x, tf.sparse_reset_shape(y, [3, 3])))]
""",
        "sparse_gradients": """
v, w = C([1., 2., 3.]), C([.5, .25]); x = tf.SparseTensor([[0, 2], [1, 0], [0, 1]], v, [2, 3])
y = tf.SparseTensor([[0, 0], [1, 0]], w, [2, 3]); r = tf.sparse_reorder(x)
k = lambda s, c: tf.gradients(tf.reduce_sum(s.values * s.values * C(c)), v)[0]
return run([k(r, [1., 2., 3.]), k(tf.sparse_reshape(r, [6]), [1., 2., 3.]),
            k(tf.sparse_add(r, y), [1., 2., 3., 4.]), k(tf.sparse_retain(r, [True, False, True]), [2., 5.]),
            k(tf.sparse_softmax(r), [1., 2., 3.]), k(tf.sparse_fill_empty_rows(r, 1.)[0], [1., 2., 3.]),
            tf.gradients(tf.sparse_add(C(A(2, 3).astype(np.float32)), r) * C(A(2, 3, k=4).astype(np.float32)), v)[0]])
""",
        "sparse_segments": """
x, w = C(A(4, 3)), C(A(4, 3, k=9)); i, s = [3, 0, 1, 1], [0, 0, 1, 3]
F = tf.sparse_segment_sum, tf.sparse_segment_mean, tf.sparse_segment_sqrt_n
return run([f(x, i, s) for f in F] + [tf.convert_to_tensor(tf.gradients(f(x, i, s) * w, x)[0]) for f in F]
           + [f(x, i, s, num_segments=5) for f in F])
""",
        "copies": """
x, q = C(A(3, 2)), ph(i32, [None, 3]); k = tf.repeat; n = tf.identity_n([C(1.), C([2])])
return run(n + [tf.parallel_stack([C([1.]), C([2.])]), k([1, 2], [2, 1]), k([[1, 2], [3, 4]], 2, axis=1), k(x, 2),
                k(x, [1, 0, 2], axis=0), k(x, 3, -1)]) + [G(lambda a: tf.reshape(k(a, 2, axis=1), [3, 4]), A(3, 2))]
""",
        "elements_changed": """
x, u = A(4, 2), A(2, 2, k=9); i = [[3], [1]]; F = tf.tensor_scatter_update, tf.tensor_scatter_add, tf.tensor_scatter_sub
return [G(lambda a, b: f(a, i, b), x, u) for f in F] + [run(tf.tensor_scatter_add([1, 2, 3], [[1], [1]], [9, 1])),
        sh(F[0](ph(f32, [None, 2]), ph(i32, [3, 1]), ph(f32, [3, 2])))]
""",
        "shapes_together": """
T, p, s = tf.TensorShape, ph(f32), S(); b = tf.broadcast_static_shape
e = tf.ensure_shape(p, [None, 2])
return [b(T([1, 2]), T([3, 1])).as_list(), err(lambda: b(T([2]), T([3]))),
        run(tf.broadcast_dynamic_shape([1, 2], [3, 1])), sh(e), err(lambda: s.run(e, {p: [1.]})).split(':')[0],
        err(lambda: tf.ensure_shape(C([1.]), [2])).split(' for ')[0].rstrip('.'),
        run(tf.unravel_index([5, 1], [2, 3])), tf.dimension_value(tf.Dimension(3)), tf.dimension_value(4),
        tf.dimension_value(tf.Dimension(None)), tf.dimension_at_index(T([1, 2]), 1).value,
        tf.dimension_at_index(T(None), 1).value, run(tf.ensure_shape(C([[1., 2.]]), [None, 2]))]
""",
        "base64": """
return run([tf.encode_base64(['hello?~', '']), tf.encode_base64('a', pad=True), tf.decode_base64('aGVsbG8_fg'),
            tf.decode_base64(['YQ==', 'YQ'])]) + [err(lambda: run(tf.decode_base64('a b')))]
""",
        "fourier": """
z = (A(2, 4) + 1j * A(2, 4, k=3)).astype(np.complex64); w = (A(2, 2, 3) + 1j * A(2, 2, 3, k=7)).astype(np.complex64)
x = A(2, 5).astype(np.float32); y = A(2, 4, 4).astype(np.float32); P = tf.spectral
r = [tf.fft(z), tf.ifft(z), tf.fft2d(w), tf.ifft2d(w), tf.fft3d(w), tf.ifft3d(w), P.rfft(x), P.rfft(x, [4]),
     P.rfft(x, [8]), P.rfft2d(y), P.rfft3d(y), P.irfft(z), P.irfft(z, [5]), P.irfft2d(w), P.irfft3d(w)]
r.append(tf.signal.rfft(x))
return run(r) + [sh(*r), sh(P.rfft(ph(f32, [None, 6])), P.rfft(ph(f32)))]
""",
        "fourier_gradients": """
a, b = C(A(2, 4).astype(np.float32)), C(A(2, 4, k=3).astype(np.float32)); z = tf.complex(a, b); P = tf.spectral
w = tf.complex(C(A(2, 4, k=5).astype(np.float32)), C(A(2, 4, k=8).astype(np.float32)))
g = lambda y: tf.gradients(tf.reduce_sum(tf.real(y) * .5 + tf.imag(y) * tf.real(y)), [a, b])
h = lambda y: [tf.gradients(tf.reduce_sum(tf.real(y) * .5 + tf.imag(y) * tf.real(y)), a)[0]]
k = lambda y: tf.gradients(tf.reduce_sum(y * y * C(A(*y.shape.as_list(), k=2).astype(np.float32))), [a, b])
return run([g(tf.fft(z) * w), g(tf.ifft(z) * w), g(tf.fft2d(z)), g(tf.ifft2d(z)), h(P.rfft(a)), h(P.rfft2d(a)),
            k(P.irfft(z)), k(P.irfft2d(z))])
""",
        "switches": """
return [tf.resource_variables_enabled(), tf.control_flow_v2_enabled(), tf.disable_tensor_equality(),
        tf.debugging.is_numeric_tensor(C([1])), run(tf.debugging.is_nan(C([1., np.nan])))]
""",
    }
)
