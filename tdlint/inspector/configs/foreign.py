"""What in a model's configuration is not of Keras, and what loading does about it; found without importing anything.

What the versions of Keras do was measured: FACTS G12, H9 to H9d.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tdlint.graph import ForeignCode, ForeignKind
from tdlint.inspector.configs.values import Json, is_keras, public_module
from tdlint.spec import layers as layer_spec
from tdlint.spec.constructors import CONSTRUCTORS
from tdlint.spec.losses import class_name as loss_class
from tdlint.spec.metrics import metric_class
from tdlint.values import Const

LOADING: dict[ForeignKind, str] = {
    "bytecode": "Keras 3 refuses to load it unless safe_mode=False, and then runs it; Keras 2 runs that of .h5 files",
    "system": "Keras before 3.9 imports the module and calls what is named, in safe mode too; later versions refuse",
    "function of Keras": "Keras up to 3.10 loads it in safe mode too; 3.13 and later refuse",
    "operation": "Keras 2 runs it when the model is loaded; Keras 3 does not know the layer",
    "external": "Keras up to 3.10 loads it in safe mode too; 3.13 and later only with safe_mode=False",
    "file": "Keras up to 3.10 reads that file when the model is loaded; 3.13 and later only with safe_mode=False",
    "custom": "the program that loads it must define it; Keras before 3.9 imports its module if the file names one",
}

_SYSTEM = frozenset(
    {
        *("os", "posix", "nt", "posixpath", "ntpath", "sys", "subprocess", "_posixsubprocess", "pty", "shutil"),
        *("importlib", "imp", "runpy", "pkgutil", "codeop", "ctypes", "cffi", "_ctypes", "pickle", "_pickle"),
        *("cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "socket", "_socket", "ssl", "urllib"),
        *("http", "ftplib", "smtplib", "telnetlib", "xmlrpc", "requests", "webbrowser", "multiprocessing", "timeit"),
        *("pdb", "bdb", "cProfile", "pip", "pydoc", "tempfile", "pathlib", "zipfile", "tarfile", "sqlite3", "site"),
    }
)
"""Modules that reach beyond the model: to files, processes, the network, or code from text."""
_BUILTINS = frozenset({"eval", "exec", "compile", "open", "__import__", "getattr", "setattr", "breakpoint", "input"})
_OPERATIONS = frozenset({"write_file", "read_file", "py_function", "numpy_function", "py_func", "load_library"})
_RAW_OPERATIONS = ("WriteFile", "ReadFile", "PyFunc", "EagerPyFunc")
_OF_MODELS = frozenset(
    {
        *("activations", "constraints", "initializers", "layers", "losses", "metrics", "ops", "optimizers", "random"),
        *("regularizers", "quantizers", "dtype_policies", "mixed_precision"),
    }
)
_PLAIN = frozenset(
    {
        *("Sequential", "Functional", "Model", "Policy", "DTypePolicy", "DTypePolicyMap", "TensorShape", "InputSpec"),
        *("TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer", "InputLayer", "Lambda", "function"),
        *("MeanMetricWrapper", "SumOverBatchSizeMetricWrapper", "LossFunctionWrapper", "FloatTruncateQuantizer"),
    }
)
_READING = ("StringLookup", "IntegerLookup", "TextVectorization")


@dataclass(frozen=True)
class _Block:
    """A serialized object: its JSON, its place, the layer that it is a part of, and the argument it is given for."""

    raw: dict[str, Json]
    where: str
    layer: str | None
    argument: str

    @property
    def short(self) -> str:
        return str(self.raw["class_name"])


def foreign_in(config: Json, compiled: Json = None) -> tuple[ForeignCode, ...]:
    """All that is foreign in a model's config, and in what it was compiled with."""
    found: dict[tuple[str | None, str], ForeignCode] = {}
    for block in (*_blocks(config, "config"), *_blocks(compiled, "compile_config")):
        for kind, what in _judged(block):
            found.setdefault((block.layer, what), ForeignCode(block.layer, block.where, kind, what, LOADING[kind]))
    return tuple(found.values())


def _blocks(root: Json, where: str) -> Iterator[_Block]:
    """Every serialized object, outer ones first; a stack of its own, as hostile files nest deeply."""
    stack: list[tuple[Json, str, str | None, str, bool]] = [(root, where, None, "", False)]
    while stack:
        raw, place, layer, argument, in_layers = stack.pop()
        if isinstance(raw, list):
            items = [(item, f"{place}[{number}]", layer, argument, in_layers) for number, item in enumerate(raw)]
            stack += reversed(items)
        elif isinstance(raw, dict):
            inside = layer
            if isinstance(raw.get("class_name"), str):
                if in_layers:
                    inside = "/".join(filter(None, (layer, _name_of(raw))))
                yield _Block(raw, place, inside, argument)
            children = [
                (item, f"{place}.{key}", inside, argument if key == "config" else key, key == "layers")
                for key, item in raw.items()
                if isinstance(item, dict | list)
            ]
            stack += reversed(children)


def _name_of(raw: dict[str, Json]) -> str:
    config = raw.get("config")
    name = config.get("name", raw.get("name")) if isinstance(config, dict) else raw.get("name")
    return name if isinstance(name, str) else str(raw["class_name"])


def _judged(block: _Block) -> Iterator[tuple[ForeignKind, str]]:
    raw, short, config = block.raw, block.short, block.raw.get("config")
    subject = block.argument if block.argument not in ("", "layers", "layer") else "the layer"
    if short == "__lambda__":
        yield "bytecode", f"{subject} is Python bytecode of a lambda"
    elif short == "__typespec__":
        yield from _named(raw.get("module"), str(raw.get("spec_name")), subject)
    elif short.startswith("__"):
        return
    elif short in ("function", "builtin_function_or_method"):
        yield from _function(raw, subject)
    else:
        yield from _class(raw, short, subject)
        if isinstance(config, dict):
            yield from _contents(short, config)


def _contents(short: str, config: dict[str, Json]) -> Iterator[tuple[ForeignKind, str]]:
    """What classes of Keras bring with them."""
    if short == "Lambda" and isinstance(config.get("function"), list):
        yield "bytecode", "function is Python bytecode of a lambda"
    elif short == "Lambda" and isinstance(config.get("function"), str):
        module = config.get("module")
        yield from _named(module, str(config["function"]), "function") if isinstance(module, str) else ()
    elif short == "TFOpLambda":
        function = str(config.get("function"))
        if function.rpartition(".")[2] in _OPERATIONS or "gfile" in function:
            yield "operation", f"the layer is the function tf.{function}"
    elif short == "TensorFlowOpLayer":
        written = str(config.get("node_def"))
        for name in _RAW_OPERATIONS:
            if name in written:
                yield "operation", f"the layer is the operation {name}"
    elif short == "TFSMLayer":
        yield "external", f"the layer loads the SavedModel {config.get('filepath')!r}"
    elif short == "TorchModuleWrapper":
        yield "external", "the layer holds a pickled PyTorch module"
    elif short in _READING and isinstance(config.get("vocabulary"), str):
        yield "file", f"vocabulary is the file {config['vocabulary']!r}"


def _function(raw: dict[str, Json], subject: str) -> Iterator[tuple[ForeignKind, str]]:
    module, name = raw.get("module"), raw.get("config")
    called = name if isinstance(name, str) else str(raw.get("registered_name"))
    if module in (None, "builtins"):
        if called in _BUILTINS:
            yield "system", f"{subject} is the function builtins.{called}"
        elif not _is_function_of_keras(called):
            yield "custom", f"{subject} is the function {called}, which is not of Keras"
    else:
        yield from _named(module, called, subject, "the function ")


def _is_function_of_keras(name: str) -> bool:
    if loss_class(Const(name)) is not None or metric_class(Const(name)) is not None:
        return True
    return name.lower() in _ACTIVATIONS


_ACTIVATIONS = frozenset(
    {
        *("celu", "elu", "exponential", "gelu", "glu", "hard_shrink", "hard_sigmoid", "hard_silu", "hard_swish"),
        *("hard_tanh", "leaky_relu", "linear", "log_sigmoid", "log_softmax", "mish", "relu", "relu6", "selu"),
        *("sigmoid", "silu", "soft_shrink", "softmax", "softplus", "softsign", "softmax_v2", "sparse_plus"),
        *("sparse_sigmoid", "sparsemax", "squareplus", "swish", "tanh", "tanh_shrink", "threshold"),
    }
)


def _class(raw: dict[str, Json], short: str, subject: str) -> Iterator[tuple[ForeignKind, str]]:
    module, registered = raw.get("module"), raw.get("registered_name")
    if module is not None:
        yield from _named(module, short, subject, "of the class ")
        return
    plain = short.removeprefix("Custom>")
    known = any(plain in classes for classes in CONSTRUCTORS.values())
    if plain in _PLAIN or known or layer_spec.find(f"keras.layers.{short}") is not None:
        return
    config = raw.get("config")
    if registered is None and isinstance(config, dict) and "trainable" not in config and ">" not in short:
        return  # an operation, or an object that old files write without a module
    name = registered if isinstance(registered, str) and registered else short
    yield "custom", f"{subject} is of the class {name}, which is not of Keras"


def _named(module: Json, name: str, subject: str, of: str = "") -> Iterator[tuple[ForeignKind, str]]:
    """What a pair of a module and a name in it is."""
    if not isinstance(module, str):
        return
    root = module.partition(".")[0]
    if is_keras(module):
        public = public_module(module).rpartition(".")[2]
        lower = name[:1].islower()
        if lower and public not in _OF_MODELS:
            yield "function of Keras", f"{subject} is {public_module(module)}.{name}, which is no part of a model"
    elif root in _SYSTEM or (root == "builtins" and name in _BUILTINS):
        yield "system", f"{subject} is {module}.{name}"
    elif root not in ("tensorflow", "jax", "torch", "numpy"):
        yield "custom", f"{subject} is {of}{module}.{name}, which is not of Keras"
    else:
        yield "custom", f"{subject} is {of}{module}.{name}, which is of another library"
