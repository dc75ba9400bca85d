"""Random numbers that are reproducible, from a seed or from a state in a variable.  [beside TensorFlow]"""

from __future__ import annotations

import tensorflow as tf

from .. import Tensor, case


class Generator(tf.Module):
    def __init__(self):
        super().__init__(name="generator")
        self.generator = tf.random.Generator.from_seed(1234, alg="philox")
        self.state = self.generator.state
        self.scale = tf.Variable(2.0, name="scale")

    @tf.function(input_signature=[tf.TensorSpec((None, 2), name="x")])
    def serve(self, x):
        return {"noisy": x + self.scale * self.generator.normal(tf.shape(x))}


@case(endpoints={"serve": {"x": Tensor((None, 2))}}, traits=("stateful", "seeded", "draws"))
def random_generator():
    """A tf.random.Generator. Its state must be saved, so that the loaded one draws the next numbers."""
    module = Generator()
    module.serve(tf.ones((1, 2)))
    return module
