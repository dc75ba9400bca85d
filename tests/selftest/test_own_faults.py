"""A fault of the suite is never a verdict on a model: the cell has none, and the run is incomplete."""

from __future__ import annotations

import textwrap

import pytest

from tests.interpreters.response import Response
from tests.judging.evidence import NoEvidence
from tests.judging.judgement import judge
from tests.judging.outcome import Outcome
from tests.judging.pairs import NEW_ARTIFACTS
from tests.judging.requirement import requirements
from tests.judging.seen import Seen
from tests.selftest.whole_runs import report, run


class Answering:
    """Evidence in which every child sent one response."""

    def __init__(self, evidence, response: Response):
        self._evidence, self._response = evidence, response

    def saved(self, *_: object) -> Response:
        return self._response

    def __getattr__(self, name: str):
        return getattr(self._evidence, name)


def response(section: str, ours: bool) -> Response:
    """Return the response of a child that saved, and raised in a section."""
    error = {
        "type": "TypeError",
        "message": "'method' object is not iterable",
        "ours": ours,
        "traceback": 'Traceback:\n  File "/somewhere/look.py", line 96, in training\n    x\nTypeError: no',
    }
    sections = {name: {"value": {}} for name in ("build", "save", "files", "before", "after", "once", "again")}
    return Response({**sections, section: {"error": error}})


@pytest.mark.parametrize(("section", "ours"), [("before", True), ("before", False), ("save", True)])
def test_only_an_exception_of_our_own_look_leaves_a_cell_without_a_verdict(bench, section, ours):
    (planned, *_) = (
        planned for cell, planned in bench.planned.items() if cell.requirement == "no_trace" and planned.applies
    )
    evidence = Answering(bench.evidence, response(section, ours))
    seen = Seen(evidence, NEW_ARTIFACTS, planned.cell.case, planned.cell.route)
    if section == "before" and ours:
        with pytest.raises(
            NoEvidence, match=r"a fault of the suite, not of the model: TypeError.*\(look\.py, line 96\)"
        ):
            judge(requirements()["no_trace"], seen)
    else:
        outcome = judge(requirements()["no_trace"], seen).outcome
        assert outcome is (Outcome.FAILS if section == "before" else Outcome.BLOCKED)


# A model that Keras can save to weights alone, and whose config our look cannot write down: Python itself raises the
# exception, in our own frame.
PLANTED = """
    import numpy as np
    import tensorflow as tf


    class Unspeakable:
        __repr__ = None


    class Odd(tf.keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = tf.keras.layers.Dense(2)

        def call(self, inputs):
            return self.dense(inputs)

        def get_config(self):
            return {"odd": Unspeakable()}


    def odd():
        model = Odd()
        model(np.ones((1, 3), "float32"))
        return model


    def odd_inputs():
        return [np.ones((2, 3), "float32")]
"""


def test_a_run_in_which_our_own_look_fails_is_incomplete_and_says_that_it_is_ours(tmp_path):
    (tmp_path / "odd_models.py").write_text(textwrap.dedent(PLANTED))
    cells = ["--model=odd_models:odd", "--case=mine.*", "--route=weights_h5", "-n1"]
    ended = run(tmp_path, *cells, PYTHONPATH=str(tmp_path))
    assert ended.returncode == 1, ended.stdout
    assert "a fault of the suite, not of the model: TypeError" in ended.stdout
    assert "INCOMPLETE" in ended.stdout
    assert "footer" not in report(tmp_path)
