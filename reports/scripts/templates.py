"""The texts of a script's frame."""

from __future__ import annotations

FOLDER = "folder = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp())\n"
BOTH = """\
if len(sys.argv) < 2:  # both, each in a new process
    ended = [subprocess.run([sys.executable, __file__, mode, str(folder)]) for mode in ("save", "load")]
    sys.exit(ended[1].returncode)
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
    try:
        command = [sys.executable, __file__, "{mode}", str(folder), "here"]
        ended = subprocess.run(command, timeout={seconds}, capture_output=True, text=True)
        how = f"it ended with {{ended.returncode}}" if "finished" not in ended.stdout else "it finished"
    except subprocess.TimeoutExpired:
        how = "no end within {seconds} seconds"
    shown = {shown}
    sys.exit(print(f"{{'' if shown else 'not '}}reproduced: {{how}}") or shown)
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
    differ = (name for name in {names} if {differs})
    wrong = [f"{{name}}: expected {{expected.get(name)}}, seen {{seen.get(name)}}" for name in differ]
except Exception as error:
    sys.exit(print(f"not reproduced: {{error!r:.300}}"))
sys.exit(print(f"reproduced: {{wrong[0]:.300}}" if wrong else "not reproduced") or bool(wrong))
"""
RAISED = """\
    raised = "nothing is raised"
except Exception as error:
    raised = " ".join(f"{{type(error).__name__}}: {{error}}".split())
shown = {shown}
sys.exit(print(f"{{'' if shown else 'not '}}reproduced: {{raised:.300}}") or shown)
"""
# Raises what is warned of, from shortly before the words that matter.
WARNED = """\
os.dup2(os.open(folder / "log", os.O_WRONLY | os.O_CREAT, 0o644), 2)
loaded = {load}
log = " ".join((folder / "log").read_text().split())
raise RuntimeWarning(log[max(0, log.find({part!r}) - 100) :])
"""
