"""The config of a model, as Keras serializes it: read without Keras, as a graph of abstract values."""
