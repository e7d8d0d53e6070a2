"""Data before it meets a model: arrays, tables, data sets, and what libraries do to them."""
