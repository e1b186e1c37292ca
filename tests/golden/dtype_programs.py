"""Lines whose graphs are written by the library in several dtypes, and imported and run by TensorFlow.

Each is evaluated with `tf`, `np` and what `inputs` gives, in each of the dtypes. Those that the library refuses in a
dtype are left out.
"""

DTYPES = ("float32", "float64", "float16", "int32", "int64")

_X = [[0.5, -1.0, 2.0, 0.25], [1.5, 0.75, -0.5, -2.0], [0.125, 0.25, 3.0, -0.375]]
_Y = [[1.0, -0.5, 0.25, 2.0], [-1.5, 0.5, 1.0, 0.125], [0.625, -0.75, 3.5, 0.875]]


def lines():
    """Return the lines."""
    return [line.strip() for line in " ".join(LINES.split()).split(";")]


def values(np, dtype):
    """What is fed: whole numbers where the dtype has no others, and no zeros."""
    whole = dtype.startswith("int")
    x, y = (np.array(a) * (8 if whole else 1) for a in (_X, _Y))
    image = (np.arange(96) * 37 % 23 + 1.0).reshape(2, 4, 4, 3) / (1 if whole else 8)
    square = np.array([[4.0, 1, 0], [1, 3, 1], [0, 1, 5]])
    found = {"x": x, "y": y, "p": np.abs(x) + 1, "u": np.abs(y) / 8, "im": image, "q": square, "one": np.array(2.0)}
    return dict({name: value.astype(dtype) for name, value in found.items()}, i=np.array([1, 0, 2], np.int32))


def inputs(tf, np, dtype):
    """Return the placeholders that lines name."""
    found = {name: tf.placeholder(value.dtype, value.shape, name) for name, value in values(np, dtype).items()}

    def trained(optimizer, sparse=False, resource=False):
        """A variable after a step."""
        v = tf.Variable(np.array([[1, 2], [3, 4], [5, 6]], dtype), use_resource=resource)
        rows = tf.gather(v, [0, 2]) if sparse else v
        with tf.control_dependencies([optimizer.minimize(tf.reduce_sum(rows * rows))]):
            return v.read_value()

    return dict(found, b=tf.greater(found["x"], found["y"]), T=tf.as_dtype(dtype), trained=trained)


LINES = """
x + y; x - y; x * y; x / y; x // y; x % y; -x; tf.abs(x); tf.pow(p, 2); x > y; x >= y; x < y; x <= y; tf.equal(x, y);
tf.not_equal(x, y); tf.divide(x, y); tf.truediv(x, y); tf.realdiv(x, y); tf.div(x, y); tf.div_no_nan(x, y);
tf.floor_div(x, y); tf.floormod(x, y); tf.truncatediv(x, y); tf.truncatemod(x, y); tf.maximum(x, y); tf.minimum(x, y);
tf.squared_difference(x, y); tf.add_n([x, y, x]); tf.accumulate_n([x, y]); tf.square(x); tf.sign(x); tf.identity(x);
tf.exp(u); tf.expm1(u); tf.log(p); tf.log1p(p); tf.sqrt(p); tf.rsqrt(p); tf.reciprocal(x); tf.sin(x); tf.cos(x);
tf.tan(x); tf.asin(u); tf.acos(u); tf.atan(x); tf.atan2(x, y); tf.sinh(x); tf.cosh(x); tf.tanh(x); tf.asinh(x);
tf.acosh(p); tf.atanh(u); tf.sigmoid(x); tf.erf(x); tf.erfc(x); tf.lgamma(p); tf.digamma(p); tf.floor(x); tf.ceil(x);
tf.round(x); tf.rint(x); tf.is_nan(x); tf.is_inf(x); tf.is_finite(x); tf.complex(x, y); tf.real(tf.complex(x, y));
tf.imag(tf.complex(x, y)); tf.angle(tf.complex(x, y)); tf.conj(tf.complex(x, y)); tf.logical_and(b, x > 0);
tf.logical_or(b, b); tf.logical_not(b); tf.bitwise.bitwise_and(x, y); tf.bitwise.bitwise_or(x, y);
tf.bitwise.bitwise_xor(x, y); tf.bitwise.invert(x); tf.bitwise.left_shift(p, p); tf.bitwise.right_shift(p, p);
tf.cast(x, tf.float32); tf.cast(x, tf.float64); tf.cast(x, tf.int32); tf.cast(x, tf.bool); tf.to_float(x);
tf.zeros_like(x); tf.ones_like(x); tf.stop_gradient(x); tf.check_numerics(x, "m"); tf.clip_by_value(x, 0, 1);
tf.clip_by_norm(x, 1.0); tf.clip_by_global_norm([x, y], 1.0)[0]; tf.global_norm([x, y]); tf.clip_by_value(x, y, p);
tf.reduce_sum(x); tf.reduce_sum(x, i[:1]); tf.reduce_mean(x, 1); tf.reduce_max(x, [0, 1]); tf.reduce_min(x, 0);
tf.reduce_prod(x, 1, keepdims=True); tf.reduce_all(b); tf.reduce_any(b, 1); tf.reduce_logsumexp(u); tf.argmax(x, 1);
tf.argmin(x, 0, output_type=tf.int32); tf.cumsum(x, 1); tf.cumprod(x, 0, reverse=True); tf.where(b, x, y); tf.where(b);
tf.where_v2(b, x, one); tf.matmul(x, y, transpose_b=True); tf.matmul(im, im, transpose_a=True); tf.tensordot(x, y, 2);
tf.einsum("ij,kj->ik", x, y); tf.norm(x); tf.cross(x[:, :3], y[:, :3]); tf.diag(x[0]); tf.diag_part(q); tf.trace(q);
tf.matrix_diag(x); tf.matrix_diag_part(q); tf.matrix_inverse(q); tf.matrix_determinant(q); tf.cholesky(q);
tf.matrix_solve(q, q); tf.matrix_triangular_solve(q, q); tf.self_adjoint_eigvals(q); tf.matrix_band_part(q, 0, -1);
tf.matrix_transpose(im); tf.eye(3, dtype=T); tf.shape(x); tf.shape(x, out_type=tf.int64); tf.size(x); tf.rank(x);
tf.reshape(x, [-1, 2]); tf.reshape(x, tf.cast(i, tf.int64)[:1] * 12); tf.transpose(x); tf.transpose(im, [3, 0, 1, 2]);
tf.expand_dims(x, 0); tf.squeeze(x[None]); tf.concat([x, y], 1); tf.concat([x, y], i[1]); tf.stack([x, y]);
tf.stack([one, 3]); tf.unstack(x)[1]; tf.split(x, 2, 1)[1]; tf.split(x, [1, 3], 1)[1]; tf.split(x, tf.stack([i[0], 3]),
1)[1]; tf.pad(x, [[1, 0], [0, 1]]); tf.pad(x, [[1, 0], [0, 1]], constant_values=2); tf.pad(x, [[1, 1], [1, 1]],
"REFLECT"); tf.tile(x, [2, 1]); tf.tile(x, tf.cast(i[::2], tf.int64)); tf.slice(x, [0, 1], [2, 2]); tf.slice(x, i[1:],
[1, 1]); x[1:, ::2]; x[i[0]]; x[tf.cast(i[0], tf.int64), 1:i[2]]; tf.gather(x, i); tf.gather(x, tf.cast(i, tf.int64),
axis=1); tf.gather_nd(x, [[0, 1]]); tf.scatter_nd([[1], [2]], x[:2], [4, 4]); tf.scatter_nd(i[:, None], x, tf.cast([3,
4], tf.int64)); tf.one_hot(i, 3, dtype=T); tf.one_hot(i, 3, one, one * 2); tf.range(one, 9, 2); tf.range(one * 3);
tf.fill([2], one); tf.zeros([2], T); tf.ones(i, T); tf.broadcast_to(one, [2, 2]); tf.reverse(x, [0]);
tf.reverse_sequence(x, i + 1, 1, 0); tf.reverse_sequence(x, tf.cast(i + 1, tf.int64), 1, 0); tf.linspace(one, one * 3,
4); tf.unique(x[0])[1]; tf.invert_permutation(i); tf.placeholder_with_default(x, [None, 4]); tf.dynamic_partition(x, i,
3)[1]; tf.segment_sum(x, [0, 0, 1]); tf.segment_mean(x, [0, 0, 1]); tf.segment_max(x, tf.cast([0, 0, 1], tf.int64));
tf.unsorted_segment_sum(x, i, 3); tf.unsorted_segment_max(x, i, 3); tf.unsorted_segment_mean(x, i, 3);
tf.sequence_mask(i, 4, T); tf.nn.top_k(x, 2)[0]; tf.boolean_mask(x, i > 0); tf.space_to_batch_nd(im, [2, 2], [[0, 0],
[0, 0]]); tf.batch_to_space_nd(tf.tile(im, [2, 1, 1, 1]), [2, 2], [[0, 0], [0, 0]]); tf.space_to_depth(im, 2);
tf.depth_to_space(tf.tile(im, [1, 1, 1, 4]), 2); tf.dynamic_stitch([[0, 2], [1]], [x[:2], y[:1]]); tf.nn.relu(x);
tf.nn.relu6(x); tf.nn.elu(x); tf.nn.selu(x); tf.nn.leaky_relu(x); tf.nn.softplus(x); tf.nn.softsign(x);
tf.nn.softmax(x); tf.nn.log_softmax(x); tf.nn.l2_loss(x); tf.nn.l2_normalize(x, 1); tf.nn.bias_add(x, y[0]);
tf.nn.moments(x, [0])[1]; tf.nn.softmax_cross_entropy_with_logits(labels=u, logits=x);
tf.nn.softmax_cross_entropy_with_logits_v2(labels=tf.cast(u, tf.float32), logits=x);
tf.nn.sparse_softmax_cross_entropy_with_logits(labels=i, logits=x);
tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.cast(i, tf.int64), logits=x);
tf.nn.sigmoid_cross_entropy_with_logits(labels=u, logits=x); tf.nn.weighted_cross_entropy_with_logits(u, x, 2.0);
tf.nn.conv2d(im, im[0, :2, :2, :, None], [1, 1, 1, 1], "SAME"); tf.nn.depthwise_conv2d(im, im[0, :2, :2, :, None], [1,
1, 1, 1], "VALID"); tf.nn.conv3d(im[..., None], im[:2, :2, :2, 0, None, None], [1, 1, 1, 1, 1], "SAME");
tf.nn.max_pool3d(im[..., None], [1, 2, 2, 2, 1], [1, 1, 1, 1, 1], "SAME"); tf.nn.avg_pool3d(im[..., None], [1, 2, 2, 2,
1], [1, 1, 1, 1, 1], "SAME"); tf.nn.conv2d_transpose(im, im[0, :2, :2, :, None] * tf.ones([1, 1, 1, 3], T), [2, 4, 4,
3], [1, 1, 1, 1], "SAME"); tf.nn.lrn(im); tf.nn.max_pool(im, [1, 2, 2, 1], [1, 2, 2, 1], "SAME"); tf.nn.avg_pool(im, [1,
2, 2, 1], [1, 1, 1, 1], "VALID"); tf.nn.fused_batch_norm(im, y[0, :3], y[1, :3])[0]; tf.nn.fused_batch_norm(im, y[0,
:3], y[1, :3], y[2, :3], p[0, :3], is_training=False)[0]; tf.nn.batch_normalization(x, y, p, None, None, 1e-3);
tf.nn.in_top_k(tf.cast(x, tf.float32), i, 2); tf.nn.embedding_lookup(x, i); tf.nn.zero_fraction(x); tf.nn.dropout(x * 0,
0.5); tf.nn.dropout(x * 0, rate=tf.cast(0.5, tf.float64)); tf.nn.crelu(x); tf.image.resize_bilinear(im, [3, 3]);
tf.image.resize_nearest_neighbor(im, [3, 3]); tf.image.flip_left_right(im); tf.shape(tf.random_uniform([2], 0, 9, T));
tf.shape(tf.random_normal([2], dtype=T)); tf.shape(tf.truncated_normal([2], dtype=T)); tf.shape(tf.random_shuffle(x));
tf.shape(tf.multinomial(x, 2)); tf.gradients(x * y, x)[0]; tf.gradients(x / y, y)[0]; tf.gradients(tf.tanh(x), x)[0];
tf.gradients(tf.sigmoid(x), x)[0]; tf.gradients(tf.sqrt(p), p)[0]; tf.gradients(tf.reduce_mean(x, 1), x)[0];
tf.gradients(tf.reduce_max(x, 1), x)[0]; tf.gradients(tf.nn.softmax(x) * y, x)[0]; tf.gradients(tf.gather(x, i[:2]),
x)[0]; tf.gradients(x[1:, ::2], x)[0]; tf.gradients(tf.nn.elu(x), x)[0]; tf.gradients(tf.nn.selu(x), x)[0];
tf.gradients(tf.nn.softplus(x), x)[0]; tf.gradients(tf.nn.relu6(x), x)[0]; tf.gradients(tf.nn.leaky_relu(x), x)[0];
tf.gradients(tf.nn.softsign(x), x)[0]; tf.gradients(x + one, one)[0];
tf.gradients(tf.nn.softmax_cross_entropy_with_logits_v2(labels=u, logits=x), x)[0]; tf.gradients(tf.concat([x, y], 1) **
2, y)[0]; tf.gradients(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=i, logits=x), x)[0];
tf.gradients(tf.matmul(x, y, transpose_b=True), x)[0]; tf.gradients(tf.nn.max_pool(im, [1, 2, 2, 1], [1, 2, 2, 1],
"SAME"), im)[0]; tf.gradients(tf.nn.avg_pool(im, [1, 2, 2, 1], [1, 1, 1, 1], "VALID"), im)[0];
tf.gradients(tf.nn.bias_add(x, y[0]), y)[0]; tf.gradients(tf.nn.fused_batch_norm(im, y[0, :3], y[1, :3])[0] ** 2,
im)[0]; tf.gradients(tf.nn.conv2d(im, im[0, :2, :2, :, None], [1, 1, 1, 1], "SAME"), im)[0]; tf.cond(x[0, 0] > 0,
lambda: x / y, lambda: y / x); tf.while_loop(lambda k, a: k < 2, lambda k, a: (k + 1, a * y), [0, x])[1];
tf.map_fn(lambda r: r * 2, x); tf.scan(lambda a, r: a + r, x); tf.as_string(i); tf.string_join([tf.as_string(i), "a"]);
tf.gradients(tf.cast(x, tf.float32) ** 2, x)[0]; tf.losses.mean_squared_error(x, y); tf.losses.softmax_cross_entropy(u,
x); tf.losses.sparse_softmax_cross_entropy(i, x); tf.losses.huber_loss(x, y); tf.losses.log_loss(u, u);
tf.layers.dense(x, 2, kernel_initializer=tf.ones_initializer()); tf.layers.batch_normalization(im, training=True);
tf.get_variable("v", [2], T, tf.ones_initializer()); tf.assign(tf.Variable(x * 0 + 1, validate_shape=False), y);
tf.assign_add(tf.Variable(one * 2, name="a"), one); tf.scatter_add(tf.Variable(np.ones([3, 4], T.as_numpy_dtype)), i,
x); tf.assign_sub(tf.Variable(np.ones([3, 4], T.as_numpy_dtype), use_resource=True), x);
tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(2, kernel_initializer=tf.ones_initializer()), im[0], dtype=T)[0];
tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(2, initializer=tf.ones_initializer(), cell_clip=2.0, use_peepholes=True),
im[0], dtype=T)[0]; trained(tf.train.GradientDescentOptimizer(0.1)); trained(tf.train.GradientDescentOptimizer(0.1),
sparse=True); trained(tf.train.GradientDescentOptimizer(0.1), resource=True);
trained(tf.train.GradientDescentOptimizer(0.1), sparse=True, resource=True); trained(tf.train.MomentumOptimizer(0.1,
0.9)); trained(tf.train.MomentumOptimizer(0.1, 0.9), sparse=True); trained(tf.train.MomentumOptimizer(0.1, 0.9),
resource=True); trained(tf.train.MomentumOptimizer(0.1, 0.9), sparse=True, resource=True);
trained(tf.train.MomentumOptimizer(0.1, 0.9, use_nesterov=True)); trained(tf.train.MomentumOptimizer(0.1, 0.9,
use_nesterov=True), sparse=True); trained(tf.train.MomentumOptimizer(0.1, 0.9, use_nesterov=True), resource=True);
trained(tf.train.MomentumOptimizer(0.1, 0.9, use_nesterov=True), sparse=True, resource=True);
trained(tf.train.AdamOptimizer(0.1)); trained(tf.train.AdamOptimizer(0.1), sparse=True);
trained(tf.train.AdamOptimizer(0.1), resource=True); trained(tf.train.AdamOptimizer(0.1), sparse=True, resource=True);
trained(tf.train.AdagradOptimizer(0.1)); trained(tf.train.AdagradOptimizer(0.1), sparse=True);
trained(tf.train.AdagradOptimizer(0.1), resource=True); trained(tf.train.AdagradOptimizer(0.1), sparse=True,
resource=True); trained(tf.train.AdadeltaOptimizer(0.1)); trained(tf.train.AdadeltaOptimizer(0.1), sparse=True);
trained(tf.train.AdadeltaOptimizer(0.1), resource=True); trained(tf.train.AdadeltaOptimizer(0.1), sparse=True,
resource=True); trained(tf.train.RMSPropOptimizer(0.1, momentum=0.5)); trained(tf.train.RMSPropOptimizer(0.1,
momentum=0.5), sparse=True); trained(tf.train.RMSPropOptimizer(0.1, momentum=0.5), resource=True);
trained(tf.train.RMSPropOptimizer(0.1, momentum=0.5), sparse=True, resource=True);
trained(tf.train.RMSPropOptimizer(0.1, centered=True)); trained(tf.train.RMSPropOptimizer(0.1, centered=True),
sparse=True); trained(tf.train.RMSPropOptimizer(0.1, centered=True), resource=True);
trained(tf.train.RMSPropOptimizer(0.1, centered=True), sparse=True, resource=True);
trained(tf.train.ProximalGradientDescentOptimizer(0.1, 0.01)); trained(tf.train.ProximalGradientDescentOptimizer(0.1,
0.01), sparse=True); trained(tf.train.ProximalGradientDescentOptimizer(0.1, 0.01), resource=True);
trained(tf.train.ProximalGradientDescentOptimizer(0.1, 0.01), sparse=True, resource=True);
trained(tf.train.ProximalAdagradOptimizer(0.1, 0.1, 0.01)); trained(tf.train.ProximalAdagradOptimizer(0.1, 0.1, 0.01),
sparse=True); trained(tf.train.ProximalAdagradOptimizer(0.1, 0.1, 0.01), resource=True);
trained(tf.train.ProximalAdagradOptimizer(0.1, 0.1, 0.01), sparse=True, resource=True);
trained(tf.train.FtrlOptimizer(0.1)); trained(tf.train.FtrlOptimizer(0.1), sparse=True);
trained(tf.train.FtrlOptimizer(0.1), resource=True); trained(tf.train.FtrlOptimizer(0.1), sparse=True, resource=True);
trained(tf.train.GradientDescentOptimizer(1)); trained(tf.train.AdamOptimizer(tf.train.exponential_decay(0.1,
tf.train.get_or_create_global_step(), 2, 0.5))); trained(tf.train.FtrlOptimizer(0.1,
l2_shrinkage_regularization_strength=0.1)); trained(tf.train.FtrlOptimizer(0.1, l1_regularization_strength=0.5),
sparse=True, resource=True)
"""
