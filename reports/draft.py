"""Drafts rows for a list of deviations from reports: `python -m reports.draft REPORT [REPORT ...]`.

Reports of several pairs are put together: a symptom that they share becomes one row.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from reports.document import files
from reports.drafts.drafts import draft
from tests.judging import deviation_files


def main(arguments: list[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m reports.draft", description=__doc__.partition("\n")[0])
    parser.add_argument("reports", type=Path, nargs="+", metavar="REPORT", help="a conformance.json")
    options = parser.parse_args(arguments)
    try:
        documents = [files.read(path) for path in options.reports]
    except files.UnreadableDocument as error:
        parser.error(str(error))
    print(draft(documents, deviation_files.read()))


if __name__ == "__main__":
    main()
