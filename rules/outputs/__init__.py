"""TDL4xx: what a model gives, and the loss, labels and metrics that it is compared with."""
