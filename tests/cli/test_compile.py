"""Everything that searches compile can be compiled ahead."""

import json

import numba

from cli.main import main
from optimizer import compiled


def test_it_compiles_every_part_and_says_how_long_that_took(capsys):
    assert main(["compile", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["not_kept"] == []
    assert said["seconds"] > 0
    assert main(["compile"]) == 0
    assert "everything is compiled" in capsys.readouterr().out


def test_what_is_not_kept_is_named(monkeypatch, tmp_path, capsys):
    """Nothing is in an empty folder; what is compiled in this process already is not written to it."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    assert {"joint.path_worths", "search.tree_pivots", "sourcing.large.moves"} <= set(compiled.not_compiled())
    (tmp_path / "path_worths.envelopes-1.py311.1.nbi").touch()
    assert "joint.path_worths" not in compiled.not_compiled()
