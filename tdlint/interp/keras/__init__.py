"""Keras: layers, models, tensors, and what a program does with them."""
