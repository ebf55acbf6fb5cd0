"""What is compiled is kept for the sources that it was made of."""

import numba

from optimizer import compiled


def test_a_change_of_any_compiled_source_has_another_folder(tmp_path):
    """Also of one that only others call; other sources do not matter, and former folders are removed."""
    (tmp_path / "part").mkdir()
    caller, callee, other = tmp_path / "caller.py", tmp_path / "part" / "callee.py", tmp_path / "other.py"
    for source in (caller, callee):
        source.write_text("from optimizer.compiled import njit\n")
    first = compiled.folder_of(tmp_path)
    other.write_text("import numba\n")
    assert compiled.folder_of(tmp_path) == first
    first.mkdir(parents=True)
    callee.write_text("from optimizer.compiled import njit\nchanged = True\n")
    second = compiled.folder_of(tmp_path)
    assert second != first
    assert not first.exists()


def test_numba_keeps_it_there():
    """Unless its folder was chosen from outside."""
    assert numba.config.CACHE_DIR
    assert compiled.njit is numba.njit
