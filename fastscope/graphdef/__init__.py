"""Graphs as TensorFlow's messages, and back: files that TensorFlow writes and reads."""
