"""An Embedding has fewer rows than there are ids in its data.

## Bad

```python
import keras
from keras import layers

(x_train, y_train), _ = keras.datasets.imdb.load_data(num_words=10000)
x_train = keras.utils.pad_sequences(x_train, maxlen=100)
model = keras.Sequential([
    layers.Embedding(5000, 16),  # expect: TDL107
    layers.GlobalAveragePooling1D(),
    layers.Dense(1, activation="sigmoid"),
])
model.compile(optimizer="adam", loss="binary_crossentropy")
model.fit(x_train, y_train)
```

```python
import keras
from keras import layers
from tensorflow.keras.preprocessing.text import Tokenizer

tokenizer = Tokenizer()
tokenizer.fit_on_texts(texts)
vocabulary = len(tokenizer.word_index)
model = keras.Sequential([
    layers.Embedding(vocabulary, 16),  # expect: TDL107
    layers.LSTM(16),
    layers.Dense(1, activation="sigmoid"),
])
```

## Good

```python
import keras
from keras import layers
from tensorflow.keras.preprocessing.text import Tokenizer

(x_train, y_train), _ = keras.datasets.imdb.load_data(num_words=10000)
x_train = keras.utils.pad_sequences(x_train, maxlen=100)
model = keras.Sequential([
    layers.Embedding(10000, 16),
    layers.GlobalAveragePooling1D(),
    layers.Dense(1, activation="sigmoid"),
])
model.compile(optimizer="adam", loss="binary_crossentropy")
model.fit(x_train, y_train)

tokenizer = Tokenizer()
tokenizer.fit_on_texts(texts)
vocabulary = len(tokenizer.word_index) + 1
encoder = keras.Sequential([layers.Embedding(vocabulary, 16), layers.LSTM(16)])
limited = Tokenizer(num_words=1000)
limited.fit_on_texts(texts)
small = keras.Sequential([layers.Embedding(1000, 16), layers.LSTM(16)])
```

## Why

`input_dim` is the number of rows: the ids may be 0 to `input_dim - 1`. The `word_index` of a `Tokenizer` starts at 1,
as 0 is for padding, so it needs one row more than it has words.

Measured for an id equal to `input_dim` (FACTS A10e): TensorFlow on the CPU raises InvalidArgumentError, `indices[0,2]
= 5 is not in [0, 5)`, in the middle of training when the rare word comes up; JAX computes NaN; PyTorch raises
IndexError.

## Fix safety

There is no automatic fix.

## References

- https://keras.io/api/layers/core_layers/embedding/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    ArrayValue,
    CallSite,
    Context,
    LayerNode,
    ModelGraph,
    Program,
    Report,
    Rule,
    Severity,
    Unknown,
    integer,
    layer_place,
)

METHODS = frozenset({"keras.Model.fit", "keras.Model.evaluate", "keras.Model.predict"})
WORDS = "len(tokenizer.word_index)"
FACT = "TensorFlow raises InvalidArgumentError when such an id comes up, JAX computes NaN (FACTS A10e)"


class EmbeddingTooSmall(Rule):
    """Needs an Embedding of the model's input, and a bound of the ids; or a vocabulary counted without the zero."""

    code = "TDL107"
    severity = Severity.WARNING

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at ``input_dim`` where it is the number of words of a tokenizer."""
        for layer in model.layers():
            rows = layer.args.get("input_dim") if layer.type == "keras.layers.Embedding" else None
            if isinstance(rows, Unknown) and rows.name == WORDS:
                yield Report(
                    layer_place(layer, "input_dim"),
                    "the ids of the tokenizer are 1 to the number of words, and Embedding has rows from 0 to one less",
                    fact=FACT,
                    help="len(tokenizer.word_index) + 1",
                )

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at ``input_dim`` where the data go beyond it; the call that gives the data is related."""
        model = program.model(call.models[0]) if call.name in METHODS and len(call.models) == 1 else None
        data = call.args.get("x")
        node = _embedding(model) if model is not None else None
        if node is None or not isinstance(data, ArrayValue) or data.range is None:
            return
        rows, last = integer(node.args.get("input_dim")), data.range[1]
        # the range is a bound, which computed ids may miss by one
        if rows is None or last <= rows or data.labels != "integer":
            return
        yield Report(
            layer_place(node.layer, "input_dim"),
            f"Embedding has {rows:,} rows, for ids up to {rows - 1:,}, and the ids of the data go up to {last:,.0f}",
            fact=FACT,
            help=f"input_dim={last + 1:.0f}",
            related=((call.place("x"), "the data are given here"),),
        )


def _embedding(model: ModelGraph) -> LayerNode | None:
    """The Embedding that the only input of the model goes into."""
    if len(model.input_shapes) != 1 or not model.nodes:
        return None
    first = [node for node in model.nodes if node.edges and model.producer(node.edges[0]) is None]
    one = first[0] if len(first) == 1 else None
    return one if one is not None and one.type == "keras.layers.Embedding" and not one.layer.custom else None
