"""A model is saved under a file name that Keras 3 refuses.

Keras 3 tells the format from the name: `.keras` or `.h5` for a whole model, `.weights.h5` for weights. Anything else
raises, and that is when training is over.

## Bad

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(loss="mse")
model.fit(x, y)
model.save("my_model")  # expect: TDL905
model.save_weights("weights.h5")  # expect: TDL905
```

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(loss="mse")
best = keras.callbacks.ModelCheckpoint("best.keras", save_weights_only=True)  # expect: TDL905
model.fit(x, y, callbacks=[best])
```

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(loss="mse")
path = "training/cp.ckpt"
last = keras.callbacks.ModelCheckpoint(path, save_weights_only=True)  # expect: TDL905
model.fit(x, y, callbacks=[last])
model.load_weights(path)  # expect: TDL905
model.save("models/final")  # expect: TDL905
again = keras.models.load_model("models/final")
```

## Good

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(loss="mse")
best = keras.callbacks.ModelCheckpoint("best.weights.h5", save_weights_only=True)
model.fit(x, y, callbacks=[best])
model.save("my_model.keras")
model.export("my_model")
model.save_weights("my_model.weights.h5")
```

```python
# keras-version: 2.15
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.save("my_model")
model.save_weights("checkpoints/first")
```

## Fixed

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(loss="mse")
model.fit(x, y)
model.save("my_model.keras")
model.save_weights("weights.weights.h5")
```

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(loss="mse")
best = keras.callbacks.ModelCheckpoint("best.weights.h5", save_weights_only=True)
model.fit(x, y, callbacks=[best])
```

```python
import keras
import os

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(loss="mse")
path = "training/cp.weights.h5"
last = keras.callbacks.ModelCheckpoint(path, save_weights_only=True)
model.fit(x, y, callbacks=[last])
model.load_weights(path)
os.makedirs('models', exist_ok=True)
model.save("models/final.keras")
again = keras.models.load_model("models/final.keras")
```

## Why

Measured on Keras 3.15.1 (FACTS H5a, H5b, H5c, E2); every one of these works in Keras 2:

| call | Keras 3 takes | else |
|---|---|---|
| `model.save`, `save_model` | `.keras`, `.h5`, `.hdf5` | ValueError: Invalid filepath extension for saving |
| `model.save_weights` | `.weights.h5` | ValueError: The filename must end in `.weights.h5` |
| `ModelCheckpoint` | `.keras`, `.h5` | ValueError when it is made |
| `ModelCheckpoint(save_weights_only=True)` | `.weights.h5` | ValueError when it is made |
| `load_weights` of a `.ckpt` or `.tf` | | ValueError: File format not supported |

Capital letters (`.H5`) and a slash at the end are refused too. `options=` and `signatures=` of `save`, and
`save_format=` of `save_weights`, raise whatever the name is.

## Fix safety

Unsafe: the file gets another name, and other programs may look for the old one. Where the same program loads the file,
the name is changed there too; a name that is bound once, to a text, is changed where it is bound. The folders that
Keras 2 made for a SavedModel or a checkpoint are made first, since Keras 3 makes none.

## Also checked by

- TorchFix TOR001

## References

- https://keras.io/guides/serialization_and_saving/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import (
    Applicability,
    CallSite,
    Context,
    FixPlan,
    Imported,
    InsertBefore,
    Program,
    Report,
    Rewrite,
    Rule,
    Severity,
    text,
)

from .._saving import LOADS, SAVES, version_of

FORMATS = {
    **dict.fromkeys(SAVES, (".keras", ".h5", ".hdf5")),
    "keras.Model.save_weights": (".weights.h5",),
    "keras.callbacks.ModelCheckpoint": (".keras", ".h5"),
}
REMOVED = {
    **dict.fromkeys(SAVES, ("options", "signatures")),
    "keras.Model.save_weights": ("save_format", "options"),
}
OTHER_FORMATS = (".ckpt", ".tf", ".pb")
ENDINGS = (".weights.h5", ".h5", ".hdf5", ".hdf", ".keras", ".ckpt", ".tf", ".pb", ".model")
READS = (*LOADS, "keras.Model.load_weights")


class RefusedSavePath(Rule):
    """Keras 3 only, and names that are known as text."""

    code = "TDL905"
    severity = Severity.ERROR

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the file name, or at the argument that is gone."""
        if call.name not in FORMATS and call.name != "keras.Model.load_weights":
            return
        if version_of(program, context) < (3, 0) or not call.args.complete or not _of_keras(call, program):
            return
        path = text(call.args.get("filepath"))
        if call.name == "keras.Model.load_weights":
            if path is not None and path.endswith(OTHER_FORMATS):
                yield _report(call, path, (".weights.h5", ".keras", ".h5"), "loads")
            return
        gone = next((name for name in REMOVED.get(call.name, ()) if call.args.passes(name)), None)
        if gone is not None:
            yield Report(
                call.place(gone),
                f"{_short(call)} of Keras 3 has no argument {gone}",
                fact="Keras 3 raises an error (FACTS H5b)",
                help="leave it out; model.export(path) writes a SavedModel",
            )
        elif path is not None:
            yield from _wrong_suffix(call, path, program)


def _of_keras(call: CallSite, program: Program) -> bool:
    """Whether a method is that of Keras: a model that was made elsewhere may have its own."""
    models = [program.model(key) for key in call.models]
    return all(model is not None and "made elsewhere" not in model.unknown for model in models)


def _wrong_suffix(call: CallSite, path: str, program: Program) -> Iterator[Report]:
    taken = FORMATS[call.name]
    if call.name == "keras.callbacks.ModelCheckpoint":
        weights_only = call.args.get("save_weights_only")
        if not weights_only.must_be(True, False):
            return
        taken = (".weights.h5",) if weights_only.must_be(True) else taken
    if path.endswith(taken) or path.startswith("hf://") or call.args.passes("zipped"):
        return
    yield _report(call, path, taken, "saves", _fix(call, path, taken[0], program))


def _fix(call: CallSite, path: str, ending: str, program: Program) -> FixPlan | None:
    """Another name for the file, where it is written and where it is read."""
    bare = path.rstrip("/")
    old = next((each for each in ENDINGS if bare.endswith(each)), "")
    new = bare.removesuffix(old) + ending
    uses = [each for each in program.calls_of(*READS) if text(each.args.get("filepath")) == path]
    sites = [each.args.site("filepath") for each in (call, *uses)]
    if not bare.removesuffix(old) or "\\" in path or not path.isprintable():
        return None
    renamed = tuple(Rewrite(site, new, by_name=True) for site in sites if site is not None)
    if len(renamed) < len(sites):
        return None
    folder = bare.rpartition("/")[0]
    made_by_keras_2 = old not in (".h5", ".hdf5", ".keras") and call.name != "keras.callbacks.ModelCheckpoint"
    title = f"Name the file {new!r}"
    if not folder or not made_by_keras_2 or call.site is None:
        return FixPlan(title, renamed, Applicability.UNSAFE)
    makes = InsertBefore(call.site, (Imported("os.makedirs"), f"({folder!r}, exist_ok=True)"))
    return FixPlan(title, (*renamed, makes), Applicability.UNSAFE)


def _short(call: CallSite) -> str:
    return call.name.rpartition(".")[2]


def _report(call: CallSite, path: str, taken: tuple[str, ...], does: str, fix: FixPlan | None = None) -> Report:
    names = " or ".join(taken)
    what = "weights" if "weights" in call.name or taken == (".weights.h5",) else "models"
    shown = path if len(path) < 40 else f"…{path[-38:]}"
    return Report(
        call.place("filepath"),
        f"{_short(call)} gets the name {shown!r}, and Keras 3 {does} {what} only as {names}",
        fact="Keras 3 raises ValueError (FACTS H5a, H5c)",
        help=f"end the name with {taken[0]}"
        + ("; model.export(path) writes a SavedModel" if call.name in SAVES else ""),
        fix=fix,
    )
