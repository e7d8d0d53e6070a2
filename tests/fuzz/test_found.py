"""What fuzzing has found once."""

from __future__ import annotations

import pytest
from examination import Examiner, places_told

from tdlint.linting.registry import load_rules

NP_UTILS = "from keras.utils import np_utils\nfrom keras.layers import LSTM\n"
KERAS = "import keras\nfrom keras import layers\nmodel = keras.Sequential([layers.Dense(1)])\n"
COMPILE = "model.compile(loss='mse', metrics=[keras.metrics.Accuracy()])"
LOOPS = """
while i < 10:
    for i in range(3):
        def g():
            for x in x:
                def f(f=f):
                    return f
                f = f(f)
        g()
    i += 1
"""
FOUND = {
    "calls in the branches of functions that call each other": KERAS
    + "".join(
        f"def {name}(n):\n"
        + "".join(f"    if x{i}:\n        {COMPILE}\n    elif y:\n        {COMPILE}\n" for i in range(6))
        + "    f(n)\n    g(n)\n"
        for name in "fg"
    )
    + "f(3)\n",
    "functions of one name in loops, and calls of what may be one of them": KERAS + LOOPS * 3,
    "a layer without inputs": KERAS + "layers.Dense(1, kernel_regularizer='l2')()\nlayers.LSTM(1)()\n",
    "a number without a float": KERAS + f"layers.Dropout({'9' * 400})(keras.Input((3,)))\nx = 1.5 * {'9' * 400}\n",
    "a builtin without arguments": KERAS + "isinstance()\nlen()\ngetattr()\nzip()\nmap()\nmax()\nrange()\niter()\n",
    "lists of different lengths as an index, to fill with, as a variable": KERAS
    + "import numpy as np\nx = np.zeros((3, 4))\nx[[[], [[1, 2], [3]]]]\nx.fill([[], [1]])\n"
    + "y = keras.Variable([[], [1]])\nz = keras.ops.stack([[], [1]])\nz = np.ones(3) + [[], [1]]\n",
    "models in models in models": KERAS + "x = keras.Input((4,))\nm = keras.Model(x, layers.Dense(4)(x))\n"
    "for i in range(40):\n    model = keras.Sequential([model, "
    "model, model, model])\n    x = keras.Input((4,))\n    m = keras.Model(x, m(m(x)))\nm.compile('adam', 'mse')\n",
    "labels without an axis": KERAS + "import numpy as np\nfrom sklearn.preprocessing import LabelBinarizer\n"
    "y = LabelBinarizer().fit_transform(np.array(3))\n",
    "a number without a float in an array": KERAS + f"import numpy as np\nx = np.array([1, {'9' * 400}])\n",
    "brackets around an argument that gets another name": "from tensorflow.keras.optimizers import Adam\n"
    "a = Adam(decay=(1e-4))\nb = Adam(decay=(1e-4, 0))\n",
    "an encoding that there is not": KERAS + "x = str(b'x', 'nonsense')\n",
    "form feeds before statements": "\f\nimport numpy\n\fimport keras_tuner\n\ffrom keras.models import Sequential\n\f"
    "from keras.layers import LSTM\n\fx = Sequential([\n\f    LSTM(3, input_shape=(3, 4)),\n\f])\n",
    "line ends of two kinds": f"\r\n{NP_UTILS}x = np_utils.to_categorical([1])\n",
}


@pytest.mark.parametrize("name", FOUND)
def test_found(name, tmp_path):
    with places_told():
        assert Examiner(tmp_path, load_rules()).faults("found.py", FOUND[name].encode(), thorough=True) == []
