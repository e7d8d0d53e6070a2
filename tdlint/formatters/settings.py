"""The settings in effect, and where each came from."""

from __future__ import annotations

from tdlint.config import DEFAULT, Settings, settings_table
from tdlint.formatters.options import Options
from tdlint.formatters.terminal import Paint, wrap


def render(settings: Settings, options: Options) -> str:
    """A line per setting: its key, its value, its source; then the file that was read."""
    paint = Paint(options.color)
    rows = settings_table(settings)
    key_width = max(len(key) for key, _, _ in rows)
    source_width = max(len(source) for _, _, source in rows)
    lines = []
    for key, value, source in rows:
        before = f"{key:{key_width}}  {source:{source_width}}  "
        wrapped = wrap(value or "(none)", max(options.width, len(before) + 30), before, " " * len(before))
        shown_source = f"{source:{source_width}}" if source == DEFAULT else paint(f"{source:{source_width}}", "help")
        lines += [f"{paint(f'{key:{key_width}}', 'bold')}  {shown_source}  {wrapped[0][len(before) :]}", *wrapped[1:]]
    file = settings.config_file or "none with [tool.tdlint] found"
    return "\n".join([*lines, "", f"configuration file: {file}"])
