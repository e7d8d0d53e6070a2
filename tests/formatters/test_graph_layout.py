"""The layered layout: everything below what feeds it, no box over another, no link behind a box."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from tdlint.formatters.graph.layout import Layout, Size, lay_out


@st.composite
def drawings(draw) -> tuple[dict[int, Size], list[tuple[int, int]]]:
    """Boxes of any size with links from lower numbers to higher ones."""
    count = draw(st.integers(1, 12))
    sides = st.integers(10, 200)
    sizes = {box: Size(draw(sides), draw(sides)) for box in range(count)}
    pairs = list(combinations(range(count), 2))
    return sizes, draw(st.lists(st.sampled_from(pairs), max_size=24)) if pairs else []


def edges(layout: Layout, sizes: dict[int, Size], box: int) -> tuple[float, float, float, float]:
    """Left, right, top and bottom of a box."""
    (x, y), size = layout.centers[box], sizes[box]
    return x - size.width / 2, x + size.width / 2, y - size.height / 2, y + size.height / 2


@settings(max_examples=200, deadline=None)
@given(drawings())
def test_boxes_keep_apart_and_within_the_picture(drawing):
    sizes, links = drawing
    layout = lay_out(sizes, links)
    places = {box: edges(layout, sizes, box) for box in sizes}
    for left, right, top, bottom in places.values():
        assert -0.01 <= left <= right <= layout.width + 0.01
        assert -0.01 <= top <= bottom <= layout.height + 0.01
    for one, other in combinations(places.values(), 2):
        beside = one[1] <= other[0] + 0.01 or other[1] <= one[0] + 0.01
        above = one[3] <= other[2] + 0.01 or other[3] <= one[2] + 0.01
        assert beside or above


@settings(max_examples=200, deadline=None)
@given(drawings())
def test_links_go_down_and_never_behind_a_box(drawing):
    sizes, links = drawing
    layout = lay_out(sizes, links)
    for start, end in links:
        way = layout.ways[start, end]
        assert edges(layout, sizes, start)[3] <= way[0][1] + 0.01
        assert way[-1][1] <= edges(layout, sizes, end)[2] + 0.01
        heights = [y for _, y in way]
        assert heights == sorted(heights)
        # Beside a box, a link is a straight line down; between these lines it is within a gap between layers.
        for (x, top), (same, bottom) in zip(way[1:-1:2], way[2:-1:2], strict=True):
            assert x == same
            for box in sizes:
                left, right, upper, lower = edges(layout, sizes, box)
                assert not (left < x < right and upper < bottom and top < lower)


def test_a_chain_is_straight():
    layout = lay_out({box: Size(50 + box, 20) for box in range(4)}, [(0, 1), (1, 2), (2, 3)])
    assert len({round(x, 6) for x, _ in layout.centers.values()}) == 1


def test_links_that_need_not_cross_do_not():
    sizes = dict.fromkeys(range(4), Size(40, 20))
    layout = lay_out(sizes, [(0, 3), (1, 2)])
    place = {box: x for box, (x, _) in layout.centers.items()}
    assert (place[0] < place[1]) == (place[3] < place[2])


def test_what_is_fed_by_nothing_is_just_above_what_it_feeds():
    layout = lay_out(dict.fromkeys(range(4), Size(40, 20)), [(0, 1), (1, 2), (3, 2)])
    assert layout.centers[3][1] == layout.centers[1][1]


def test_a_deep_model_is_no_problem():
    count = 2000
    layout = lay_out(dict.fromkeys(range(count), Size(40, 20)), [(box, box + 1) for box in range(count - 1)])
    assert len({y for _, y in layout.centers.values()}) == count
