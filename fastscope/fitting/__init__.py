"""Training and evaluation as one call: optimize_loss, train operations, the loops of slim and tf.contrib.training."""
