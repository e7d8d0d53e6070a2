"""The codes of the rules that speak of what an account lists; a test holds that the rules have these codes."""

from __future__ import annotations

from typing import Final

STRONG: Final = "TDL201"
IN_TIME_DISTRIBUTED: Final = "TDL202"
PER_TIMESTEP: Final = "TDL203"
LATE: Final = "TDL204"
INERT: Final = "TDL205"
FROZEN: Final = "TDL210"
MULTIPLIED: Final = "TDL214"
FOREIGN_CODE: Final = "TDL915"
SAME_START: Final = "TDL510"
