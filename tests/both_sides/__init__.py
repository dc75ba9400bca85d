"""What pytest and the processes beside TensorFlow share: the wire, and the types of what goes over it."""
