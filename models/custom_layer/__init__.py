"""Keras models with custom layers, models or training objects.  [beside TensorFlow]"""
