"""The lists of cells that the page's numbers open."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from reports.document.rows import Row
from reports.page.cell_table import CellTable
from tests.judging.cells import Cell


@dataclasses.dataclass
class CellLists:
    """Lists of cells of a table. Each has a title, and the column to look at first."""

    table: CellTable
    lists: list[tuple[str, list[int], int]] = dataclasses.field(default_factory=list)

    def of_rows(self, title: str, rows: Iterable[Row], column: int = 0) -> int:
        """Keep the list of the rows' cells, and return its number."""
        return self.of_cells(title, (row.cell for row in rows), column)

    def of_cells(self, title: str, cells: Iterable[Cell], column: int = 0) -> int:
        """Keep a list of cells, and return its number."""
        self.lists.append((title, self.table.numbers_of(cells), column))
        return len(self.lists) - 1

    def as_json(self) -> list[Any]:
        """Return the lists as the page embeds them."""
        return [list(each) for each in self.lists]
