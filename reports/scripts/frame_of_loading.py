"""The frame of a script in which one process saves, and another loads."""

from __future__ import annotations

import dataclasses
import re

from reports.scripts.frame import SEED, Frame, Framed, indented, raised_answer
from reports.scripts.kinds import Kind
from reports.scripts.look import Look
from reports.scripts.looks import look_of
from reports.scripts.looks_at_values import ANSWERS
from reports.scripts.templates import (
    BOTH,
    COMPARE,
    FOLDER,
    FORGET,
    NO_KERAS,
    NOT_CONSTANT,
    RAISED,
    TWO_PAIRS,
    WARNED,
)
from tests.judging.checks.left_out import LEFT_OUT, WARNING
from tests.judging.requirement import Symptom


@dataclasses.dataclass(frozen=True)
class Loading(Frame):
    """The frame where one process saves, and another loads."""

    objects: dict[str, str]

    @property
    def takes_objects(self) -> bool:
        """True if the loader is given custom objects, so that its process has to have them."""
        assert self.subject.loader is not None
        return self.case.default_objects(self.subject.loader) is not None

    def framed(self) -> Framed:
        """Return the whole frame."""
        loader = self.subject.loader
        assert loader is not None
        keras_of_a_user = bool(self.case.brought) and self.subject.loads_original
        start = FOLDER + (BOTH if self.subject.hop.within_one_pair else TWO_PAIRS)
        if loader.agent == "no-keras":
            start += NO_KERAS
        if self.subject.is_lost:
            start += self.in_a_child("load")
        hides = self.subject.lacks_module or not (loader.builds_from_source or self.takes_objects or keras_of_a_user)
        return self.framed_of(start, self.rest(), hides)

    def rest(self) -> str:
        """Return what stands after the sources."""
        subject = self.subject
        if any(place.where.startswith(WARNING) for place in subject.shortfall.places):
            return self.rest_with_warning()
        is_raised = self.symptom in (Symptom.EXCEPTION, Symptom.LOST) or Kind.WORKS.describes(subject.shortfall)
        raised = raised_answer(subject)
        if raised == "loaded":
            is_raised = True
        look = look_of(subject)
        if subject.is_lost or is_raised or raised == "original":
            return self.rest_without_comparison(look, raised)
        again = before = ""
        if look.before_loading:
            before = f"expected = {look.loaded}\n"
            saving, values = self.saving(look), f"seen = {look.loaded}\n"
        elif subject.row.requirement == "resaves":
            again, expected = self.resave(), look.original
            look = dataclasses.replace(look, after_saving=True)
            saving = self.saving(dataclasses.replace(look, original="{}"))
            values = f"expected, seen = {expected}, {look.loaded}\n"
        elif look.expected is not None:
            saving = self.saving(dataclasses.replace(look, original="{}"))
            values = f"expected, seen = {look.expected!r}, {look.loaded}\n"
        else:
            saving = self.saving(look)
            values = f'expected, seen = json.loads((folder / "expected.json").read_text()), {look.loaded}\n'
        steps = f"{before}loaded = {self.load()}\n{again}{values}"
        names = "expected" if look.only_expected else "{**expected, **seen}"
        return f"{look.define}\n\n{saving}try:\n{indented(steps)}{COMPARE.format(names=names, differs=differs(look))}"

    def rest_with_warning(self) -> str:
        """Return the lines of a script in which loading warns that something was left out."""
        found = LEFT_OUT.search(str(self.subject.shortfall.seen))
        part = found[0] if found else ""
        steps = WARNED.format(load=self.load(), part=part)
        shown = f'raised.startswith("RuntimeWarning") and {part!r} in raised'
        return f"{self.saving(Look('', '{}', '{}'))}try:\n{indented(steps)}{RAISED.format(shown=shown)}"

    def rest_without_comparison(self, look: Look, raised: str) -> str:
        """Return the lines of a script in which loading, or what comes after it, raises or ends the process."""
        subject = self.subject
        loaded = _without_facts(look.loaded)
        steps = f"{self.moving(look)}loaded = {self.load()}\n"
        if subject.row.requirement == "resaves":
            steps += self.resave(load=False)
        elif loaded != "{}":
            steps += f"{loaded}\n"
        define = (
            look.define.replace(ANSWERS, "")
            if "facts(" not in steps + look.define.partition(ANSWERS)[2]
            else look.define
        )
        saving = self.saving(Look("", "{}", "{}", by_value=False))
        if subject.is_lost:
            return f"{define}\n\n{saving}{steps}print('finished')\n"
        shown = 'raised == "nothing is raised"' if raised == "original" else self.shown()
        if look.folder and subject.loader is not None and subject.loader.name == "cpp":
            shown = 'raised != "nothing is raised"'  # the session that stands for it refuses in words of its own
        return f"{define}\n\n{saving}try:\n{indented(steps)}{RAISED.format(shown=shown)}"

    def moving(self, look: Look) -> str:
        """Return the lines that copy what was saved to the folder that a look names, if it names one."""
        if not look.folder:
            return ""
        return (
            f"moved = tempfile.mkdtemp(prefix={look.folder!r})\n"
            "shutil.copytree(folder, moved, dirs_exist_ok=True)\n"
            "path = os.path.join(moved, os.path.relpath(path, folder))\n"
        )

    def saving(self, look: Look) -> str:
        """Return the lines that build and save, and in the loading process those that build what is loaded into."""
        loader = self.subject.loader
        assert loader is not None
        text = self.path()
        build = f"tf.keras.utils.set_random_seed({SEED})\nmodel = {self.subject.builder}()\n"
        if loader.builds_from_source:
            text += build
        if loader.builds_from_source or self.case.is_unreadable:
            build = ""
        steps = build
        if look.by_value and not loader.builds_from_source:
            steps += NOT_CONSTANT
        asked = "" if look.original == "{}" else f"json.dumps({look.original})"
        write = f'(folder / "expected.json").write_text({asked})\n' if asked else ""
        asks_itself = "model(inputs" in write and "tf.function" not in write
        if self.subject.saver.trains or look.after_saving:
            steps += f"{self.ask_once()}{self.save()}\n"
            steps += (
                f"sys.exit(print({asked}, file=open(folder / 'expected.json', 'w')))\n" if asked else "sys.exit()\n"
            )
        else:
            steps += ("" if asks_itself else self.ask_once()) + f"{write}sys.exit({self.save()})\n"
        text += f'if sys.argv[1] == "save":\n{indented(steps)}'
        if "model" in loader.takes:
            text += FORGET
        return text + self.libraries()

    def libraries(self, without: bool = False) -> str:
        """Return the line that loads the case's library of ops into the loading process."""
        assert self.subject.loader is not None
        library = self.case.op_library
        if library is None or without or self.subject.loader.builds_from_source:
            return ""
        return "op_library(None)\n" if self.case.compiles_its_ops else f"import {library}\n"

    def load(self, path: str = "path", without: str | None = None, by_argument: bool = True) -> str:
        """Return the call of the loader.

        Args:
            without: a custom object that it is not given.
            by_argument: give it custom objects.
        """
        loader = self.subject.loader
        assert loader is not None
        passes = by_argument and not self.subject.lacks_module
        given = {name: source for name, source in self.objects.items() if name != without and passes}
        objects = "{" + ", ".join(f"{name!r}: {source}" for name, source in given.items()) + "}"
        keys = {name: list(keys) for name, keys in self.case.signature_keys(self.subject.saver).items()}
        offers = {
            "path": path,
            "custom_objects": objects if given or loader.builds_from_source else "None",
            "keys": repr(keys),
            "model": "model",
            "original": "model",
            "unbuilt": "type(model).from_config(model.get_config())",
            "data": "training_data(model)",
        }
        name = "v1_session" if loader.name == "cpp" else loader.name
        return f"{name}({', '.join(f'{name}={offers[name]}' for name in loader.takes)})"

    def resave(self, load: bool = True) -> str:
        """Return the lines that save what was loaded, and load it again."""
        name = self.subject.saver.file_name
        text = f'second = str(folder / "again-{name}")\n'
        if "/" in name:
            text = f'second = str(folder / "again" / "{name}")\n(folder / "again").mkdir()\n'
        if self.case.is_keras_model and self.subject.loads_original:
            text += f"{self.save(path='second', model='loaded')}\n"
        else:
            text += "tf.saved_model.save(loaded, second, signatures=dict(loaded.signatures) or None)\n"
        return text + (f"again = {self.load(path='second')}\n" if load else "")


def differs(look: Look) -> str:
    if look.expected is not None:
        return 'expected[name] != seen.get(name, "nothing")'
    if look.special:
        return (
            "expected.get(name) != seen.get(name) "
            'and not np.isfinite(float(expected.get(name, "nan")) + float(seen.get(name, "nan")))'
        )
    if look.tolerance is not None:
        return (
            "expected.get(name) != seen.get(name) "
            f'and not abs(float(expected.get(name, "nan")) - float(seen.get(name, "nan"))) <= {look.tolerance:.3g}'
        )
    return "expected.get(name) != seen.get(name)"


def _without_facts(expression: str) -> str:
    """Return the innermost part of an expression that still asks: the facts themselves are not needed."""
    found = re.fullmatch(r"facts\((.*)\)", expression)
    return found[1] if found else expression
