"""The checkout's top level holds what the design names, and nothing else."""

import subprocess

import pytest

FOLDERS = {"latent_explorer", "models", "resources", "tests", "scripts"}
FILES = {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md"}


def strays(paths):
    """The top-level names among these tracked paths that nobody planned for; dot files are free."""
    folders = {path.partition("/")[0] for path in paths if "/" in path}
    files = {path for path in paths if "/" not in path}
    return {name for name in (folders - FOLDERS) | (files - FILES) if not name.startswith(".")}


def tracked(root):
    """The paths that git keeps, as the index has them."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    listing = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    return [path for path in listing.split("\0") if path]


def test_the_top_level_holds_only_what_is_planned(root):
    if not (root / ".git").exists():
        pytest.skip("not a git checkout: only tracked files are judged")
    assert strays(tracked(root)) == set()


def test_a_stray_is_found():
    paths = ["README.md", "notes.txt", "latent_explorer/cli.py", "attic/old.py", ".ci/run", "models"]
    assert strays(paths) == {"notes.txt", "attic", "models"}
