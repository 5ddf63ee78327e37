"""Which hop is heard, for every move in time."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holostream.codec.dna_moves.time_moves import LONGEST_SECONDS, Place, TimeAmounts, TimeState, place_at

PER_SECOND = 375.0
NEUTRAL = TimeAmounts()


def heard(amounts: TimeAmounts, hops: int, start: int = 10_000, state: TimeState | None = None) -> list[Place]:
    state = state or TimeState()
    return [place_at(now, amounts, state, PER_SECOND) for now in range(start, start + hops)]


def hops_of(places: list[Place], start: int = 10_000) -> list[int]:
    """Relative to the hop at which the move began."""
    return [place.hop - start for place in places]


def test_neutral_is_now() -> None:
    assert heard(NEUTRAL, 5) == [Place(hop) for hop in range(10_000, 10_005)]


def test_freeze_holds_the_hop_at_which_it_began_and_its_phases_go_on() -> None:
    places = heard(replace(NEUTRAL, freeze=0.5), 100)
    assert hops_of(places) == [0] * 100
    assert [place.held for place in places] == list(range(100))
    assert [place.keep for place in places] == [10_000] + [-1] * 99


def test_a_loop_repeats_the_stretch_before_it_and_keeps_all_of_it() -> None:
    places = heard(replace(NEUTRAL, loop=8 / PER_SECOND), 24)
    assert hops_of(places) == list(range(-8, 0)) * 3
    assert [place.keep_loop for place in places[:10]] == [*range(9_991, 10_000), -1]
    assert {place.keep for place in places} == {-1}
    assert not any(place.held for place in places)


def test_beats_follow_the_tempo() -> None:
    places = heard(replace(NEUTRAL, loop_beats=0.5, tempo=150, loop=9.0), 75 + 1)
    assert hops_of(places) == [*range(-75, 0), -75]


def test_a_loop_ends_where_it_did_whether_it_shrinks_or_grows() -> None:
    state = TimeState()
    heard(replace(NEUTRAL, loop=8 / PER_SECOND), 100, state=state)
    shorter = heard(replace(NEUTRAL, loop=5 / PER_SECOND), 10, 10_100, state)
    assert set(hops_of(shorter)) == set(range(-5, 0))
    longer = heard(replace(NEUTRAL, loop=20 / PER_SECOND), 30, 10_110, state)
    assert set(hops_of(longer)) == set(range(-20, 0))
    assert [place.keep_loop for place in longer[:23]] == [*range(9_978, 10_000), -1], "more than it needs, once more"


def test_a_tempo_that_gets_a_little_slower_does_not_end_a_loop_however_long_it_was_held() -> None:
    state, amounts = TimeState(), replace(NEUTRAL, loop_beats=4.0)
    kept = {place.keep_loop for place in heard(amounts, 20_000, state=state)}
    slower = heard(replace(amounts, tempo=110.0), 1000, 30_000, state)
    assert {place.hop for place in slower} == set(range(10_000 - round(4 * 60 / 110 * PER_SECOND), 10_000))
    assert {place.hop for place in slower} <= kept
    assert [place.hop - 31_000 for place in heard(replace(amounts, tempo=60.0), 3, 31_000, state)] == [-1500, -1499, -1498]


@pytest.mark.parametrize("other", [{"freeze": 1.0}, {"stutter": 0.5}, {"scrub": 0.5}])
def test_a_loop_that_is_held_is_there_again_after_another_move(other: dict[str, float]) -> None:
    state, amounts = TimeState(), replace(NEUTRAL, loop=50 / PER_SECOND)
    places = heard(amounts, 3, state=state)
    places += heard(replace(amounts, **other), 197, 10_003, state)
    again = heard(amounts, 60, 10_200, state)
    assert hops_of(again) == [-50 + (200 + each) % 50 for each in range(60)]
    assert set(range(9_950, 10_000)) <= {place.keep_loop for place in places}
    assert hops_of(heard(replace(amounts, loop=0.0), 1, 10_260, state)) == [260]
    assert state.loop is None


def test_a_loop_that_shrinks_in_its_first_round_keeps_all_that_it_repeats() -> None:
    state = TimeState()
    places = heard(replace(NEUTRAL, loop=40 / PER_SECOND), 5, state=state)
    places += heard(replace(NEUTRAL, loop=20 / PER_SECOND), 60, 10_005, state)
    kept = [place.keep_loop for place in places if place.keep_loop >= 0]
    assert kept == list(range(9_955, 10_000))
    assert set(hops_of(places[5:])) == set(range(-20, 0))


@pytest.mark.parametrize(("before", "after"), [(0.5, 0.6), (0.9, 0.3), (1.5, 1.6)])
def test_another_speed_goes_on_from_the_same_place(before: float, after: float) -> None:
    state = TimeState()
    amounts = replace(NEUTRAL, speed=before, tempo=6.0)
    last = heard(amounts, 1500, state=state)[-1].hop
    places = heard(replace(amounts, speed=after), 200, 11_500, state)
    assert [0 <= places[0].hop - last <= 2, not any(place.jump for place in places)] == [True, True]
    assert abs(places[-1].hop - last - 200 * after) < 2


def test_from_fast_to_slow_nothing_is_read_that_is_not_there_yet() -> None:
    state = TimeState()
    heard(replace(NEUTRAL, speed=2.0), 100, state=state)
    places = heard(replace(NEUTRAL, speed=0.5), 50, 10_100, state)
    assert hops_of(places, 10_100) == [each // 2 for each in range(50)]


def test_freezing_a_loop_holds_what_it_played() -> None:
    state = TimeState()
    before = heard(replace(NEUTRAL, loop=8 / PER_SECOND), 13, state=state)
    assert heard(replace(NEUTRAL, loop=8 / PER_SECOND, freeze=1), 3, 10_013, state)[2].hop == before[-1].hop
    assert heard(NEUTRAL, 2, 10_016, state) == [Place(10_016, jump=True), Place(10_017)]


def test_reverse_plays_each_newest_stretch_backwards() -> None:
    places = heard(replace(NEUTRAL, reverse=6 / PER_SECOND), 12)
    assert hops_of(places) == [-1, -2, -3, -4, -5, -6, 5, 4, 3, 2, 1, 0]


def test_scrub_stands_still_where_it_is_put() -> None:
    state = TimeState()
    assert hops_of(heard(replace(NEUTRAL, scrub=0.25), 3, state=state)) == [-750] * 3
    assert hops_of(heard(replace(NEUTRAL, scrub=1.0), 2, 10_003, state)) == [-3000] * 2


def test_half_speed_says_everything_twice_and_falls_behind() -> None:
    places = heard(replace(NEUTRAL, speed=0.5), 8)
    assert hops_of(places) == [0, 0, 1, 1, 2, 2, 3, 3]
    assert [place.held for place in places] == [0, 1, 1, 2, 2, 3, 3, 4]


def test_slow_motion_catches_up_before_the_sound_is_forgotten() -> None:
    places = heard(replace(NEUTRAL, speed=0.25), 20_000)
    behind = [10_000 + n - place.hop for n, place in enumerate(places)]
    assert max(behind) <= LONGEST_SECONDS * PER_SECOND
    assert behind.count(0) >= 3


def test_double_speed_plays_the_last_beat_twice_in_its_time() -> None:
    places = heard(replace(NEUTRAL, speed=2.0, tempo=300), 150)
    assert hops_of(places)[:75] == [*range(-75, 0, 2), *range(-74, 0, 2)]
    assert hops_of(places)[75] == 0


def test_stutters_get_shorter() -> None:
    lengths = [len(set(hops_of(heard(replace(NEUTRAL, stutter=amount), 400)))) for amount in (0.01, 0.5, 1.0)]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[0] == pytest.approx(0.25 * PER_SECOND, abs=5)
    assert lengths[2] == 4


def jumps(amounts: TimeAmounts, hops: int) -> list[int]:
    return [hop for hop, place in enumerate(heard(amounts, hops)) if place.jump]


def test_what_does_not_follow_is_a_jump() -> None:
    assert jumps(replace(NEUTRAL, loop=50 / PER_SECOND), 120) == [0, 50, 100]
    assert jumps(replace(NEUTRAL, reverse=50 / PER_SECOND), 120) == [50, 100]
    assert jumps(replace(NEUTRAL, speed=2, tempo=300), 80) == [0, 38]
    assert jumps(replace(NEUTRAL, scrub=0.1), 80) == [0]
    for following in (NEUTRAL, replace(NEUTRAL, freeze=1), replace(NEUTRAL, speed=0.5)):
        assert jumps(following, 200) == []


def test_stretches_too_short_to_fade_jump_only_where_they_begin() -> None:
    assert jumps(replace(NEUTRAL, stutter=1), 80) == [0]
    assert jumps(replace(NEUTRAL, loop=10 / PER_SECOND), 80) == [0]
    assert jumps(replace(NEUTRAL, reverse=10 / PER_SECOND), 80) == []


amounts = st.builds(
    TimeAmounts,
    freeze=st.sampled_from((0.0, 0.0, 1.0)),
    scrub=st.sampled_from((0.0, 0.0, 0.3)),
    stutter=st.sampled_from((0.0, 0.0, 0.6)),
    loop=st.sampled_from((0.0, 0.0, 0.1, 16.0)),
    loop_beats=st.sampled_from((0.0, 0.0, 0.0625, 8.0)),
    reverse=st.sampled_from((0.0, 0.0, 0.05, 8.0)),
    speed=st.sampled_from((1.0, 0.25, 0.9, 4.0)),
    tempo=st.sampled_from((20.0, 120.0, 300.0)),
)


@given(st.lists(st.tuples(amounts, st.integers(1, 700)), max_size=12))
def test_whatever_is_asked_nothing_is_read_from_the_future_or_after_it_was_forgotten(turns: list) -> None:
    """A hop is in reach if it is one of the newest, or was kept while it was."""
    state, now, kept = TimeState(), 7_000, set()
    for wanted, hops in turns:
        for _ in range(hops):
            place = place_at(now, wanted, state, PER_SECOND)
            assert place.hop <= now
            assert place.hop in kept or now - place.hop <= LONGEST_SECONDS * PER_SECOND
            for keep in (place.keep, place.keep_loop):
                if keep >= 0:
                    assert now - keep <= LONGEST_SECONDS * PER_SECOND or keep in kept
                    kept.add(keep)
            now += 1
