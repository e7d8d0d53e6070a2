"""Positions in each encoding, in texts with characters of every width, and what is made of them on the way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsp_client import apply
from lsprotocol.types import Position

from tdlint.diagnostics import Span
from tdlint.server.positions import Text, code_points, units
from tdlint.sources.source_file import encode

ENCODINGS = ["utf-8", "utf-16", "utf-32"]
CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}
TEXTS = st.text(st.sampled_from("aé€𠮷🧠\n\r\f\u2028\x1c "), max_size=30)

# "𠮷" is one code point, two units of UTF-16 and four of UTF-8
WIDE = """\
import keras

𠮷 = "🧠🧠é"; model = keras.Sequential([keras.layers.LSTM(64, input_shape=(10, 8), name="é🧠"), keras.layers.LSTM(3)])
"""


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(text=TEXTS)
def test_units_are_those_of_the_codec(encoding, text):
    codec, width = CODECS[encoding]
    assert units(text, encoding) == len(text.encode(codec)) // width


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(text=TEXTS, data=st.data())
def test_an_offset_survives_the_way_to_the_client_and_back(encoding, text, data):
    offset = data.draw(st.integers(0, len(text)))
    if text[offset - 1 : offset + 1] == "\r\n":
        return  # a place that the protocol has no position for
    made = Text(text, encoding)
    assert made.offset(made.position(offset)) == offset


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(text=TEXTS, line=st.integers(0, 40), character=st.integers(0, 40))
def test_any_position_is_somewhere_in_the_text(encoding, text, line, character):
    assert 0 <= Text(text, encoding).offset(Position(line, character)) <= len(text)


def test_a_position_within_a_character_is_before_it():
    assert code_points("🧠x", 1, "utf-16") == 0
    assert code_points("🧠x", 2, "utf-16") == 1
    assert code_points("é€", 4, "utf-8") == 1


def test_lines_end_where_they_do_for_python():
    text = Text("a\x0cb\u2028c\rd\r\ne", "utf-16")
    assert text.position(text.text.index("e")) == Position(2, 0)
    assert text.range(Span(0, 1)).end == Position(0, 1)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_what_is_told_and_changed_is_in_the_encoding_that_was_agreed_on(connect, encoding):
    client = connect({"general": {"positionEncodings": [encoding]}})
    uri = client.open("model.py", WIDE)
    [found] = client.published(uri)
    place = found["range"]
    assert found["relatedInformation"][0]["location"]["range"]["start"]["line"] == 2
    line = WIDE.splitlines()[2]
    start = line.index("keras.layers.LSTM(64")
    assert place["start"] == {"line": 2, "character": units(line[:start], encoding)}
    assert (
        apply(WIDE, [{"range": place, "newText": "HERE"}], encoding)
        .splitlines()[2]
        .startswith('𠮷 = "🧠🧠é"; model = keras.Sequential([HERE, keras')
    )
    actions = client.request(
        "textDocument/codeAction",
        {"textDocument": {"uri": uri}, "range": place, "context": {"diagnostics": []}},
    )
    fixed = apply(WIDE, actions[0]["edit"]["changes"][uri], encoding)
    assert fixed == WIDE.replace('name="é🧠")', 'name="é🧠", return_sequences=True)')
    hover = client.request("textDocument/hover", {"textDocument": {"uri": uri}, "position": place["start"]})
    assert "LSTM" in hover["contents"]["value"]


def test_without_an_agreement_positions_are_utf_16(connect):
    client = connect()
    uri = client.open("model.py", WIDE)
    [found] = client.published(uri)
    line = WIDE.splitlines()[2]
    before = line[: line.index("keras.layers.LSTM(64")]
    assert found["range"]["start"]["character"] == len(before.encode("utf-16-le")) // 2 == len(before) + 3


def test_a_byte_order_mark_is_a_character_of_the_text(client):
    text = '\ufeffimport keras; model = keras.Sequential([keras.layers.Dense(1, activation="softmax")])\n'
    uri = client.open("model.py", text)
    [found] = client.published(uri)
    start = found["range"]["start"]["character"]
    assert text[start:].startswith(('"softmax"', "keras.layers.Dense"))


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("# -*- coding: latin-1 -*-\ns = 'é'\n", "latin-1"),
        ("s = 'é🧠'\n", "utf-8"),
        ("# coding: nothing\né\n", "utf-8"),
    ],
)
def test_a_text_is_read_in_the_encoding_that_it_declares(text, codec):
    assert encode(text).decode(codec) == text
