"""Asking endpoints for the transaction that created a registry: that its input is our init code, and nothing else.

Source: yellow paper, section 7, for the address of a new contract.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.chain.proofs.block_header import parse_mark
from credroot.chain.proofs.fast_keccak import keccak256
from credroot.chain.proofs.rlp import encode_bytes, encode_list, encode_number
from credroot.chain.registry.artifact import load
from credroot.chain.registry.creation import Creation, CreationProof, has_our_code
from credroot.chain.rpc.client import RpcError
from credroot.chain.rpc.hex_codec import data, parse_address, parse_data, parse_digest, parse_quantity, quantity
from credroot.core.errors import ChainMismatch, ChainUnavailable
from credroot.core.values import Address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from credroot.chain.registry.deployment import Deployment
    from credroot.chain.rpc.client import Rpc
    from credroot.core.json.types import JsonObject, JsonValue


def create_address(sender: Address, nonce: int) -> Address:
    """Give the address of the contract that a sender's transaction with this nonce creates."""
    return Address(keccak256(encode_list([encode_bytes(sender), encode_number(nonce)]))[12:])


def ask_creation(nodes: Sequence[Rpc], quorum: int, deployment: Deployment) -> Creation:
    """Ask for the transaction that created the registry, one request to each of `quorum` endpoints at least.

    Raises:
        ChainUnavailable: ``chain.registry_unproven``, so few know it that it stays open.
        ChainMismatch: ``chain.wrong_creation``, by an endpoint it created something else or otherwise.
    """
    if not has_our_code(deployment):
        raise _unproven(deployment, "its code is not that of this release")
    shown: list[Creation] = []
    reason = "no endpoint"
    for node in nodes:
        try:
            shown.append(_creation_by(node, deployment))
        except ChainUnavailable as error:
            reason = str(error)
        if len(shown) == quorum:
            if any(one != shown[0] for one in shown):
                raise _unproven(deployment, "the endpoints tell different things of its creation")
            return shown[0]
    raise _unproven(deployment, reason)


def _creation_by(node: Rpc, deployment: Deployment) -> Creation:
    """Ask one endpoint, in one request."""
    transaction = data(deployment.transaction)
    answers = node.batch(
        [
            ("eth_chainId", []),
            ("eth_getTransactionByHash", [transaction]),
            ("eth_getTransactionReceipt", [transaction]),
            ("eth_getBlockByNumber", [quantity(deployment.deploy_block), False]),
        ]
    )
    chain, sent, receipt, block = map(_result, answers)
    if parse_quantity(chain) != deployment.chain_id:
        raise ChainMismatch(f"{node.endpoint.masked} does not serve {deployment.chain_id.caip2}", code="chain.wrong_id")
    if not isinstance(sent, dict) or not isinstance(receipt, dict):
        raise ChainUnavailable(f"{node.endpoint.masked} does not know transaction {deployment.transaction}")
    mark = parse_mark(block, number=deployment.deploy_block)
    wrong = [name for name, is_right in _comparisons(deployment, sent, receipt) if not is_right]
    if parse_digest(receipt.get("blockHash")) != mark.hash:
        wrong.append("block")
    if wrong:
        raise ChainMismatch(
            f"transaction {deployment.transaction} did not create our registry at {deployment.address}: "
            f"another {', '.join(wrong)}",
            code="chain.wrong_creation",
        )
    return Creation(CreationProof.TRANSACTION, mark.timestamp)


def _comparisons(deployment: Deployment, sent: JsonObject, receipt: JsonObject) -> list[tuple[str, bool]]:
    sender, nonce = parse_address(sent.get("from")), parse_quantity(sent.get("nonce"))
    created = receipt.get("contractAddress")
    return [
        ("hash", parse_digest(sent.get("hash")) == deployment.transaction),
        ("receipt", parse_digest(receipt.get("transactionHash")) == deployment.transaction),
        ("recipient", sent.get("to") is None),
        ("init code", parse_data(sent.get("input"), name="input") == load("CredentialRegistry").creation_code),
        ("outcome", parse_quantity(receipt.get("status")) == 1),
        ("contract", created is not None and parse_address(created) == deployment.address),
        # By arithmetic, whatever the receipt says.
        ("address", create_address(sender, nonce) == deployment.address),
    ]


def _result(answer: JsonValue | RpcError) -> JsonValue:
    if isinstance(answer, RpcError):
        raise ChainUnavailable(f"the endpoint refused to answer: {answer}", code="chain.refused") from answer
    return answer


def _unproven(deployment: Deployment, reason: str) -> ChainUnavailable:
    return ChainUnavailable(
        f"nothing shows how the registry at {deployment.address} was created ({reason}); an endpoint that has its "
        f"first transaction shows it: credroot deploy --prove --network {deployment.network}",
        code="chain.registry_unproven",
    )
