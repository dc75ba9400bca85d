"""Writes the generated parts of the pages in `docs/` anew: `python -m reports.docs`."""

from __future__ import annotations

import argparse
import sys

from reports.docs.pages import DOCS, generated_parts
from reports.docs.parts import with_parts
from tests.both_sides.declarations import WrongDeclaration
from tests.interpreters.interpreter import UnusableInterpreter
from tests.run.catalogue import BrokenTensorFlow, read_catalogue

BAD_USAGE = 4


def main(arguments: list[str] | None = None) -> int:
    """Write the pages, and print the names of those that have changed."""
    parser = argparse.ArgumentParser(prog="python -m reports.docs", description=__doc__.partition(":")[0])
    parser.parse_args(arguments)
    try:
        catalogue = read_catalogue()
    except (UnusableInterpreter, WrongDeclaration, BrokenTensorFlow) as error:
        print(f"reports.docs: {error}", file=sys.stderr)
        return BAD_USAGE
    for name, parts in generated_parts(catalogue).items():
        path = DOCS / name
        before = path.read_text(encoding="utf-8")
        after = with_parts(before, parts)
        if after != before:
            path.write_text(after, encoding="utf-8")
            print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
