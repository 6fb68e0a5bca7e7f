"""Putting the registry on a chain, at the same address on every chain that has the usual CREATE2 factory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from credroot.chain.reading.creation_check import ask_creation
from credroot.chain.registry import calls as registry_calls
from credroot.chain.registry.artifact import load
from credroot.chain.registry.creation import FACTORY, SALT, Creation, CreationProof, create2_address
from credroot.chain.registry.deployment import Deployment
from credroot.core.errors import AnchorRejected
from credroot.core.values import Digest
from credroot.issuer.sending.intent import Intent
from credroot.issuer.sending.settlement import settle

if TYPE_CHECKING:
    from collections.abc import Callable

    from credroot.chain.writing.keystore import Signer
    from credroot.chain.writing.writer import ChainWriter, Receipt
    from credroot.core.values import Address, ChainId
    from credroot.issuer.sending.intent import Guards
    from credroot.issuer.sending.submission import Submission

CONTRACT = "CredentialRegistry/1"


def registry_address() -> Address:
    """Give the address that the factory gives our registry, on every chain (EIP-1014)."""
    return create2_address(FACTORY, SALT)


def intent_to_deploy(chain: ChainWriter) -> Intent:
    """Give the transaction that deploys the registry: through the factory where the chain has it."""
    if chain.code(FACTORY):
        return Intent("deploy", "registry", FACTORY, SALT + registry_calls.deploy())
    return Intent("deploy", "registry", None, registry_calls.deploy())


def check_code(chain: ChainWriter, address: Address) -> bool:
    """Answer whether our registry is at `address`, byte for byte.

    Raises:
        AnchorRejected: ``deploy.other_code``, something else is there.
    """
    found = chain.code(address)
    if found and found != load("CredentialRegistry").runtime_code:
        raise AnchorRejected(f"there is other code at {address}", code="deploy.other_code")
    return bool(found)


def find_deployment(chain: ChainWriter, *, network: str, chain_id: ChainId) -> Deployment | None:
    """Describe the registry that the factory's address has already, `None` where it has none.

    It was deployed by somebody else, or by us when the process died before its file was written.

    Raises:
        AnchorRejected: ``deploy.other_code``; ``deploy.exists``, it was not put there by a plain transaction to the
            factory, so that who knows it must give its file.
        ChainUnavailable: the endpoint has no states of old blocks, in which the deployment could be found.
    """
    address = registry_address()
    head = chain.block("latest")
    if head is None or not check_code(chain, address):
        return None
    first, last = 0, head.number
    while first < last:
        middle = (first + last) // 2
        first, last = (first, middle) if chain.code(address, middle) else (middle + 1, last)
    for sent in chain.sent_to(FACTORY, first):
        receipt = chain.receipt(sent.transaction) if sent.data == SALT + registry_calls.deploy() else None
        if receipt is not None and receipt.succeeded:
            return _shown(chain, _described(network, chain_id, address, receipt, sent.sender))
    raise AnchorRejected(
        f"the registry is on this chain already, at {address}, since block {first}: ask who uses it for its file",
        code="deploy.exists",
    )


def _described(network: str, chain_id: ChainId, address: Address, receipt: Receipt, deployer: Address) -> Deployment:
    return Deployment(
        network=network,
        chain_id=chain_id,
        address=address,
        code_hash=Digest(load("CredentialRegistry").runtime_code_hash),
        deploy_block=receipt.block_number,
        transaction=receipt.transaction,
        deployer=deployer,
        contract=CONTRACT,
    )


def deploy(
    chain: ChainWriter,
    submission: Submission,
    signer: Signer,
    *,
    network: str,
    chain_id: ChainId,
    guards: Guards,
    pause: Callable[[float], None],
    tell: Callable[[str], None],
) -> Deployment:
    """Deploy the registry, wait until it is final, compare its code, and describe where it is.

    Raises:
        AnchorRejected: ``deploy.exists``, it is on this chain already (its file says where); ``deploy.other_code``.
        GuardRefused, ChainUnavailable: as `Submission.sign` and `settle`.
    """
    if chain.code(FACTORY) and check_code(chain, registry_address()):
        raise AnchorRejected(f"the registry is on this chain already, at {registry_address()}", code="deploy.exists")
    intent = intent_to_deploy(chain)
    operation = settle(submission, submission.sign(signer, intent, guards=guards), pause=pause, tell=tell)
    receipt = None if operation.transaction is None else chain.receipt(operation.transaction)
    if receipt is None:
        raise AnchorRejected("the deployment has no receipt; run it again", code="deploy.no_receipt")
    address = registry_address() if intent.to == FACTORY else receipt.contract
    if address is None or not check_code(chain, address):
        raise AnchorRejected(f"there is no code at {address}", code="deploy.no_code")
    return _shown(chain, _described(network, chain_id, address, receipt, signer.address))


def prove(chain: ChainWriter, deployment: Deployment) -> Deployment:
    """Have shown how a registry that is pinned was created, and describe it with that.

    Raises:
        ChainUnavailable, ChainMismatch: as `ask_creation`, where its address does not show it.
    """
    return _shown(chain, deployment)


def _shown(chain: ChainWriter, deployment: Deployment) -> Deployment:
    """Add what shows the constructor: factory and salt where the address follows from them, else the transaction."""
    if deployment.address != registry_address():
        return replace(deployment, creation=ask_creation([chain.rpc], 1, deployment))
    block = chain.block(deployment.deploy_block)
    return replace(deployment, creation=Creation(CreationProof.CREATE2, None if block is None else block.timestamp))
