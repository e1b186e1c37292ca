"""What TensorBoard reads: summaries, graphs as messages, and the files that they are written to."""
