"""Tries one object: observes it, saves it in every way, and observes what is loaded.  [beside TensorFlow]"""

from __future__ import annotations

import functools
import inspect
import json
import os
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple, Union

import numpy as np

from ...both_sides.argument_trials import CLONE, CONFIG, H5, KERAS, Trial, Tried
from ...both_sides.plain import from_plain, to_plain
from .classes import keras, seed_everything
from .holders import COMPILED, Held, NotHeld, held_by, hold
from .inputs import Inputs
from .observing import BEGINS, RAISES, SEED, holds_numbers, observe
from .plan import Plan
from .subjects import NotLegal, Subject, in_short

FILES = {KERAS: "model.keras", H5: "model.h5"}
CONFIG_FILE, VARIABLES = "config.json", "variables.npz"
Observation = Dict[str, Any]
LONGEST_MESSAGE = 2000


def start_anew() -> None:
    """Forget the names and the seeds of earlier objects.

    Once for each class, because TensorFlow forgets its kernels too.
    """
    clear = keras().backend.clear_session
    # Keras 3 looks for garbage in the whole process otherwise, which takes longer than all else.
    clear(**({"free_memory": False} if "free_memory" in inspect.signature(clear).parameters else {}))


def made_of(subject: Subject, names: Mapping[str, Any], acts: bool) -> Tuple[Any, Optional[Held]]:
    """Return the object, and a model that holds it; None if no model can, or if it need not act.

    Raises:
        NotLegal: the constructor refuses the value, or no model can be built with it although it is a layer's.
    """
    made = subject.make(names)
    if not acts:
        return made, None
    try:
        return made, hold(subject.of, made)
    except NotHeld as reason:
        if subject.module == "layers" and holds_by_default(subject, names):
            raise NotLegal(f"no model can be built with it: {in_short(reason)}") from reason
        return made, None


@functools.cache
def _holds(of: str, expression: str, names: Tuple[Tuple[str, Any], ...]) -> bool:
    try:
        hold(of, eval(expression, dict(names)))
    except Exception:
        return False
    return True


def holds_by_default(subject: Subject, names: Mapping[str, Any]) -> bool:
    """Return whether a model can hold an object whose argument has its default."""
    return _holds(subject.of, subject.by_default, tuple(names.items()))


def save(subject: Subject, kind: str, names: Mapping[str, Any], folder: str, plan: Plan) -> Tried:
    """Build an object, save it in every way that the plan says into a folder, and return what it was.

    Raises:
        NotLegal: as for `made_of`; or the object can be built, and every use of it raises.
    """
    seed_everything(SEED)
    made, held = made_of(subject, names, plan.acts(subject))
    failed: Dict[str, Dict[str, str]] = {}
    written: List[str] = []
    clone: Optional[Observation] = None
    os.makedirs(folder)

    def attempt(way: str, action: Callable[[], Any]) -> Any:
        try:
            result = action()
        except Exception as error:
            failed[way] = {"type": type(error).__name__, "message": str(error)[:LONGEST_MESSAGE]}
            return None
        written.append(way)
        return result

    attempt(CONFIG, lambda: write_config(made, os.path.join(folder, CONFIG_FILE)))
    if held is not None:
        values = [np.asarray(each) for each in held.model.variables if holds_numbers(each)]
        store(values, os.path.join(folder, VARIABLES))
        for way, name in FILES.items() if plan.writes_files(subject) else ():
            attempt(way, lambda name=name: held.model.save(os.path.join(folder, name)))  # type: ignore[misc]
        if plan.writes_files(subject) and subject.module not in COMPILED:  # a clone is not compiled
            clone = attempt(CLONE, lambda: observe_clone(subject, held, values))
    trial = Trial(
        of=subject.of,
        argument=subject.argument,
        value=subject.value,
        expression=subject.expression,
        kind=kind,
        folder=os.path.basename(folder),
        acts=plan.acts(subject),
        inputs=to_plain(held.inputs) if held else None,
        written=tuple(written),
    )
    original = observed(trial, made, held, None)
    if original.get("config") == RAISES + "NotImplementedError":
        raise NotLegal("the class is a base class, which has no config")
    if trial.acts and only_raises(original):
        raise NotLegal("it can be built, and every use of it raises")
    return Tried(trial, original, clone, failed)


def observe_clone(subject: Subject, held: Held, values: List[np.ndarray]) -> Observation:
    """Return the observation of a clone of the model."""
    seed_everything(SEED)
    model = keras().models.clone_model(held.model)
    return observed(subject, held_by(subject.of, model), Held(model, held.inputs), values)


def load(trial: Trial, folder: str, way: str) -> Observation:
    """Return the observation of what one way brings back.

    Args:
        folder: the one that holds the trial's files.

    Raises:
        Exception: whatever loading raises.
    """
    seed_everything(SEED)
    inputs = None if trial.inputs is None else from_plain(Inputs, trial.inputs)
    values = None if inputs is None else stored(os.path.join(folder, VARIABLES))
    if way == CONFIG:
        made = read_config(os.path.join(folder, CONFIG_FILE))
        return observed(trial, made, None if inputs is None else hold(trial.of, made), values)
    model = keras().models.load_model(os.path.join(folder, FILES[way]))
    assert inputs is not None
    return observed(trial, held_by(trial.of, model), Held(model, inputs), values)


def observed(
    tried: Union[Subject, Trial], made: Any, held: Optional[Held], values: Optional[List[np.ndarray]]
) -> Observation:
    """Return an observation; the variables get the original's values between what they begin with and what they do.

    Args:
        values: the original's; None for the original itself.
    """
    begins = None
    if held is not None and tried.of.startswith("layers."):
        variables = [each for each in held.model.variables if holds_numbers(each)]
        begins = [np.asarray(each) for each in variables]
        # A seed shows in the state that it sets.
        if values is not None and "seed" not in tried.argument:
            assign(variables, values)
    acts = not isinstance(tried, Trial) or tried.acts
    observation = observe(tried.of, tried.argument, made, held, acts)
    return observation if begins is None else {**observation, BEGINS: begins}


def assign(variables: List[Any], values: List[np.ndarray]) -> None:
    """Give variables other values, if there are as many, of the same shapes."""
    if [each.shape for each in values] == [tuple(each.shape) for each in variables]:
        for variable, value in zip(variables, values):
            variable.assign(value.view(np.asarray(variable).dtype) if value.dtype.kind == "u" else value)


def only_raises(observation: Observation) -> bool:
    """Return whether an object raises in whatever it does; a layer may just not run on this machine."""
    does = [part for name, part in observation.items() if name in ("values", "results", "steps", "rates", "draws")]
    return bool(does) and all(is_raised(part) for part in does)


def is_raised(part: Any) -> bool:
    """Return whether a part of an observation is an exception, or a list of these."""
    if isinstance(part, list):
        return bool(part) and all(map(is_raised, part))
    return isinstance(part, str) and part.startswith(RAISES)


def store(values: List[np.ndarray], path: str) -> None:
    """Write the values of variables, those of dtypes that numpy does not know as unsigned integers of their size."""
    np.savez(path, *[each.view(f"u{each.itemsize}") if each.dtype.kind == "V" else each for each in values])


def stored(path: str) -> List[np.ndarray]:
    """Return the values of the original's variables."""
    with np.load(path) as file:
        return [file[name] for name in file.files]


def write_config(made: Any, path: str) -> None:
    """Write what Keras serializes of an object."""
    with open(path, "w") as file:
        json.dump(_serialization().serialize_keras_object(made), file)


def read_config(path: str) -> Any:
    """Return the object that Keras deserializes."""
    with open(path) as file:
        return _serialization().deserialize_keras_object(json.load(file))


def _serialization() -> Any:
    return getattr(keras(), "saving", None) or keras().utils
