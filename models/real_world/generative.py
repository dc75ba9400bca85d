"""Models that generate, with training steps of their own.  [beside TensorFlow]

What they draw depends on the number of steps alone, so that training is the same in every process.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from .. import Tensor, case

keras = tf.keras


def noise(like, step, seed):
    """Return normal noise in the shape of a tensor; it differs in each step."""
    return tf.random.stateless_normal(tf.shape(like), seed=tf.stack([seed, tf.cast(step, tf.int32)]))


@keras.utils.register_keras_serializable(package="RealWorld")
class VariationalAutoencoder(keras.Model):
    """An encoder to a mean and a variance, and a decoder. It draws in training; its answer is that of the mean."""

    def __init__(self, features=6, latent=2, beta=1.0, **kwargs):
        super().__init__(**kwargs)
        self.arguments = {"features": features, "latent": latent, "beta": beta}
        self.beta = beta
        given = keras.Input((features,), name="given")
        hidden = keras.layers.Dense(5, activation="relu", name="narrowing")(given)
        heads = [keras.layers.Dense(latent, name=name)(hidden) for name in ("mean", "log_variance")]
        self.encoder = keras.Model(given, heads, name="encoder")
        code = keras.Input((latent,), name="code")
        hidden = keras.layers.Dense(5, activation="relu", name="widening")(code)
        answer = keras.layers.Dense(features, activation="sigmoid", name="answer")(hidden)
        self.decoder = keras.Model(code, answer, name="decoder")
        self.trackers = [keras.metrics.Mean(name=name) for name in ("loss", "distance", "divergence")]

    @property
    def metrics(self):
        return self.trackers

    def call(self, inputs):
        mean, _ = self.encoder(inputs)
        return self.decoder(mean)

    def losses_of(self, x, step):
        mean, log_variance = self.encoder(x)
        drawn = self.decoder(mean + tf.exp(0.5 * log_variance) * noise(mean, step, seed=11))
        distance = tf.reduce_mean(tf.reduce_sum(tf.square(x - drawn), axis=-1))
        divergence = 0.5 * (tf.square(mean) + tf.exp(log_variance) - 1.0 - log_variance)
        divergence = tf.reduce_mean(tf.reduce_sum(divergence, axis=-1))
        return distance + self.beta * divergence, distance, divergence

    def measured(self, losses):
        for tracker, loss in zip(self.trackers, losses):
            tracker.update_state(loss)
        return {tracker.name: tracker.result() for tracker in self.trackers}

    def train_step(self, data):
        x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        with tf.GradientTape() as tape:
            losses = self.losses_of(x, self.optimizer.iterations)
        variables = self.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(losses[0], variables), variables))
        return self.measured(losses)

    def test_step(self, data):
        x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        return self.measured(self.losses_of(x, 0))

    def get_config(self):
        return {**super().get_config(), **self.arguments}


@case(
    inputs=Tensor((None, 6), tame=True),
    traits=("subclassed", "nested", "compiled", "trained", "slots"),
    custom_objects={"RealWorld>VariationalAutoencoder": VariationalAutoencoder},
)
def variational_autoencoder():
    """A VAE, compiled without a loss: its losses are in its own steps, and its metrics in a list of its own."""
    model = VariationalAutoencoder(beta=0.5, name="vae")
    examples = (np.sin(np.arange(72, dtype="float32") * 0.7).reshape(12, 6) + 1.0) / 2.0
    model(examples[:1])
    model.compile(optimizer=keras.optimizers.Adam(0.01))
    model.fit(examples, batch_size=4, shuffle=False, verbose=0)
    return model


@keras.utils.register_keras_serializable(package="RealWorld")
class Adversaries(keras.Model):
    """A generator and a critic that are trained against each other, each with an optimizer of its own."""

    def __init__(self, noise_width=3, side=4, **kwargs):
        super().__init__(**kwargs)
        self.arguments = {"noise_width": noise_width, "side": side}
        self.generator = keras.Sequential(
            [
                keras.Input((noise_width,)),
                keras.layers.Dense(side * side // 2, use_bias=False),
                keras.layers.BatchNormalization(),
                keras.layers.LeakyReLU(),
                keras.layers.Reshape((side // 2, side // 2, 2)),
                keras.layers.Conv2DTranspose(1, 3, strides=2, padding="same", activation="tanh"),
            ],
            name="generator",
        )
        self.critic = keras.Sequential(
            [
                keras.Input((side, side, 1)),
                keras.layers.Conv2D(2, 3, strides=2, padding="same"),
                keras.layers.LeakyReLU(),
                keras.layers.Flatten(),
                keras.layers.Dense(1),
            ],
            name="critic",
        )

    def call(self, inputs, training=False):
        return self.generator(inputs, training=training)

    def compile(self, optimizer, critic_optimizer=None, **kwargs):
        super().compile(optimizer=optimizer, **kwargs)
        self.critic_optimizer = critic_optimizer
        self.loss_of = keras.losses.BinaryCrossentropy(from_logits=True)

    def train_step(self, data):
        given, real, _ = keras.utils.unpack_x_y_sample_weight(data)
        with tf.GradientTape() as tape:
            made = self.generator(given + noise(given, self.optimizer.iterations, seed=5), training=True)
            of_real, of_made = self.critic(real, training=True), self.critic(made, training=True)
            truth = tf.concat([tf.ones_like(of_real), tf.zeros_like(of_made)], axis=0)
            critic_loss = self.loss_of(truth, tf.concat([of_real, of_made], axis=0))
        variables = self.critic.trainable_variables
        self.critic_optimizer.apply_gradients(zip(tape.gradient(critic_loss, variables), variables))
        with tf.GradientTape() as tape:
            of_made = self.critic(self.generator(given, training=True), training=False)
            loss = self.loss_of(tf.ones_like(of_made), of_made)
        variables = self.generator.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        return {"critic_loss": critic_loss, "loss": loss}

    def test_step(self, data):
        given, real, _ = keras.utils.unpack_x_y_sample_weight(data)
        return {"distance": tf.reduce_mean(tf.abs(real - self.generator(given, training=False)))}

    def get_config(self):
        return {**super().get_config(), **self.arguments}


@case(
    inputs=Tensor((None, 3), tame=True),
    traits=("subclassed", "nested", "compiled", "trained", "slots"),
    custom_objects={"RealWorld>Adversaries": Adversaries},
)
def adversaries():
    """A GAN: compile() takes two optimizers, train_step() uses both, and no config names the second one."""
    model = Adversaries(name="adversaries")
    given = np.sin(np.arange(36, dtype="float32")).reshape(12, 3)
    real = np.cos(np.arange(192, dtype="float32") * 0.3).reshape(12, 4, 4, 1)
    model(given[:1])
    model.compile(keras.optimizers.Adam(0.01, beta_1=0.5), critic_optimizer=keras.optimizers.RMSprop(0.01))
    model.fit(given, real, batch_size=6, shuffle=False, verbose=0)
    return model
