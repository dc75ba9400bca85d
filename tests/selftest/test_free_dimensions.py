"""A signature may leave dimensions of its answers free that are free in the model, and no others."""

from __future__ import annotations

import pytest

from tests.test_signatures import with_sides_left_free

ANSWERED = ["float32", [None, 8, 3]]


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (["float32", [None, None, 3]], ["float32", [None, None, 3]]),
        (["float32", [None, None, None]], ["float32", [None, None, None]]),
        (["float32", [None, 8, 3]], ANSWERED),
        (["float32", [None, None, 4]], ANSWERED),
        (["float32", [None, 16, 3]], ANSWERED),
        (["int32", [None, None, 3]], ANSWERED),
        (["float32", [None, None]], ANSWERED),
        (["float32", None], ANSWERED),
        (["float32", [1, None, 3]], ANSWERED),
    ],
)
def test_a_tensor_that_is_shown_with_free_dimensions_is_the_one_that_was_answered(shown, expected):
    assert with_sides_left_free(ANSWERED, [["int64", [None]], shown]) == expected
