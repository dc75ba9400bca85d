"""Every constructor argument of every class that Keras exports is still there after saving and loading."""

from __future__ import annotations


def test_every_argument(exported_class):
    exported_class.judge()
