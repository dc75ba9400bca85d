"""Layers and variables in lists, dicts and other objects of a layer.  [beside TensorFlow]"""

from __future__ import annotations

import tensorflow as tf

from .. import Tensor, case

keras = tf.keras


def classified(layer):
    """Return a Functional model of the layer and a head."""
    features = keras.Input((3,), name="features")
    return keras.Model(features, keras.layers.Dense(2, name="head")(layer(features)))


@keras.utils.register_keras_serializable(package="Conformance")
class Nest(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.stages = [
            {"down": [keras.layers.Dense(2, name=f"down_{stage}")], "up": [keras.layers.Dense(3, name=f"up_{stage}")]}
            for stage in range(2)
        ]

    def call(self, inputs):
        for stage in self.stages:
            for block in stage["down"] + stage["up"]:
                inputs = inputs[:, :1] + block(inputs)
        return inputs


@case(
    inputs=Tensor((None, 3)),
    traits=("functional", "layers_in_containers"),
    custom_objects={"Conformance>Nest": Nest},
)
def nest_of_layers():
    """Layers in lists in dicts in a list. A search that stops at the first container misses all of them."""
    return classified(Nest())


@keras.utils.register_keras_serializable(package="Conformance")
class RawVariables(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.terms = [tf.Variable([1.0, 1.0, 1.0], name=f"term_{power}") for power in range(3)]

    def call(self, inputs):
        answer = inputs
        for term in self.terms:
            answer = answer * inputs + term
        return answer


@case(
    inputs=Tensor((None, 3)),
    traits=("functional", "layers_in_containers"),
    custom_objects={"Conformance>RawVariables": RawVariables},
)
def list_of_tensorflow_variables():
    """Three tf.Variables of the same shape in a list. They can get lost, or swapped."""
    layer = RawVariables()
    model = classified(layer)
    for at, term in enumerate(layer.terms):
        term.assign([0.5 + at, -0.25 * at, 1.0])
    return model


@keras.utils.register_keras_serializable(package="Conformance")
class Scaled(keras.layers.Layer):
    """Scales the answer of a different layer."""

    def __init__(self, inner, **kwargs):
        super().__init__(**kwargs)
        self.inner = inner

    def build(self, input_shape):
        self.factor = self.add_weight(shape=(3,), initializer="ones", name="factor")

    def call(self, inputs):
        return self.inner(inputs) * self.factor


@keras.utils.register_keras_serializable(package="Conformance")
class SharedInside(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        shared = keras.layers.Dense(3, activation="tanh", name="shared")
        self.left = Scaled(shared, name="left")
        self.right = Scaled(shared, name="right")

    def call(self, inputs):
        return self.left(inputs) - self.right(self.left(inputs))


@case(
    inputs=Tensor((None, 3)),
    traits=("subclassed",),
    custom_objects={"Conformance>SharedInside": SharedInside},
)
def sublayer_of_two_layers():
    """One Dense layer inside two layers. It may be saved once or twice, but must be one layer after loading."""
    model = SharedInside()
    model(tf.zeros((2, 3)))
    return model


@keras.utils.register_keras_serializable(package="Conformance")
class Partner(keras.layers.Layer):
    """Knows its partner, and adds the partner's weight to its own."""

    partner = None

    def build(self, input_shape):
        self.weight = self.add_weight(shape=(3,), initializer="ones", name="weight")
        self.built = True

    def call(self, inputs):
        return inputs * self.weight + self.partner.weight


@keras.utils.register_keras_serializable(package="Conformance")
class Couple(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.one, self.other = Partner(name="one"), Partner(name="other")
        self.one.partner, self.other.partner = self.other, self.one

    def build(self, input_shape):
        self.one.build(input_shape)
        self.other.build(input_shape)
        self.built = True

    def call(self, inputs):
        return tf.tanh(self.other(self.one(inputs)))


@case(
    inputs=Tensor((None, 3)),
    traits=("subclassed",),
    custom_objects={"Conformance>Couple": Couple},
    offered={"keras": "<3"},
)
def cycle_of_layers():
    """Two layers that refer to each other. A search of the object graph that does not remember its way never ends."""
    model = Couple()
    model(tf.zeros((2, 3)))
    return model
