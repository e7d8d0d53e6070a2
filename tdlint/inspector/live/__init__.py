"""Live models: their graph, their losses and gradients, by Keras itself."""
