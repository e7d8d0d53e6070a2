"""Models that fit into no memory: a config of a hundred billion parameters, and weights of several gigabytes."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest

from tdlint.inspector import inspect_path

WIDTH = 2**14
LAYERS = 372
# `ru_maxrss` would count what the process that started this one had, as it forks from it
PEAK = """
import re, sys
from pathlib import Path
from tdlint.inspector.files.archive import read_archive
read_archive(Path(sys.argv[1]))
print(re.search(r"VmHWM:\\s+([0-9]+) kB", Path("/proc/self/status").read_text())[1])
"""


def initializer(name: str) -> dict:
    return {"module": "keras.initializers", "class_name": name, "config": {}, "registered_name": None}


def dense(name: str) -> dict:
    regularizer = {"module": "keras.regularizers", "class_name": "L2", "config": {"l2": 0.01}, "registered_name": None}
    config = {
        "name": name,
        "trainable": True,
        "units": WIDTH,
        "activation": "relu",
        "use_bias": True,
        "kernel_initializer": initializer("GlorotUniform"),
        "bias_initializer": initializer("Zeros"),
        "kernel_regularizer": regularizer,
        "bias_regularizer": None,
    }
    return {"module": "keras.layers", "class_name": "Dense", "config": config, "registered_name": None}


def sequential(layers: int) -> dict:
    shape = {"batch_shape": [None, WIDTH], "dtype": "float32", "name": "input"}
    blocks = [{"module": "keras.layers", "class_name": "InputLayer", "config": shape, "registered_name": None}]
    blocks += [dense(f"dense_{number}") for number in range(layers)]
    return {"module": "keras", "class_name": "Sequential", "config": {"name": "large", "layers": blocks}}


def test_a_hundred_billion_parameters_from_a_config(tmp_path):
    path = tmp_path / "large.json"
    path.write_text(json.dumps(sequential(LAYERS)))
    started = time.perf_counter()
    totals = inspect_path(path).totals
    assert time.perf_counter() - started < 20  # 1 s on a quiet machine
    assert totals.params == LAYERS * WIDTH * (WIDTH + 1) == 99_864_084_480
    assert totals.expected_penalty == pytest.approx(LAYERS * 0.01 * WIDTH, rel=1e-9)
    assert totals.penalty is None


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the peak is told in other units")
def test_memory_stays_below_300_mb(tmp_path):
    """Two gigabytes of weights that are stored compressed, so that the disk need not hold them."""
    h5py = pytest.importorskip("h5py")
    path = tmp_path / "large.weights.h5"
    with h5py.File(path, "w") as file:
        for number in range(2):
            weights = file.create_dataset(
                f"layers/dense_{number}/vars/0", (WIDTH, WIDTH), "f4", chunks=(64, WIDTH), compression="lzf"
            )
            weights[:64] = 1.0
            for start in range(64, WIDTH, 64):
                weights.id.write_direct_chunk((start, 0), weights.id.read_direct_chunk((0, 0))[1])
    done = subprocess.run([sys.executable, "-c", PEAK, str(path)], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 300 * 1024
