"""The texts that Keras takes for losses, metrics, optimizers, activations, initializers and constraints, by version."""

from __future__ import annotations

import difflib
from functools import lru_cache
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["loss", "metric", "optimizer", "activation", "initializer", "constraint", "regularizer"]

_BOTH: dict[Kind, str] = {
    "loss": (
        "BCE BinaryCrossentropy BinaryFocalCrossentropy CategoricalCrossentropy CategoricalFocalCrossentropy "
        "CategoricalHinge CosineSimilarity Hinge Huber KLD KLDivergence LogCosh Loss MAE MAPE MSE MSLE "
        "MeanAbsoluteError MeanAbsolutePercentageError MeanSquaredError MeanSquaredLogarithmicError Poisson "
        "SparseCategoricalCrossentropy SquaredHinge bce binary_crossentropy binary_focal_crossentropy "
        "categorical_crossentropy categorical_focal_crossentropy categorical_hinge cosine_similarity hinge huber "
        "kl_divergence kld log_cosh mae mape mean_absolute_error mean_absolute_percentage_error mean_squared_error "
        "mean_squared_logarithmic_error mse msle poisson sparse_categorical_crossentropy squared_hinge"
    ),
    "metric": (
        "AUC Accuracy BinaryAccuracy BinaryCrossentropy BinaryIoU CategoricalAccuracy CategoricalCrossentropy "
        "CategoricalHinge CosineSimilarity F1Score FBetaScore FalseNegatives FalsePositives Hinge KLDivergence "
        "LogCoshError MAE MAPE MSE MSLE Mean MeanAbsoluteError MeanAbsolutePercentageError MeanSquaredError "
        "MeanSquaredLogarithmicError Poisson Precision R2Score Recall RootMeanSquaredError SparseCategoricalAccuracy "
        "SparseCategoricalCrossentropy SparseTopKCategoricalAccuracy SquaredHinge Sum TopKCategoricalAccuracy "
        "TrueNegatives TruePositives binary_accuracy binary_crossentropy categorical_accuracy "
        "categorical_crossentropy categorical_hinge cosine_similarity hinge mae mape mean_absolute_error "
        "mean_absolute_percentage_error mean_squared_error mean_squared_logarithmic_error mse msle poisson "
        "sparse_categorical_accuracy sparse_categorical_crossentropy sparse_top_k_categorical_accuracy squared_hinge "
        "top_k_categorical_accuracy"
    ),
    "optimizer": "adadelta adagrad adam adamax adamw ftrl nadam rmsprop sgd",
    "activation": (
        "elu exponential gelu hard_sigmoid leaky_relu linear log_softmax mish relu relu6 selu sigmoid silu softmax "
        "softplus softsign swish tanh"
    ),
    "initializer": (
        "GlorotNormal GlorotUniform HeNormal HeUniform Identity LecunNormal LecunUniform Ones Orthogonal RandomNormal "
        "RandomUniform TruncatedNormal VarianceScaling Zeros glorot_normal glorot_uniform he_normal he_uniform "
        "identity lecun_normal lecun_uniform normal one ones orthogonal random_normal random_uniform "
        "truncated_normal uniform variance_scaling zero zeros"
    ),
    "constraint": "Constraint MaxNorm MinMaxNorm NonNeg UnitNorm max_norm min_max_norm non_neg unit_norm",
    "regularizer": "L1 L1L2 L2 OrthogonalRegularizer l1 l2 orthogonal_regularizer",
}

_KERAS_3: dict[Kind, str] = {
    "loss": "CTC Circle Dice Tversky circle ctc dice tversky",
    "metric": (
        "BCE ConcordanceCorrelation PearsonCorrelation auc bce binary_io_u concordance_correlation f1_score "
        "f_beta_score false_negatives false_positives kl_divergence log_cosh_error mean pearson_correlation precision "
        "r2_score recall root_mean_squared_error sum true_negatives true_positives"
    ),
    "optimizer": "adafactor lion muon schedulefreeadamw",
    "activation": (
        "celu glu hard_shrink hard_silu hard_swish hard_tanh log_sigmoid soft_shrink sparse_plus sparse_sigmoid "
        "sparsemax squareplus tanh_shrink threshold"
    ),
    "initializer": "IdentityInitializer OrthogonalInitializer STFT STFTInitializer stft",
    "constraint": "",
    "regularizer": "l1l2",
}

_KERAS_2: dict[Kind, str] = {
    "loss": "huber_loss kullback_leibler_divergence logcosh",
    "metric": "MeanTensor SumOverBatchSize cosine_proximity kullback_leibler_divergence log_cosh logcosh",
    "optimizer": "",
    "activation": "ELU LeakyReLU PReLU ReLU Softmax ThresholdedReLU",
    "initializer": "Constant constant",
    "constraint": "RadialConstraint maxnorm nonneg radial_constraint unitnorm",
    "regularizer": "l1_l2",
}

_BY_SHAPE: dict[Kind, frozenset[str]] = {
    "loss": frozenset({"crossentropy", "ce"}),
    "metric": frozenset({"accuracy", "acc"}),
}
"""What ``compile`` itself understands, in capitals or not (losses: Keras 3)."""

_NEED_ARGUMENTS: dict[Kind, frozenset[str]] = {
    "metric": frozenset(
        {
            *("IoU", "MeanIoU", "MeanMetricWrapper", "OneHotIoU", "OneHotMeanIoU", "PrecisionAtRecall"),
            *("RecallAtPrecision", "SensitivityAtSpecificity", "SpecificityAtSensitivity", "io_u", "mean_io_u"),
            *("mean_metric_wrapper", "one_hot_io_u", "one_hot_mean_io_u", "precision_at_recall"),
            *("recall_at_precision", "sensitivity_at_specificity", "specificity_at_sensitivity"),
        }
    ),
    "initializer": frozenset({"Constant", "constant"}),
    "loss": frozenset({"LossFunctionWrapper"}),
    "optimizer": frozenset({"lossscaleoptimizer", "multioptimizer", "optimizer", "optimizermap"}),
}
"""Names that exist in Keras 3 but can't be made from their text alone: they need arguments."""

_MEANT: dict[Kind, dict[str, str]] = {
    "loss": {
        "logcosh": "log_cosh",
        "huber_loss": "huber",
        "kullback_leibler_divergence": "kl_divergence",
        "cosine_proximity": "cosine_similarity",
        "cross_entropy": "categorical_crossentropy",
        "crossentropy": "categorical_crossentropy",
        "nll": "sparse_categorical_crossentropy",
        "rmse": "mse",
        "l1": "mae",
        "l2": "mse",
    },
    "metric": {
        "rmse": "root_mean_squared_error",
        "f1": "f1_score",
        "fscore": "f1_score",
        "f1score": "f1_score",
        "fmeasure": "f1_score",
        "r2": "r2_score",
        "cosine_proximity": "cosine_similarity",
        "kullback_leibler_divergence": "kl_divergence",
        "logcosh": "log_cosh_error",
        "roc_auc": "auc",
    },
    "activation": {"none": "linear", "identity": "linear", "logistic": "sigmoid", "hardswish": "hard_swish"},
    "initializer": {
        "xavier": "glorot_uniform",
        "xavier_uniform": "glorot_uniform",
        "xavier_normal": "glorot_normal",
        "glorot": "glorot_uniform",
        "kaiming": "he_normal",
        "kaiming_normal": "he_normal",
        "kaiming_uniform": "he_uniform",
        "he": "he_normal",
        "lecun": "lecun_normal",
        "gaussian": "random_normal",
    },
    "constraint": {"nonneg": "non_neg", "maxnorm": "max_norm", "unitnorm": "unit_norm"},
    "regularizer": {"l1_l2": "l1l2"},
}
"""What is meant by names of older versions and of other libraries, in lower case."""

_IN_METRICS_OF_KERAS_2 = {
    "auc": "AUC",
    "precision": "Precision",
    "recall": "Recall",
    "root_mean_squared_error": "RootMeanSquaredError",
}


@lru_cache(maxsize=32)
def identifiers(kind: Kind, major: int) -> frozenset[str]:
    """Every text that Keras of this major version takes for one of a kind; optimizers in lower case."""
    only = _KERAS_3 if major >= 3 else _KERAS_2
    return frozenset(_BOTH[kind].split()) | frozenset(only[kind].split())


def is_known(kind: Kind, text: str, major: int) -> bool:
    """Whether Keras knows the text at all, be it that it asks for arguments."""
    if kind == "optimizer":
        text = text.lower()
    by_shape = text.lower() in _BY_SHAPE.get(kind, ()) and (major >= 3 or kind == "metric")
    needs = text in _NEED_ARGUMENTS.get(kind, ())
    return by_shape or needs or text in identifiers(kind, major)


def meant(kind: Kind, text: str, major: int) -> str | None:
    """The text that Keras takes and that is probably meant; None if nothing is near."""
    known = identifiers(kind, major)
    lower = text.strip().lower()
    if kind == "metric" and major < 3 and lower in _IN_METRICS_OF_KERAS_2:
        return _IN_METRICS_OF_KERAS_2[lower]
    if lower in known:
        return lower
    named = _MEANT.get(kind, {}).get(lower)
    if named in known:
        return named
    plain = lower.replace(" ", "_").replace("-", "_")
    close = difflib.get_close_matches(plain, sorted(known), n=1, cutoff=0.75)
    return close[0] if close else None
