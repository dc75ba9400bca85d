"""Code that pytest and the processes beside TensorFlow share: the wire, and the types that go over it."""
