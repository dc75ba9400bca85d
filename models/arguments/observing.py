"""Observes an object: its attribute, its config, and how it acts, in inference and in training.  [beside TensorFlow]

An observation is a dict: a part of what is observed by its name, in a form that the wire carries. Where the object
raises, the part is the class of the exception, so that an original that raises has to raise after loading too.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional

import numpy as np

from .classes import seed_everything
from .described import answered, described
from .holders import Held

SEED = 31
# What comes before the class of an exception in place of what is observed.
RAISES = "raises "
# The name of what the variables hold before any training.
BEGINS = "initial values"
STEPS = 2
RATE = 0.5
# The object that is under test has no such attribute.
MISSING = object()


def observe(of: str, argument: str, made: Any, held: Optional[Held], acts: bool = True) -> Dict[str, Any]:
    """Return the observation of an object.

    Args:
        of: its class, such as `layers.Dense`.
        argument: the argument that is tried.
        held: a model that holds it, if there is one.
        acts: whether to observe how it acts too.
    """
    found: Dict[str, Any] = {}
    if hasattr(made, "get_config"):
        found["config"] = attempted(lambda: described(made.get_config()))
    if argument:
        attribute = getattr(made, argument, getattr(made, f"_{argument}", MISSING))
        if attribute is not MISSING and not callable(getattr(type(made), argument, None)):
            found["attribute"] = described(attribute)
    module = of.rpartition(".")[0]
    for name, act in ACTS.get(module, {}).items() if acts else ():
        found[name] = attempted(lambda act=act: act(made, held))  # type: ignore[misc]
    return {name: part for name, part in found.items() if part is not None}


def attempted(act: Callable[[], Any]) -> Any:
    """Return what is answered, or the class of the exception that is raised."""
    seed_everything(SEED)
    try:
        return answered(act())
    except Exception as error:
        return RAISES + type(error).__name__


def targets() -> List[np.ndarray]:
    """Return one-hot true values of shape (4, 2, 3), and predicted probabilities of that shape."""
    random = np.random.default_rng(SEED)
    probabilities = random.dirichlet(np.ones(3), (4, 2)).astype("float32")
    one_hot = np.eye(3, dtype="float32")[random.integers(0, 3, (4, 2))]
    return [one_hot, probabilities]


def value_of_loss(made: Any, held: Optional[Held]) -> Any:
    """Return a loss for one-hot targets, for classes, and with weights."""
    truth, predicted = targets()
    classes = truth.argmax(-1)
    weights = np.array([1.0, 0.5, 0.0, 2.0], "float32")[:, None]
    return [
        attempted(lambda: made(truth, predicted)),
        attempted(lambda: made(classes, predicted)),
        attempted(lambda: made(truth, 3.0 * predicted - 1.0)),
        attempted(lambda: made(truth, predicted, sample_weight=weights)),
        attempted(lambda: made(truth[:, 0], predicted[:, 0])),
    ]


def result_of_metric(made: Any, held: Optional[Held]) -> Any:
    """Return the results of a metric for several kinds of targets, each from its beginning."""
    truth, predicted = targets()
    kinds = [
        (truth[:, 0], predicted[:, 0]),
        (truth.argmax(-1), predicted),
        (truth.argmax(-1)[:, :1], predicted.argmax(-1)[:, :1]),
        (truth[:, 0, 0], predicted[:, 0, 0]),
        (predicted[:, 0], truth[:, 0]),
    ]

    def result(truth: np.ndarray, predicted: np.ndarray) -> Any:
        made.reset_state()
        if len(getattr(type(made).update_state, "__code__", made.update_state.__code__).co_varnames) < 3:
            made.update_state(predicted)
        else:
            made.update_state(truth, predicted)
        return made.result()

    return [attempted(lambda kind=kind: result(*kind)) for kind in kinds]  # type: ignore[misc]


def steps_of_optimizer(made: Any, held: Optional[Held]) -> Any:
    """Return a model's variables after some steps of its optimizer with given gradients, and the rate."""
    if held is None:
        return None
    import tensorflow as tf

    trained = held.model.trainable_variables
    # An optimizer may copy the variables when it is built: that of a loaded model is built before they change here.
    if not (getattr(made, "built", False) or getattr(made, "_built", False)):
        made.build(trained)
    random = np.random.default_rng(SEED)
    for each in trained:
        each.assign(random.normal(size=each.shape).astype("float32"))
    for _ in range(STEPS):
        gradients = [tf.constant(random.normal(size=each.shape).astype("float32")) for each in trained]
        made.apply_gradients(zip(gradients, trained))
    if getattr(made, "use_ema", False):
        made.finalize_variable_values(trained)
    return [*trained, made.learning_rate]


def rates_of_schedule(made: Any, held: Optional[Held]) -> Any:
    """Return the rates at the first steps."""
    return [made(step) for step in range(12)]


def draws_of_initializer(made: Any, held: Optional[Held]) -> Any:
    """Return two draws in a row."""
    return [attempted(lambda: made((3, 4))), attempted(lambda: made((4, 4))), attempted(lambda: made((3, 3, 2, 4)))]


def value_of_function(made: Any, held: Optional[Held]) -> Any:
    """Return what a regularizer or a constraint makes of a matrix and of a kernel of a convolution."""
    import tensorflow as tf

    random = np.random.default_rng(SEED)
    shapes = ((3, 4), (3, 3, 2, 4))
    values = [tf.constant(random.normal(size=shape).astype("float32")) for shape in shapes]
    return [attempted(lambda value=value: made(value)) for value in values]  # type: ignore[misc]


def dtypes_of_policy(made: Any, held: Optional[Held]) -> Any:
    """Return the dtypes that a policy stands for."""
    return [str(getattr(made, name, None)) for name in ("name", "compute_dtype", "variable_dtype")]


def specs_of_variables(made: Any, held: Optional[Held]) -> Any:
    """Return dtype, shape and whether it is trainable of every variable of a model, and its outputs' specs."""
    if held is None:
        return None
    variables = [
        [_dtype(each), [int(size) for size in each.shape], bool(each.trainable)]
        for each in held.model.variables
        if hasattr(each, "assign")
    ]
    import tensorflow as tf

    outputs = [
        [_dtype(each), list(each.shape), bool(getattr(each, "sparse", False)), bool(getattr(each, "ragged", False))]
        for each in tf.nest.flatten(held.model.outputs)
    ]
    return {"variables": variables, "outputs": outputs}


def _dtype(tensor: Any) -> str:
    return getattr(tensor.dtype, "name", str(tensor.dtype))


def inference(made: Any, held: Optional[Held]) -> Any:
    """Return the outputs of a model in inference, and their masks."""
    if held is None:
        return None
    import tensorflow as tf

    outputs = held.inputs.call(_layer(held), [tf.constant(each) for each in held.inputs.values()], training=False)
    masks = [getattr(each, "_keras_mask", None) for each in tf.nest.flatten(outputs)]
    return {"outputs": outputs, "masks": masks}


def training(made: Any, held: Optional[Held]) -> Any:
    """Return the outputs of a model in training, its losses, and its variables after one step with constraints.

    The model's variables have other values afterwards.
    """
    if held is None:
        return None
    import tensorflow as tf

    model, inputs = held.model, [tf.constant(each) for each in held.inputs.values()]
    with tf.GradientTape() as tape:
        outputs = held.inputs.call(_layer(held), inputs, training=True)
        losses = list(model.losses)
        floats = [each for each in tf.nest.flatten(outputs) if each.dtype.is_floating]
        total = tf.add_n([tf.reduce_mean(tf.square(tf.cast(each, "float32"))) for each in floats] or [0.0])
        total += tf.add_n([tf.cast(each, "float32") for each in losses] or [0.0])
    trained = [each for each in model.trainable_variables if hasattr(each, "assign")]
    raw = [getattr(each, "value", each) if not isinstance(each, tf.Variable) else each for each in trained]
    for variable, gradient in zip(trained, tape.gradient(total, raw)):
        if gradient is not None:
            variable.assign(variable - tf.cast(RATE * tf.convert_to_tensor(gradient), variable.dtype))
        if getattr(variable, "constraint", None) is not None:
            variable.assign(variable.constraint(variable))
    return {
        "outputs": outputs,
        "losses": losses,
        "variables": [each for each in model.variables if holds_numbers(each)],
    }


def holds_numbers(variable: Any) -> bool:
    """Return whether a variable holds numbers, and no text."""
    return hasattr(variable, "assign") and "string" not in str(variable.dtype)


def _layer(held: Held) -> Any:
    return held.model.layers[-1]


Acts = Dict[str, Callable[[Any, Optional[Held]], Any]]
# How objects of each module of Keras act. What a layer does in training comes last, because it changes the layer.
ACTS: Dict[str, Acts] = {
    "layers": {"shapes and dtypes": specs_of_variables, "inference": inference, "training": training},
    "losses": {"values": value_of_loss},
    "metrics": {"results": result_of_metric},
    "optimizers": {"steps": steps_of_optimizer},
    "optimizers.schedules": {"rates": rates_of_schedule},
    "initializers": {"draws": draws_of_initializer},
    "regularizers": {"values": value_of_function},
    "constraints": {"values": value_of_function},
    "dtype_policies": {"dtypes": dtypes_of_policy},
    "mixed_precision": {"dtypes": dtypes_of_policy},
}
