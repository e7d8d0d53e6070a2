"""A model file brings code, or names something that is no part of a model.

A model file is data, and its configuration says which classes and functions to make the model from. It can also hold
Python bytecode, or name a function such as `os.system`. This rule reads model files (`tdlint inspect model.keras`),
without loading them; it has nothing to say of programs.

## Bad

```json
{"module": "keras", "class_name": "Sequential", "config": {"name": "model", "layers": [
  {"module": "keras.layers", "class_name": "InputLayer", "config": {"name": "input", "batch_shape": [null, 4]}},
  {"module": "keras.layers", "class_name": "Lambda", "config": {"name": "scaled", "function":
    {"class_name": "__lambda__", "config": {"code": "4wEAAAAA", "defaults": null, "closure": null}}}}
]}}
```

```json
{"module": "keras", "class_name": "Sequential", "config": {"name": "model", "layers": [
  {"module": "keras.layers", "class_name": "InputLayer", "config": {"name": "input", "batch_shape": [null, 4]}},
  {"module": "keras.layers", "class_name": "Lambda", "config": {"name": "scaled", "function":
    {"module": "os", "class_name": "function", "config": "system", "registered_name": "system"}}}
]}}
```

## Good

```json
{"module": "keras", "class_name": "Sequential", "config": {"name": "model", "layers": [
  {"module": "keras.layers", "class_name": "InputLayer", "config": {"name": "input", "batch_shape": [null, 4]}},
  {"module": "keras.layers", "class_name": "Rescaling", "config": {"name": "scaled", "scale": 0.5}}
]}}
```

## Why

Files were made that name a harmless module and function in the place of their own, and loaded (FACTS H9, G12):

| in the file | Keras 3.0.5, 3.8 | 3.10 | 3.13, 3.15 |
|---|---|---|---|
| a class or function of another module | **imported and called, in safe mode too** | TypeError | TypeError |
| bytecode of a lambda, in safe mode | ValueError | ValueError | ValueError |
| a function of Keras that is no part of models (`get_file`) | loaded | loaded | ValueError |
| `TFSMLayer`, which loads another SavedModel | loaded | loaded | ValueError in safe mode |
| `StringLookup` with the path of a vocabulary | the file is read | the file is read | ValueError in safe mode |

Keras 2 (tf_keras) runs the bytecode of any `.h5` file, and `TFOpLambda` of `tf.io.write_file` writes a file while the
model is loaded. It finds only classes and functions that are registered.

What names modules for files, processes or the network is an error: no model needs it. Bytecode, such operations and
contents outside of the file are warnings, as people save them too. Classes and functions of one's own are advice: the
program that loads the file has to define them.

## Fix safety

There is no automatic fix.

## References

- https://keras.io/api/models/model_saving_apis/model_saving_and_loading/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Context, ModelGraph, Place, Report, Rule, Severity

SEVERITIES = {
    "bytecode": Severity.WARNING,
    "system": Severity.ERROR,
    "function of Keras": Severity.ERROR,
    "operation": Severity.WARNING,
    "external": Severity.WARNING,
    "file": Severity.ADVICE,
    "custom": Severity.ADVICE,
}
HELP = {
    "system": "do not load this file",
    "function of Keras": "do not load this file",
    "operation": "do not load this file with Keras 2, unless you made it",
    "file": "load it only where that file is meant to be read",
    "custom": "import or register it before the file is loaded",
}


class CodeInModelFile(Rule):
    """Only files: what a live model has is in the process already."""

    code = "TDL915"
    severity = Severity.WARNING

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Report at the layer, or at the model for what ``compile`` was given."""
        for one in model.foreign if model.origin == "archive" else ():
            yield Report(
                Place(layer=one.layer),
                f"{one.what} ({one.where})",
                fact=f"{one.loading} (FACTS G12, H9, H9b, H9c, H9d)",
                help=HELP.get(one.kind, "load it only if you trust who made it"),
                severity=SEVERITIES[one.kind],
            )
