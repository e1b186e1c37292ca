"""Sequences to sequences: decoders, losses, conditional random fields; the public names are in tf.contrib."""
