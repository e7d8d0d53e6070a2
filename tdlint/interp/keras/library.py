"""Calls of library functions and classes: layers, models, and the objects that models are given."""

from __future__ import annotations

import math
import posixpath
from collections.abc import Callable

import libcst as cst

from tdlint.graph import CallSite
from tdlint.interp.data import arrays, preparation
from tdlint.interp.keras import (
    applications,
    cloning,
    dated,
    layers,
    metric_calls,
    models,
    own_weights,
    saving,
    tensor_functions,
)
from tdlint.interp.keras.tensors import computed
from tdlint.interp.python import containers
from tdlint.interp.python.arguments import CallArguments, bound
from tdlint.interp.run import Run
from tdlint.interp.state import PartialValue
from tdlint.spec.applications import preprocess_mode
from tdlint.spec.objects import OBJECT_MODULES, OPEN, RECORDED, signature_of
from tdlint.values import (
    NONE,
    Const,
    Instance,
    ModelValue,
    Symbol,
    TensorValue,
    Unknown,
    Value,
    number,
    text,
)


def call_symbol(run: Run, symbol: Symbol, args: CallArguments, node: cst.Call) -> Value:
    """Call something imported."""
    name = symbol.name
    short = name.rpartition(".")[2]
    if symbol.namespace is not None:
        args = dated.up_to_date(run, symbol, args, node)
    if name in RECORDED:
        _record(run, symbol, args, node)
    if name == "keras.Sequential":
        listed = args.positional[0][1] if args.positional else None
        if isinstance(listed, cst.List) and listed.elements:
            dated.place_first(run, None, listed.elements[0].value)
        return models.make_sequential(run, args, node)
    if name == "keras.Model":
        return models.make_model(run, args, node)
    if name == "keras.Input":
        return models.make_input(run, args, node)
    if name == "keras.Variable":
        return own_weights.make_variable(run, args)
    if name.startswith("keras.layers."):
        if short[:1].isupper():
            return layers.make_layer(run, symbol, args, node)
        return layers.call_functional_form(run, symbol, args, node)
    if name.startswith(OBJECT_MODULES):
        return _make_object(run, symbol, args, node)
    if preparation.makes(name):
        return Instance(name, bound(run, args, OPEN), run.fresh(), site=run.site(node))
    if name.startswith("keras.applications.") and short[:1].isupper():
        known = applications.make(run, symbol, args, node)
        return known or models.made_elsewhere(run, f"{short} of keras.applications", node)
    mode = preprocess_mode(name) if short == "preprocess_input" else None
    first = args.first("x")
    if mode is not None and isinstance(first, TensorValue) and len(args.everything()) == 1:
        return applications.preprocess_tensor(run, mode, first, node)
    if name in ("os.environ.setdefault", "os.putenv") and len(args.values) == 2:
        set_environment(run, *args.values)
        return Unknown(f"the result of {name}")
    if name == "keras.backend.image_data_format" or name == "keras.config.image_data_format":
        return Const("channels_last")  # unless a file in the user's home says otherwise
    if name == "dataclasses.field" and "default" in args.keywords:
        return args.keywords["default"][0]
    if name == "functools.partial" and args.complete and args.values:
        keywords = tuple((key, value) for key, (value, _) in args.keywords.items())
        return PartialValue(args.values[0], tuple(args.values[1:]), keywords)
    if name == "os.path.join" and args.complete and len(args.values) == len(args.everything()):
        return _joined_path([text(value) for value in args.values])
    if name == "copy.deepcopy" and len(args.values) == 1:
        return containers.copied(run, args.values[0])
    if name in ("math.ceil", "math.floor", "math.sqrt") and len(args.values) == 1:
        return _computed(getattr(math, short), args.values[0])
    if name == "keras.models.clone_model":
        return _clone(run, args, node)
    if name in ("keras.models.load_model", "keras.saving.load_model"):
        return saving.load(run, args, node)
    if name in ("keras.models.save_model", "keras.saving.save_model"):
        path = args.values[1] if len(args.values) > 1 else args.keywords.get("filepath", (None, None))[0]
        saving.save(run, args.first("model"), path)
    if name in _LOADERS:
        return models.made_elsewhere(run, f"the result of {short}", node)
    if short in ("set_image_data_format", "set_image_dim_ordering") and name.startswith("keras."):
        _set_data_format(run, args)
        return NONE
    if name in _ENDINGS:
        run.state.dead = True
        return Unknown("ends the program")
    tensors = [
        tensor
        for value in args.everything()
        for tensor in layers.flatten(run, value)
        if isinstance(tensor, TensorValue)
    ]
    if tensors:
        dated.on_tensors(run, symbol, args, tensors, node)
        return computed(run, short, tensors, tensor_functions.output(run, name, args), node)
    if name in arrays.FUNCTIONS:
        return arrays.call(run, symbol, args, node)
    if symbol.namespace is None:
        for value in args.everything():
            if not name.startswith(_HARMLESS) or short == "shuffle":
                run.lose(value)
                if not short.endswith("Callback"):
                    models.escape(run, value)
    return Unknown(f"the result of {name}")


def _record(run: Run, symbol: Symbol, args: CallArguments, node: cst.Call) -> None:
    keys = tuple(value.key for value in args.everything() if isinstance(value, ModelValue))
    if keys or symbol.namespace is not None or symbol.name.startswith("tensorflow."):
        arguments = bound(run, args, signature_of(symbol.name))
        run.record_call(CallSite(symbol.name, arguments, run.site(node), keys, not run.uncertain))


def _clone(run: Run, args: CallArguments, node: cst.Call) -> ModelValue:
    """``clone_model(model)``; other inputs, or a function that changes the layers, are not followed."""
    model = args.first("model")
    if not isinstance(model, ModelValue) or len(args.everything()) > 1 or not args.complete:
        run.lose(*args.everything())
        return models.made_elsewhere(run, "the result of clone_model", node)
    try:
        return cloning.clone(run, model, run.site(node))
    except cloning.NotCloned as reason:
        return models.made_elsewhere(run, str(reason), node)


def _joined_path(parts: list[str | None]) -> Value:
    known = [part for part in parts if part is not None]
    return Const(posixpath.join(*known)) if known and len(known) == len(parts) else Unknown("a path")


def _set_data_format(run: Run, args: CallArguments) -> None:
    """From here on, ``data_format=None`` means what the program says; Keras 1 calls channels first "th"."""
    given = [value for value in args.everything() if isinstance(value, Const)]
    named = {"th": "channels_first", "tf": "channels_last"}
    known = given and not run.uncertain and isinstance(given[0].value, str)
    word = str(given[0].value) if known else ""
    run.data_format = Const(named.get(word, word)) if known else Unknown("the image data format is not known")


def _computed(function: Callable[[float], float], value: Value) -> Value:
    found = number(value)
    if found is None:
        return Unknown("computed from what is not known")
    try:
        return Const(function(found))
    except (ValueError, OverflowError):
        return Unknown("an operation that fails")


def set_environment(run: Run, key: Value, value: Value) -> None:
    """``os.environ[key] = value``; variables decide which Keras ``tf.keras`` is, and what Keras runs on."""
    if key.must_be("TF_USE_LEGACY_KERAS") and not value.must_be("0", "False", "false", ""):
        run.legacy_keras = True
    if key.must_be("KERAS_BACKEND"):
        run.backend = text(value)


_LOADERS = frozenset(
    {
        "keras.models.model_from_config",
        "keras.models.model_from_json",
        "keras.models.model_from_yaml",
    }
)

_ENDINGS = frozenset({"sys.exit", "os._exit", "os.abort"})

# Libraries whose functions change neither the lists nor the models that they are given.
_HARMLESS = (
    "numpy.",
    "tensorflow.",
    "pandas.",
    "sklearn.",
    "matplotlib.",
    "scipy.",
    "os.",
    "math.",
    "random.",
    "time.",
    "argparse.",
    "collections.",
    "copy.",
    "csv.",
    "cv2.",
    "datetime.",
    "functools.",
    "glob.",
    "h5py.",
    "itertools.",
    "json.",
    "logging.",
    "pathlib.",
    "pickle.",
    "PIL.",
    "pprint.",
    "re.",
    "seaborn.",
    "shutil.",
    "sys.",
    "typing.",
    "warnings.",
)


def _make_object(run: Run, symbol: Symbol, args: CallArguments, node: cst.Call) -> Value:
    key = run.fresh()
    arguments = bound(run, args, signature_of(symbol.name))
    made = Instance(symbol.name, arguments, key, symbol.namespace, run.site(node))
    if symbol.name.startswith(metric_calls.PREFIX):
        metric_calls.made(run, made)
    return made
