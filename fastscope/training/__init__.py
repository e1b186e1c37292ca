"""Optimizers, gradients, decays and the global step."""
