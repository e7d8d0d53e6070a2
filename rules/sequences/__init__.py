"""TDL1xx: recurrent layers, TimeDistributed, masks."""
