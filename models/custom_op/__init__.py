"""TensorFlow without Keras: modules, functions, tables, and ops of one's own.  [beside TensorFlow]"""
