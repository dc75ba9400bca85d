"""The frame of a script: what stands around the sources of the model, the saver and the loader."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from reports.scripts.brought import class_name
from reports.scripts.inputs import specifications, tensors
from reports.scripts.looks import ANSWERS, Look, custom_objects, is_original, look_of
from reports.scripts.subject import Subject
from tests.both_sides.cases import CaseInfo
from tests.interpreters.limits import GIB
from tests.judging.checks.left_out import LEFT_OUT, WARNING
from tests.judging.inputs import features_of
from tests.judging.requirement import Shortfall, Symptom

SEED = 20250130
SECONDS = 45
LONGEST_PART = 60

IMPORTS = "import pathlib\nimport subprocess\nimport sys\nimport tempfile\n"
FOLDER = "folder = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp())\n"
BOTH = """\
if len(sys.argv) < 2:  # both, each in a new process
    for mode in ("save", "load"):
        ended = subprocess.run([sys.executable, __file__, mode, str(folder)])
    sys.exit(ended.returncode)
"""
TWO_PAIRS = """\
if len(sys.argv) < 3:  # each has packages of its own
    print(__doc__)
    sys.exit(2)
"""
NO_KERAS = """\
if sys.argv[1:2] == ["load"]:  # in a process without Keras
    sys.modules["keras"] = sys.modules["tf_keras"] = None
"""
# The process that may be lost is a child of the one that says how it went.
IN_A_CHILD = """\
if not sys.argv[{at}:]{condition}:  # in a process of its own, because it may crash or hang
    command = [sys.executable, __file__, "{mode}", str(folder), "here"]
    try:
        ended = subprocess.run(command, timeout={seconds}, capture_output=True, text=True)
        how = f"it ended with {{ended.returncode}}" if "finished" not in ended.stdout else "it finished"
    except subprocess.TimeoutExpired:
        how = "no end within {seconds} seconds"
    shown = {shown}
    print(f"{{'' if shown else 'not '}}reproduced: {{how}}")
    sys.exit(shown)
"""
LIMIT = "resource.setrlimit(resource.RLIMIT_AS, ({bytes}, {bytes}))  # else it would take all memory\n"
NOT_CONSTANT = """\
for each in model.variables if getattr(model, "built", True) else ():  # a constant may come back by itself
    if np.asarray(each).dtype.kind == "f" and len(set(np.ravel(each))) == 1:
        each.assign(np.random.uniform(0.25, 0.75, each.shape))
"""
FORGET = """\
for each in [*model.variables, *getattr(getattr(model, "optimizer", None), "variables", ())]:
    if (value := np.asarray(each)).dtype.kind != "O":  # what is not loaded shows
        each.assign((~value if value.dtype.kind == "b" else value + value + 1).astype(value.dtype))
"""
COMPARE = """\
    differ = [name for name in {names} if {differs}]
    wrong = [f"{{name}}: expected {{expected.get(name)}}, seen {{seen.get(name)}}" for name in differ]
except Exception as error:
    sys.exit(print(f"not reproduced: {{error!r:.300}}"))
print(f"reproduced: {{wrong[0]:.300}}" if wrong else "not reproduced")
sys.exit(bool(wrong))
"""
RAISED = """\
    raised = "nothing is raised"
except Exception as error:
    raised = " ".join(f"{{type(error).__name__}}: {{error}}".split())
shown = {shown}
print(f"{{'' if shown else 'not '}}reproduced: {{raised:.300}}")
sys.exit(shown)
"""
# Raises what is warned of, from shortly before the words that matter.
WARNED = """\
os.dup2(os.open(folder / "log", os.O_WRONLY | os.O_CREAT, 0o644), 2)
loaded = {load}
log = " ".join((folder / "log").read_text().split())
raise RuntimeWarning(log[max(0, log.find({part!r}) - 100) :])
"""
DATA = """\
def training_data(model):
    random, features = np.random.default_rng(7), {features}
    answers = model(features, training=False)
    return features, tf.nest.map_structure(lambda x: tf.constant(random.random(x.shape), x.dtype), answers)
"""


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


def frame_of(subject: Subject, objects: dict[str, str]) -> Framed:
    """Return the frame of the script about this row.

    Args:
        objects: the case's custom objects as source, by the name that Keras asks for.

    Raises:
        NoLook: no script shows this.
    """
    if subject.ends_while_saving:
        return _Saving(subject).framed()
    return _Loading(subject, objects).framed()


@dataclasses.dataclass(frozen=True)
class _Frame:
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
        functions = ", ".join(f'"{name}": {model}.{name}' for name in case.endpoints)
        specs = ", ".join(f"{name!r}: {specifications(each)}" for name, each in case.endpoints.items())
        offers = {
            "model": model,
            "path": path,
            "signatures": f"{{{functions}}}" if "has_signatures" in case.traits else "None",
            "specifications": f"{{{specs}}}",
            "build": case.name,
            "existing": "existing",
            "data": f"training_data({model})",
        }
        return f"{saver.name}({', '.join(f'{name}={offers[name]}' for name in saver.takes)})"

    def ask_once(self) -> str:
        """Return the line that asks a Keras model once, which may build it."""
        if not self.case.is_keras_model or self.subject.input is None or _raised_answer(self.subject) == "original":
            return ""
        return f"{self.subject.ask_original(in_graph=False)}\n"

    def framed_of(self, start: str, rest: str, hides_model: bool) -> Framed:
        """Return the frame, with those definitions that the rest uses."""
        head = ""
        if "training_data(" in rest:
            head += DATA.format(features=tensors(features_of(self.case)))
        if re.search(r"\bexisting=existing\b", rest) or (self.case.brought and self.case.brought.artifact):
            assert self.case.brought
            head += f"existing = {self.case.brought.artifact!r}\n"
        if re.search(r"\binputs\b", rest):
            head += f"inputs = {self.subject.inputs}\n"
        return Framed(start, head + rest, hides_model)

    def shown(self) -> str:
        """Return the condition on `raised` under which the shortfall shows."""
        shortfall = self.subject.shortfall
        if _raised_answer(self.subject) == "loaded":
            name = str(shortfall.seen).partition(":")[0]
            shortfall = Shortfall(str(shortfall.seen), exception=name)
        if self.symptom is Symptom.LOST:
            return 'raised != "nothing is raised"'
        if "not offered by this pair, and works" in shortfall.message:
            return 'raised == "nothing is raised"'
        name = shortfall.exception or ""
        if name == "CppError":  # there is no such class in Python
            name = ""
        part = stable_part(shortfall.message, shortfall.exception or "")
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


class _Saving(_Frame):
    """The frame where saving alone shows the shortfall."""

    def framed(self) -> Framed:
        start = FOLDER + (self.in_a_child("save") if self.subject.is_lost else "")
        if self.subject.is_lost:
            steps = self.steps(Look("", "{}", "{}"))
            return self.framed_of(start, f"{self.start_of_steps()}{steps}print('finished')\n", False)
        look = look_of(self.subject) if self.subject.loader is None else Look("", "{}", "{}")
        if self.symptom in (Symptom.EXCEPTION, Symptom.LOST) or "and works" in self.subject.shortfall.message:
            steps = indented(self.steps(look))
            rest = f"{self.start_of_steps()}try:\n{steps}{RAISED.format(shown=self.shown())}"
            return self.framed_of(start, rest, False)
        if self.subject.row.requirement == "saves":
            look = Look(expected={"files": "True"}, loaded='{"files": str(pathlib.Path(path).exists())}')
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
        text = f"model = {self.case.name}()\n"
        text += NOT_CONSTANT if look.by_value else ""
        text += self.ask_once()
        if requirement == "no_trace":
            return f"{text}expected = {look.original}\n{self.save()}\nseen = {look.loaded}\n"
        if look.expected is not None:
            return f"{text}{self.save()}\nexpected, seen = {look.expected!r}, {look.loaded}\n"
        text += f"{self.save()}\n"
        if requirement in ("overwrites", "fingerprint", "arguments"):
            text += self.save_again()
        seen = look.loaded
        return text if look.original == "{}" else f"{text}expected, seen = {look.original}, {seen}\n"

    def save_again(self) -> str:
        """Return the lines that save the same object once more, as the requirement asks for it."""
        name = self.subject.saver.file_name
        if self.subject.row.requirement == "arguments":
            form = f"{self.subject.shortfall.message} {self.subject.row.message}"
            other = f'str(folder / "other" / "{name}")'
            if "pathlike" in form:
                other = f'folder / "other" / "{name}"'
            elif "relative" in form:
                other = f'__import__("os").path.relpath(folder / "other" / "{name}")'
            elif "other_suffix" in form:
                other = f'str(folder / "other" / "{name.replace(".h5", ".hdf5")}")'
            elif "trailing_slash" in form:
                other = f'str(folder / "other" / "{name}") + "/"'
            return f"{self.save(path=other)}\n"
        text = 'again = str(folder / "again")\n'
        if self.subject.row.requirement == "overwrites":
            text += (
                '(folder / "other.txt").write_text("oak")\nother = tf.Module()\n'
                'other.asset = tf.saved_model.Asset(str(folder / "other.txt"))\ntf.saved_model.save(other, again)\n'
            )
        return f"{text}{self.save(path='again')}\n"


@dataclasses.dataclass(frozen=True)
class _Loading(_Frame):
    """The frame where one process saves, and another loads."""

    objects: dict[str, str]

    @property
    def takes_objects(self) -> bool:
        """True if the loader is given custom objects, so that its process has to have them."""
        assert self.subject.loader is not None
        return self.case.default_objects(self.subject.loader) is not None

    def framed(self) -> Framed:
        loader = self.subject.loader
        assert loader is not None
        keras_of_a_user = bool(self.case.brought) and is_original(self.subject)
        start = FOLDER + (BOTH if self.subject.hop.within_one_pair else TWO_PAIRS)
        if loader.agent == "no-keras":
            start += NO_KERAS
        if self.subject.is_lost:
            start += self.in_a_child("load")
        hides = not (loader.builds_from_source or self.takes_objects or keras_of_a_user)
        return self.framed_of(start, self.rest(), hides)

    def rest(self) -> str:
        subject = self.subject
        if subject.row.requirement == "custom_objects":
            return self.rest_of_custom_objects()
        if any(place.where.startswith(WARNING) for place in subject.shortfall.places):
            return self.rest_with_warning()
        is_raised = self.symptom in (Symptom.EXCEPTION, Symptom.LOST) or "and works" in subject.shortfall.message
        raised = _raised_answer(subject)
        if raised == "loaded":
            is_raised = True
        look = look_of(subject)
        if subject.is_lost or is_raised or raised == "original":
            return self.rest_without_comparison(look, raised)
        again = ""
        if subject.row.requirement == "resaves":
            again, expected = self.resave(), look.original
            look = dataclasses.replace(look, after_saving=True)
            saving = self.saving(dataclasses.replace(look, original="{}"))
            values = f"expected, seen = {expected}, {look.loaded}\n"
        elif look.expected is not None:
            saving = self.saving(dataclasses.replace(look, original="{}"))
            values = f"expected, seen = {look.expected!r}, {look.loaded}\n"
        else:
            saving = self.saving(look)
            values = f'expected = json.loads((folder / "expected.json").read_text())\nseen = {look.loaded}\n'
        steps = f"loaded = {self.load()}\n{again}{values}"
        names = "expected" if look.only_expected else "{**expected, **seen}"
        return (
            f"{look.define}\n\n{saving}try:\n{indented(steps)}{COMPARE.format(names=names, differs=_differs(look))}"
        )

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
        steps = f"loaded = {self.load()}\n"
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
        return f"{define}\n\n{saving}try:\n{indented(steps)}{RAISED.format(shown=shown)}"

    def saving(self, look: Look) -> str:
        """Return the lines that build and save, and in the loading process those that build what is loaded into."""
        loader = self.subject.loader
        assert loader is not None
        text = self.path()
        build = f"tf.keras.utils.set_random_seed({SEED})\nmodel = {self.case.name}()\n"
        if loader.builds_from_source:
            text += build
        if loader.builds_from_source or self.case.is_unreadable:
            build = ""
        steps = build
        if look.by_value and not loader.builds_from_source:
            steps += NOT_CONSTANT
        write = (
            "" if look.original == "{}" else f'(folder / "expected.json").write_text(json.dumps({look.original}))\n'
        )
        asks_itself = "model(inputs" in write and "tf.function" not in write
        if self.subject.saver.trains or look.after_saving:
            steps += self.ask_once() + f"{self.save()}\n{write}sys.exit()\n"
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
        given = {name: source for name, source in self.objects.items() if name != without and by_argument}
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
        text = f'(folder / "again").mkdir()\nsecond = str(folder / "again" / "{name}")\n'
        if self.case.is_keras_model and is_original(self.subject):
            text += f"{self.save(path='second', model='loaded')}\n"
        else:
            text += "tf.saved_model.save(loaded, second, signatures=dict(loaded.signatures) or None)\n"
        return text + (f"again = {self.load(path='second')}\n" if load else "")

    def rest_of_custom_objects(self) -> str:
        """Return the lines of a script about what a load needs to be given."""
        shortfall = self.subject.shortfall
        message, missing = shortfall.message, str(shortfall.expected or "").removeprefix("a refusal that names ")
        hidden, keeps = self.hidden_object(message, missing)
        saving = self.saving(Look("", "{}", "{}")).removesuffix(self.libraries())
        if "give different models" in message:
            look = custom_objects(self.subject)
            steps = (
                f"loaded = {self.load()}\nwith tf.keras.utils.custom_object_scope({self.all_objects()}):\n"
                f"    again = {self.load(by_argument=False)}\nexpected, seen = {look.original}, {look.loaded}\n"
            )
            compare = COMPARE.format(names="{**expected, **seen}", differs=_differs(look))
            return f"{look.define}\n\n{saving}try:\n{indented(steps)}{compare}"
        if message.startswith("given by scope"):
            steps = (
                f"with tf.keras.utils.custom_object_scope({self.all_objects()}):\n"
                f"    {self.load(by_argument=False)}\n"
            )
        else:
            saving = (
                f"{keeps}{saving}tf.keras.utils.get_custom_objects().clear()  # what is not given cannot be found\n"
            )
            steps = f"loaded = {self.load(without=hidden)}\n"
            if message.startswith("it loads without"):
                steps += f"{self.subject.ask_loaded()}\n"
        if self.subject.is_lost:
            return f"{saving}{steps}{self.subject.ask_loaded()}\nprint('finished')\n"
        shown = self.shown()
        if message.startswith("it loads without"):
            shown = 'raised == "nothing is raised"'
        elif message.startswith("the refusal does not name"):
            shown = f'raised != "nothing is raised" and {missing!r} not in raised'
        return f"{saving}try:\n{indented(steps)}{RAISED.format(shown=shown)}"

    def hidden_object(self, message: str, missing: str) -> tuple[str | None, str]:
        """Return the name of the object that is not given, and the lines that hide it from the process."""
        asked = re.match(r"asks for (\S+), which", message)
        names = [name for name in self.objects if name == (asked and asked[1]) or class_name(name) == missing]
        if not names:
            return None, ""
        text = "".join(
            f'{source}.__module__ = "elsewhere"  # where nobody finds it\n'
            for source in dict.fromkeys(self.objects.values())
            if source.isidentifier()
        )
        return names[0], text

    def all_objects(self) -> str:
        """Return all custom objects as source."""
        return "{" + ", ".join(f"{name!r}: {source}" for name, source in self.objects.items()) + "}"


def indented(text: str) -> str:
    """Return the lines one level deeper."""
    return "".join(f"    {line}\n" if line else "\n" for line in text.splitlines())


def stable_part(message: str, exception: str) -> str:
    """Return a part of an exception's message without what differs from run to run: paths, numbers, quoted names."""
    text = " ".join((message.partition(f"{exception}: ")[2] or message).split())[:300]
    chunks = re.split(r"\S*/\S*|\S*0x[0-9a-f]+\S*|\S*\d\S*|['\"`{}\[\]<>…]", text)
    return max((chunk.strip()[:LONGEST_PART].strip() for chunk in chunks), key=len, default="")


def _raised_answer(subject: Subject) -> str:
    """Return which of the two answers to an input is an exception, `loaded` or `original`; neither if empty."""
    if subject.row.requirement != "outputs":
        return ""
    if subject.shortfall.expected == "an answer":
        return "loaded"
    return "original" if subject.shortfall.seen == "an answer" else ""


def _differs(look: Look) -> str:
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


def command_of(pair: Any, packages: list[str]) -> str:
    """Return the line that installs a pair, with the variable that it needs."""
    keras = "tf_keras" if pair.legacy else "keras"
    wanted = [f"tensorflow=={pair.tensorflow}"]
    wanted += [f"{keras}=={pair.keras}"] if pair.keras != "0" else []
    return "pip install " + " ".join(f"'{each}'" for each in [*wanted, *packages])


def environment_of(pair: Any) -> str:
    """Return what stands before a command that runs with this pair."""
    return "TF_USE_LEGACY_KERAS=1 " if pair.legacy else ""
