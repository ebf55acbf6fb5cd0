"""The repository keeps its own rules: layers, sizes, decisions on record, a front page whose commands exist."""

import ast
import importlib.util
import os
import re
import shlex
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from cli.arguments import parser

ROOT = Path(__file__).resolve().parents[1]
LAYERS = ("network", "optimizer", "scenarios", "server", "cli")
"""Lowest first: a layer imports itself and what stands before it."""

MOST_FUNCTION_LINES = 60
MOST_FILE_LINES = 450

SOLVERS = {"ortools", "pulp", "highspy"}
WIRE = {"grpc", "grpc_health", "grpc_reflection", "grpc_status", "google", "counterpoise"}


def _sources(*folders):
    """Python files of some folders."""
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def _name(path):
    """Path for test ids and messages."""
    return str(path.relative_to(ROOT))


def _imports(path):
    """Absolute names of what a file imports, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{_name(path)}:{node.lineno}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _top_imports(path):
    return {name.split(".")[0] for name in _imports(path)}


@pytest.mark.parametrize("layer", LAYERS)
def test_layers_point_one_way(layer):
    """Nothing imports a layer above its own, nor tests and benchmarks; only the command ``bench`` runs these."""
    above = {*LAYERS[LAYERS.index(layer) + 1 :], "tests", "benchmarks"}
    bench = {"cli/bench_arguments.py", "cli/bench_command.py"}
    found = {
        _name(path): wrong
        for path in _sources(layer)
        if (wrong := _top_imports(path) & above - ({"benchmarks"} if _name(path) in bench else set()))
    }
    assert not found


def test_only_backends_know_solvers():
    """OR-Tools and PuLP are imported below `optimizer/backends` and nowhere else."""
    found = {
        _name(path): wrong
        for path in _sources(*LAYERS)
        if ROOT / "optimizer" / "backends" not in path.parents and (wrong := _top_imports(path) & SOLVERS)
    }
    assert not found


def test_only_the_server_knows_the_wire():
    """gRPC, protobuf and the generated protos are imported in `server` and nowhere else."""
    found = {
        _name(path): wrong
        for path in _sources(*[layer for layer in LAYERS if layer != "server"])
        if (wrong := _top_imports(path) & WIRE)
    }
    assert not found


def test_the_certificate_stands_alone():
    """What `optimizer.certificate` imports, directly or through others, is neither model nor builder nor backend."""
    waiting, seen = [*(ROOT / "optimizer" / "certificate").rglob("*.py")], set()
    while waiting:
        path = waiting.pop()
        seen.add(path)
        for name in _imports(path):
            for module in (name, name.rpartition(".")[0]):
                file = ROOT / (module.replace(".", "/") + ".py")
                if file.is_file() and file not in seen:
                    waiting.append(file)
    forbidden = {"transfer", "backends", "search"}
    assert not [
        _name(path) for path in seen if path.parent.name in forbidden or path.stem in {"model", "program", "solve"}
    ]


def _lengths(path):
    """Lines of a file and of its functions, with the most that they may have."""
    text = path.read_text(encoding="utf-8")
    yield _name(path), len(text.splitlines()), MOST_FILE_LINES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{_name(path)}:{node.name}", node.end_lineno - node.lineno + 1, MOST_FUNCTION_LINES


def test_files_and_functions_are_short():
    """A file can be read in one sitting and a function on one screen."""
    lengths = [found for path in _sources(*LAYERS, "benchmarks", "tests") for found in _lengths(path)]
    assert not {name: lines for name, lines, most in lengths if lines > most}


def test_no_module_is_a_rag_bag():
    """Modules are named after what they are about."""
    bad = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}
    assert not [_name(path) for path in _sources(*LAYERS, "tests") if path.stem in bad]


@pytest.mark.parametrize("layer", LAYERS)
def test_facades_name_what_exists(layer):
    """Every name in a layer's ``__all__`` is there, once."""
    module = importlib.import_module(layer)
    names = getattr(module, "__all__", [])
    assert len(names) == len(set(names))
    assert not [name for name in names if not hasattr(module, name)]


def _decisions():
    return sorted((ROOT / "docs" / "adr").glob("ADR-*.md"))


def test_every_decision_is_in_the_index():
    """docs/adr/README.md links every decision, once, and nothing else; numbers have no gaps."""
    index = (ROOT / "docs" / "adr" / "README.md").read_text(encoding="utf-8")
    linked = re.findall(r"\]\((ADR-[^)]+\.md)\)", index)
    assert sorted(linked) == [path.name for path in _decisions()]
    numbers = [int(path.name[4:8]) for path in _decisions()]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("path", _decisions(), ids=lambda path: path.stem)
def test_decisions_follow_the_template(path):
    """A decision has every heading of the template, and its number in the title."""
    text = path.read_text(encoding="utf-8")
    template = (ROOT / "docs" / "adr" / "template.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {path.name[:8]}: ")
    assert re.findall(r"^## .+$", text, re.MULTILINE) == re.findall(r"^## .+$", template, re.MULTILINE)


def _readme_commands():
    """The module that `.ci/run` uses to read the README."""
    spec = importlib.util.spec_from_file_location("readme_commands", ROOT / ".ci" / "readme_commands.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PAGES = [
    path
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md"))
    if path.name != "template.md"
]


@pytest.mark.parametrize("name", ["demo", "tests"])
def test_readme_has_its_two_lines(name):
    """One line installs and runs the demo, one installs and runs the tests, at the versions of the constraints file."""
    commands = _readme_commands()
    line = commands.readme_command(name, (ROOT / "README.md").read_text(encoding="utf-8"))
    assert "-c constraints.txt" in line
    assert line in commands.shell_lines((ROOT / "README.md").read_text(encoding="utf-8"))


def test_readme_command_joins_lines_and_drops_prompts():
    """The reader of the README understands the ways in which a command can be written."""
    commands = _readme_commands()
    page = (
        "Text.\n\n```sh\n$ pip install x \\\n    && counterpoise demo\n```\n\n```text\npip install y && pytest\n```\n"
    )
    assert commands.readme_command("demo", page) == "pip install x && counterpoise demo"
    with pytest.raises(LookupError, match="pytest"):
        commands.readme_command("tests", page)


def _is_accepted(command):
    """Whether the command line's parser takes these arguments, or only prints its help."""
    try:
        parser().parse_args(shlex.split(command))
    except SystemExit as stop:
        return stop.code == 0
    return True


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_documented_commands_exist(page):
    """Every `counterpoise ...` in a shell block is a command line that the parser accepts."""
    for line in _readme_commands().shell_lines(page.read_text(encoding="utf-8")):
        for command in re.findall(r"(?:^|&& |/)counterpoise ([^&|#>]+)", line):
            assert _is_accepted(command), f"{_name(page)}: counterpoise {command}"


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_lead_somewhere(page):
    """Relative links of the documentation point to files that exist."""
    targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert not [target for target in targets if not (page.parent / target).exists()]


@pytest.mark.parametrize("page", [*PAGES, ROOT / "docs" / "adr" / "template.md"], ids=_name)
def test_files_that_are_named_exist(page):
    """Paths of the project in backticks (`optimizer/model.py`, `tests/oracle`) are there."""
    named = re.findall(
        rf"`((?:{'|'.join(LAYERS)}|tests|docs|protos|benchmarks)/[\w./-]+)`", page.read_text(encoding="utf-8")
    )
    assert not [name for name in named if not (ROOT / name).exists()]


def _pins():
    """Name to version of the constraints file."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert all(re.fullmatch(r"[a-z0-9.-]+==[0-9][0-9A-Za-z.]*", line) for line in lines), "names and versions only"
    return dict(line.split("==") for line in lines)


def test_constraints_pin_every_dependency_to_a_version_that_fits():
    """What pyproject.toml asks for is pinned, at a version that it allows."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = sum(project["optional-dependencies"].values(), project["dependencies"])
    pins = _pins()
    for requirement in map(Requirement, wanted):
        name = canonicalize_name(requirement.name)
        if name == canonicalize_name(project["name"]):
            continue
        assert name in pins, f"constraints.txt does not pin {name}"
        assert requirement.specifier.contains(pins[name]), f"{name} {pins[name]} is not {requirement.specifier}"


def test_ci_run_is_a_script_that_bash_understands():
    """`.ci/run` can be executed and parses."""
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", str(script)], check=True)


def test_changelog_has_a_section_for_what_comes():
    """Keep a Changelog: newest first, an Unreleased section, known kinds of change only."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## \[([^]]+)\]", text, re.MULTILINE)[0] == "Unreleased"
    kinds = set(re.findall(r"^### (.+)$", text, re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
