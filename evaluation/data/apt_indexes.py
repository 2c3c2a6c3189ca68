"""Debian's indexes and packages through apt.

Its state is kept apart, so that nothing on the machine changes, and it need not be root. Which mirror is asked stands
in the machine's own configuration of apt.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from evaluation.data.errors import SourceError

RELEASE = "bookworm"
ARCHITECTURE = "amd64"
READER = "/usr/lib/apt/apt-helper"
INSTEAD = (
    "Fetch these files of Debian 12 (bookworm) elsewhere, and name them: the index main/binary-amd64/Packages with "
    "--packages, main/i18n/Translation-en with --translation, and the package wordnet-base 1:3.0-37 with --wordnet-deb."
)


class Apt:
    """apt with its lists in ``folder``: English descriptions, and amd64 whatever the machine is.

    Args:
        folder: An empty folder, or one of an earlier run.

    Raises:
        SourceError: If there is no apt.
    """

    def __init__(self, folder: Path) -> None:
        if shutil.which("apt-get") is None or not Path(READER).exists():
            raise SourceError(f"There is no apt on this machine. {INSTEAD}")
        self.folder = folder
        for part in ("lists/partial", "cache/archives/partial"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        self._updated = False

    def index(self, kind: str) -> bytes:
        """The index of bookworm's ``main``: ``Packages`` or, in English, ``Translations``.

        Raises:
            SourceError: If apt cannot fetch it, or the machine's apt knows no bookworm.
        """
        self._update()
        wanted = [f"Created-By: {kind}", f"Codename: {RELEASE}", "Component: main"]
        listed = self._run("apt-get", "indextargets", "--format", "$(FILENAME)", *wanted).decode().split("\n")
        files = [name for name in listed if name and Path(name).exists()]
        if not files:
            raise SourceError(f"apt on this machine has no index {kind} of Debian {RELEASE}, main. {INSTEAD}")
        return self._run(READER, "cat-file", files[0])

    def download(self, package: str, version: str) -> Path:
        """The .deb of ``package``.

        Raises:
            SourceError: If apt cannot download this version.
        """
        self._update()
        self._run("apt-get", "download", f"{package}={version}", cwd=self.folder)
        return sorted(self.folder.glob(f"{package}_*.deb"))[0]

    def _update(self) -> None:
        if not self._updated:
            self._run("apt-get", "update")
        self._updated = True

    def _run(self, program: str, *arguments: str, cwd: Path | None = None) -> bytes:
        options = {
            "Dir::State::Lists": self.folder.absolute() / "lists",
            "Dir::Cache": self.folder.absolute() / "cache",
            "Acquire::Languages": "en",
            "APT::Architecture": ARCHITECTURE,
            "APT::Architectures": ARCHITECTURE,
        }
        settings = [part for name, value in options.items() for part in ("-o", f"{name}={value}")]
        result = subprocess.run(
            [program, *settings, *arguments],
            capture_output=True,
            check=False,
            cwd=cwd,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
        if result.returncode != 0:
            said = result.stderr.decode(errors="replace").strip()[-500:]
            raise SourceError(f"{program} {' '.join(arguments)} failed: {said}\n{INSTEAD}")
        return result.stdout
