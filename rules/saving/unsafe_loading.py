"""A program lets model files run code.

`safe_mode=False` and `enable_unsafe_deserialization()` allow a file to bring Python code, which runs when it is loaded
or used.

## Bad

```python
import keras

model = keras.models.load_model("downloaded.keras", safe_mode=False)  # expect: TDL912
```

```python
import keras

keras.config.enable_unsafe_deserialization()  # expect: TDL912
```

## Good

```python
import keras

model = keras.models.load_model("downloaded.keras")
```

## Why

With safe mode Keras 3.15.1 refuses a file that holds a Python lambda, `.keras` and `.h5` alike; without it the code in
the file runs (FACTS H8). `enable_unsafe_deserialization()` turns it off for everything that the program loads from then
on. That is right for files of one's own only.

## Also checked by

- TorchFix TOR102

## References

- https://keras.io/api/models/model_saving_apis/model_saving_and_loading/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import CallSite, Context, Program, Report, Rule, Severity

from .._saving import LOADS


class UnsafeLoading(Rule):
    """Advice: whether a file is to be trusted, the program does not say."""

    code = "TDL912"
    severity = Severity.ADVICE

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the argument, or the call for all files."""
        fact = "code in a file that is loaded runs (FACTS H8)"
        if call.name in LOADS and call.args.get("safe_mode").must_be(False):
            yield Report(
                call.place("safe_mode"),
                "load_model with safe_mode=False runs code that is in the file",
                fact=fact,
                help="leave safe_mode on, and give what the file needs as custom_objects",
            )
        elif call.name == "keras.config.enable_unsafe_deserialization":
            yield Report(
                call.place(),
                "from here on, every model file that is loaded may run code",
                fact=fact,
                help="pass safe_mode=False for the one file that is trusted, or make its layers loadable without",
            )
