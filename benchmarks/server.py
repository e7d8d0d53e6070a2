"""How long an editor waits for `tdlint server` after a keystroke, over standard input and output.

    python benchmarks/server.py [--smoke]

A client (that of pygls) opens a file of models, training functions, classes, loops and branches, writes a character
into it again and again, and waits each time for what the server tells of that version. The goal: under 150 ms in a file
of 500 lines, what the server waits for a further keystroke included.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import time
from pathlib import Path

from linear import program
from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

GOAL = 0.150
FAULT = "\nfaulty = keras.Sequential([layers.LSTM(4, input_shape=(10, 3)), layers.LSTM(3)])\n"
URI = "file:///benchmark/model.py"


class Client(LanguageClient):
    """Waits for what the server tells of a version."""

    def __init__(self) -> None:
        super().__init__("benchmark", "1")
        self.told: asyncio.Queue[lsp.PublishDiagnosticsParams] = asyncio.Queue()
        self.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(lambda told: self.told.put_nowait(told))

    async def told_of(self, number: int) -> lsp.PublishDiagnosticsParams:
        """What is told of this version of the file."""
        while True:
            told = await asyncio.wait_for(self.told.get(), 60)
            if told.version == number:
                return told


def cpu_seconds(server: int) -> float:
    """CPU seconds of the server and its worker so far; 0 where the system does not tell them so."""
    total = 0.0
    try:
        children = Path(f"/proc/{server}/task/{server}/children").read_text(encoding="ascii").split()
        for process in (server, *map(int, children)):
            fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
            total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except OSError:
        return 0.0
    return total


async def measure(lines: int, keystrokes: int) -> tuple[int, float, list[float], float]:
    """The lines of the file, seconds until it is first told, after each keystroke, and CPU seconds of a keystroke."""
    client = Client()
    await client.start_io(sys.executable, "-m", "tdlint", "server")
    await client.initialize_async(lsp.InitializeParams(lsp.ClientCapabilities(), root_uri="file:///benchmark"))
    client.initialized(lsp.InitializedParams())
    text = program(lines) + FAULT
    start = time.perf_counter()
    item = lsp.TextDocumentItem(URI, "python", 1, text)
    client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
    assert (await client.told_of(1)).diagnostics
    first = time.perf_counter() - start
    waits: list[float] = []
    before = cpu_seconds(client._server.pid)
    for number in range(2, keystrokes + 2):
        # in the middle of the file, in a number that a layer is made with
        text = text.replace(
            f"Dropout({number - 2}e-3)" if number > 2 else "Dropout(0.2)", f"Dropout({number - 1}e-3)", 1
        )
        document = lsp.VersionedTextDocumentIdentifier(number, URI)
        change = lsp.TextDocumentContentChangeWholeDocument(text)
        start = time.perf_counter()
        client.text_document_did_change(lsp.DidChangeTextDocumentParams(document, [change]))
        await client.told_of(number)
        waits.append(time.perf_counter() - start)
    cpu = (cpu_seconds(client._server.pid) - before) / keystrokes
    await client.shutdown_async(None)
    client.exit(None)
    await client.stop()
    return text.count("\n"), first, waits, cpu


def main() -> None:
    """Print the table; the exit code is 1 if the goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="a few keystrokes only, to see that it runs")
    parser.add_argument("--lines", type=int, nargs="*", default=[100, 500, 2_000])
    parser.add_argument("--keystrokes", type=int, default=50)
    options = parser.parse_args()
    print("| lines | first, ms | median, ms | 9 of 10 under, ms | CPU of a check, ms |\n|---|---|---|---|---|")
    missed = False
    for size in [500] if options.smoke else options.lines:
        lines, first, waits, cpu = asyncio.run(measure(size, 5 if options.smoke else options.keystrokes))
        most = sorted(waits)[int(0.9 * len(waits))]
        middle = statistics.median(waits)
        figures = " | ".join(f"{1000 * each:.0f}" for each in (first, middle, most, cpu))
        print(f"| {lines:,} | {figures} |", flush=True)
        missed = missed or (lines <= 600 and middle > GOAL)
    # a machine that does other things besides says nothing about the goal
    sys.exit(1 if missed and not options.smoke else 0)


if __name__ == "__main__":
    main()
