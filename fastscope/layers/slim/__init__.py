"""tf.contrib.layers, which slim is: layers that are functions, with the names weights and biases for their variables.

Each opens a variable scope, `scope` or one of its own name made unique. Its arguments may be given by `arg_scope`.
"""
