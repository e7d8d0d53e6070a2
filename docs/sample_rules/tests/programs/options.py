"""What a layer is called is not known where its arguments come from elsewhere."""

import json
from pathlib import Path

import keras
from keras import layers

options = json.loads(Path("options.json").read_text())
inputs = keras.Input((16,))
unknown = layers.Dense(1, **options)(inputs)
nameless = layers.Dense(1)(inputs)  # expect: ACME101
model = keras.Model(inputs, [unknown, nameless])
