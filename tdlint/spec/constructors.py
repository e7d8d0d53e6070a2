"""The constructors of Keras' classes other than layers, as Keras 3.15 declares them; a test compares them with it."""

from __future__ import annotations

_RULES_OF_UPDATE = (
    "clipnorm=None, clipvalue=None, global_clipnorm=None, use_ema=False, ema_momentum=0.99, "
    "ema_overwrite_frequency=None, loss_scale_factor=None, gradient_accumulation_steps=None, name=None, **kwargs"
)

CONSTRUCTORS = {
    "keras.callbacks.": {
        "BackupAndRestore": "backup_dir, save_freq='epoch', double_checkpoint=False, delete_checkpoint=True",
        "CSVLogger": "filename, separator=',', append=False",
        "Callback": "",
        "CallbackList": "callbacks=None, add_history=False, add_progbar=False, model=None, **params",
        "EarlyStopping": (
            "monitor='val_loss', min_delta=0, patience=0, verbose=0, mode='auto', baseline=None, "
            "restore_best_weights=False, start_from_epoch=0"
        ),
        "History": "",
        "LambdaCallback": (
            "on_epoch_begin=None, on_epoch_end=None, on_train_begin=None, on_train_end=None, "
            "on_train_batch_begin=None, on_train_batch_end=None, **kwargs"
        ),
        "LearningRateScheduler": "schedule, verbose=0",
        "ModelCheckpoint": (
            "filepath, monitor='val_loss', verbose=0, save_best_only=False, save_weights_only=False, "
            "mode='auto', save_freq='epoch', initial_value_threshold=None"
        ),
        "OrbaxCheckpoint": (
            "directory, monitor='val_loss', verbose=0, save_best_only=False, mode='auto', save_freq='epoch', "
            "initial_value_threshold=None, max_to_keep=1, save_on_background=True, save_weights_only=False"
        ),
        "ProgbarLogger": "",
        "ReduceLROnPlateau": (
            "monitor='val_loss', factor=0.1, patience=10, verbose=0, mode='auto', min_delta=0.0001, "
            "cooldown=0, min_lr=0.0, **kwargs"
        ),
        "RemoteMonitor": (
            "root='http://localhost:9000', path='/publish/epoch/end/', field='data', headers=None, send_as_json=False"
        ),
        "SwapEMAWeights": "swap_on_epoch=False",
        "TensorBoard": (
            "log_dir='logs', histogram_freq=0, write_graph=True, write_images=False, "
            "write_steps_per_second=False, update_freq='epoch', profile_batch=0, embeddings_freq=0, "
            "embeddings_metadata=None"
        ),
        "TerminateOnNaN": "raise_error=False",
    },
    "keras.constraints.": {
        "Constraint": "",
        "MaxNorm": "max_value=2, axis=0",
        "MinMaxNorm": "min_value=0.0, max_value=1.0, rate=1.0, axis=0",
        "NonNeg": "",
        "UnitNorm": "axis=0",
    },
    "keras.initializers.": {
        "Constant": "value=0.0",
        "GlorotNormal": "seed=None, input_axes=None, output_axes=None",
        "GlorotUniform": "seed=None, input_axes=None, output_axes=None",
        "HeNormal": "seed=None, input_axes=None, output_axes=None",
        "HeUniform": "seed=None, input_axes=None, output_axes=None",
        "Identity": "gain=1.0",
        "Initializer": "",
        "LecunNormal": "seed=None, input_axes=None, output_axes=None",
        "LecunUniform": "seed=None, input_axes=None, output_axes=None",
        "Ones": "",
        "Orthogonal": "gain=1.0, seed=None",
        "RandomNormal": "mean=0.0, stddev=0.05, seed=None",
        "RandomUniform": "minval=-0.05, maxval=0.05, seed=None",
        "STFT": "side='real', window='hann', scaling='density', periodic=False",
        "TruncatedNormal": "mean=0.0, stddev=0.05, seed=None",
        "VarianceScaling": (
            "scale=1.0, mode='fan_in', distribution='truncated_normal', seed=None, input_axes=None, output_axes=None"
        ),
        "Zeros": "",
    },
    "keras.losses.": {
        "BinaryCrossentropy": (
            "from_logits=False, label_smoothing=0.0, axis=-1, reduction='sum_over_batch_size', "
            "name='binary_crossentropy', dtype=None"
        ),
        "BinaryFocalCrossentropy": (
            "apply_class_balancing=False, alpha=0.25, gamma=2.0, from_logits=False, label_smoothing=0.0, "
            "axis=-1, reduction='sum_over_batch_size', name='binary_focal_crossentropy', dtype=None"
        ),
        "CTC": "reduction='sum_over_batch_size', name='ctc', dtype=None",
        "CategoricalCrossentropy": (
            "from_logits=False, label_smoothing=0.0, axis=-1, reduction='sum_over_batch_size', "
            "name='categorical_crossentropy', dtype=None"
        ),
        "CategoricalFocalCrossentropy": (
            "alpha=0.25, gamma=2.0, from_logits=False, label_smoothing=0.0, axis=-1, "
            "reduction='sum_over_batch_size', name='categorical_focal_crossentropy', dtype=None"
        ),
        "CategoricalGeneralizedCrossEntropy": (
            "q=0.5, reduction='sum_over_batch_size', name='categorical_generalized_cross_entropy', dtype=None"
        ),
        "CategoricalHinge": "reduction='sum_over_batch_size', name='categorical_hinge', dtype=None",
        "Circle": (
            "gamma=80.0, margin=0.4, remove_diagonal=True, reduction='sum_over_batch_size', name='circle', dtype=None"
        ),
        "CosineSimilarity": "axis=-1, reduction='sum_over_batch_size', name='cosine_similarity', dtype=None",
        "Dice": "reduction='sum_over_batch_size', name='dice', axis=None, dtype=None",
        "Hinge": "reduction='sum_over_batch_size', name='hinge', dtype=None",
        "Huber": "delta=1.0, reduction='sum_over_batch_size', name='huber_loss', dtype=None",
        "KLDivergence": "reduction='sum_over_batch_size', name='kl_divergence', dtype=None",
        "LogCosh": "reduction='sum_over_batch_size', name='log_cosh', dtype=None",
        "Loss": "name=None, reduction='sum_over_batch_size', dtype=None",
        "MeanAbsoluteError": "reduction='sum_over_batch_size', name='mean_absolute_error', dtype=None",
        "MeanAbsolutePercentageError": (
            "reduction='sum_over_batch_size', name='mean_absolute_percentage_error', dtype=None"
        ),
        "MeanSquaredError": "reduction='sum_over_batch_size', name='mean_squared_error', dtype=None",
        "MeanSquaredLogarithmicError": (
            "reduction='sum_over_batch_size', name='mean_squared_logarithmic_error', dtype=None"
        ),
        "Poisson": "reduction='sum_over_batch_size', name='poisson', dtype=None",
        "SparseCategoricalCrossentropy": (
            "from_logits=False, ignore_class=None, reduction='sum_over_batch_size', axis=-1, "
            "name='sparse_categorical_crossentropy', dtype=None"
        ),
        "SquaredHinge": "reduction='sum_over_batch_size', name='squared_hinge', dtype=None",
        "Tversky": "alpha=0.5, beta=0.5, reduction='sum_over_batch_size', name='tversky', axis=None, dtype=None",
    },
    "keras.metrics.": {
        "AUC": (
            "num_thresholds=200, curve='ROC', summation_method='interpolation', name=None, dtype=None, "
            "thresholds=None, multi_label=False, num_labels=None, label_weights=None, from_logits=False"
        ),
        "Accuracy": "name='accuracy', dtype=None",
        "BinaryAccuracy": "name='binary_accuracy', dtype=None, threshold=0.5",
        "BinaryCrossentropy": "name='binary_crossentropy', dtype=None, from_logits=False, label_smoothing=0",
        "BinaryIoU": "target_class_ids=(0, 1), threshold=0.5, name=None, dtype=None",
        "CategoricalAccuracy": "name='categorical_accuracy', dtype=None",
        "CategoricalCrossentropy": (
            "name='categorical_crossentropy', dtype=None, from_logits=False, label_smoothing=0, axis=-1"
        ),
        "CategoricalHinge": "name='categorical_hinge', dtype=None",
        "ConcordanceCorrelation": "name='concordance_correlation', dtype=None, axis=-1",
        "CosineSimilarity": "name='cosine_similarity', dtype=None, axis=-1",
        "F1Score": "average=None, threshold=None, name='f1_score', dtype=None",
        "FBetaScore": "average=None, beta=1.0, threshold=None, name='fbeta_score', dtype=None",
        "FalseNegatives": "thresholds=None, name=None, dtype=None",
        "FalsePositives": "thresholds=None, name=None, dtype=None",
        "Hinge": "name='hinge', dtype=None",
        "IoU": (
            "num_classes, target_class_ids, name=None, dtype=None, ignore_class=None, sparse_y_true=True, "
            "sparse_y_pred=True, axis=-1"
        ),
        "KLDivergence": "name='kl_divergence', dtype=None",
        "LogCoshError": "name='logcosh', dtype=None",
        "Mean": "name='mean', dtype=None",
        "MeanAbsoluteError": "name='mean_absolute_error', dtype=None",
        "MeanAbsolutePercentageError": "name='mean_absolute_percentage_error', dtype=None",
        "MeanIoU": (
            "num_classes, name=None, dtype=None, ignore_class=None, sparse_y_true=True, sparse_y_pred=True, axis=-1"
        ),
        "MeanMetricWrapper": "fn, name=None, dtype=None, **kwargs",
        "MeanSquaredError": "name='mean_squared_error', dtype=None",
        "MeanSquaredLogarithmicError": "name='mean_squared_logarithmic_error', dtype=None",
        "Metric": "dtype=None, name=None",
        "OneHotIoU": (
            "num_classes, target_class_ids, name=None, dtype=None, ignore_class=None, sparse_y_pred=False, axis=-1"
        ),
        "OneHotMeanIoU": "num_classes, name=None, dtype=None, ignore_class=None, sparse_y_pred=False, axis=-1",
        "PearsonCorrelation": "name='pearson_correlation', dtype=None, axis=-1",
        "Poisson": "name='poisson', dtype=None",
        "Precision": "thresholds=None, top_k=None, class_id=None, name=None, dtype=None",
        "PrecisionAtRecall": "recall, num_thresholds=200, class_id=None, name=None, dtype=None",
        "R2Score": "class_aggregation='uniform_average', num_regressors=0, name='r2_score', dtype=None",
        "Recall": "thresholds=None, top_k=None, class_id=None, name=None, dtype=None",
        "RecallAtPrecision": "precision, num_thresholds=200, class_id=None, name=None, dtype=None",
        "RootMeanSquaredError": "name='root_mean_squared_error', dtype=None",
        "SensitivityAtSpecificity": "specificity, num_thresholds=200, class_id=None, name=None, dtype=None",
        "SparseCategoricalAccuracy": "name='sparse_categorical_accuracy', dtype=None",
        "SparseCategoricalCrossentropy": (
            "name='sparse_categorical_crossentropy', dtype=None, from_logits=False, ignore_class=None, axis=-1"
        ),
        "SparseTopKCategoricalAccuracy": (
            "k=5, name='sparse_top_k_categorical_accuracy', dtype=None, from_sorted_ids=False"
        ),
        "SpecificityAtSensitivity": "sensitivity, num_thresholds=200, class_id=None, name=None, dtype=None",
        "SquaredHinge": "name='squared_hinge', dtype=None",
        "Sum": "name='sum', dtype=None",
        "TopKCategoricalAccuracy": "k=5, name='top_k_categorical_accuracy', dtype=None",
        "TrueNegatives": "thresholds=None, name=None, dtype=None",
        "TruePositives": "thresholds=None, name=None, dtype=None",
    },
    "keras.optimizers.": {
        "Adadelta": f"learning_rate=0.001, rho=0.95, epsilon=1e-07, weight_decay=None, {_RULES_OF_UPDATE}",
        "Adafactor": (
            "learning_rate=0.001, beta_2_decay=-0.8, epsilon_1=1e-30, epsilon_2=0.001, clip_threshold=1.0, "
            f"relative_step=True, weight_decay=None, {_RULES_OF_UPDATE}"
        ),
        "Adagrad": (
            f"learning_rate=0.001, initial_accumulator_value=0.1, epsilon=1e-07, weight_decay=None, {_RULES_OF_UPDATE}"
        ),
        "Adam": (
            "learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-07, amsgrad=False, weight_decay=None, "
            f"{_RULES_OF_UPDATE}"
        ),
        "AdamW": (
            "learning_rate=0.001, weight_decay=0.004, beta_1=0.9, beta_2=0.999, epsilon=1e-07, amsgrad=False, "
            f"{_RULES_OF_UPDATE}"
        ),
        "Adamax": (
            f"learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-07, weight_decay=None, {_RULES_OF_UPDATE}"
        ),
        "CosineDecay": (
            "initial_learning_rate, decay_steps, alpha=0.0, name='CosineDecay', warmup_target=None, warmup_steps=0"
        ),
        "CosineDecayRestarts": (
            "initial_learning_rate, first_decay_steps, t_mul=2.0, m_mul=1.0, alpha=0.0, name='SGDRDecay'"
        ),
        "ExponentialDecay": (
            "initial_learning_rate, decay_steps, decay_rate, staircase=False, name='ExponentialDecay'"
        ),
        "Ftrl": (
            "learning_rate=0.001, learning_rate_power=-0.5, initial_accumulator_value=0.1, "
            "l1_regularization_strength=0.0, l2_regularization_strength=0.0, "
            f"l2_shrinkage_regularization_strength=0.0, beta=0.0, weight_decay=None, {_RULES_OF_UPDATE}"
        ),
        "InverseTimeDecay": (
            "initial_learning_rate, decay_steps, decay_rate, staircase=False, name='InverseTimeDecay'"
        ),
        "Lamb": (
            f"learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-07, weight_decay=None, {_RULES_OF_UPDATE}"
        ),
        "LearningRateSchedule": "",
        "Lion": f"learning_rate=0.001, beta_1=0.9, beta_2=0.99, weight_decay=None, {_RULES_OF_UPDATE}",
        "LossScaleOptimizer": (
            "inner_optimizer, initial_scale=32768.0, dynamic_growth_steps=2000, name=None, **kwargs"
        ),
        "MultiOptimizer": "optimizer_map, loss_scale_factor=None, name=None",
        "Muon": (
            "learning_rate=0.001, adam_beta_1=0.9, adam_beta_2=0.999, adam_weight_decay=0.004, epsilon=1e-07, "
            "weight_decay=0.004, clipnorm=None, clipvalue=None, global_clipnorm=None, use_ema=False, "
            "ema_momentum=0.99, ema_overwrite_frequency=None, loss_scale_factor=None, "
            "gradient_accumulation_steps=None, name=None, exclude_layers=None, exclude_embeddings=True, "
            "muon_a=3.4445, muon_b=-4.775, muon_c=2.0315, adam_lr_ratio=1, momentum=0.95, ns_steps=5, "
            "nesterov=True, rms_rate=0.2, **kwargs"
        ),
        "Nadam": (
            f"learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-07, weight_decay=None, {_RULES_OF_UPDATE}"
        ),
        "Optimizer": "*args, **kwargs",
        "OptimizerMap": "default_optimizer, optimizer_map=None",
        "PiecewiseConstantDecay": "boundaries, values, name='PiecewiseConstant'",
        "PolynomialDecay": (
            "initial_learning_rate, decay_steps, end_learning_rate=0.0001, power=1.0, cycle=False, "
            "name='PolynomialDecay'"
        ),
        "RMSprop": (
            "learning_rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-07, centered=False, weight_decay=None, "
            f"{_RULES_OF_UPDATE}"
        ),
        "SGD": f"learning_rate=0.01, momentum=0.0, nesterov=False, weight_decay=None, {_RULES_OF_UPDATE}",
        "ScheduleFreeAdamW": (
            "learning_rate=0.0025, beta_1=0.9, beta_2=0.999, epsilon=1e-08, warmup_steps=0, "
            f"weight_decay=None, {_RULES_OF_UPDATE}"
        ),
    },
    "keras.regularizers.": {
        "L1": "l1=0.01",
        "L1L2": "l1=0.0, l2=0.0",
        "L2": "l2=0.01",
        "OrthogonalRegularizer": "factor=0.01, mode='rows'",
        "Regularizer": "",
    },
}
"""By module and class: the parameters, written as in Python."""
