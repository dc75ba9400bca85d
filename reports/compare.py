"""The page over the runs of many pairs: `python -m reports.compare A.json B.json ... [-o page.html]`.

Each file is the conformance.json of one pair's run, or a baseline made of one.
"""

from __future__ import annotations

import argparse
import collections
from pathlib import Path

from reports import baseline, page
from reports.document import UnreadableDocument

DEFAULT = "versions.html"


def main(arguments: list[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m reports.compare", description=__doc__.partition("\n")[0])
    parser.add_argument("reports", type=Path, nargs="+", help="a conformance.json or a baseline of each pair")
    parser.add_argument("-o", "--output", type=Path, default=Path(DEFAULT), help=f"default: {DEFAULT}")
    chosen = parser.parse_args(arguments)
    try:
        documents = [baseline.read(path) for path in chosen.reports]
    except UnreadableDocument as error:
        parser.error(str(error))
    named = collections.defaultdict(list)
    for path, document in zip(chosen.reports, documents, strict=True):
        if "A" in document["sides"]:
            parser.error(f"{path}: a gate is about two pairs; give the runs of one pair each")
        if "footer" not in document:
            parser.error(f"{path}: the run did not finish")
        named[page.short_name(document)].append(str(path))
    for name, paths in named.items():
        if len(paths) > 1:
            parser.error(f"{' and '.join(paths)} are of one pair, {name}")
    if len(documents) < 2:
        parser.error("there is nothing to compare: give two reports or more")
    try:
        chosen.output.write_text(page.over_versions(documents))
    except OSError as error:
        parser.error(f"{chosen.output}: {error.strerror}")
    print(chosen.output)


if __name__ == "__main__":
    main()
