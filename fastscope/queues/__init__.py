"""Queues, the threads that fill them, and what reads files and makes batches of them: input as before tf.data."""
