"""Arguments that some version of Keras no longer takes, or takes under another name; tests try each row on Keras.

A row of the table is a line: callables | old argument | new argument | first version without it | what Keras 3 does |
remark. An old argument may be one value of it: ``reduction='auto'``. Adding a row needs no code.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias

from tdlint.spec.version import KerasVersion

Effect: TypeAlias = Literal["raises", "ignored", "warned", "worked"]
"""What Keras 3 does with it: an error, nothing, a warning while it does as before, or as before."""

Family: TypeAlias = Literal["keras1", "optimizer", "input", "other"]

_KERAS_1 = """
layers: Dense GRU LSTM SimpleRNN | output_dim | units | 2.4 | raises
layers: Dense Conv1D Conv2D Conv2DTranspose Conv3D ConvLSTM2D GRU LSTM SimpleRNN | init | kernel_initializer | 2.4 | raises
layers: Embedding | init | embeddings_initializer | 2.4 | raises
layers: PReLU | init | alpha_initializer | 2.4 | raises
layers: SeparableConv2D | init | - | 2.4 | raises | say depthwise_initializer and pointwise_initializer
layers: Dense Conv1D Conv2D Conv2DTranspose Conv3D ConvLSTM2D GRU LSTM SimpleRNN | W_regularizer | kernel_regularizer | 2.4 | raises
layers: Embedding | W_regularizer | embeddings_regularizer | 2.4 | raises
layers: Dense Conv1D Conv2D Conv2DTranspose Conv3D | W_constraint | kernel_constraint | 2.4 | raises
layers: Embedding | W_constraint | embeddings_constraint | 2.4 | raises
layers: Dense Conv1D Conv2D Conv2DTranspose Conv3D ConvLSTM2D GRU LSTM SeparableConv2D SimpleRNN | b_regularizer | bias_regularizer | 2.4 | raises
layers: Dense Conv1D Conv2D Conv2DTranspose Conv3D SeparableConv2D | b_constraint | bias_constraint | 2.4 | raises
layers: Dense Conv1D Conv2D Conv2DTranspose Conv3D ConvLSTM2D SeparableConv2D | bias | use_bias | 2.4 | raises
layers: ConvLSTM2D GRU LSTM SimpleRNN | U_regularizer | recurrent_regularizer | 2.4 | raises
layers: ConvLSTM2D GRU LSTM SimpleRNN | dropout_W | dropout | 2.4 | raises
layers: ConvLSTM2D GRU LSTM SimpleRNN | dropout_U | recurrent_dropout | 2.4 | raises
layers: ConvLSTM2D GRU LSTM SimpleRNN | inner_init | recurrent_initializer | 2.4 | raises
layers: ConvLSTM2D GRU LSTM | inner_activation | recurrent_activation | 2.4 | raises
layers: SimpleRNN | inner_activation | - | 2.4 | raises
layers: ConvLSTM2D LSTM | forget_bias_init | - | 2.4 | raises | unit_forget_bias=True, the default, starts it with ones
layers: GRU LSTM SimpleRNN | consume_less | - | 2.4 | raises
layers: Conv1D Conv2D Conv2DTranspose Conv3D ConvLSTM2D SeparableConv2D | nb_filter | filters | 2.4 | raises
layers: Conv1D | filter_length | kernel_size | 2.4 | raises
layers: Conv1D | subsample_length | strides | 2.4 | raises
layers: Conv2D Conv2DTranspose ConvLSTM2D SeparableConv2D | nb_row | kernel_size[0] | 2.4 | raises
layers: Conv2D Conv2DTranspose ConvLSTM2D SeparableConv2D | nb_col | kernel_size[1] | 2.4 | raises
layers: Conv3D | kernel_dim1 | kernel_size[0] | 2.4 | raises
layers: Conv3D | kernel_dim2 | kernel_size[1] | 2.4 | raises
layers: Conv3D | kernel_dim3 | kernel_size[2] | 2.4 | raises
layers: Conv2D Conv2DTranspose Conv3D ConvLSTM2D SeparableConv2D | subsample | strides | 2.4 | raises
layers: Conv1D Conv2D | atrous_rate | dilation_rate | 2.4 | raises
layers: Conv1D Conv2D Conv2DTranspose Conv3D ConvLSTM2D SeparableConv2D | border_mode | padding | 2.4 | raises
layers: AveragePooling1D AveragePooling2D AveragePooling3D MaxPooling1D MaxPooling2D MaxPooling3D | border_mode | padding | 2.4 | raises
layers: AveragePooling1D MaxPooling1D | pool_length | pool_size | 2.4 | raises
layers: AveragePooling1D MaxPooling1D | stride | strides | 2.4 | raises
layers: AveragePooling2D AveragePooling3D MaxPooling2D MaxPooling3D | dim_ordering | data_format | 2.4 | raises
layers: Conv2D Conv2DTranspose Conv3D ConvLSTM2D SeparableConv2D UpSampling2D UpSampling3D | dim_ordering | data_format | 2.4 | raises
layers: Cropping2D Cropping3D ZeroPadding2D ZeroPadding3D SpatialDropout2D SpatialDropout3D | dim_ordering | data_format | 2.4 | raises
layers: GlobalAveragePooling2D GlobalMaxPooling2D GlobalAveragePooling3D GlobalMaxPooling3D | dim_ordering | data_format | 2.4 | raises
layers: UpSampling1D | length | size | 2.4 | raises
layers: Dropout GaussianDropout SpatialDropout1D SpatialDropout2D SpatialDropout3D | p | rate | 2.4 | raises
layers: GaussianNoise | sigma | stddev | 2.4 | raises
layers: BatchNormalization | beta_init | beta_initializer | 2.4 | raises
layers: BatchNormalization | gamma_init | gamma_initializer | 2.4 | raises
layers: BatchNormalization | mode | - | 2.4 | raises
layers: Embedding | dropout | - | 2.4 | raises | put a SpatialDropout1D after it
Model | input | inputs | 2.4 | raises
Model | output | outputs | 2.4 | raises
Model.fit | nb_epoch | epochs | 2.4 | raises
Model.fit | show_accuracy | - | 2.4 | raises | say metrics=["accuracy"] in compile
Model.compile | class_mode | - | 2.4 | raises
Model.fit Model.evaluate Model.predict | max_q_size | - | 2.4 | raises
Model.fit Model.evaluate Model.predict | nb_worker | - | 2.4 | raises
Model.fit Model.evaluate Model.predict | pickle_safe | - | 2.4 | raises
Model.fit | samples_per_epoch | - | 2.4 | raises | steps_per_epoch counts batches: divide by the batch size
Model.fit | nb_val_samples | - | 2.4 | raises | validation_steps counts batches: divide by the batch size
Model.evaluate Model.predict | val_samples | - | 2.4 | raises | steps counts batches: divide by the batch size
utils: to_categorical | nb_classes | num_classes | 2.4 | raises
utils: normalize | a | x | 2.4 | raises
datasets.imdb: load_data | nb_words | num_words | 2.4 | warned
datasets.reuters: load_data | nb_words | num_words | 2.4 | raises
constraints: MaxNorm | m | max_value | 2.4 | raises
constraints: MinMaxNorm | low | min_value | 2.4 | raises
constraints: MinMaxNorm | high | max_value | 2.4 | raises
preprocessing.text: Tokenizer | nb_words | num_words | 2.4 | warned
preprocessing.image: ImageDataGenerator array_to_img img_to_array | dim_ordering | data_format | 2.4 | raises
"""

_OPTIMIZERS = """
optimizers: Adadelta Adagrad Adam Adamax AdamW Ftrl Nadam RMSprop SGD | lr | learning_rate | 3.0 | raises
optimizers: Adadelta Adagrad Adam Adamax AdamW Ftrl Nadam RMSprop SGD | decay | - | 3.0 | ignored | give a schedule as learning_rate: InverseTimeDecay(rate, 1, decay) is what decay did
optimizers: Adadelta Adafactor Adagrad Adam Adamax AdamW Ftrl Lion Nadam RMSprop SGD | jit_compile | - | 3.0 | raises | compile takes it: model.compile(jit_compile=…)
optimizers: Nadam | schedule_decay | - | 2.11 | raises
optimizers: LossScaleOptimizer | dynamic | - | 3.0 | raises
"""

_OTHERS = """
layers: Attention AdditiveAttention | causal | - | 3.0 | raises | say use_causal_mask=True where the layer is called
layers: BatchNormalization | fused | - | 3.0 | raises
layers: BatchNormalization | virtual_batch_size | - | 3.0 | raises
layers: BatchNormalization | adjustment | - | 3.0 | raises
layers: CategoryEncoding | max_tokens | num_tokens | 3.0 | raises
layers: Discretization | bins | bin_boundaries | 3.0 | raises
layers: GRU LSTM RNN SimpleRNN | time_major | - | 3.0 | raises | put Permute around it where it was True
layers: SimpleRNN | implementation | - | 3.0 | raises
layers: StackedRNNCells | reverse_state_order | - | 3.0 | raises
layers: LeakyReLU | alpha | negative_slope | 3.0 | warned
layers: InputLayer | input_shape | shape | 3.0 | warned
layers: InputLayer | batch_input_shape | batch_shape | 3.0 | warned
layers: * | dynamic | - | 3.0 | raises | compile(run_eagerly=True) runs all of the model so
layers: * | weights | - | 3.0 | raises | call set_weights after the layer is built
activations: relu | alpha | negative_slope | 3.0 | raises
regularizers: l1 L1 | l | l1 | 3.0 | raises
regularizers: l2 L2 | l | l2 | 3.0 | raises
initializers: RandomNormal RandomUniform TruncatedNormal | dtype | - | 2.7 | raises
callbacks: ModelCheckpoint | period | - | 3.0 | raises | save_freq='epoch' is each epoch; a number of it counts batches
callbacks: ModelCheckpoint | options | - | 3.0 | raises
callbacks: ModelCheckpoint | load_weights_on_restart | - | 3.0 | raises | BackupAndRestore does that
callbacks: ReduceLROnPlateau | epsilon | min_delta | 3.0 | ignored
callbacks: LambdaCallback | on_batch_begin | on_train_batch_begin | 3.0 | ignored
callbacks: LambdaCallback | on_batch_end | on_train_batch_end | 3.0 | ignored
callbacks: TensorBoard | batch_size | - | 3.0 | raises
callbacks: TensorBoard | write_grads | - | 3.0 | raises
callbacks: TensorBoard | embeddings_layer_names | - | 3.0 | raises
callbacks: TensorBoard | embeddings_data | - | 3.0 | raises
callbacks: ProgbarLogger | count_mode | - | 3.0 | raises
callbacks: ProgbarLogger | stateful_metrics | - | 3.0 | raises
callbacks: BackupAndRestore | save_before_preemption | - | 3.0 | raises
losses: * | reduction='auto' | - | 3.0 | raises
utils: to_categorical | y | x | 3.0 | raises
utils: to_categorical | dtype | - | 3.0 | raises | convert what it gives: to_categorical(y).astype(dtype)
Model.compile | sample_weight_mode | - | 3.0 | raises
Model.compile | target_tensors | - | 3.0 | raises
Model.compile | distribute | - | 3.0 | raises
Model.compile | pss_evaluation_shards | - | 3.0 | raises
Model.compile | experimental_run_tf_function | - | 3.0 | raises
Model.fit Model.evaluate Model.predict | max_queue_size | - | 3.0 | raises | the PyDataset takes it: super().__init__(max_queue_size=…)
Model.fit Model.evaluate Model.predict | workers | - | 3.0 | raises | the PyDataset takes it: super().__init__(workers=…)
Model.fit Model.evaluate Model.predict | use_multiprocessing | - | 3.0 | raises | the PyDataset takes it: super().__init__(use_multiprocessing=…)
Model.train_on_batch Model.test_on_batch | reset_metrics | - | 3.0 | raises | call model.reset_metrics() where metrics shall start anew
Model.save | save_traces | - | 3.0 | raises
"""

_INPUTS = """
layers: * | input_shape | - | 3.0 | warned
layers: * | input_dim | - | 3.0 | warned
layers: * | batch_input_shape | - | 3.0 | raises
layers: * | batch_size | - | 3.0 | raises
layers: * | input_dtype | - | 2.4 | raises
layers: * | input_length | - | 3.0 | raises
layers: Embedding | input_length | - | 3.0 | warned
"""

_VALUES = {
    "dim_ordering": {"tf": "channels_last", "th": "channels_first", "default": None},
    "init": {"normal": "random_normal", "uniform": "random_uniform", "one": "ones", "zero": "zeros"},
}
"""What a value of a renamed argument is called now, where it is not the same."""

_TAKEN = {"Embedding": ("weights", "input_dim"), "InputLayer": ("input_shape", "batch_input_shape", "batch_size")}
"""Arguments that every layer lost and these have for themselves."""


@dataclass(frozen=True, slots=True)
class ArgumentChange:
    """An argument that is not what it was.

    ``value`` is set where this applies to one value of it only. ``part`` is the place in ``new``, where several old
    arguments are one by now. ``since`` is the first version that does not take it, ``effect`` what Keras 3 does.
    """

    old: str
    new: str | None
    since: KerasVersion
    effect: Effect
    family: Family
    help: str | None = None
    value: object = None
    has_value: bool = False
    part: int | None = None

    @property
    def values(self) -> Mapping[str, str | None]:
        """What values are called now, as far as that changed."""
        return _VALUES.get(self.old, {})


def _rows(table: str, family: Family) -> list[tuple[tuple[str, ...], ArgumentChange]]:
    found = []
    for line in table.strip().splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        old, equals, value = cells[1].partition("=")
        new, bracket, part = cells[2].partition("[")
        change = ArgumentChange(
            old,
            None if new == "-" else new,
            KerasVersion(*map(int, cells[3].split("."))),
            cells[4],  # type: ignore[arg-type]
            family,
            cells[5] if len(cells) > 5 else None,
            ast.literal_eval(value) if equals else None,
            bool(equals),
            int(part.rstrip("]")) if bracket else None,
        )
        found.append((_names(cells[0]), change))
    return found


def _names(cell: str) -> tuple[str, ...]:
    module, colon, names = cell.partition(":")
    if not colon:
        return tuple(f"keras.{name}" for name in module.split())
    return tuple(f"keras.{module}.{name}" for name in names.split())


_ALIASES = {
    "Convolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "Convolution3D": "Conv3D",
    "Convolution2DTranspose": "Conv2DTranspose",
    "Deconvolution2D": "Conv2DTranspose",
    "SeparableConvolution2D": "SeparableConv2D",
    "MaxPool1D": "MaxPooling1D",
    "MaxPool2D": "MaxPooling2D",
    "MaxPool3D": "MaxPooling3D",
    "AvgPool1D": "AveragePooling1D",
    "AvgPool2D": "AveragePooling2D",
    "AvgPool3D": "AveragePooling3D",
    "max_norm": "MaxNorm",
    "maxnorm": "MaxNorm",
    "min_max_norm": "MinMaxNorm",
    "random_normal": "RandomNormal",
    "random_uniform": "RandomUniform",
    "truncated_normal": "TruncatedNormal",
}
"""Other names of classes, in older versions or by now."""


@cache
def table() -> Mapping[str, Mapping[str, ArgumentChange]]:
    """Every change, by canonical name of the callable (``keras.layers.*`` is every layer) and old argument."""
    found: dict[str, dict[str, ArgumentChange]] = {}
    rows = [*_rows(_INPUTS, "input"), *_rows(_OTHERS, "other")]
    rows += [*_rows(_OPTIMIZERS, "optimizer"), *_rows(_KERAS_1, "keras1")]
    for names, change in rows:
        for name in names:
            found.setdefault(name, {})[change.old] = change
    return found


@cache
def changes_of(name: str) -> Mapping[str, ArgumentChange]:
    """The arguments of a class, function or method that are not what they were, by their old names."""
    module, _, short = name.rpartition(".")
    of_all = table().get(f"{module}.*", {}) if short[:1].isupper() else {}
    taken = _TAKEN.get(short, ())
    general = {old: change for old, change in of_all.items() if old not in taken}
    return {**general, **table().get(f"{module}.{_ALIASES.get(short, short)}", {})}
