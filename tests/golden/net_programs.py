"""Programs of tf.contrib.slim.nets, each a function of `tf`, which record_graph_programs.py runs."""

import hashlib

import numpy as np

PROGRAMS = {}


def told(tf, result, ends, all_names=True):
    """What a program can see of a network: names and shapes of what it made; many lines as their count and hash."""
    variables = [f"{v.name} {v.shape.as_list()} {v in tf.trainable_variables()}" for v in tf.global_variables()]
    results = [f"{name} {ends[name].shape.as_list()} {ends[name].name}" for name in sorted(ends)]
    if not all_names:  # of inner operations
        results = [line.rpartition(" ")[0] for line in results]
    kept = [len(tf.get_collection(key)) for key in ("update_ops", "regularization_losses", "moving_vars")]
    lines = [*variables, *results]
    digest = hashlib.md5("\n".join(lines).encode()).hexdigest()
    return [result.name, result.shape.as_list(), kept, len(variables), lines[:3], lines[-3:], digest]


def network(file, name, scope, size=(2, 224, 224, 3), **arguments):
    """A program that builds a network for images of a size."""

    def program(tf):
        module = getattr(tf.contrib.slim.nets, file)
        with tf.contrib.slim.arg_scope(getattr(module, scope)()):
            images = tf.placeholder(tf.float32, size, name="images")
            return told(tf, *getattr(module, name)(images, **arguments))

    PROGRAMS["_".join([name, *(f"{key}_{value}" for key, value in arguments.items())])] = program


network("alexnet", "alexnet_v2", "alexnet_v2_arg_scope")
network("alexnet", "alexnet_v2", "alexnet_v2_arg_scope", (1, 300, 400, 3), spatial_squeeze=False)
network("overfeat", "overfeat", "overfeat_arg_scope", (2, 231, 231, 3))
network("vgg", "vgg_a", "vgg_arg_scope")
network("vgg", "vgg_16", "vgg_arg_scope", num_classes=7, is_training=False)
network("vgg", "vgg_19", "vgg_arg_scope")
network("resnet_v1", "resnet_v1_50", "resnet_arg_scope", num_classes=10)
network("resnet_v1", "resnet_v1_101", "resnet_arg_scope", output_stride=8, global_pool=False)
network("resnet_v1", "resnet_v1_152", "resnet_arg_scope")
network("resnet_v2", "resnet_v2_50", "resnet_arg_scope", num_classes=10, is_training=False)
network("resnet_v2", "resnet_v2_200", "resnet_arg_scope")
network("inception", "inception_v1", "inception_v1_arg_scope")
network("inception", "inception_v2", "inception_v2_arg_scope", depth_multiplier=0.5)
network("inception", "inception_v3", "inception_v3_arg_scope", (2, 299, 299, 3), num_classes=5)


def program(function):
    PROGRAMS[function.__name__] = function
    return function


def numbers(tf, results, images):
    """What results are, once every variable has a value of its own."""
    variables = tf.global_variables()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for k, v in enumerate(variables):
            shape = v.shape.as_list()
            value = ((np.arange(np.prod(shape)) * 7 + k) % 11 - 5).reshape(shape) / np.float32(np.prod(shape[:-1]) + 9)
            v.load(np.abs(value) + 0.5 if "variance" in v.name else value, session)
        return [np.round(session.run(one), 4) for one in results(images)]


IMAGES = ((np.arange(2 * 33 * 35 * 3) % 17 - 8).reshape(2, 33, 35, 3) / 8).astype(np.float32)


@program
def numbers_of_residual_networks(tf):
    slim, found = tf.contrib.slim, []
    for module, name in ((slim.nets.resnet_v1, "resnet_v1"), (slim.nets.resnet_v2, "resnet_v2")):
        block = getattr(module, f"{name}_block")
        blocks = [block("first", 2, 2, 2), block("second", 4, 3, 2), block("third", 2, 2, 1)]
        for stride in (None, 8):
            with slim.arg_scope(module.resnet_arg_scope()):
                net, _ = getattr(module, name)(
                    tf.constant(IMAGES), blocks, 3, is_training=False, global_pool=False, output_stride=stride,
                    reuse=stride is not None, scope=name,
                )  # fmt: skip
            found.append(net)
    return [[each.shape.as_list() for each in found], numbers(tf, lambda images: found, IMAGES)]


@program
def parts_of_residual_networks(tf):
    utils = tf.contrib.slim.nets.resnet_utils
    images = tf.constant(IMAGES[:, :6, :7])
    with tf.contrib.slim.arg_scope([tf.contrib.slim.conv2d], activation_fn=None):
        found = [
            utils.subsample(images, 1),
            utils.subsample(images, 2, "half"),
            utils.conv2d_same(images, 2, 3, 2, scope="strided"),
            utils.conv2d_same(images, 2, 3, 1, rate=2, scope="wide"),
        ]
    return [found[0] is images, [each.name for each in found[1:]], numbers(tf, lambda images: found, images)]


@program
def numbers_of_inceptions(tf):
    slim, found = tf.contrib.slim, []
    images = tf.constant(np.tile(IMAGES, [1, 2, 2, 1]))
    for name, last, more in (
        ("inception_v1", "Mixed_4b", {}),
        ("inception_v2", "Mixed_4a", {"depth_multiplier": 0.2, "min_depth": 4}),
        ("inception_v3", "Mixed_6b", {"depth_multiplier": 0.1, "min_depth": 2}),
    ):
        inception = slim.nets.inception
        with (
            slim.arg_scope(getattr(inception, f"{name}_arg_scope")()),
            slim.arg_scope([slim.batch_norm], is_training=False),
        ):
            net, ends = getattr(inception, f"{name}_base")(images, final_endpoint=last, **more)
        found.append((tf.reduce_mean(net, [1, 2])[:, ::7], sorted(ends)))
    return [[names for _, names in found], numbers(tf, lambda images: [net for net, _ in found], images)]


@program
def wrong(tf):
    nets, found = tf.contrib.slim.nets, []
    images = tf.zeros([1, 64, 64, 3])
    for call in (
        lambda: nets.resnet_v1.resnet_v1_50(images, output_stride=6),
        lambda: nets.resnet_v2.resnet_v2_50(images, output_stride=64),
        lambda: nets.inception.inception_v3_base(images, depth_multiplier=0),
        lambda: nets.inception.inception_v2(images, depth_multiplier=-0.5),
        lambda: nets.inception.inception_v1_base(images, final_endpoint="Mixed_9z"),
    ):
        try:
            call()
        except ValueError as error:
            found.append(f"ValueError: {error}")
    return found
