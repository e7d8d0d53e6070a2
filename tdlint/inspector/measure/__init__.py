"""Measuring a live model on data: losses, gradients, scales, and where values stop being finite.

This package computes with Keras, so it needs a live model; the account itself does not.
"""
