"""Where the site has the page of a rule.

The package says where the site is: by the key ``Documentation`` of ``[project.urls]``, which is in its metadata.
Without that key, pages have no address.
"""

from __future__ import annotations

from functools import cache

from tdlint.linting.rule import Rule

_BUILT_IN = "tdlint_rules."


@cache
def site() -> str | None:
    """The address of the site, with a slash at its end."""
    from importlib.metadata import PackageNotFoundError, metadata

    try:
        entries = metadata("tdlint").get_all("Project-URL") or []
    except PackageNotFoundError:  # a checkout on the path, never installed
        return None
    for entry in entries:
        label, _, address = entry.partition(",")
        if label.strip().lower() == "documentation":
            return f"{address.strip().rstrip('/')}/"
    return None


def page_address(rule: type[Rule]) -> str | None:
    """The address of the page of a built-in rule, which its code alone decides."""
    found = site() if rule.__module__.startswith(_BUILT_IN) else None
    return f"{found}rules/{rule.code}/" if found else None
