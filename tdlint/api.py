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
from tdlint.interp.class_facts import CallFact, ClassFacts, KeyRead, LogReads, MethodFacts, Parameter
from tdlint.interp.program import (
    Assignment,
    DatedCall,
    DatedRead,
    Import,
    Program,
    Reference,
    StepLayer,
    TapedCall,
)
from tdlint.linting.changes import (
    AddArgument,
    FixPlan,
    Imported,
    InsertBefore,
    InsertItem,
    Part,
    RemoveArgument,
    RemoveStatement,
    RenameArgument,
    ReplaceBy,
    ReplaceCode,
    Rewrite,
    RewriteImport,
)
from tdlint.linting.rule import Context, Report, Rule
from tdlint.shapes import AnyShape, Free, Shape, Symbolic, UnknownDim, UnknownShape, format_shape
from tdlint.spec import identifiers, migration
from tdlint.spec.applications import expected_range as application_range
from tdlint.spec.initializers import class_name as initializer_class
from tdlint.spec.layers import fault as layer_fault
from tdlint.spec.layers import find as layer_spec
from tdlint.spec.layers.base import Fault, WeightSpec
from tdlint.spec.losses import class_name as loss_class
from tdlint.spec.metrics import log_keys, metric_class
from tdlint.spec.migration.arguments import ArgumentChange, Family
from tdlint.spec.migration.arguments import changes_of as argument_changes
from tdlint.spec.migration.defaults import DefaultChange, defaults_of
from tdlint.spec.migration.members import MemberChange
from tdlint.spec.migration.members import member as member_change
from tdlint.spec.migration.positions import PositionChange, is_keras_1_name, shifts_of, window_axes
from tdlint.spec.migration.tensors import refuses_symbolic, tensor_row
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
    "ArgumentChange",
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
    "DatedCall",
    "DatedRead",
    "DefaultChange",
    "Edge",
    "Family",
    "Fault",
    "FixPlan",
    "Free",
    "FunctionValue",
    "GivenData",
    "GivenInput",
    "Head",
    "ImageFlow",
    "Import",
    "Imported",
    "InsertBefore",
    "InsertItem",
    "Instance",
    "KerasVersion",
    "KeyRead",
    "LabelsGiven",
    "LayerNode",
    "LayerObject",
    "LogReads",
    "Mapping",
    "MemberChange",
    "MethodFacts",
    "ModelGraph",
    "ModelValue",
    "OneOf",
    "Parameter",
    "Part",
    "Passed",
    "Place",
    "PositionChange",
    "Program",
    "Reference",
    "Refusal",
    "RemoveArgument",
    "RemoveStatement",
    "RenameArgument",
    "ReplaceBy",
    "ReplaceCode",
    "Report",
    "Rewrite",
    "RewriteImport",
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
    "application_range",
    "argument_changes",
    "arrays_of",
    "coefficients",
    "data_given",
    "data_loss_at_start",
    "defaults_of",
    "expected_penalty",
    "format_shape",
    "head_loss_at_start",
    "heads",
    "identifiers",
    "initializer_class",
    "input_names",
    "inputs_given",
    "integer",
    "is_keras_1_name",
    "labels_given",
    "layer_activation",
    "layer_fault",
    "layer_place",
    "layer_spec",
    "log_keys",
    "loss_class",
    "member_change",
    "metric_class",
    "migration",
    "number",
    "refusal",
    "refuses_symbolic",
    "shifts_of",
    "tensor_row",
    "text",
    "window_axes",
]
