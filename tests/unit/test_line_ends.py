"""Text ends in LF in every clone, also where git is set to write CRLF, as on Windows."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def git(*arguments: str, at: Path) -> str:
    """Run git with no settings but those given, and return its output."""
    nobody = ("-c", "user.name=nobody", "-c", "user.email=nobody@example.com")
    alone = {"PATH": "/usr/bin:/bin", "HOME": str(at), "GIT_CONFIG_NOSYSTEM": "1"}
    command = ["git", *nobody, *arguments]
    done = subprocess.run(command, cwd=at, env=alone, capture_output=True, text=True, check=True)
    return done.stdout


def test_a_clone_with_autocrlf_has_the_same_bytes(tmp_path: Path) -> None:
    checkout, clone = tmp_path / "checkout", tmp_path / "clone"
    kept = "tar --exclude=./.git --exclude=__pycache__ -c . | tar -C $0 -x"
    checkout.mkdir()
    subprocess.run(["sh", "-ec", kept, checkout], cwd=ROOT, check=True)
    git("init", "-q", at=checkout)
    git("add", "--all", at=checkout)
    git("commit", "-q", "-m", "all", at=checkout)
    git("clone", "-q", "-c", "core.autocrlf=true", str(checkout), str(clone), at=tmp_path)
    files = git("ls-files", "-z", at=checkout).rstrip("\0").split("\0")
    assert {"mirror/lib.sh", "batch_ingestor/migrations/0001_people_and_staff.sql"} <= set(files)
    cloned = {file: (clone / file).read_bytes() for file in files}
    assert not [file for file in files if cloned[file] != (checkout / file).read_bytes()]
    assert not [f for f, text in cloned.items() if b"\0" not in text and b"\r" in text]
