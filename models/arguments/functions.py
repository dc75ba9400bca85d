"""Registered functions to give as arguments, each of which no function of Keras equals.  [beside TensorFlow]"""

from __future__ import annotations

from typing import Any, Callable, Dict

PACKAGE = "arguments"


def doubled(inputs: Any) -> Any:
    """Return twice the inputs."""
    return inputs * 2.0


def halves(shape: Any, dtype: Any = None, **kwargs: Any) -> Any:
    """Return an initial value of halves."""
    import tensorflow as tf

    return tf.fill(shape, tf.cast(0.5, tf.dtypes.as_dtype(dtype or "float32")))


def squared(values: Any) -> Any:
    """Return a penalty: a third of the sum of squares."""
    import tensorflow as tf

    return tf.reduce_sum(tf.square(values)) / 3.0


def clipped(values: Any) -> Any:
    """Return the values between -0.1 and 0.1."""
    import tensorflow as tf

    return tf.clip_by_value(values, -0.1, 0.1)


def doubled_error(y_true: Any, y_pred: Any) -> Any:
    """Return twice the absolute error of each example."""
    import tensorflow as tf

    return 2.0 * tf.reduce_mean(tf.abs(tf.cast(y_true, y_pred.dtype) - y_pred), axis=-1)


def dashes(text: Any) -> Any:
    """Return the text split at dashes."""
    import tensorflow as tf

    return tf.strings.split(text, "-")


def shouted(text: Any) -> Any:
    """Return the text in capitals."""
    import tensorflow as tf

    return tf.strings.upper(text)


def namespace(keras: Any) -> Dict[str, Any]:
    """Return all names that expressions may use, with the functions registered in this Keras."""
    import numpy as np
    import tensorflow as tf

    functions = (doubled, halves, squared, clipped, doubled_error, dashes, shouted)
    register: Callable[..., Any] = keras.utils.register_keras_serializable
    return {
        "keras": keras,
        "np": np,
        "tf": tf,
        **{each.__name__: register(package=PACKAGE)(each) for each in functions},
    }
