"""Programs that are deep, long or large: an answer in bounded time and memory, whatever they are."""

from __future__ import annotations

import json
import resource
import subprocess
import sys

import pytest
from command_lines import BAD, command, environment

N = 100_000
DEEP = {
    "sum": "x = " + " + ".join(["a"] * N),
    "comparison": "x = " + " < ".join(["a"] * N),
    "assignments": " = ".join(["a"] * N) + " = 1",
    "attributes": "x = keras" + ".a" * N,
    "calls": "x = keras" + ".f()" * N,
    "subscripts": "x = keras" + "[0]" * N,
    "signs": "x = " + "-" * N + "1",
    "not": "x = " + "not " * N + "1",
    "lambdas": "x = " + "lambda: " * N + "1",
    "strings": "x = " + " ".join(["'a'"] * N),
    "elif": "if a: pass\n" + "elif a: pass\n" * 5000,
    "patterns": "match a:\n    case " + " | ".join(["1"] * 5000) + ": pass",
    "module": "import keras." + "a." * 1000 + "b",
}
WRONG = {
    "parentheses": "x = " + "(" * N + ")" * N,
    "open": "x = " + "[" * N,
    "blocks": "".join(" " * depth + "if a:\n" for depth in range(150)) + " " * 150 + "pass",
    "semicolons": ";" * N,
    "continued": "x = 1 \\\n" * N + "+ 1",
}
FINE = {
    "brackets": "x = " + "[" * 190 + "]" * 190,
    "blocks": "".join(" " * depth + "if a:\n" for depth in range(99)) + " " * 99 + "pass",
    "functions": "".join(" " * depth + "def f():\n" for depth in range(99)) + " " * 99 + "pass",
    "loops": "".join(" " * depth + "for a in range(9):\n" for depth in range(19)) + " " * 19 + "layers.Dense(a)",
    "values": "x = [" + "1, " * N + "]",
    "arguments": "f(" + "a, " * N + ")",
    "parameters": "def f(" + ", ".join(f"a{number}" for number in range(N)) + "): pass",
    "a line of statements": "x = 1; " * 20_000,
    "a long string": "x = '" + "a" * 5_000_00 + "'",
    "a long comment": "# " + "a" * 4_000_000,
    "codes": "x = 1  # noqa: " + "E501," * N,
    "formatted": "x = f'" + "{a}" * 5000 + "'",
    "formats in formats": "x = f'{a:{b:{c}}}'",
    "handlers": "try: pass\n" + "except A: pass\n" * 5000,
    "models": "m = Sequential([layers.Dense(3)])\n" * 1000,
    "a large list": "m = Sequential([" + "layers.Dense(3), " * 5000 + "])",
    "a large number": "x = layers.Dense(" + "9" * 4000 + ")",
    "powers": "x = 9 ** 9 ** 9 ** 9\ny = 1 << 10 ** 9\nz = 'a' * 10 ** 12\nlayers.Dense(x, name=z)",
    "doubling": "x = [1]\n" + "x = x + x\n" * 60 + "m = Sequential([layers.Dense(u) for u in x])",
    "nested tuples": "x = (1,)\n" + "x = (x, x)\n" * 60 + "m = Sequential([layers.Dense(x)])",
    "squares": "x = 2\n" + "x = x * x\n" * 60 + "m = Sequential([layers.Dense(x)])",
    "wide formats": "x = '%999999999d' % 3\ny = f'{3:999999999}'\nlayers.Dense(3, name=x + y)",
    "a large range": "x = [layers.Dense(u) for u in range(10 ** 9)]",
    "loops in loops": "m = Sequential()\nfor a in range(999):\n for b in range(999):\n  m.add(layers.Dense(3))",
    "recursion": "def f(n): return g(n) + g(n)\ndef g(n): return f(n) + f(n)\nm = Sequential([layers.Dense(f(3))])",
}


@pytest.fixture
def check(run, tmp_path):
    """Checks a program that imports Keras; gives the exit code and the first line."""

    def check_text(text: str) -> tuple[int, str]:
        (tmp_path / "a.py").write_text("from keras import Sequential, layers\n" + text + "\n")
        code, out, err = run("--no-cache", "--output-format", "concise", "--select", "TDL0", "a.py")
        assert err == ""
        return code, out.splitlines()[0]

    return check_text


@pytest.mark.parametrize("name", DEEP)
def test_what_is_too_deep_is_said(check, name):
    message = "a.py: TDL005 [analysis-failed] the file can't be analysed: it is nested more than 1000 levels deep"
    assert check(DEEP[name]) == (2, message)


@pytest.mark.parametrize("name", WRONG)
def test_what_python_refuses(check, name):
    code, line = check(WRONG[name])
    assert code == 1
    assert "TDL001 [syntax-error]" in line


@pytest.mark.parametrize("name", FINE)
def test_what_is_long_and_not_deep(check, name):
    code, line = check(FINE[name])
    assert (code, line.partition(" in 1 file")[0]) == (0, "All checks passed")


def test_more_code_than_is_followed(check, bad, run, tmp_path):
    code, line = check("x = 1\n" * 1_000_000)
    assert code == 2
    assert line.endswith("it has 6.0 million characters of code, and tdlint follows up to 5 million")
    (tmp_path / "b.py").write_text("model.fit(x)\n" * 500_000)  # it does not speak of Keras
    assert run("--no-cache", "b.py")[0] == 0


MEGABYTE = 2**20
LARGE = {
    "without Keras": ("a.py", b"x = 1\n" * 17_000_000, 0, 450),
    "of Keras": ("a.py", b"import keras\n" + b"x = 1\n" * 17_000_000, 2, 700),
    "of zeros": ("a.py", b"keras" + bytes(100_000_000), 2, 700),
    "a notebook": (
        "a.ipynb",
        json.dumps(
            {
                "cells": [
                    {"cell_type": "code", "source": BAD, "outputs": [{"data": {"image/png": "A" * 1_000_000}}] * 100}
                ]
            }
        ).encode(),
        1,
        900,
    ),
    "a long chain": (
        "a.py",
        b"from keras import Sequential, layers\nm = Sequential()\n" + b"m.add(layers.Dense(3))\n" * 10_000,
        0,
        1500,
    ),
    "too large": ("a.py", bytes(260_000_000), 1, 100),
}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="macOS does not limit memory")
@pytest.mark.parametrize("name", LARGE)
def test_large_files_cost_what_is_stated(tmp_path, name):
    file, content, code, memory = LARGE[name]
    (tmp_path / file).write_bytes(content)
    limit = memory * MEGABYTE
    done = subprocess.run(
        command("--no-cache", "--output-format", "concise", file),
        cwd=tmp_path,
        env=environment(),
        preexec_fn=lambda: (
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
            resource.setrlimit(resource.RLIMIT_CPU, (20, 20)),
        ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (code, "")
    assert "memory" not in done.stdout
