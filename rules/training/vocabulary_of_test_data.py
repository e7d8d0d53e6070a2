"""A vocabulary is made of the training data, and made anew of the test data.

The numbers of the words are then others than those that the model was trained with.

## Bad

```python
import keras
from tensorflow.keras.preprocessing.text import Tokenizer

tokenizer = Tokenizer()
tokenizer.fit_on_texts(train_texts)
x_train = tokenizer.texts_to_sequences(train_texts)
tokenizer.fit_on_texts(test_texts)  # expect: TDL541
x_test = tokenizer.texts_to_sequences(test_texts)
model = keras.Sequential([keras.layers.Embedding(1000, 16), keras.layers.LSTM(8), keras.layers.Dense(1)])
```

```python
import keras

vectorize = keras.layers.TextVectorization()
vectorize.adapt(train_texts)
x_train = vectorize(train_texts)
vectorize.adapt(test_texts)  # expect: TDL541
x_test = vectorize(test_texts)
```

## Good

```python
import keras
from tensorflow.keras.preprocessing.text import Tokenizer

tokenizer = Tokenizer()
tokenizer.fit_on_texts(train_texts)
x_train = tokenizer.texts_to_sequences(train_texts)
x_test = tokenizer.texts_to_sequences(test_texts)
model = keras.Sequential([keras.layers.Embedding(1000, 16), keras.layers.LSTM(8), keras.layers.Dense(1)])
```

## Why

Measured (FACTS E30): `fit_on_texts` counts on and sorts all words anew by how often they occur, so that "the dog sat"
is 1, 4, 3 before and 3, 1, 5 after a second fit; `adapt` of a layer forgets what it had. For words that tell two
classes apart, the accuracy on 100 test texts is 1.0 with one vocabulary, 0.63 if the tokenizer is fitted to the test
texts, too, 0.69 with another tokenizer for them, and 0.77 if TextVectorization is adapted to them.

## Fix safety

There is no automatic fix.

## Also checked by

- dslinter W5518

## References

- https://keras.io/api/layers/preprocessing_layers/text/text_vectorization/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tdlint.api import CallSite, Context, Instance, LayerObject, Program, Report, Rule

from ._parts import part_named, stem

_TOKENIZER = "keras.preprocessing.text.Tokenizer"
_FITS = (f"{_TOKENIZER}.fit_on_texts", "keras.Layer.adapt")
_NAME = re.compile(r"[A-Za-z_]\w*")


class VocabularyOfTestData(Rule):
    """Told by the names of the data, as for scalers; texts must be turned into numbers between the two fits."""

    code = "TDL541"

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the data; the first fit is related."""
        name = _data(call, program)
        if name is None or part_named(name) != "test" or not call.certain:
            return
        for first in program.calls_of(call.name):
            trained = _data(first, program) if first.order < call.order else None
            if trained is None or part_named(trained) != "train" or not _other(first, call, trained, name, program):
                continue
            what = "the tokenizer" if call.name.startswith(_TOKENIZER) else "the layer"
            yield Report(
                call.place("data"),
                f"{what} is fitted to {name} after it was fitted to {trained}",
                fact="the words get other numbers than the model was trained with (FACTS E30)",
                help=f"use what was fitted to {trained} for both",
                related=((first.place("data"), "fitted here first"),),
            )
            return


def _data(call: CallSite, program: Program) -> str | None:
    """The name of the data that a vocabulary is made of, None for other calls."""
    site = call.args.site("data") if call.name in _FITS else None
    found = _NAME.match(program.text(site)) if site is not None else None
    return found.group() if found else None


def _key(call: CallSite) -> int:
    owner = call.args.get("owner")
    return owner.key if isinstance(owner, Instance | LayerObject) else 0


def _other(first: CallSite, second: CallSite, trained: str, tested: str, program: Program) -> bool:
    """Whether the numbers of the second fit are used for what the first is: one object, or two for data of one name."""
    if _key(first) != _key(second):
        return first.name != "keras.Layer.adapt" and stem(trained) == stem(tested)
    if first.name == "keras.Layer.adapt":
        return _key(first) != 0
    used = f"{_TOKENIZER}.texts_to_"
    return any(
        call.name.startswith(used) and _key(call) == _key(first) != 0 and first.order < call.order < second.order
        for call in program.calls
    )
