"""The rules of Acme: one in each module, those whose names begin with an underscore apart."""
