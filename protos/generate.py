"""Generate the Python code of the protos, beside them: ``python protos/generate.py``.

``python protos/generate.py --check`` changes nothing and fails when the committed code is not what the protos say.
Needs the ``dev`` extra. The package of the protos is their import path, so the generated imports need no patching.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from importlib import resources
from pathlib import Path

from grpc_tools import protoc

ROOT = Path(__file__).resolve().parent
GENERATED = ("*_pb2.py", "*_pb2.pyi", "*_pb2_grpc.py")


def generate(target: Path) -> None:
    """Run protoc over every proto of the project, writing below ``target``."""
    sources = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "counterpoise").rglob("*.proto"))
    includes = [f"-I{ROOT}", f"-I{resources.files('grpc_tools') / '_proto'}"]
    outputs = [f"--{kind}_out={target}" for kind in ("python", "pyi", "grpc_python")]
    if protoc.main(["protoc", *includes, *outputs, *sources]):
        raise SystemExit("protoc failed; see above")


def generated_files(folder: Path) -> dict[Path, bytes]:
    """Content of the generated files below a folder, keyed by relative path."""
    found = (path for pattern in GENERATED for path in (folder / "counterpoise").rglob(pattern))
    return {path.relative_to(folder): path.read_bytes() for path in found}


def check() -> list[str]:
    """Names of generated files that are missing, superfluous or out of date."""
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder))
        expected, actual = generated_files(Path(folder)), generated_files(ROOT)
    return sorted(str(path) for path in expected.keys() | actual.keys() if expected.get(path) != actual.get(path))


def main() -> int:
    """Entry point of the script."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="only tell whether the committed code is up to date")
    if parser.parse_args().check:
        stale = check()
        if stale:
            sys.stderr.write(f"out of date, run python protos/generate.py: {', '.join(stale)}\n")
        return bool(stale)
    generate(ROOT)
    return 0


if __name__ == "__main__":
    sys.exit(main())
