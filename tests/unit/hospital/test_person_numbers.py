"""`PersonNumbers` is a set: the same numbers, whatever it was made of."""

from hypothesis import given
from hypothesis import strategies as st

from hospital.population.person_numbers import PersonNumbers

NUMBERS = st.sets(st.integers(0, 10**9) | st.integers(0, 5))


@given(NUMBERS, NUMBERS)
def test_it_is_a_set_in_ascending_order(numbers: set[int], more: set[int]) -> None:
    first = PersonNumbers(numbers)
    both = first | more
    assert list(first) == sorted(numbers)
    assert list(both) == sorted(numbers | more)
    assert (len(first), len(both)) == (len(numbers), len(numbers | more))
    for number in numbers | more | {-1, 3, 10**9 + 1}:
        assert (number in first) == (number in numbers)
    assert (first == both) == (more <= numbers)


@given(NUMBERS)
def test_its_gaps_make_it_again(numbers: set[int]) -> None:
    made = PersonNumbers(numbers)
    assert all(gap > 0 for gap in made.gaps()[1:])
    assert PersonNumbers.from_gaps(made.gaps()) == made
