"""The frame of a script in which saving alone shows the shortfall."""

from __future__ import annotations

import re

from reports.scripts.frame import SEED, Frame, Framed, indented
from reports.scripts.kinds import Kind
from reports.scripts.look import Look
from reports.scripts.looks import look_of
from reports.scripts.templates import COMPARE, FOLDER, NOT_CONSTANT, RAISED
from tests.judging.checks.applicability import FORMS_OF_PATHS
from tests.judging.requirement import Symptom

# The path that a saver gets, by the form in which it is written.
OTHER_PATHS = {
    "pathlike": 'folder / "other" / "{name}"',
    "relative": '__import__("os").path.relpath(folder / "other" / "{name}")',
    "other_suffix": 'str(folder / "other" / "{renamed}")',
    "trailing_slash": 'str(folder / "other" / "{name}") + "/"',
}

ANY_FILE = (
    '{"a file": str(any(each.is_file() for each in [pathlib.Path(path), *pathlib.Path(path).parent.rglob("*")]))}'
)


class Saving(Frame):
    """The frame where saving alone shows the shortfall."""

    def framed(self) -> Framed:
        """Return the whole frame."""
        start = FOLDER + (self.in_a_child("save") if self.subject.is_lost else "")
        if self.subject.is_lost:
            steps = self.steps(Look("", "{}", "{}"))
            return self.framed_of(start, f"{self.start_of_steps()}{steps}print('finished')\n", False)
        if self.symptom in (Symptom.EXCEPTION, Symptom.LOST) or Kind.WORKS.describes(self.subject.shortfall):
            steps = indented(self.steps(Look("", "{}", "{}")))
            rest = f"{self.start_of_steps()}try:\n{steps}{RAISED.format(shown=self.shown())}"
            return self.framed_of(start, rest, False)
        look = look_of(self.subject)
        if self.subject.row.requirement == "saves":
            look = Look(expected={"a file": "True"}, loaded=ANY_FILE)
        differs = "seen.get(name) != expected.get(name)"
        steps = indented(self.steps(look))
        rest = f"{look.define}\n\n{self.start_of_steps()}try:\n{steps}"
        return self.framed_of(start, rest + COMPARE.format(names="{**expected, **seen}", differs=differs), False)

    def start_of_steps(self) -> str:
        """Return the lines that come before anything that may fail."""
        plain = 'folder / "plain"' if self.subject.row.requirement == "arguments" else "folder"
        text = self.path(folder=f"({plain})" if "/" in plain else plain)
        if self.subject.row.requirement == "arguments":
            text += '(folder / "plain").mkdir()\n(folder / "other").mkdir()\n'
        return text + f"tf.keras.utils.set_random_seed({SEED})\n"

    def steps(self, look: Look) -> str:
        """Return the lines that build and save, and look at what the requirement is about."""
        requirement = self.subject.row.requirement
        text = f"model = {self.subject.builder}()\n"
        text += NOT_CONSTANT if look.by_value else ""
        text += self.ask_once()
        if requirement == "no_trace" and look.original != "{}":
            return f"{text}expected = {look.original}\n{self.save()}\nseen = {look.loaded}\n"
        if look.expected is not None:
            return f"{text}{self.save()}\nexpected, seen = {look.expected!r}, {look.loaded}\n"
        text += f"{self.save()}\n"
        if requirement == "no_trace":
            text += self.ask_once()
        if requirement in ("overwrites", "fingerprint", "arguments"):
            text += self.save_again()
        seen = look.loaded
        return text if look.original == "{}" else f"{text}expected, seen = {look.original}, {seen}\n"

    def save_again(self) -> str:
        """Return the lines that save the same object once more, as the requirement asks for it."""
        name = self.subject.saver.file_name
        if self.subject.row.requirement == "arguments":
            shortfall = self.subject.shortfall
            told = " ".join([shortfall.message, *(place.where for place in shortfall.places)])
            form = re.search("|".join(FORMS_OF_PATHS), told)
            other = OTHER_PATHS.get(form[0] if form else "", 'str(folder / "other" / "{name}")')
            other = other.format(name=name, renamed=name.replace(".h5", ".hdf5"))
            return f"{self.save(path=other)}\n"
        text = 'again = str(folder / "again")\n'
        if self.subject.row.requirement == "overwrites":
            text += (
                '(folder / "other.txt").write_text("oak")\nother = tf.Module()\n'
                'other.asset = tf.saved_model.Asset(str(folder / "other.txt"))\ntf.saved_model.save(other, again)\n'
            )
        return f"{text}{self.save(path='again')}\n"
