"""TDL0xx: what tdlint says about its own work; the engine reports these, the modules hold their pages."""
