"""Why models are not known whole: the reasons of the interpreter by kind, and how many models each kind costs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

_KINDS = (
    (r"load_model|model_from_json|model_from_config|from_preset|load_keras_model", "a model read from a file"),
    (r"clone_model|a copy of a model", "a copy of a model that is not known whole"),
    (r"is not seen to be called on|is not called once", "an own model or layer never called on a known shape"),
    (r"Lambda layer", "a `Lambda` layer whose function is not followed"),
    (r"has arguments that Keras does not take", "arguments that only older versions of Keras take"),
    (r"Keras refuses it", "a fault: Keras refuses the layer"),
    (r"by path|between paths|on some paths|depend on the path", "differs between paths of the program"),
    (r"changes in a loop|an unknown number of tensors|layers of a list", "a loop or list whose length is not known"),
    (r"^argument \w+ is not known|made with arguments|^\w+ is not a known (layer|cell|text)", "an argument not known"),
    (r"passed to a function|changed by a function", "handed to code that is not followed"),
    (r"too large|nested too deeply", "the program is too large to follow"),
    (r"which layer|which one it is|of a layer|of a model|made elsewhere", "a part of a model that is not known"),
    (r"subclass of a Keras model|has methods of its own|it (calls|holds|changes|is not seen)|no call", "an own layer or model that computes with what is not followed"),
    (r"of something that is not known|called something|an added layer|from something", "a value that is not known"),
    (r"^(the result of )?(keras|tensorflow|builtins)\.", "a function of Keras or TensorFlow that is not followed"),
    (r"^the result of \w+[.]", "a layer or function of another package"),
    (r"computed (by|with|from)", "a computation on tensors that is not followed"),
    (r"input shape|the shape", "an input whose shape is not known"),
)  # fmt: skip
