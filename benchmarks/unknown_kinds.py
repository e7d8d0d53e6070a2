"""Why models are not known whole: the reasons that the interpreter gives, by kind."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

OTHER = "something else"

# The first that is found in a reason tells its kind.
_KINDS = [
    ("load_|_from_json|_from_config|_from_yaml|from_preset|tfsm_layer", "a model read from a file or downloaded"),
    ("too large|nested too deeply|calls itself", "the program goes on for longer than it is followed"),
    ("not seen to be called|not called once", "an own model or layer that is not seen to be called on a known shape"),
    ("older Keras|arguments that Keras does not take", "arguments that no Keras takes today"),
    ("Keras refuses it|fails", "Keras refuses the layer"),
    ("keras_hub|keras_cv|keras_nlp|tensorflow_hub|hub_loader", "a layer of `keras_hub`, `keras_cv` or TensorFlow Hub"),
    ("by path|between paths|on some paths|depend on the path", "it differs between the paths of the program"),
    (r"^argument |made with arguments|^\w+ is not a known", "an argument of a function that nobody calls in sight"),
    ("passed to a function", "a Sequential that is handed to code that is not followed"),
    ("in a loop|unknown number|layers of a list|an item of|unpacked", "a loop or a list of unknown length"),
    (
        "of its own|subclass|library class|it calls|it holds|no call|not seen to call|decorated",
        "an own class that is not followed whole",
    ),
    ("clone_model", "a copy of a model that is changed while it is made"),
    (r"which one it is|of a layer|of a model|keras\.applications", "a layer within a model that is not seen"),
    (r"result of (keras|tensorflow|numpy)\.|computed by|index", "a function of Keras or TensorFlow that is not known"),
    (r"the result of \w+\.", "a layer or function of another package"),
    ("not defined|is not followed|star import|can't be read|not found", "a name or file that is not there"),
]


def kind(reason: str) -> str:
    """What a reason is an instance of."""
    return next((words for pattern, words in _KINDS if re.search(pattern, reason)), OTHER)


def table(reasons: Mapping[str, Sequence[str]]) -> str:
    """How many models each kind of reason leaves open, by group of corpora; most frequent first."""
    counts = {group: Counter(map(kind, given)) for group, given in reasons.items()}
    total: Counter[str] = Counter()
    for each in counts.values():
        total.update(each)
    rows = [f"| why | {' | '.join(counts)} |", f"|---|{'---|' * len(counts)}"]
    ranked = sorted(total, key=lambda words: (words == OTHER, -total[words], words))
    rows += [f"| {words} | {' | '.join(str(each[words]) for each in counts.values())} |" for words in ranked]
    return "\n".join(rows)
