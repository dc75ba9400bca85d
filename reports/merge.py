"""Merges the reports of one run's parts: `python -m reports.merge -o DIR PART [PART ...]`.

The parts are runs of the same suite on the same pairs, each of a share of the cells, as several machines split them
by `--case` or by a plugin that splits tests. Together they have to be whole. If a cell is missing or was judged
twice, or a part is of different pairs, nothing is written.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from reports.document import files
from reports.document.contents import Document
from reports.document.files import UnreadableDocument
from reports.document.merging import CannotMerge, merged
from reports.failures import NO_VERDICT, Failures
from reports.page import page
from reports.scripts.scripts import FOLDER
from reports.summary import summary
from reports.summary.verdict import verdict

PASSED, FAILED, BAD_USAGE = 0, 1, 4


def main(arguments: list[str]) -> int:
    """Run the command, and return the exit code that pytest would return for the whole run."""
    parser = argparse.ArgumentParser(prog="python -m reports.merge", description=__doc__.partition(":")[0])
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="where the reports go")
    parser.add_argument(
        "parts", type=Path, nargs="+", metavar="PART", help="a report folder, or its conformance.json"
    )
    options = parser.parse_args(arguments)
    paths = [part / files.NAME if part.is_dir() else part for part in options.parts]
    try:
        if len(set(map(Path.absolute, paths))) < len(paths):
            raise CannotMerge("a part is named twice")
        whole = merged({str(path): files.read(path) for path in paths})
        scripts = [script for path in paths for script in sorted(path.parent.glob(f"{FOLDER}/*.py"))]
        files.write(options.output, whole)
        failures = write_further(options.output, whole, scripts)
    except (CannotMerge, UnreadableDocument) as error:
        print(f"reports.merge: {error}", file=sys.stderr)
        return BAD_USAGE
    except OSError as error:
        print(f"reports.merge: {options.output}: {error.strerror}", file=sys.stderr)
        return BAD_USAGE
    if failures.lines:
        print("\n".join(f"reports.merge: {line}" for line in failures.lines), file=sys.stderr)
        return NO_VERDICT if failures.crashed else BAD_USAGE
    print(verdict(whole))
    return PASSED if whole.footer and whole.footer.conforms else FAILED


def write_further(folder: Path, document: Document, scripts: Iterable[Path]) -> Failures:
    """Write the reports that follow from the whole run's document, with the scripts of its parts."""
    failures = Failures()
    with failures.of(f"{FOLDER}/"):
        for script in scripts:
            (folder / FOLDER).mkdir(exist_ok=True)
            shutil.copy(script, folder / FOLDER)
    with failures.of(summary.NAME):
        summary.write(folder, document)
    with failures.of(page.NAME):
        page.write(folder, document)
    return failures


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
