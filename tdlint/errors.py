"""Errors that end a run: the user's input or configuration, never a defect of the analysed program."""

from __future__ import annotations


class UsageError(Exception):
    """What was asked for can't be done; the text names the thing and says what to do. The exit code is 2."""


class ConfigError(UsageError):
    """The configuration is wrong: the text names the file and the key."""


class RuleLoadError(UsageError):
    """A rule pack can't be used: the text names the module."""
