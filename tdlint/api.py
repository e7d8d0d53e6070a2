"""Everything that a rule may import, and the only public Python surface besides ``tdlint.inspect``."""

from __future__ import annotations

from tdlint.data_loss import data_loss_at_start, head_loss_at_start
from tdlint.diagnostics import Applicability, Confidence, Severity
from tdlint.feeding import (
    GivenData,
    GivenInput,
    Refusal,
    arrays_of,
    data_given,
    input_names,
    inputs_given,
    refusal,
)
from tdlint.graph import CallSite, Edge, LayerNode, ModelGraph, Place, layer_place
from tdlint.heads import Head, LabelsGiven, Passed, activation_name, heads, labels_given, layer_activation
from tdlint.interp.class_facts import CallFact, ClassFacts, MethodFacts, Parameter
from tdlint.interp.program import Assignment, Import, Program, StepLayer, TapedCall
from tdlint.linting.rule import AddArgument, Context, FixPlan, ReplaceBy, Report, Rewrite, Rule
from tdlint.shapes import AnyShape, Free, Shape, Symbolic, UnknownDim, UnknownShape, format_shape
from tdlint.spec import identifiers
from tdlint.spec.initializers import class_name as initializer_class
from tdlint.spec.layers import fault as layer_fault
from tdlint.spec.layers import find as layer_spec
from tdlint.spec.layers.base import Fault, WeightSpec
from tdlint.spec.losses import class_name as loss_class
from tdlint.spec.metrics import log_keys, metric_class
from tdlint.spec.regularizers import Coefficients, coefficients, expected_penalty
from tdlint.spec.version import KerasVersion
from tdlint.values import (
    Arguments,
    ArrayValue,
    ClassValue,
    Const,
    DatasetValue,
    FunctionValue,
    ImageFlow,
    Instance,
    LayerObject,
    Mapping,
    ModelValue,
    OneOf,
    Sequence,
    Site,
    Symbol,
    Unknown,
    Value,
    integer,
    number,
    text,
)

__all__ = [
    "AddArgument",
    "AnyShape",
    "Applicability",
    "Arguments",
    "ArrayValue",
    "Assignment",
    "CallFact",
    "CallSite",
    "ClassFacts",
    "ClassValue",
    "Coefficients",
    "Confidence",
    "Const",
    "Context",
    "DatasetValue",
    "Edge",
    "Fault",
    "FixPlan",
    "Free",
    "FunctionValue",
    "GivenData",
    "GivenInput",
    "Head",
    "ImageFlow",
    "Import",
    "Instance",
    "KerasVersion",
    "LabelsGiven",
    "LayerNode",
    "LayerObject",
    "Mapping",
    "MethodFacts",
    "ModelGraph",
    "ModelValue",
    "OneOf",
    "Parameter",
    "Passed",
    "Place",
    "Program",
    "Refusal",
    "ReplaceBy",
    "Report",
    "Rewrite",
    "Rule",
    "Sequence",
    "Severity",
    "Shape",
    "Site",
    "StepLayer",
    "Symbol",
    "Symbolic",
    "TapedCall",
    "Unknown",
    "UnknownDim",
    "UnknownShape",
    "Value",
    "WeightSpec",
    "activation_name",
    "arrays_of",
    "coefficients",
    "data_given",
    "data_loss_at_start",
    "expected_penalty",
    "format_shape",
    "head_loss_at_start",
    "heads",
    "identifiers",
    "initializer_class",
    "input_names",
    "inputs_given",
    "integer",
    "labels_given",
    "layer_activation",
    "layer_fault",
    "layer_place",
    "layer_spec",
    "log_keys",
    "loss_class",
    "metric_class",
    "number",
    "refusal",
    "text",
]
