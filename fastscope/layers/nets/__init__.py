"""Image networks of tf.contrib.slim.nets: AlexNet, OverFeat, VGG, residual networks, and the first three Inceptions.

Variables, shapes and results have TensorFlow's names, so that checkpoints of its model zoo fit.
"""

from . import alexnet, inception, overfeat, resnet_utils, resnet_v1, resnet_v2, vgg

__all__ = ["alexnet", "inception", "overfeat", "resnet_utils", "resnet_v1", "resnet_v2", "vgg"]
