"""TensorFlow without Keras: modules, functions, tables and custom ops.  [beside TensorFlow]"""
