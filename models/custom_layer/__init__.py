"""Keras models with layers, models or training objects of one's own.  [beside TensorFlow]"""
