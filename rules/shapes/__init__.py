"""TDL3xx: shapes that can't meet, and layers that Keras refuses to make."""
