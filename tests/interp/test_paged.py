"""Copies of a paged dict change by themselves, and tell what differs between them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdlint.interp.paged import PagedDict

_ABSENT = object()

# a copy of one of the dicts, or a change of one of them: an item put under a key, or taken away
_DICTS = st.integers(0, 5)
_STEPS = st.one_of(
    st.tuples(st.just("copy"), _DICTS),
    st.tuples(st.just("set"), _DICTS, st.integers(-200, 200), st.integers()),
    st.tuples(st.just("fill"), _DICTS, st.integers(-200, 200), st.integers()),
    st.tuples(st.just("pop"), _DICTS, st.integers(-200, 200)),
)


@given(st.lists(_STEPS, max_size=60))
def test_copies_are_as_those_of_a_dict(steps: list[tuple[object, ...]]) -> None:
    paged: list[PagedDict[int, object]] = [PagedDict()]
    plain: list[dict[int, object]] = [{}]
    for kind, which, *rest in steps:
        number = int(str(which)) % len(paged)
        mine, model = paged[number], plain[number]
        if kind == "copy":
            paged.append(mine.copy())
            plain.append(model.copy())
        elif kind == "pop":
            assert mine.pop(rest[0], None) is model.pop(rest[0], None)  # type: ignore[call-overload]
        else:
            for key in range(int(str(rest[0])), int(str(rest[0])) + (100 if kind == "fill" else 1)):
                mine[key] = model[key] = object()
    for mine, model in zip(paged, plain, strict=True):
        assert dict(mine.items()) == model
        assert len(mine) == len(model)
        for other, of_other in zip(paged, plain, strict=True):
            either = model.keys() | of_other.keys()
            differing = {key for key in either if model.get(key, _ABSENT) is not of_other.get(key, _ABSENT)}
            found = mine.differing(other)
            assert set(found) == differing
            assert len(found) == len(differing)


def test_a_key_of_another_copy_is_none_of_this_one() -> None:
    paged: PagedDict[int, str] = PagedDict()
    copy = paged.copy()
    copy[1] = "one"
    assert 1 not in paged
    assert paged.get(1, "none") == "none"
    with pytest.raises(KeyError):
        paged[1]
    with pytest.raises(KeyError):
        del paged[1]
