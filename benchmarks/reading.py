"""How long `tdlint inspect` takes for the weights of a file, against h5py reading the same file.

python benchmarks/reading.py            # half a gigabyte; --smoke: 64 MB, for CI
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy

from tdlint.inspector.files.archive import read_archive

WIDTH = 4096
MAX_RATIO = 8.0
"""What CI allows; benchmarks/README.md says what is usual."""


def write(path: Path, layers: int) -> None:
    """Random weights of 64 MB a layer, laid out as Keras 3 does."""
    generator = numpy.random.default_rng(0)
    with h5py.File(path, "w") as file:
        for number in range(layers):
            file[f"layers/dense_{number}/vars/0"] = generator.standard_normal((WIDTH, WIDTH), "f4")


def read_plainly(path: Path) -> None:
    """Every weight at once, and nothing else."""
    with h5py.File(path) as file:
        for layer in file["layers"].values():
            layer["vars/0"][()]


def seconds(call: Callable[[Path], object], path: Path, rounds: int) -> float:
    """The best of some rounds."""
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        call(path)
        times.append(time.perf_counter() - started)
    return min(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smoke", action="store_true", help="a small file, and fail above a ratio")
    smoke = parser.parse_args().smoke
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.weights.h5"
        write(path, 1 if smoke else 8)
        plain, ours = seconds(read_plainly, path, 3), seconds(read_archive, path, 3)
        size = path.stat().st_size / 2**20
    print(f"{size:.0f} MB: h5py {plain:.2f} s ({size / plain:.0f} MB/s), tdlint {ours:.2f} s ({size / ours:.0f} MB/s)")
    print(f"ratio {ours / plain:.1f}")
    if smoke and ours / plain > MAX_RATIO:
        raise SystemExit(f"more than {MAX_RATIO}")


if __name__ == "__main__":
    main()
