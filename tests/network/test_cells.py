"""Columns of text, however they are stored."""

import numpy as np
import pandas as pd
import pytest

from network.cells import texts
from network.joins import codes_of


@pytest.mark.parametrize("words", [["a", "b", "c"], ["b", "a", "b"], ["", "a", "b"], ["a", None, "b"], ["a", "a"], []])
@pytest.mark.parametrize("dtype", ["str", "object", "category"])
def test_texts_are_the_same_however_they_are_stored(words: list[str | None], dtype: str):
    """Ascending, which is seen without a look at each, or not; empty cells are no text."""
    found = texts(pd.Series(words, dtype=dtype))
    assert found.values("").tolist() == [word or "" for word in words]
    assert (found.codes < 0).tolist() == [not word for word in words]
    assert len(set(found.distinct.tolist())) == len(found.distinct)
    assert not found.wrong.any()


@pytest.mark.parametrize("span", [20, 10**9])
def test_codes_have_rows_whether_looked_up_or_searched_for(span: int):
    """A short span has a table of all its numbers, a long one is searched."""
    codes = codes_of([np.array([7, 3]), np.array([3, 11])], span)
    assert codes.values.tolist() == [3, 7, 11]
    assert codes.row(np.array([11, 3, 7])).tolist() == [2, 0, 1]
    assert codes.find(np.array([11, 4, 0, 7])).tolist() == [2, -1, -1, 1]
