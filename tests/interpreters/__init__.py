"""Where a model is saved and loaded: the agents beside TensorFlow, the wire, and what drives them."""
