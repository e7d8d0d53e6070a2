"""Bytes that are no text, declared to be what they are not, or text with strange characters."""

from __future__ import annotations

import ast
import codecs

import pytest
from command_lines import BAD

B = BAD.encode()
DECLARED = {
    "utf-16": "Python reads no source",
    "utf-32": "Python reads no source",
    "cp037": "Python reads no source",
    "rot13": "Python reads no source",
    "hex": "Python reads no source",
    "base64": "Python reads no source",
    "zlib": "Python reads no source",
    "undefined": "Python reads no source",
    "punycode": "Python reads no source",
    "no-such": "unknown encoding 'no-such'",
    "ascii": "line 2 has bytes that are not ascii",
}
UNREADABLE = {
    **{name: (f"# coding: {name}\n# é\n".encode() + B, says) for name, says in DECLARED.items()},
    "two marks disagree": (codecs.BOM_UTF8 + b"# coding: latin-1\n" + B, "begins with the mark of UTF-8"),
    "UTF-16": (BAD.encode("utf-16"), "the file is UTF-16"),
    "UTF-32": (BAD.encode("utf-32"), "the file is UTF-32"),
    "half a character": (B + b"# \xe2\x82", "line 7 has bytes that are not utf-8"),
    "a surrogate": (b"# \xed\xa0\x80\n" + B, "line 1 has bytes that are not utf-8"),
    "latin-1 on line 3": (b"#\n#\n# coding: latin-1\n# \xe9\n" + B, "line 4 has bytes that are not utf-8"),
    "no text": (b"keras \x1f\x8b\x08\xff\xfe", "line 1 has bytes that are not utf-8"),
}
NO_PYTHON = {
    "NUL at the start": (b"\0" + B, "1:1"),
    "NUL at the end": (B + b"\0", "7:1"),
    "NULs of a crash": (B + b"\0" * 100_000, "7:1"),
    "NUL in a comment": (b"# a\0\n" + B, "1:4"),
    "two marks of UTF-8": (codecs.BOM_UTF8 * 2 + B, "1:1"),
    "no-break space": (B.replace(b"    ", "\u00a0".encode()), "4:1"),
    "vertical tab": (b"\v" + B, "1:1"),
    "Control-Z": (B + b"\x1a", "7:1"),
}
READ = {
    "mark": (codecs.BOM_UTF8 + B, "4:5"),
    "latin-1": (b"# coding: latin-1\n# \xe9\n" + B, "6:5"),
    "latin-1 on line 2": (b"#!/usr/bin/python\n# vim: set fileencoding=latin-1 :\n# \xe9\n" + B, "7:5"),
    "shift_jis": ("# coding: shift_jis\n# ソ\n".encode("shift_jis") + B, "6:5"),
    "utf-7": (b"# coding: utf-7\n" + B, "5:5"),
    "CR only": (B.replace(b"\n", b"\r"), "4:5"),
    "CR LF": (B.replace(b"\n", b"\r\n"), "4:5"),
    "all line ends": (B.replace(b"\n", b"\r", 1).replace(b"\n", b"\r\n", 1), "4:5"),
    "form feeds": (b"\f" + B.replace(b"\n    layers", b"\n\f    layers"), "4:6"),
    "separators": ("x = '\u0085\u2028\u2029'\n".encode() + B, "5:5"),
    "direction": ("# \u202e\n".encode() + B, "5:5"),
    "no end of line": (B.rstrip(), "4:5"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_text(run, bad, tmp_path, name):
    content, says = UNREADABLE[name]
    (tmp_path / "a.py").write_bytes(content)
    code, out, err = run("--no-cache", "--fix", "--unsafe-fixes", "--output-format", "concise", "a.py", "bad.py")
    assert (code, err) == (1, "")
    assert out.startswith("a.py: TDL004 [unreadable-file] ")
    assert says in out.splitlines()[0]
    assert (tmp_path / "a.py").read_bytes() == content
    assert bad.read_text() != BAD  # the other was fixed
    if not says.startswith("line"):  # CPython need not decode comments
        with pytest.raises((SyntaxError, ValueError)):
            compile(content, "a.py", "exec")


@pytest.mark.parametrize("name", NO_PYTHON)
def test_what_is_no_python(run, tmp_path, name):
    content, place = NO_PYTHON[name]
    (tmp_path / "a.py").write_bytes(content)
    code, out, err = run("--no-cache", "--output-format", "concise", "a.py")
    assert (code, err) == (1, "")
    assert out.startswith(f"a.py:{place}: TDL001 [syntax-error] ")
    with pytest.raises((SyntaxError, ValueError)):
        ast.parse(content)


@pytest.mark.parametrize("name", READ)
def test_what_is_read_and_fixed(run, tmp_path, name):
    content, place = READ[name]
    (tmp_path / "a.py").write_bytes(content)
    compile(content, "a.py", "exec")
    code, out, err = run("--no-cache", "--output-format", "concise", "a.py")
    assert (code, err) == (1, "")
    assert out.startswith(f"a.py:{place}: TDL101 ")
    assert run("--no-cache", "--fix", "--unsafe-fixes", "a.py")[0] == 0
    fixed = (tmp_path / "a.py").read_bytes()
    assert fixed == content.replace(b"LSTM(8),", b"LSTM(8, return_sequences=True),", 1)
