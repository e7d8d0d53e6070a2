"""Notebooks: all cells are one program, each is told what is in it."""

from __future__ import annotations

from typing import Any

import pytest
from lsp_client import Client, apply

NOTEBOOKS = {"notebookDocument": {"synchronization": {}}}
CELLS = [
    "%matplotlib inline\nimport keras\nlayers = keras.layers\n",
    "first = layers.LSTM(64, input_shape=(10, 8))",
    "model = keras.Sequential([first, layers.LSTM(32)])\n",
]


class Notebook:
    """A notebook that is open in a client."""

    def __init__(self, client: Client, cells: list[str], name: str = "notes.ipynb") -> None:
        self.client = client
        self.uri = client.uri(name)
        self.cells = [f"vscode-notebook-cell:/{name}#W{number}" for number in range(len(cells))]
        self.version = 1
        client.notify(
            "notebookDocument/didOpen",
            {
                "notebookDocument": {
                    "uri": self.uri,
                    "notebookType": "jupyter-notebook",
                    "version": 1,
                    "cells": [{"kind": 2, "document": cell} for cell in self.cells],
                },
                "cellTextDocuments": [self._item(cell, text) for cell, text in zip(self.cells, cells, strict=True)],
            },
        )

    def _item(self, cell: str, text: str) -> dict[str, Any]:
        return {"uri": cell, "languageId": "python", "version": 1, "text": text}

    def change(self, **cells: Any) -> None:
        """Change cells of the notebook."""
        self.version += 1
        document = {"uri": self.uri, "version": self.version}
        self.client.notify("notebookDocument/didChange", {"notebookDocument": document, "change": {"cells": cells}})

    def write(self, number: int, text: str) -> None:
        """Replace the text of a cell."""
        document = {"uri": self.cells[number], "version": self.version + 1}
        self.change(textContent=[{"document": document, "changes": [{"text": text}]}])

    def insert(self, number: int, text: str) -> None:
        """Put in a new cell."""
        cell = f"vscode-notebook-cell:/notes.ipynb#N{self.version}"
        self.cells.insert(number, cell)
        array = {"start": number, "deleteCount": 0, "cells": [{"kind": 2, "document": cell}]}
        self.change(structure={"array": array, "didOpen": [self._item(cell, text)]})

    def remove(self, number: int) -> None:
        """Take a cell out."""
        cell = self.cells.pop(number)
        array = {"start": number, "deleteCount": 1}
        self.change(structure={"array": array, "didClose": [{"uri": cell}]})

    def close(self) -> None:
        """Close the notebook."""
        documents = [{"uri": cell} for cell in self.cells]
        self.client.notify(
            "notebookDocument/didClose", {"notebookDocument": {"uri": self.uri}, "cellTextDocuments": documents}
        )

    def codes(self, number: int) -> list[str]:
        """What is told next of a cell."""
        return [found["code"] for found in self.client.published(self.cells[number])]


@pytest.fixture
def notebook(connect):
    made = Notebook(connect(NOTEBOOKS), CELLS)
    yield made
    made.close()


def test_cells_are_one_program(notebook):
    [found] = notebook.client.published(notebook.cells[1])
    assert found["code"] == "TDL101"
    assert found["range"] == {"start": {"line": 0, "character": 8}, "end": {"line": 0, "character": 44}}
    [related] = found["relatedInformation"]
    assert related["location"]["uri"] == notebook.cells[2]
    assert related["location"]["range"]["start"]["line"] == 0
    assert notebook.codes(0) == notebook.codes(2) == []


def test_a_cell_that_changes_changes_the_program(notebook):
    assert notebook.codes(1) == ["TDL101"]
    notebook.write(2, "model = keras.Sequential([first, layers.Dense(32)])\n")
    assert notebook.codes(1) == []


def test_cells_can_come_and_go(notebook):
    assert notebook.codes(1) == ["TDL101"]
    notebook.insert(1, "import os  # noqa: TDL101\n")
    assert notebook.codes(1) == ["TDL003"]
    assert notebook.codes(2) == ["TDL101"]
    gone = notebook.cells[1]
    notebook.remove(1)
    assert notebook.client.published(gone) == []
    assert notebook.codes(1) == ["TDL101"]


def test_fixes_are_edits_of_their_cell(notebook):
    where = {"start": {"line": 0, "character": 10}, "end": {"line": 0, "character": 10}}
    params = {"textDocument": {"uri": notebook.cells[1]}, "range": where, "context": {"diagnostics": []}}
    fix, ignore = notebook.client.request("textDocument/codeAction", params)
    assert apply(CELLS[1], fix["edit"]["changes"][notebook.cells[1]]).endswith("(10, 8), return_sequences=True)")
    assert apply(CELLS[1], ignore["edit"]["changes"][notebook.cells[1]]).endswith("  # tdlint: ignore[TDL101]")


def test_fix_all_reaches_all_cells(connect):
    cells = ["import keras  # noqa: TDL101\n", "x = 1", "keras.Input((3,))  # noqa: TDL301\n"]
    notebook = Notebook(connect(NOTEBOOKS), cells)
    start = {"line": 0, "character": 0}
    params = {
        "textDocument": {"uri": notebook.cells[0]},
        "range": {"start": start, "end": start},
        "context": {"diagnostics": [], "only": ["notebook.source.fixAll"]},
    }
    [action] = notebook.client.request("textDocument/codeAction", params)
    changes = action["edit"]["changes"]
    assert {notebook.cells.index(cell) for cell in changes} == {0, 2}
    assert apply(cells[0], changes[notebook.cells[0]]) == "import keras\n"
    assert apply(cells[2], changes[notebook.cells[2]]) == "keras.Input((3,))\n"


def test_hover_knows_what_other_cells_did(notebook):
    place = {"line": 0, "character": CELLS[2].index("first")}
    found = notebook.client.request(
        "textDocument/hover", {"textDocument": {"uri": notebook.cells[2]}, "position": place}
    )
    assert "LSTM" in found["contents"]["value"]
    assert found["range"]["start"] == place


def test_a_closed_notebook_shows_nothing(notebook):
    assert notebook.codes(1) == ["TDL101"]
    notebook.close()
    assert notebook.codes(1) == []


def test_a_cell_that_is_no_python_does_not_hide_the_others(notebook):
    notebook.insert(0, "this is no python\n")
    assert notebook.codes(0) == ["TDL001"]
    assert notebook.codes(2) == ["TDL101"]
