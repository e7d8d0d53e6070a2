"""Clusters of Dask: addresses without one, and real ones, with workers that die."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from importlib.metadata import PackageNotFoundError
from importlib.util import find_spec
from pathlib import Path

import pytest
from unruly.rules import RULES

from tdlint._version import __version__
from tdlint.config import Settings
from tdlint.errors import UsageError
from tdlint.linting.registry import load_rules
from tdlint.linting.remote import clusters, dispatch
from tdlint.linting.remote.clusters import DaskCluster, cluster_at
from tdlint.linting.runs import check_paths

FIXTURES = Path(__file__).parents[3] / "fixtures"
LSTMS = "from keras import Sequential, layers\n\nSequential([layers.LSTM(4), layers.LSTM(4)])\n"
MODEL = "import keras\nfrom keras import layers\n\nmodel = keras.Sequential([layers.Dense(4), layers.{}()])\n"


def write(folder: Path, *layers: str) -> None:
    for number, layer in enumerate(layers):
        (folder / f"{number:03}.py").write_text(MODEL.format(layer))


def test_dask_is_not_installed(run, monkeypatch):
    monkeypatch.setattr(clusters, "find_spec", lambda name: None)
    code, _, err = run("check", "--scheduler", "tcp://localhost:8786", ".")
    assert (code, err) == (2, "tdlint: error: --scheduler needs Dask: pip install 'tdlint[dask]'\n")


def test_nothing_imports_dask_without_a_scheduler(tmp_path):
    code = "import sys, tdlint.linting.remote.clusters, tdlint.cli; sys.exit('distributed' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=tmp_path).returncode == 0


needs_dask = pytest.mark.skipif(find_spec("distributed") is None, reason="needs tdlint[dask]")


@needs_dask
@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("localhost", "missing port number in address 'localhost'"),
        ("http://localhost:8786", "unknown address scheme 'http'"),
        ("tcp://localhost:1", "Timed out trying to connect"),
    ],
)
def test_no_scheduler_is_there(run, monkeypatch, address, reason):
    monkeypatch.setattr(clusters, "CONNECT_LIMIT", 0.5)
    code, out, err = run("check", "--scheduler", address, ".")
    assert (code, out) == (2, "")
    assert err.startswith(f"tdlint: error: no Dask scheduler answers at {address}: {reason}")


@needs_dask
def test_another_program_is_there(monkeypatch):
    monkeypatch.setattr(clusters, "CONNECT_LIMIT", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(UsageError, match="nothing came in"), cluster_at(address):
            pass


def test_what_can_not_be_joined(run):
    assert "can't be joined with --scheduler" in run("check", "--scheduler", "tcp://localhost:1", "-j2", ".")[2]
    assert "can't be joined with --scheduler" in run("migrate", "--scheduler", "tcp://localhost:1", "-j2", ".")[2]
    assert "can't be joined with standard input" in run("check", "--scheduler", "tcp://localhost:1", "-")[2]


class Client:
    """What a client says of its cluster."""

    status = "running"

    def __init__(self, workers: dict) -> None:
        self.workers = workers

    def get_executor(self, **options):
        return None

    def nthreads(self):
        return dict.fromkeys(self.workers, 2)

    def run(self, function, *arguments, on_error):
        return self.workers


def test_what_is_wrong_with_a_cluster_is_told(monkeypatch):
    def told(workers: dict, error: Exception) -> str:
        return DaskCluster(Client(workers), "tcp://s:1").explain(error)

    missing = ImportError("No module named 'tdlint'")
    assert told({"tcp://w:1": __version__, "tcp://w:2": "0.0.1"}, missing) == (
        f"the worker at tcp://w:2 has tdlint 0.0.1 and not {__version__}: install the same on all"
    )
    assert "the worker at tcp://w:1 has no tdlint" in told({"tcp://w:1": PackageNotFoundError("tdlint")}, missing)
    assert told({}, missing) == f"a worker can't run tdlint {__version__}: No module named 'tdlint'"
    assert told({}, RuntimeError()) == "the scheduler at tcp://s:1 has gone"
    cluster = DaskCluster(Client({"tcp://w:1": __version__}), "tcp://s:1")
    assert cluster.slots() == 2
    assert cluster.trouble() is None
    cluster = DaskCluster(Client({}), "tcp://s:1")
    assert cluster.slots() == 1
    assert cluster.trouble() is None
    monkeypatch.setattr(clusters, "WORKERS_LIMIT", -1)
    assert "has had no worker for" in (cluster.trouble() or "")


@pytest.fixture(scope="module")
def local():
    """A cluster of two processes, where a task may cost two workers."""
    import dask
    from distributed import LocalCluster

    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 1}),
        LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=":0") as cluster,
    ):
        yield cluster


@pytest.mark.slow
def test_results_are_those_of_one_machine(local, tmp_path, run):
    for name in ("projects", "programs"):
        shutil.copytree(FIXTURES / name, tmp_path / name)
    (tmp_path / "broken.py").write_text("import keras\nx = (\n")
    (tmp_path / "late.py").write_text(LSTMS)
    scheduler = ("--scheduler", local.scheduler_address)
    for command in (
        ("check", "--no-cache", "--output-format", "json", "."),
        ("check", "--unsafe-fixes", "--diff", "."),
        ("migrate", "--no-cache", "--output-format", "json", "."),
    ):
        here, there = run(*command), run(*command, *scheduler)
        assert there == here
        assert here[0] == 1
        assert here[1]
    before = run("check", "--output-format", "concise", *scheduler, ".")
    assert run("check", "--output-format", "concise", ".") == before
    assert run("check", "--fix-only", "--unsafe-fixes", *scheduler, "late.py")[0] == 0
    assert "return_sequences=True" in (tmp_path / "late.py").read_text()
    run("check", "--add-ignore", *scheduler, ".")
    assert run("check", "--no-cache", ".")[0] == 1  # broken.py
    assert json.loads(run("check", "--output-format", "json", *scheduler, "programs")[1])["diagnostics"] == []


@pytest.mark.slow
def test_files_that_end_processes_cost_themselves(local, tmp_path):
    write(tmp_path, "Dense", "Flatten", "Dropout", "ReLU", "Activation", "Dense")
    settings = Settings(select=("TDL98", "TDL00"))
    here = check_paths([str(tmp_path)], settings, RULES, 2)
    with cluster_at(local.scheduler_address) as executor:
        there = check_paths([str(tmp_path)], settings, RULES, executor=executor)
    assert there == here
    assert sum(file.failed for file in there.files) == 3


@pytest.mark.slow
def test_a_file_that_kills_its_worker_costs_itself(local, tmp_path):
    local.wait_for_workers(2)
    write(tmp_path, *["Dense"] * 20, "Embedding", *["Dense"] * 20)
    settings = Settings(select=("TDL98", "TDL00"))
    with cluster_at(local.scheduler_address) as executor:
        result = check_paths([str(tmp_path)], settings, RULES, executor=executor)
    lost = [file for file in result.files if file.failed]
    assert [Path(file.path).name for file in lost] == ["020.py"]
    assert "lost with its worker: KilledWorker" in lost[0].diagnostics[0].message
    assert all(len(file.diagnostics) == 2 for file in result.files if not file.failed)


@pytest.mark.slow
def test_workers_that_are_killed_cost_nothing(local, tmp_path):
    write(tmp_path, *["Dense"] * 120)
    settings = Settings(select=("TDL98", "TDL00"))
    here = check_paths([str(tmp_path)], settings, RULES, 1)
    killed = []
    local.wait_for_workers(2)

    def kill(number: int, *rest) -> None:
        if number == 20:
            from distributed import Client

            with Client(local.scheduler_address, set_as_default=False) as client:
                killed.extend(client.run(os.getpid).values())
            for process in killed:
                os.kill(process, signal.SIGKILL)

    with cluster_at(local.scheduler_address) as executor:
        there = check_paths([str(tmp_path)], settings, RULES, executor=executor, done=kill)
    assert len(killed) == 2
    assert there == here


@pytest.mark.slow
def test_a_worker_is_no_scheduler(local):
    worker = next(iter(local.scheduler_info["workers"]))
    with pytest.raises(UsageError, match="but a worker"), cluster_at(worker):
        pass


@pytest.mark.slow
def test_a_scheduler_that_goes_and_one_without_workers(tmp_path, monkeypatch):
    from distributed import LocalCluster

    write(tmp_path, *["Dense"] * 60)
    monkeypatch.setattr(clusters, "WORKERS_LIMIT", 1.0)
    monkeypatch.setattr(dispatch, "_LOOK_EVERY", 0.5)
    with LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address=":0") as empty:
        with cluster_at(empty.scheduler_address) as executor, pytest.raises(UsageError, match="has had no worker"):
            check_paths([str(tmp_path)], Settings(), RULES, executor=executor)
        empty.scale(1)
        empty.wait_for_workers(1)
        monkeypatch.setattr(clusters, "WORKERS_LIMIT", 60.0)

        def close(number: int, *rest) -> None:
            if number == 1:
                empty.close()

        with cluster_at(empty.scheduler_address) as executor, pytest.raises(UsageError, match="has gone"):
            check_paths([str(tmp_path)], Settings(), RULES, executor=executor, done=close)


@pytest.mark.slow
def test_an_interruption_ends_the_run_and_leaves_the_cluster(local, tmp_path):
    for number in range(30):
        (tmp_path / f"{number:03}.py").write_text(LSTMS * 1000)
    command = [sys.executable, "-m", "tdlint", "check", "--no-cache", "--scheduler", local.scheduler_address, "."]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        until = time.monotonic() + 60
        while not local.scheduler.tasks:
            assert time.monotonic() < until, "no task has come"
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        started = time.monotonic()
        _, err = process.communicate(timeout=60)
    assert (process.returncode, err.decode().strip()) == (130, "tdlint: interrupted")
    assert time.monotonic() - started < 30
    write(tmp_path, *["Dense"] * 30)
    with cluster_at(local.scheduler_address) as executor:
        assert len(check_paths([str(tmp_path)], Settings(), load_rules(), executor=executor).files) == 30
