"""The labels of the test data are used before the data are split: to choose features, or to repeat samples.

## Bad

```python
import keras
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.model_selection import train_test_split

selected = SelectKBest(f_classif, k=20).fit_transform(x, y)
x_train, x_test, y_train, y_test = train_test_split(selected, y)  # expect: TDL542
model = keras.Sequential([keras.Input((20,)), keras.layers.Dense(1, activation="sigmoid")])
```

```python
import keras
from imblearn.over_sampling import SMOTE
from sklearn.model_selection import train_test_split

x_more, y_more = SMOTE().fit_resample(x, y)
x_train, x_test, y_train, y_test = train_test_split(x_more, y_more)  # expect: TDL542
model = keras.Sequential([keras.Input((20,)), keras.layers.Dense(1, activation="sigmoid")])
```

## Good

```python
import keras
from imblearn.over_sampling import SMOTE
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.model_selection import train_test_split

x_train, x_test, y_train, y_test = train_test_split(x, y)
selector = SelectKBest(f_classif, k=20).fit(x_train, y_train)
x_train, x_test = selector.transform(x_train), selector.transform(x_test)
x_train, y_train = SMOTE().fit_resample(x_train, y_train)
model = keras.Sequential([keras.Input((20,)), keras.layers.Dense(1, activation="sigmoid")])
```

## Why

Measured on numbers and labels that have nothing to do with each other, so that a test accuracy of 0.5 is right (FACTS
E31): with the 20 best of 2,000 features chosen before the split, 0.78, 0.85, 0.83 and 0.9 (four
seeds), and 0.5, 0.53, 0.53 and 0.6 when they are chosen after it; with categories encoded by a TargetEncoder 0.9 to
0.98 and 0.4 to 0.6; with the samples of the rare class repeated 0.87 to 0.97 and 0.41 to 0.5, with new ones
between them, as SMOTE makes them, 0.88 to 0.94 and 0.4 to 0.46. Scaling and principal
components, which do not use labels, changed nothing: they are not reported.

## Fix safety

There is no automatic fix.

## Also checked by

- dslinter W5518

## References

- https://scikit-learn.org/stable/common_pitfalls.html
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import CallSite, Context, Instance, Program, Report, Rule, Sequence, text

_SPLIT = "sklearn.model_selection.train_test_split"
_PREPARING = {
    "sklearn.feature_selection.": (("fit_transform",), "the features are chosen"),
    "sklearn.preprocessing.TargetEncoder.": (("fit_transform",), "the categories are encoded"),
    "imblearn.over_sampling.": (("fit_resample", "fit_sample"), "samples are added"),
}
"""By class: the methods whose result is prepared by labels, and what they do."""


class PreparedBeforeSplit(Rule):
    """Where what is split is named as the result of the preparation, which was given labels."""

    code = "TDL542"

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the split; the preparation is related."""
        if call.name != _SPLIT or not call.certain:
            return
        split = _texts(call, "names")
        for prepared in program.calls:
            what = _what(prepared) if prepared.order < call.order and prepared.certain else None
            names = _texts(prepared, "targets")[:1] if what is not None else ()
            if not names or names[0] not in split or _assigned_between(prepared, call, names[0], program):
                continue
            owner = prepared.args.get("owner")
            short = owner.type.rpartition(".")[2] if isinstance(owner, Instance) else "it"
            yield Report(
                call.place(),
                f"{what} by {short} with the labels of all samples, and {names[0]} is split after that",
                fact="measured: a test accuracy of 0.78 to 0.98 where 0.5 is right (FACTS E31)",
                help="split first, and prepare the training data only",
                related=((prepared.place(), "the labels are used here"),),
            )
            return


def _what(call: CallSite) -> str | None:
    """What a call does with labels, None if it does nothing of the kind."""
    for kind, (methods, what) in _PREPARING.items():
        if call.name.startswith(kind) and call.name.rpartition(".")[2] in methods and call.args.passes("labels"):
            return what
    return None


def _texts(call: CallSite, name: str) -> tuple[str, ...]:
    found = call.args.get(name)
    return tuple(text(item) or "" for item in found.items) if isinstance(found, Sequence) else ()


def _assigned_between(prepared: CallSite, split: CallSite, name: str, program: Program) -> bool:
    """Whether the name stands for a result of another call by then, as far as calls are recorded."""
    return any(
        prepared.order < call.order < split.order and name in _texts(call, "targets") and _what(call) is None
        for call in program.calls
    )
