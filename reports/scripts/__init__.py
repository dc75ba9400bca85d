"""Scripts that reproduce a shortfall with TensorFlow alone."""
