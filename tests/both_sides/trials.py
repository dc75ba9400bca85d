"""The surroundings in which an artifact is loaded on trial, and how often.  [both sides]"""

from __future__ import annotations

# What a folder's name may have in it, with a name that has it.
ODD_NAMES = {
    "square brackets": "model[1]",
    "an asterisk": "a*b",
    "a question mark": "what?",
    "a backslash": "back\\slash",
    "spaces": "two  spaces",
    "other scripts": "модель-模型-öß",
}
ODDEST_NAME = " ".join(ODD_NAMES.values())
RELATIVE = "a relative path, in another working folder"
READ_ONLY = "a read-only folder"
TOGETHER = "a folder with all of these"
# How many loads there are at once, and how many times what was loaded is saved and loaded again.
AT_ONCE, CYCLES = 8, 3
# Artifacts of more bytes are left out, because they are loaded some thirty times.
LARGEST_TRIED = 16 * 2**20
# CPU seconds of one load, with building the model where it is built anew. Thirty of more would not end in their time.
SLOWEST_TRIED = 2.0
