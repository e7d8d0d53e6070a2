"""TDL8xx: from Keras 2 to Keras 3."""
