"""How the types of TensorFlow's operations are read, a file a family: each reader makes the operation of a node."""
