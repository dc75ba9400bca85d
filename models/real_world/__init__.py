"""Small models of kinds that people really have.  [beside TensorFlow]"""
