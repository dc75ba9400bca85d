"""Makes the page over the runs of many pairs: `python -m reports.compare A.json B.json ... [-o page.html]`.

Each file is the conformance.json of one pair's run, or a baseline made of one.
"""

from __future__ import annotations

import argparse
import collections
from pathlib import Path

from reports.baselines import baselines
from reports.document import files
from reports.document.files import UnreadableDocument
from reports.page import page

DEFAULT = "versions.html"


def main(arguments: list[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m reports.compare", description=__doc__.partition(":")[0])
    parser.add_argument("reports", type=Path, nargs="+", help="a conformance.json or a baseline of each pair")
    parser.add_argument("-o", "--output", type=Path, default=Path(DEFAULT), help=f"default: {DEFAULT}")
    options = parser.parse_args(arguments)
    try:
        documents = [baselines.read(path) for path in options.reports]
    except UnreadableDocument as error:
        parser.error(str(error))
    paths_by_pair = collections.defaultdict(list)
    for path, document in zip(options.reports, documents, strict=True):
        if document.is_gate:
            parser.error(f"{path}: a gate is about two pairs; name the runs of one pair each")
        if not document.is_complete:
            parser.error(f"{path}: the run did not finish")
        paths_by_pair[page.short_name(document)].append(str(path))
    for pair, paths in paths_by_pair.items():
        if len(paths) > 1:
            parser.error(f"{' and '.join(paths)} are of one pair, {pair}")
    if len(documents) < 2:
        parser.error("there is nothing to compare: name at least two reports")
    try:
        files.write_text(options.output, page.over_versions(documents))
    except OSError as error:
        parser.error(f"{options.output}: {error.strerror}")
    print(options.output)


if __name__ == "__main__":
    main()
