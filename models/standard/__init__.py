"""Models made of what Keras has.  [beside TensorFlow]"""
