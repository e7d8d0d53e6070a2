"""A scaler, or a decomposition, is fitted on the training data, and again on the test data.

The model then gets test data on another scale than it is trained for: each set is moved to mean 0 by itself, and what
sets the test data apart is gone. Components of another PCA, and columns of another vectorizer, mean something else.

## Bad

```python
import keras
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

x_train, x_test, y_train, y_test = train_test_split(x, y)
scaler = StandardScaler()
x_train = scaler.fit_transform(x_train)
x_test = scaler.fit_transform(x_test)  # expect: TDL531
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
```

## Good

```python
import keras
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

x_train, x_test, y_train, y_test = train_test_split(x, y)
scaler = StandardScaler()
x_train = scaler.fit_transform(x_train)
x_test = scaler.transform(x_test)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
```

## Fixed

```python
import keras
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

x_train, x_test, y_train, y_test = train_test_split(x, y)
scaler = StandardScaler()
x_train = scaler.fit_transform(x_train)
x_test = scaler.transform(x_test)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
```

## Why

Measured with a model whose accuracy is 0.99 to 1.0 on test data that are scaled like the training data (FACTS E27):
scaled by their own mean and deviation, 200 random test samples lose little (0.985 for 0.99), ten have 0.9 for 1.0,
sixty samples of one class 0.45 for 1.0, and a single sample becomes all zeros. With a PCA that is fitted again the
accuracy on the digits of scikit-learn is 0.21 to 0.6 in place of 0.93 to 0.97 (FACTS E34); a CountVectorizer gives
as many columns as there are words in the test data.

## Fix safety

Unsafe: the test data get other numbers. There is a fix where `fit_transform` is called on the scaler that was last
fitted to the training data of the same name.

## Also checked by

- dslinter W5518

## References

- https://scikit-learn.org/stable/common_pitfalls.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tdlint.api import (
    Applicability,
    CallSite,
    Context,
    FixPlan,
    Instance,
    Place,
    Program,
    ReplaceCode,
    Report,
    Rule,
)

from ._parts import part_named, stem

_SCALERS = ("StandardScaler", "MinMaxScaler", "MaxAbsScaler", "RobustScaler")
_OTHERS = (
    *("PCA", "IncrementalPCA", "KernelPCA", "TruncatedSVD", "FastICA", "NMF", "FactorAnalysis"),
    *("CountVectorizer", "TfidfVectorizer"),
)
_FITTING = ("fit", "fit_transform")
_NAME = re.compile(r"[A-Za-z_]\w*")


class ScalerFittedOnTestData(Rule):
    """Told by the names of the data: one says train, the other test, and they are alike or share the scaler."""

    code = "TDL531"

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the data; the first fit is related."""
        name = _data(call, program)
        if name is None or part_named(name) != "test" or not call.certain:
            return
        for first in program.calls:
            trained = _data(first, program) if first.order < call.order else None
            if trained is None or part_named(trained) != "train" or not _alike(first, call, trained, name):
                continue
            short = call.name.split(".")[-2]
            yield Report(
                _place(call),
                f"{short} is fitted to {name} after it was fitted to {trained}",
                fact="measured: accuracy 0.45 in place of 1.0 for test samples of one class (FACTS E27)"
                if short in _SCALERS
                else "measured: accuracy 0.21 to 0.6 in place of 0.93 to 0.97 with another PCA (FACTS E34)",
                help=f"use transform({name}) of the scaler that is fitted to {trained}",
                related=((_place(first), "fitted here first"),),
                fix=_fix(call, name, program),
            )
            return


def _place(call: CallSite) -> Place:
    return call.place("X" if call.args.site("X") is not None else "data")


def _data(call: CallSite, program: Program) -> str | None:
    """The name of the data that a scaler is fitted to, None for other calls."""
    parts = call.name.split(".")
    if parts[0] != "sklearn" or parts[-2] not in (*_SCALERS, *_OTHERS) or parts[-1] not in _FITTING:
        return None
    site = call.args.site("X") or call.args.site("data")
    found = _NAME.match(program.text(site)) if site is not None else None
    return found.group() if found else None


def _alike(first: CallSite, second: CallSite, trained: str, tested: str) -> bool:
    """Whether it is one scaler, or two of a kind for data of one name."""
    one, other = first.args.get("owner"), second.args.get("owner")
    if not isinstance(one, Instance) or not isinstance(other, Instance) or one.type != other.type:
        return False
    return (one.key == other.key != 0) or stem(trained) == stem(tested)


def _fix(call: CallSite, name: str, program: Program) -> FixPlan | None:
    owner = call.args.get("owner")
    before = [each for each in program.calls if each.order < call.order and each.args.get("owner") == owner]
    fitted = [data for each in before if (data := _data(each, program)) is not None]
    last = fitted[-1] if fitted else ""
    code = program.text(call.site) if call.site is not None else ""
    if part_named(last) != "train" or stem(last) != stem(name) or code.count(".fit_transform(") != 1:
        return None
    assert call.site is not None
    new = code.replace(".fit_transform(", ".transform(")
    return FixPlan("Only transform the test data", (ReplaceCode(call.site, (new,)),), Applicability.UNSAFE)
