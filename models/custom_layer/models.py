"""Subclassed models, by what their call() takes and does.  [beside TensorFlow]"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from .. import Tensor, case

keras = tf.keras


def called(model, inputs):
    """Return the model, built by a call."""
    model(inputs)
    return model


@keras.utils.register_keras_serializable(package="Conformance")
class TwelveBlocks(keras.Model):
    def __init__(self, width=2, **kwargs):
        super().__init__(**kwargs)
        self.width = width
        self.blocks = [keras.layers.Dense(width, activation="tanh", name=f"b{i}") for i in range(12)]
        self.head = keras.layers.Dense(2, name="head")

    def call(self, inputs):
        for block in self.blocks:
            inputs = block(inputs)
        return self.head(inputs)

    def get_config(self):
        return {**super().get_config(), "width": self.width}


@case(
    inputs=Tensor((None, 3)),
    traits=("subclassed", "layers_in_containers", "tries_twins"),
    custom_objects={"Conformance>TwelveBlocks": TwelveBlocks},
)
def twelve_blocks():
    """A model with twelve blocks in a list. Sorted by name, b10 and b11 come before b2."""
    return called(TwelveBlocks(width=3), tf.zeros((2, 3)))


@keras.utils.register_keras_serializable(package="Conformance")
class Difference(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.left = keras.layers.Dense(2, name="left")
        self.right = keras.layers.Dense(2, name="right")

    def call(self, a, b):
        return self.left(a) - tf.tanh(self.right(b))


@keras.utils.register_keras_serializable(package="Conformance")
class Unpacking(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.difference = Difference(name="difference")

    def call(self, inputs):
        return self.difference(inputs[0], inputs[1])


@case(
    inputs=[Tensor((None, 2)), Tensor((None, 3))],
    traits=("subclassed", "nested"),
    custom_objects={"Conformance>Unpacking": Unpacking},
)
def two_positional_inputs():
    """An inner model whose call() takes two tensors as two arguments. It cannot be built from one input shape."""
    return called(Unpacking(), [tf.zeros((2, 2)), tf.zeros((2, 3))])


@keras.utils.register_keras_serializable(package="Conformance")
class Power(keras.layers.Layer):
    def build(self, input_shape):
        self.factor = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="factor")

    def call(self, inputs, *, exponent=1.0, sign=1.0):
        return sign * self.factor * tf.abs(inputs) ** exponent


@case(inputs=Tensor((None, 3)), traits=("functional",), custom_objects={"Conformance>Power": Power})
def keyword_only_arguments():
    """A layer called twice with different keyword-only arguments. They belong to the calls, not to the layer."""
    features = keras.Input((3,), name="features")
    power = Power()
    joined = keras.layers.Concatenate()([power(features, exponent=1.5), power(features, exponent=0.5, sign=-1.0)])
    return keras.Model(features, keras.layers.Dense(2)(joined))


@keras.utils.register_keras_serializable(package="Conformance")
class Distinguishing(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.hidden = keras.layers.Dense(4, activation="tanh", name="hidden")
        self.auxiliary = keras.layers.Dense(4, name="auxiliary")
        self.head = keras.layers.Dense(2, name="head")

    def call(self, inputs, training=False):
        hidden = self.hidden(inputs)
        return self.head(self.auxiliary(hidden) if training else hidden)


@case(
    inputs=Tensor((None, 3)),
    traits=("subclassed",),
    custom_objects={"Conformance>Distinguishing": Distinguishing},
)
def training_argument():
    """A layer that is only called during training. Tracing, building or restoring for inference alone misses it."""
    model = Distinguishing()
    model(tf.zeros((2, 3)), training=True)
    return called(model, tf.zeros((2, 3)))


@keras.utils.register_keras_serializable(package="Conformance")
class OwnTrainStep(keras.Model):
    def __init__(self, weight=1.0, **kwargs):
        super().__init__(**kwargs)
        self.weight = weight
        self.head = keras.layers.Dense(1, name="head")
        self.distance = keras.metrics.MeanAbsoluteError(name="distance")
        self.total = keras.metrics.Mean(name="total")

    @property
    def metrics(self):
        return [self.total, self.distance]

    def call(self, inputs):
        return self.head(inputs)

    def train_step(self, data):
        x, y, _ = keras.utils.unpack_x_y_sample_weight(data)
        with tf.GradientTape() as tape:
            answered = self(x, training=True)
            loss = self.weight * tf.reduce_mean(tf.math.log(tf.cosh(y["sum"] - answered)))
        self.optimizer.apply_gradients(zip(tape.gradient(loss, self.trainable_variables), self.trainable_variables))
        return self.measured(loss, y["sum"], answered)

    def test_step(self, data):
        x, y, _ = keras.utils.unpack_x_y_sample_weight(data)
        answered = self(x, training=False)
        loss = self.weight * tf.reduce_mean(tf.math.log(tf.cosh(y["sum"] - answered)))
        return self.measured(loss, y["sum"], answered)

    def measured(self, loss, y, answered):
        self.total.update_state(loss)
        self.distance.update_state(y, answered)
        return {"total": self.total.result(), "distance": self.distance.result()}

    def get_config(self):
        return {**super().get_config(), "weight": self.weight}


@case(
    inputs=Tensor((None, 3), tame=True),
    targets={"sum": Tensor((None, 1))},
    traits=("subclassed", "compiled", "compiled_with_alias", "trained", "slots"),
    custom_objects={"Conformance>OwnTrainStep": OwnTrainStep},
)
def own_train_step():
    """Custom train_step(), test_step(), metrics, and targets in a dict. It is compiled, but uses nothing of that."""
    model = OwnTrainStep(weight=1.5)
    examples = np.linspace(-1, 1, 36, dtype="float32").reshape(12, 3)
    model.compile(optimizer=keras.optimizers.Adam(0.05, beta_1=0.8), loss="mse")
    model.fit(examples, {"sum": examples.sum(axis=1, keepdims=True)}, batch_size=4, shuffle=False, verbose=0)
    return model


@keras.utils.register_keras_serializable(package="Conformance")
class Active(keras.layers.Layer):
    def __init__(self, rate=0.0, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate

    def call(self, inputs):
        self.add_loss(self.rate * tf.reduce_mean(tf.abs(inputs)))
        return inputs

    def get_config(self):
        return {**super().get_config(), "rate": self.rate}


@case(
    inputs=Tensor((None, 3), tame=True),
    traits=("functional", "compiled", "trained"),
    custom_objects={"Conformance>Active": Active},
)
def loss_added_in_call():
    """call() adds a loss, which no compile config holds. Without it, training continues differently."""
    features = keras.Input((3,), name="features")
    hidden = Active(rate=0.5)(keras.layers.Dense(4, activation="tanh")(features))
    model = keras.Model(features, keras.layers.Dense(1)(hidden))
    examples = np.linspace(-1, 1, 36, dtype="float32").reshape(12, 3)
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss=keras.losses.MeanSquaredError())
    model.fit(examples, examples.sum(axis=1, keepdims=True), batch_size=4, shuffle=False, verbose=0)
    return model


class WithArguments(keras.Model):
    def __init__(self, width, activation):
        super().__init__()
        self.hidden = keras.layers.Dense(width, activation=activation, name="hidden")
        self.head = keras.layers.Dense(2, name="head")

    def call(self, inputs):
        return self.head(self.hidden(inputs))


@case(
    inputs=Tensor((None, 3)),
    traits=("subclassed", "layer_without_config"),
    custom_objects={"WithArguments": WithArguments},
)
def model_without_config():
    """A model as people write their first one: arguments without defaults, no get_config(), not registered."""
    return called(WithArguments(5, "relu"), tf.zeros((2, 3)))
