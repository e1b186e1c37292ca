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
        "sets_errors": """
p, q = ph(i64), ph(i64); s = S(); T = tf.sets; x = T.set_intersection(p, q)
o = tf.SparseTensor([[1, 0], [0, 0]], C([1, 2], i64), [2, 2])
return [err(lambda: s.run(x, {p: [[1, 2], [3, 4]], q: [[1, 2]]})), err(lambda: s.run(x, {p: 3, q: 3})),
        err(lambda: s.run(T.set_size(o))), err(lambda: T.set_intersection(o, [[1], [1]])),
        err(lambda: T.set_size([[1]])).split('got')[0],
        err(lambda: T.set_intersection([[1.]], [[1.]])).split(': sets')[0].rstrip('.')]
""",
    }
)
