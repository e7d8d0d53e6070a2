"""The parts that `train_test_split` returns go to names of other parts.

It returns the training and the test part of the first array, then those of the second: `x_train, x_test, y_train,
y_test`. In another order inputs take the place of labels.

## Bad

```python
import keras
from sklearn.model_selection import train_test_split

x_train, y_train, x_test, y_test = train_test_split(x, y)  # expect: TDL539
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x_train, y_train)
```

## Good

```python
import keras
from sklearn.model_selection import train_test_split

x_train, x_test, y_train, y_test = train_test_split(x, y)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x_train, y_train)
```

## Fixed

```python
import keras
from sklearn.model_selection import train_test_split

x_train, x_test, y_train, y_test = train_test_split(x, y)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x_train, y_train)
```

## Why

Measured with scikit-learn 1.9 on 400 samples (FACTS E19): the four results have the shapes (300, 5), (100, 5), (300,)
and (100,). Under the names `x_train, y_train, x_test, y_test`, `fit` gets 300 inputs and 100 labels that are inputs,
and Keras raises a ValueError; where the parts are given to it in a way that fits, the model learns nonsense.

## Fix safety

Unsafe: the names get other parts, as they say. There is none where the names do not tell which parts belong together.

## References

- https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.train_test_split.html
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    Applicability,
    CallSite,
    Context,
    FixPlan,
    Program,
    ReplaceCode,
    Report,
    Rule,
    Sequence,
    Severity,
    text,
)

from ._parts import part_named, stem


class MisnamedSplitParts(Rule):
    """Only where each name tells by itself which part it is."""

    code = "TDL539"
    severity = Severity.ERROR

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the names."""
        if call.name != "sklearn.model_selection.train_test_split":
            return
        targets, arrays = call.args.get("targets"), call.args.get("arrays")
        if not isinstance(targets, Sequence) or not isinstance(arrays, Sequence):
            return
        names = [text(target) or "" for target in targets.items]
        kinds = [part_named(name) for name in names]
        if len(names) != 2 * len(arrays.items) or None in kinds or len(set(names)) != len(names):
            return
        wrong = [
            name for at, (name, kind) in enumerate(zip(names, kinds, strict=True)) if kind != ("train", "test")[at % 2]
        ]
        if wrong and kinds.count("train") == len(arrays.items):
            place = names.index(wrong[0])
            which = f"the {('training', 'test')[place % 2]} part of array {place // 2 + 1}"
            yield Report(
                call.place("targets"),
                f"`{wrong[0]}` gets {which} of train_test_split",
                fact="measured: the results are the training and the test part of each array in turn (FACTS E19)",
                help="put the names in the order x_train, x_test, y_train, y_test",
                fix=_fix(call, names, kinds),
            )


def _fix(call: CallSite, names: list[str], kinds: list[str | None]) -> FixPlan | None:
    """The training and the test part of each array in turn."""
    site = call.args.site("targets")
    parts: dict[str, dict[str | None, str]] = {}
    for name, kind in zip(names, kinds, strict=True):
        parts.setdefault(stem(name), {})[kind] = name
    pairs = [each for each in parts.values() if len(each) == 2]
    if site is None or 2 * len(pairs) != len(names):
        return None
    order = ", ".join(f"{each['train']}, {each['test']}" for each in pairs)
    return FixPlan("Put the names in order", (ReplaceCode(site, (order,)),), Applicability.UNSAFE)
