"""The frame of a script about what a load needs to be given."""

from __future__ import annotations

import re

from reports.scripts.brought import class_name
from reports.scripts.frame import indented
from reports.scripts.frame_of_loading import Loading, differs
from reports.scripts.kinds import Kind
from reports.scripts.look import Look
from reports.scripts.looks import look_of
from reports.scripts.templates import COMPARE, RAISED

REFUSALS = (Kind.LOADS_WITHOUT, Kind.NOT_NAMED)


class LoadingWithout(Loading):
    """The frame where a load is not given everything that it needs, or is given it in another way."""

    def rest(self) -> str:
        """Return what stands after the sources."""
        shortfall = self.subject.shortfall
        saving = self.saving(Look("", "{}", "{}")).removesuffix(self.libraries())
        if Kind.DIFFERENT_MODELS.describes(shortfall):
            look = look_of(self.subject)
            another = self.load_in_way(shortfall.message.partition(" ")[0], "again")
            steps = f"loaded = {self.load()}\n{another}expected, seen = {look.original}, {look.loaded}\n"
            compare = COMPARE.format(names="{**expected, **seen}", differs=differs(look))
            return f"{look.define}\n\n{saving}try:\n{indented(steps)}{compare}"
        if Kind.GIVEN.describes(shortfall):
            steps = self.load_in_way(re.split(r"\W+", Kind.GIVEN.after(shortfall))[0], "loaded")
            return f"{saving}try:\n{indented(steps)}{RAISED.format(shown=self.shown())}"
        without, hide = self.left_out()
        steps = f"loaded = {self.load(without=without)}\n"
        if any(kind.describes(shortfall) for kind in REFUSALS) or self.subject.is_lost:
            steps += f"{self.subject.ask_loaded()}\n"
        before = f"{hide}{saving}{self.forget_registered()}"
        if self.subject.is_lost:
            return f"{before}{steps}print('finished')\n"
        return f"{before}try:\n{indented(steps)}{RAISED.format(shown=self.shown())}"

    def shown(self) -> str:
        """Return the condition on `raised` under which the shortfall shows."""
        shortfall = self.subject.shortfall
        if Kind.LOADS_WITHOUT.describes(shortfall):
            return 'raised == "nothing is raised"'
        if Kind.NOT_NAMED.describes(shortfall):
            return f'raised != "nothing is raised" and {shortfall.expected!r} not in raised'
        return super().shown()

    def load_in_way(self, way: str, name: str) -> str:
        """Return the lines that load with all objects given by `argument`, `scope` or `registration`."""
        if way == "registration":
            return f"{name} = {self.load(by_argument=False)}\n"
        if way == "argument":
            return f"{self.forget_registered()}{name} = {self.load()}\n"
        return (
            f"{self.forget_registered()}with tf.keras.utils.custom_object_scope({self.all_objects()}):\n"
            f"    {name} = {self.load(by_argument=False)}\n"
        )

    def forget_registered(self) -> str:
        """Return the lines after which no object of the case is found that is not passed."""
        if not self.case.brought:
            return "tf.keras.utils.get_custom_objects().clear()  # what is not given cannot be found\n"
        if not self.case.registered_objects:
            return ""
        return (
            f"for name in {list(self.case.registered_objects)}:  # what is not given cannot be found\n"
            "    tf.keras.utils.get_custom_objects().pop(name, None)\n"
        )

    def left_out(self) -> tuple[str | None, str]:
        """Return the name of the object that is not given, and the lines that hide it from the process."""
        where = next((place.where.rpartition(": ")[0] for place in self.subject.shortfall.places), "")
        names = [name for name in self.objects if where in (name, class_name(name))]
        if not names or not self.may_be_hidden(self.objects[names[0]]):
            return next(iter(names), None), ""
        every = dict.fromkeys(source for source in self.objects.values() if self.may_be_hidden(source))
        hide = "".join(f'{source}.__module__ = "elsewhere"  # where nobody finds it\n' for source in every)
        return names[0], hide

    def may_be_hidden(self, source: str) -> bool:
        """Return whether the source names an object, and does not make one."""
        return source.isidentifier() or bool(self.case.brought)

    def all_objects(self) -> str:
        """Return all custom objects as source."""
        return "{" + ", ".join(f"{name!r}: {source}" for name, source in self.objects.items()) + "}"
