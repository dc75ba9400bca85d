"""The frame of a script: what stands around the sources of the model, the saver and the loader."""

from __future__ import annotations

import dataclasses
import re

from reports.scripts.inputs import specifications, tensors
from reports.scripts.kinds import Kind
from reports.scripts.subject import Subject
from reports.scripts.templates import IN_A_CHILD, LIMIT
from reports.scripts.training_data import training_data_of
from tests.both_sides.cases import CaseInfo
from tests.interpreters.limits import GIB
from tests.judging.checks.places import KINDS
from tests.judging.requirement import Shortfall, Symptom

SEED = 20250130
SECONDS = 45
LONGEST_PART = 60


@dataclasses.dataclass(frozen=True)
class Framed:
    """The parts of a script's frame: `start` comes before TensorFlow is imported, and `rest` after all sources.

    Args:
        hides_model: True if the process that loads never sees the sources of the model.
    """

    start: str
    rest: str
    hides_model: bool

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return len([line for line in (self.start + self.rest).splitlines() if line.strip()])


@dataclasses.dataclass(frozen=True)
class Frame:
    """The parts that the frames of all scripts have in common."""

    subject: Subject

    @property
    def case(self) -> CaseInfo:
        return self.subject.case

    @property
    def symptom(self) -> Symptom:
        return self.subject.shortfall.symptom

    def path(self, name: str = "path", folder: str = "folder") -> str:
        """Return the lines that set a path to save to."""
        file = self.subject.saver.file_name
        parent = file.rpartition("/")[0]
        text = f'{name} = str({folder} / "{file}")\n'
        return text + (f'({folder} / "{parent}").mkdir(exist_ok=True)\n' if parent else "")

    def save(self, path: str = "path", model: str = "model") -> str:
        """Return the call of the saver."""
        case, saver = self.case, self.subject.saver
        passed = case.passed_as_signatures()
        functions = ", ".join(f'"{key}": {self.function(model, name)}' for key, name in passed.items())
        specs = ", ".join(f"{name!r}: {specifications(each)}" for name, each in case.endpoints.items())
        signed = f"[{specifications(case.endpoints['call'])}]" if "own_signature" in case.traits else None
        if signed is not None:
            call = f"lambda inputs: {model}(inputs, training=False)"
            functions = f'"serving_default": tf.function({call}, input_signature={signed})'
        offers = {
            "model": model,
            "path": path,
            "signatures": f"{{{functions}}}" if functions or case.functions else "None",
            "input_signature": str(signed),
            "keys": repr(case.signature_keys(saver)),
            "specifications": f"{{{specs}}}",
            "build": self.subject.builder,
            "existing": "existing",
            "data": f"training_data({model})",
        }
        return f"{saver.name}({', '.join(f'{name}={offers[name]}' for name in saver.takes)})"

    def function(self, model: str, endpoint: str) -> str:
        """Return source for a function to pass as a signature; one that a user signs is passed as a concrete one."""
        if not self.case.function(endpoint).is_signed_by_user:
            return f"{model}.{endpoint}"
        arguments = self.case.endpoints[endpoint].by_name or {}
        return f"{model}.{endpoint}.get_concrete_function({', '.join(map(specifications, arguments.values()))})"

    def ask_once(self) -> str:
        """Return the line that asks a Keras model once, which may build it."""
        if not self.case.is_keras_model or self.subject.input is None or raised_answer(self.subject) == "original":
            return ""
        return f"{self.subject.ask_original(in_graph=False)}\n"

    def framed_of(self, start: str, rest: str, hides_model: bool) -> Framed:
        """Return the frame, with those definitions that the rest uses."""
        head = ""
        if "training_data(" in rest:
            head += f"{training_data_of(self.subject)}\n\n"
        if re.search(r"\binputs\b", rest):
            head += f"inputs = {self.subject.inputs}\n"
        if "earlier[" in rest:
            head += f"earlier = [{', '.join(tensors(each.value) for each in self.subject.earlier)}]\n"
        return Framed(start, head + rest, hides_model)

    def shown(self) -> str:
        """Return the condition on `raised` under which the shortfall shows."""
        shortfall = self.subject.shortfall
        if raised_answer(self.subject) == "loaded":
            name, text = answer_of(self.subject), str(shortfall.seen)
            shortfall = Shortfall(text if text.startswith(f"{name}: ") else name, exception=name)
        if self.symptom is Symptom.LOST or self.subject.lacks_module:
            return 'raised != "nothing is raised"'
        if Kind.WORKS.describes(shortfall):
            return 'raised == "nothing is raised"'
        name = shortfall.exception or ""
        part = stable_part(shortfall.message, name)
        if name == "CppError":  # there is no such class in Python
            name = ""
        if name == "KeyError":  # the suite says which keys there are, and a dict does not
            part = ""
        conditions = [f"raised.startswith({name + ':'!r})"] if name else []
        conditions += [f"{part!r} in raised"] if part else []
        return " and ".join(conditions) or 'raised != "nothing is raised"'

    def in_a_child(self, mode: str) -> str:
        """Return the lines that run a step in a child, and say how it ended."""
        shown = {
            Symptom.CRASH: 'how.startswith("it ended") and ended.returncode != 1',
            Symptom.TIMEOUT: 'how.startswith("no end") or ended.returncode == -24',
            Symptom.MEMORY: 'how.startswith("it ended") and (ended.returncode != 1 or "MemoryError" in ended.stderr)',
        }[self.symptom]
        text = IN_A_CHILD.format(
            mode=mode,
            seconds=SECONDS,
            shown=shown,
            at=3,
            condition="" if mode == "save" else ' and sys.argv[1] == "load"',
        )
        if self.symptom is Symptom.MEMORY:
            text += LIMIT.format(bytes=self.subject.session.request.limits.memory + 4 * GIB)
        return text


def indented(text: str) -> str:
    """Return the lines one level deeper."""
    return "".join(f"    {line}\n" if line else "\n" for line in text.splitlines())


def stable_part(message: str, exception: str) -> str:
    """Return a part of an exception's message without what differs from run to run: paths, numbers, quoted names."""
    text = " ".join((message.partition(f"{exception}: ")[2] or message).split())[:300]
    chunks = re.split(r"\S*/\S*|\S*0x[0-9a-f]+\S*|\S*\d\S*|['\"`{}\[\]<>…]", text)
    return max((chunk.strip()[:LONGEST_PART].strip() for chunk in chunks), key=len, default="")


def raised_answer(subject: Subject) -> str:
    """Return which of the two answers to an input is an exception, `loaded` or `original`; neither if empty."""
    if subject.row.requirement != "outputs":
        return ""
    what = answer_of(subject)
    if what == "answered":
        return "original"
    return "" if what in {"", "structure", *KINDS.values()} else "loaded"


def answer_of(subject: Subject) -> str:
    """Return what is wrong in the answer to the script's input: `values`, or the class of an exception."""
    places = [place.where.rpartition(": ") for place in subject.shortfall.places]
    found = (what for name, _, what in places if subject.input and name == subject.input.name)
    return next(found, "").partition(" of output ")[0]
