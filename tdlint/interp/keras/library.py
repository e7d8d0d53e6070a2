"""Calls of library functions and classes: layers, models, and the objects that models are given."""

from __future__ import annotations

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
from tdlint.interp.python import standard_library
from tdlint.interp.python.arguments import CallArguments, bound
from tdlint.interp.run import Run
from tdlint.spec import migration
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
)


def call_symbol(run: Run, symbol: Symbol, args: CallArguments, node: cst.Call) -> Value:
    """Call something imported."""
    name = symbol.name
    if symbol.namespace is not None:
        args = dated.up_to_date(run, symbol, args, node)
    if name in RECORDED:
        _record(run, symbol, args, node)
    by_name = _BY_NAME.get(name)
    known = by_name(run, symbol, args, node) if by_name is not None else _by_module(run, symbol, args, node)
    if known is None and name in standard_library.FUNCTIONS:
        known = standard_library.FUNCTIONS[name](run, args)
    if known is not None:
        return known
    if name.startswith(migration.TF_LAYERS):
        dated.record(run, symbol, args, node)
    tensors = [
        tensor
        for value in args.everything()
        for tensor in layers.flatten(run, value)
        if isinstance(tensor, TensorValue)
    ]
    if tensors:
        dated.on_tensors(run, symbol, args, tensors, node)
        output = tensor_functions.output(run, name, args)
        return computed(run, name.rpartition(".")[2], tensors, output, node)
    if name in arrays.FUNCTIONS:
        return arrays.call(run, symbol, args, node)
    if symbol.namespace is None:
        _give_away(run, name, args)
    return Unknown(f"the result of {name}")


def _by_module(run: Run, symbol: Symbol, args: CallArguments, node: cst.Call) -> Value | None:
    """What is made by all that a module has: layers, optimizers and the like, applications; None: something else."""
    name = symbol.name
    short = name.rpartition(".")[2]
    if name.startswith("keras.layers."):
        make = layers.make_layer if short[:1].isupper() else layers.call_functional_form
        return make(run, symbol, args, node)
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
    if short in ("set_image_data_format", "set_image_dim_ordering") and name.startswith("keras."):
        return _set_data_format(run, args)
    return None


def _give_away(run: Run, name: str, args: CallArguments) -> None:
    """What an unknown function gets may change there."""
    short = name.rpartition(".")[2]
    for value in args.everything():
        if not name.startswith(_HARMLESS) or short == "shuffle":
            run.lose(value)
            if not short.endswith("Callback"):
                models.escape(run, value)


def _sequential(run: Run, symbol: Symbol, args: CallArguments, node: cst.Call) -> Value:
    listed = args.positional[0][1] if args.positional else None
    if isinstance(listed, cst.List) and listed.elements:
        dated.place_first(run, None, listed.elements[0].value)
    return models.make_sequential(run, args, node)


def _save(run: Run, symbol: Symbol, args: CallArguments, node: cst.Call) -> None:
    path = args.values[1] if len(args.values) > 1 else args.keywords.get("filepath", (None, None))[0]
    saving.save(run, args.first("model"), path)


def _data_format(run: Run, symbol: Symbol, args: CallArguments, node: cst.Call) -> Value:
    return Const("channels_last")  # unless a file in the user's home says otherwise


def _made_from_config(run: Run, symbol: Symbol, args: CallArguments, node: cst.Call) -> Value:
    return models.made_elsewhere(run, f"the result of {symbol.name.rpartition('.')[2]}", node)


def _record(run: Run, symbol: Symbol, args: CallArguments, node: cst.Call) -> None:
    keys = tuple(value.key for value in args.everything() if isinstance(value, ModelValue))
    if keys or symbol.namespace is not None or symbol.name.startswith("tensorflow."):
        arguments = bound(run, args, signature_of(symbol.name))
        run.record_call(CallSite(symbol.name, arguments, run.site(node), keys, not run.uncertain))


def _clone(run: Run, symbol: Symbol, args: CallArguments, node: cst.Call) -> ModelValue:
    """``clone_model(model)``; other inputs, or a function that changes the layers, are not followed."""
    model = args.first("model")
    if not isinstance(model, ModelValue) or len(args.everything()) > 1 or not args.complete:
        run.lose(*args.everything())
        return models.made_elsewhere(run, "the result of clone_model", node)
    try:
        return cloning.clone(run, model, run.site(node))
    except cloning.NotCloned as reason:
        return models.made_elsewhere(run, str(reason), node)


def _set_data_format(run: Run, args: CallArguments) -> Value:
    """From here on, ``data_format=None`` means what the program says; Keras 1 calls channels first "th"."""
    given = [value for value in args.everything() if isinstance(value, Const)]
    named = {"th": "channels_first", "tf": "channels_last"}
    known = given and not run.uncertain and isinstance(given[0].value, str)
    word = str(given[0].value) if known else ""
    run.data_format = Const(named.get(word, word)) if known else Unknown("the image data format is not known")
    return NONE


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


_BY_NAME: dict[str, Callable[[Run, Symbol, CallArguments, cst.Call], Value | None]] = {
    "keras.Sequential": _sequential,
    "keras.Model": lambda run, symbol, args, node: models.make_model(run, args, node),
    "keras.Input": lambda run, symbol, args, node: models.make_input(run, args, node),
    "keras.Variable": lambda run, symbol, args, node: own_weights.make_variable(run, args),
    "keras.backend.image_data_format": _data_format,
    "keras.config.image_data_format": _data_format,
    "keras.models.clone_model": _clone,
    **dict.fromkeys(
        ("keras.models.load_model", "keras.saving.load_model"),
        lambda run, symbol, args, node: saving.load(run, args, node),
    ),
    **dict.fromkeys(("keras.models.save_model", "keras.saving.save_model"), _save),
    **{f"keras.models.model_from_{form}": _made_from_config for form in ("config", "json", "yaml")},
}
"""None as an answer: what the call returns is not known, and what it is given may change."""
