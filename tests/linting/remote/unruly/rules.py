"""Rules that report, and rules that do what a layer of the model asks for."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from tdlint.graph import Place
from tdlint.linting.rule import Report, Rule


class EachLayer(Rule):
    """Reports each layer."""

    code = "TDL981"

    def check_model(self, model, context):
        for layer in model.layers():
            yield Report(Place(layer.site, layer.short_type), f"a {layer.short_type}")


class Unruly(Rule):
    """Ends, hangs or raises."""

    code = "TDL982"

    def check_model(self, model, context):
        types = {layer.short_type for layer in model.layers()}
        if "Flatten" in types:
            os._exit(3)
        if "Dropout" in types:
            os.kill(os.getpid(), signal.SIGKILL)
        if "Softmax" in types:
            time.sleep(600)
        if "ReLU" in types:
            raise LookupError("no such thing")
        if "Embedding" in types:
            os.kill(_worker(), signal.SIGKILL)
            time.sleep(600)
        yield from ()


def _worker() -> int:
    """The executor's process, whose task has this one's parent analyse."""
    status = Path(f"/proc/{os.getppid()}/stat").read_text()
    return int(status.rpartition(")")[2].split()[1])


RULES = (EachLayer, Unruly)
