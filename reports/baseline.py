"""Makes a baseline of a run: `python -m reports.baseline conformance.json [-o NAME.json]`."""

from __future__ import annotations

import argparse
from pathlib import Path

from reports.baselines import baselines
from reports.document import files


def main(arguments: list[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m reports.baseline", description=__doc__.partition(":")[0])
    parser.add_argument("report", type=Path, help="the conformance.json of a whole run")
    parser.add_argument("-o", "--output", type=Path, help="default: named after the pair, in reports/baselines/")
    options = parser.parse_args(arguments)
    try:
        document = files.read(options.report)
    except files.UnreadableDocument as error:
        parser.error(str(error))
    if document.is_gate or not document.is_complete or document.narrowed:
        parser.error(f"{options.report}: a baseline is made of a whole and finished run of one pair")
    path = options.output or baselines.BASELINES / baselines.file_name(document)
    try:
        files.write_text(path, baselines.to_text(baselines.of_document(document)))
    except OSError as error:
        parser.error(f"{path}: {error.strerror}")
    print(path)


if __name__ == "__main__":
    main()
