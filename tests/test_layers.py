"""Imports point down, and heavy or special libraries stay where they belong."""

import ast
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "ncdesktop"
MODULES = sorted(PACKAGE.rglob("*.py"))
BELOW: dict[str, set[str]] = {
    "": set(),
    "model": {""},
    "emulator": {""},
    "desktop": {"", "emulator"},
    "app": {"", "emulator"},
    "serve": {"", "emulator"},
    "training": {"", "model"},
    "evaluation": {"", "model", "training", "emulator", "desktop"},
    "environment": {"", "model", "evaluation", "app"},
    "verbs": {"", "model", "emulator", "desktop", "app", "serve", "training", "evaluation"},
}
ONLY_IN = {
    "pygame": {"app"},
    "Xlib": {"desktop"},
    "gymnasium": {"environment"},
    "aiohttp": {"serve"},
    "torch": {"model", "training", "evaluation", "verbs"},
}


def imports(path: Path) -> set[str]:
    """All modules that a file imports, at its top or inside functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add(node.module or "")
    return found


def layer(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0] if path.parent != PACKAGE else ""


@pytest.mark.parametrize("path", MODULES, ids=[str(path.relative_to(PACKAGE)) for path in MODULES])
def test_imports_point_down(path: Path) -> None:
    own = layer(path)
    for module in imports(path):
        parts = module.split(".")
        if parts[0] == "ncdesktop" and path.name != "cli.py":
            target = parts[1] if len(parts) > 1 and (PACKAGE / parts[1]).is_dir() else ""
            assert target == own or target in BELOW[own], f"{module} from {own or 'the bottom'}"
        if parts[0] in ONLY_IN:
            assert own in ONLY_IN[parts[0]], f"{module} in {own or 'the bottom'}"


def test_help_answers_without_loading_the_network() -> None:
    code = "import sys; from ncdesktop.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass\nassert 'torch' not in sys.modules and 'pygame' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


def test_torchvision_is_not_there() -> None:
    """It breaks diffusers, and needs an operator that CPU builds of torch lack."""
    assert find_spec("torchvision") is None
