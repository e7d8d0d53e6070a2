"""TDL6xx: layers in an order, or with settings, that the literature advises against."""
