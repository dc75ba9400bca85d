"""Custom objects of what a user brings: those beside the function, and registered ones.  [beside TensorFlow]"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping

import tensorflow as tf

from ..beside_tensorflow.users_modules import UsersModules


class Registry:
    """Keras's registry of custom objects, and what was in it before the user's module was imported.

    What a library registers when the user's module imports it is the library's, and not the user's.
    """

    def __init__(self, modules: UsersModules):
        self.modules = modules
        self.before = dict(tf.keras.utils.get_custom_objects())

    def of_user(self) -> Dict[str, Any]:
        """Return the user's custom objects that have been registered since, by name."""
        added = {
            name: value
            for name, value in tf.keras.utils.get_custom_objects().items()
            if self.before.get(name) is not value
        }
        return {name: value for name, value in added.items() if self.modules.has_object(name, value)}

    def forget_users(self) -> None:
        """Take the user's custom objects out of Keras's registry."""
        registry = tf.keras.utils.get_custom_objects()
        for name in self.of_user():
            del registry[name]
            if name in self.before:
                registry[name] = self.before[name]


def distinct(given: Mapping[str, Any], registered: Mapping[str, Any]) -> Dict[str, Dict[str, Any]]:
    """Return each custom object once: under the name that Keras asks for, itself under every name that it has.

    An object may be given under its class name, and registered under a name with a package.
    """
    names: Dict[int, List[str]] = {}
    objects: Dict[int, Dict[str, Any]] = {}
    for source in (given, registered):
        by_object: Dict[int, List[str]] = {}
        for name, value in source.items():
            by_object.setdefault(id(value), []).append(name)
            objects.setdefault(id(value), {})[name] = value
        names.update(by_object)
    # Keras saves the name of the last registration by its decorator, which has a package.
    asked = {key: sorted(each, key=lambda name: ">" in name)[-1] for key, each in names.items()}
    return {asked[key]: objects[key] for key in sorted(asked, key=asked.__getitem__)}
