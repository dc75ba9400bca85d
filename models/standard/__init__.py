"""Models made of Keras's own layers.  [beside TensorFlow]"""
