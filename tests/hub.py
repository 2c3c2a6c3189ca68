"""A small Hub on this machine: the endpoints that ``huggingface_hub`` uses to push and to load a model."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

Files = dict[str, bytes]


@dataclass
class Repository:
    """Commits, and the branches that point to them."""

    private: bool = False
    gated: bool = False
    commits: dict[str, Files] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.commit("main", {}, "initial commit")

    def commit(self, branch: str, files: Files, message: str) -> str:
        """Add ``files`` to a branch; returns the new commit."""
        content = {**self.files(branch), **files}
        text = json.dumps([message, len(self.commits), sorted(content)])
        sha = hashlib.sha1(text.encode()).hexdigest()
        self.commits[sha], self.branches[branch] = content, sha
        return sha

    def resolve(self, revision: str) -> str | None:
        """The commit that a branch or a commit's name stands for."""
        sha = self.branches.get(revision, revision)
        return sha if sha in self.commits else None

    def files(self, revision: str) -> Files:
        """What is there at a revision."""
        return self.commits.get(self.resolve(revision) or "", {})


class Hub(ThreadingHTTPServer):
    """Repositories by name, and what was asked of the server."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.repositories: dict[str, Repository] = {}
        self.large_files: Files = {}
        self.requests: list[str] = []

    @property
    def url(self) -> str:
        """Its address, for ``HF_ENDPOINT``."""
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def running_hub() -> Iterator[Hub]:
    """A Hub that answers while the block runs."""
    hub = Hub()
    thread = threading.Thread(target=hub.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.shutdown()
        hub.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Hub

    def do_GET(self) -> None:
        self._route("GET")

    def do_HEAD(self) -> None:
        self._route("HEAD")

    def do_POST(self) -> None:
        self._route("POST")

    def do_PUT(self) -> None:
        self._route("PUT")

    def log_message(self, *arguments: Any) -> None:
        """Nothing on stderr."""

    def _route(self, method: str) -> None:
        path = unquote(urlsplit(self.path).path)
        self.server.requests.append(f"{method} {path}")
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        for verbs, pattern, action in _ROUTES:
            match = re.fullmatch(pattern, path)
            if method in verbs and match:
                action(self, **match.groupdict())
                return
        self._fail(404, "NotFound", f"{method} {path}")

    def answer(self, content: Any) -> None:
        """A JSON document."""
        self._send(200, json.dumps(content).encode(), {"Content-Type": "application/json"})

    def _send(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _fail(self, status: int, code: str, message: str) -> None:
        headers = {"X-Error-Code": code, "X-Error-Message": message, "Content-Type": "application/json"}
        self._send(status, json.dumps({"error": message}).encode(), headers)

    def _repository(self, name: str) -> Repository | None:
        repository = self.server.repositories.get(name)
        denied = repository is not None and repository.private and not self.headers.get("Authorization")
        if repository is None or denied:  # as the real one, which does not tell them apart
            self._fail(401, "RepoNotFound", "Repository not found")
        elif repository.gated:
            self._fail(403, "GatedRepo", f"Access to model {name} is restricted")
        else:
            return repository
        return None

    # Endpoints

    def create(self) -> None:
        """Create a repository."""
        wanted = json.loads(self.body)
        name = "/".join(filter(None, (wanted.get("organization"), wanted["name"])))
        if name in self.server.repositories:
            conflict = {"url": f"{self.server.url}/{name}", "error": "You already created this model repo"}
            self._send(409, json.dumps(conflict).encode(), {"Content-Type": "application/json"})
            return
        self.server.repositories[name] = Repository(private=wanted.get("visibility") == "private")
        self.answer({"url": f"{self.server.url}/{name}", "id": name, "name": name})

    def validate(self) -> None:
        """Accept any metadata."""
        self.answer({"errors": [], "warnings": []})

    def whoami(self) -> None:
        """The user."""
        self.answer({"name": "org", "type": "user", "auth": {"accessToken": {"role": "write"}}, "orgs": []})

    def branch(self, repo: str, revision: str) -> None:
        """Create a branch at main."""
        repository = self._repository(repo)
        if repository is not None:
            repository.branches.setdefault(revision, repository.branches["main"])
            self.answer({})

    def preupload(self, repo: str, revision: str) -> None:
        """Large files go to LFS, the others into the commit."""
        files = [
            {"path": file["path"], "uploadMode": "lfs" if file["path"].endswith(".safetensors") else "regular"}
            for file in json.loads(self.body)["files"]
        ]
        self.answer({"files": [{**file, "shouldIgnore": False, "oid": None} for file in files]})

    def batch(self, repo: str) -> None:
        """Where to put large files."""
        objects = [
            {**wanted, "actions": {"upload": {"href": f"{self.server.url}/lfs/{wanted['oid']}"}}}
            for wanted in json.loads(self.body)["objects"]
        ]
        self.answer({"transfer": "basic", "objects": objects})

    def upload(self, oid: str) -> None:
        """Keep a large file."""
        assert hashlib.sha256(self.body).hexdigest() == oid
        self.server.large_files[oid] = self.body
        self.answer({})

    def commit(self, repo: str, revision: str) -> None:
        """Add the files of a commit to a branch, or to a pull request's."""
        repository = self._repository(repo)
        if repository is None:
            return
        lines = [json.loads(line) for line in self.body.splitlines()]
        values = [(line["key"], line["value"]) for line in lines]
        (summary,) = (value["summary"] for key, value in values if key == "header")
        files = {value["path"]: base64.b64decode(value["content"]) for key, value in values if key == "file"}
        files |= {value["path"]: self.server.large_files[value["oid"]] for key, value in values if key == "lfsFile"}
        pull_request = "create_pr=1" in self.path
        target = "refs/pr/1" if pull_request else revision
        repository.branches.setdefault(target, repository.branches["main"])
        sha = repository.commit(target, files, summary)
        url = {"pullRequestUrl": f"{self.server.url}/{repo}/discussions/1"} if pull_request else {}
        self.answer({"commitUrl": f"{self.server.url}/{repo}/commit/{sha}", "commitOid": sha, **url})

    def information(self, repo: str, revision: str | None = None) -> None:
        """What is in a repository."""
        repository = self._repository(repo)
        if repository is None:
            return
        sha = repository.resolve(revision or "main")
        if sha is None:
            self._fail(404, "RevisionNotFound", f"Invalid rev id: {revision}")
            return
        siblings = [{"rfilename": path} for path in sorted(repository.commits[sha])]
        self.answer({"id": repo, "modelId": repo, "sha": sha, "private": repository.private, "siblings": siblings})

    def tree(self, repo: str, revision: str, **ignored: Any) -> None:
        """The files of a revision, with their sizes."""
        repository = self._repository(repo)
        if repository is not None:
            files = repository.files(revision).items()
            self.answer([{"type": "file", "path": p, "size": len(c), "oid": _oid(c)} for p, c in sorted(files)])

    def file(self, repo: str, revision: str, path: str) -> None:
        """One file."""
        repository = self._repository(repo)
        if repository is None:
            return
        sha = repository.resolve(revision)
        if sha is None:
            self._fail(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        elif path not in repository.commits[sha]:
            headers = {"X-Repo-Commit": sha, "X-Error-Code": "EntryNotFound", "X-Error-Message": "Entry not found"}
            self._send(404, b"Entry not found", headers)
        else:
            content = repository.commits[sha][path]
            headers = {"ETag": f'"{_oid(content)}"', "X-Repo-Commit": sha, "Accept-Ranges": "bytes"}
            self._send(200, content, headers)


def _oid(content: bytes) -> str:
    return hashlib.sha1(content).hexdigest()


_REPO = r"(?P<repo>[^/]+/[^/]+)"
_ROUTES: list[tuple[tuple[str, ...], str, Any]] = [
    (("POST",), "/api/repos/create", _Handler.create),
    (("POST",), "/api/validate-yaml", _Handler.validate),
    (("GET",), "/api/whoami-v2", _Handler.whoami),
    (("POST",), rf"/api/models/{_REPO}/branch/(?P<revision>.+)", _Handler.branch),
    (("POST",), rf"/api/models/{_REPO}/preupload/(?P<revision>.+)", _Handler.preupload),
    (("POST",), rf"/{_REPO}\.git/info/lfs/objects/batch", _Handler.batch),
    (("PUT",), r"/lfs/(?P<oid>[0-9a-f]+)", _Handler.upload),
    (("POST",), rf"/api/models/{_REPO}/commit/(?P<revision>.+)", _Handler.commit),
    (("GET",), rf"/api/models/{_REPO}/tree/(?P<revision>[^/]+)(/(?P<folder>.*))?", _Handler.tree),
    (("GET",), rf"/api/models/{_REPO}/revision/(?P<revision>.+)", _Handler.information),
    (("GET",), rf"/api/models/{_REPO}", _Handler.information),
    (("GET", "HEAD"), rf"/{_REPO}/resolve/(?P<revision>(refs/pr/\d+|[^/]+))/(?P<path>.+)", _Handler.file),
]
