"""Pushing to a Hub, and loading from it: a real one, on this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from sentence_transformers_static import StaticSentenceTransformer
from tests.hub import Hub, Repository, running_hub

TEXTS = ["a text", "another one", ""]

_PUSH = """
import json, sys
from sentence_transformers_static import StaticSentenceTransformer
options = json.loads(sys.argv[2])
print(StaticSentenceTransformer(sys.argv[1], device="cpu").push_to_hub("org/static", token="hf_x", **options))
"""

_LOAD = """
import sys
import numpy as np
from sentence_transformers import SentenceTransformer
from sentence_transformers_static import StaticSentenceTransformer
options = eval(sys.argv[3])
plain = SentenceTransformer("org/static", device="cpu", **options)
ours = StaticSentenceTransformer("org/static", device="cpu", **options)
texts = ["a text", "another one", ""]
np.save(sys.argv[1], [plain.encode(texts), ours.encode(texts)])
print(ours.model_card_data.base_model, ours.model_card_data.base_model_revision)
"""


@pytest.fixture
def hub() -> Iterator[Hub]:
    with running_hub() as running:
        yield running


def run(hub: Hub, home: Path, script: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ``script`` in a process of its own, since the Hub's address is read when its client is imported."""
    hidden = {name: value for name, value in os.environ.items() if name not in ("HF_HUB_OFFLINE", "HF_TOKEN")}
    ours = {"HF_ENDPOINT": hub.url, "HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.run(command, env={**hidden, **ours, **environment}, capture_output=True, text=True, check=False)


def test_round_trip(hub: Hub, minilm_256_path: str, tmp_path: Path) -> None:
    """From an empty cache with both classes, then without any connection; the vectors are those of the folder."""
    expected = StaticSentenceTransformer(minilm_256_path, device="cpu").encode(TEXTS)
    pushed = run(hub, tmp_path / "pusher", _PUSH, minilm_256_path, "{}")
    assert pushed.returncode == 0, pushed.stderr
    repository = hub.repositories["org/static"]
    assert pushed.stdout.strip() == f"{hub.url}/org/static/commit/{repository.branches['main']}"
    readme = repository.files("main")["README.md"].decode()
    assert '"org/static"' in readme and "sentence_transformers_model_id" not in readme, "snippets name the repository"
    for offline in ("0", "1"):
        loaded = run(hub, tmp_path / "reader", _LOAD, str(tmp_path / "v.npy"), "", "{}", HF_HUB_OFFLINE=offline)
        assert loaded.returncode == 0, loaded.stderr
        plain, ours = np.load(tmp_path / "v.npy")
        np.testing.assert_allclose(ours, expected, atol=1e-7)
        np.testing.assert_allclose(plain, expected, atol=2e-6)
    assert f"org/static {repository.branches['main']}" in loaded.stdout


def test_branch_private_and_pull_request(hub: Hub, minilm_256_path: str, tmp_path: Path) -> None:
    options = '{"private": true, "revision": "v2", "commit_message": "Second try"}'
    pushed = run(hub, tmp_path, _PUSH, minilm_256_path, options)
    assert pushed.returncode == 0, pushed.stderr
    repository = hub.repositories["org/static"]
    assert repository.private
    assert "model.safetensors" in repository.files("v2")
    assert "model.safetensors" not in repository.files("main")
    loaded = run(hub, tmp_path, _LOAD, str(tmp_path / "v.npy"), "", '{"revision": "v2", "token": "hf_x"}')
    assert loaded.returncode == 0, loaded.stderr
    denied = run(hub, tmp_path / "other", _LOAD, str(tmp_path / "v.npy"), "", '{"revision": "v2"}')
    assert denied.returncode != 0 and "org/static" in denied.stderr, "a private one needs a token"
    requested = run(hub, tmp_path, _PUSH, minilm_256_path, '{"create_pr": true}')
    assert requested.returncode == 0, requested.stderr
    assert "model.safetensors" in repository.files("refs/pr/1")
    assert "model.safetensors" not in repository.files("main")


def test_push_on_the_command_line(hub: Hub, minilm_256_path: str, tmp_path: Path) -> None:
    command = "from sentence_transformers_static.cli import main; main()"
    arguments = ("push", minilm_256_path, "org/static", "--token", "hf_x", "--commit-message", "First")
    pushed = run(hub, tmp_path, command, *arguments)
    assert pushed.returncode == 0, pushed.stderr
    assert f"{hub.url}/org/static/commit/{hub.repositories['org/static'].branches['main']}" in pushed.stdout
    again = run(hub, tmp_path, command, *arguments)
    assert again.returncode != 0, "what is there is not overwritten unasked"
    assert "already" in again.stderr
    assert run(hub, tmp_path, command, *arguments, "--exist-ok").returncode == 0


_COMPLAINTS = """
import json, sys
from sentence_transformers_static import StaticSentenceTransformer
complaints = []
for name, options in json.loads(sys.argv[1]):
    try:
        StaticSentenceTransformer(name, device="cpu", **options)
    except Exception as error:
        complaints.append(str(error))
print(json.dumps(complaints))
"""


def test_missing_gated_and_unknown_revision(hub: Hub, tmp_path: Path) -> None:
    hub.repositories |= {"org/static": Repository(), "org/gated": Repository(gated=True)}
    tried = [["org/missing", {}], ["org/gated", {}], ["org/static", {"revision": "missing-branch"}]]
    loaded = run(hub, tmp_path, _COMPLAINTS, json.dumps(tried))
    assert loaded.returncode == 0, loaded.stderr
    missing, gated, unknown = json.loads(loaded.stdout.splitlines()[-1])
    assert "org/missing" in missing and "token" in missing
    assert "gated" in gated.lower() or "restricted" in gated.lower()
    assert "missing-branch" in unknown, unknown


@pytest.mark.slow
def test_where_it_is_cached_and_without_asking(hub: Hub, minilm_256_path: str, tmp_path: Path) -> None:
    """``cache_folder``, and ``local_files_only``, which sends no request."""
    cache = tmp_path / "cache"
    only_local = f'{{"cache_folder": "{cache}", "local_files_only": True}}'
    assert run(hub, tmp_path, _PUSH, minilm_256_path, "{}").returncode == 0
    fetched = run(hub, tmp_path, _LOAD, str(tmp_path / "v.npy"), "", f'{{"cache_folder": "{cache}"}}')
    assert fetched.returncode == 0, fetched.stderr
    assert (cache / "models--org--static").is_dir()
    first = np.load(tmp_path / "v.npy")
    asked = len(hub.requests)
    again = run(hub, tmp_path / "nothing here", _LOAD, str(tmp_path / "v.npy"), "", only_local)
    assert again.returncode == 0, again.stderr
    assert len(hub.requests) == asked
    np.testing.assert_array_equal(np.load(tmp_path / "v.npy"), first)


_LOAD_MODULE = """
import sys
from sentence_transformers_static import StaticEmbedding
module = StaticEmbedding.load("org/static", subfolder="0_StaticEmbedding")
print(module.get_embedding_dimension())
"""


def test_a_module_in_a_subfolder(hub: Hub, minilm_256_path: str, tmp_path: Path) -> None:
    """Where Sentence Transformers has it: the modules, not the model."""
    repository = hub.repositories["org/static"] = Repository()
    files = {name: (Path(minilm_256_path) / name).read_bytes() for name in ("model.safetensors", "tokenizer.json")}
    repository.commit("main", {f"0_StaticEmbedding/{name}": content for name, content in files.items()}, "First")
    loaded = run(hub, tmp_path, _LOAD_MODULE)
    assert loaded.returncode == 0, loaded.stderr
    assert loaded.stdout == "256\n"
