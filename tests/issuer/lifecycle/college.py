"""A college as the documents recommend it: a cold key that is the issuer and admin, and a hot key that anchors."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credroot.app.demo.people import DEMO_ACHIEVEMENT
from credroot.app.verifying.library import open_verifier
from credroot.chain.writing.keystore import LIGHT_SCRYPT_WORK, create_keystore, signer_from_key
from credroot.core.values import AccountId
from credroot.issuer.identity.signing_key_file import create_signing_key
from tests.campaigns.anvil import CHAIN_ID, Anvil, test_key

if TYPE_CHECKING:
    from credroot.chain.registry.deployment import Deployment
    from credroot.core.report import Report

PASSPHRASE = "TEST PASSPHRASE"
NETWORK = "anvil"


class College:
    """A workspace on anvil, worked in by the command line; the cold key lies in another place."""

    def __init__(self, folder: Path, anvil: Anvil, deployment: Deployment, name: str) -> None:
        self.folder = folder / "workspace"
        self.anvil = anvil
        self.cold_folder = folder / "vault"
        self.cold = signer_from_key(test_key(f"{name} cold"))
        self.hot = signer_from_key(test_key(f"{name} hot"))
        for account in (self.cold.address, self.hot.address):
            anvil.fund(account)
        (self.folder / "deployments").mkdir(parents=True)
        self._make_keys(name)
        self._write_settings()
        (self.folder / "deployments" / f"{NETWORK}.json").write_text(json.dumps(deployment.to_json()))
        (folder / "passphrase").write_text(PASSPHRASE + "\n")
        self.environment = {
            "CREDROOT_PASSPHRASE_FILE": str(folder / "passphrase"),
            "ETH_KEYSTORE": str(self.cold_folder),
        }

    def _make_keys(self, name: str) -> None:
        """Write keys that open at once: these guard nothing."""
        keys = self.folder / "keys"
        create_keystore(keys / "registrar.json", PASSPHRASE, key=test_key(f"{name} hot"), work=LIGHT_SCRYPT_WORK)
        create_keystore(
            self.cold_folder / "board.json", PASSPHRASE, key=test_key(f"{name} cold"), work=LIGHT_SCRYPT_WORK
        )
        key = create_signing_key(keys / "signing-key.json", PASSPHRASE, work=LIGHT_SCRYPT_WORK, random_bytes=os.urandom)
        self.did = f"did:key:{key.multikey.text}"

    def _write_settings(self) -> None:
        account = AccountId(CHAIN_ID, self.cold.address).caip10
        (self.folder / "credroot.toml").write_text(
            f"""format = "credroot/settings/v1"
network = "{NETWORK}"

[networks.{NETWORK}]
chain = "{CHAIN_ID.caip2}"
endpoints = ["{self.anvil.url}"]
finality = 1

[issuer]
id = "{self.did}"
name = "Testing College"
account = "{account}"
signer = "keystore://registrar"
signing_key = "signing-key.json"

[[trust.issuers]]
id = "{self.did}"
name = "Testing College"
account = "{account}"
source = "a test"
"""
        )

    def copy(self, folder: Path) -> College:
        """What somebody has who stole the machine: everything but the cold key."""
        stolen = object.__new__(College)
        stolen.__dict__.update(self.__dict__)
        stolen.folder = Path(shutil.copytree(self.folder, folder))
        return stolen

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run ``credroot`` with `arguments` in the workspace."""
        return subprocess.run(
            [sys.executable, "-m", "credroot", *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env={**os.environ, **self.environment, **environment},
        )

    def done(self, *arguments: str, code: int = 0) -> dict[str, Any]:
        """Run ``credroot ... --json``, expect an exit status, and give the answer."""
        done = self.run(*arguments, "--json")
        assert done.returncode == code, (done.stdout, done.stderr)
        answer: dict[str, Any] = json.loads(done.stdout) if done.stdout else {}
        return answer

    def board(self, *arguments: str, code: int = 0) -> dict[str, Any]:
        """As `done`, with the cold key."""
        return self.done(*arguments, "--signer", "keystore://board", code=code)

    def anchor(self, name: str, people: int = 2, *, code: int = 0) -> dict[str, Any]:
        """Anchor a batch of people who are in no other."""
        rows = "".join(f"{name} {row},{name}.{row}@example.org,2026-05-04\n" for row in range(people))
        (self.folder / f"{name}.csv").write_text("name,email,issued_on\n" + rows)
        self.write_achievement()
        options = ("--roster", f"{name}.csv", "--achievement", "achievement.json")
        return self.done("batch", "anchor", name, *options, code=code)

    def write_achievement(self) -> None:
        """Write what the badges are of."""
        (self.folder / "achievement.json").write_text(DEMO_ACHIEVEMENT)

    def credentials(self, name: str) -> list[Path]:
        """Give the published credentials of a batch."""
        return sorted((self.folder / "batches" / name / "credentials").glob("*.json"))

    def report(self, credential: bytes) -> Report:
        """Judge a credential as this college's own verifier does."""
        with open_verifier(self.folder) as verifier:
            return verifier.verify(credential)
