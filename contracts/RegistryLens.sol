// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Many facts about a registry at one block, in one call, with nothing deployed.
///
/// @notice This contract is never deployed. A reader sends its creation code with the arguments as an `eth_call`
/// without `to`. The node runs the constructor and gives back, where the code of the new contract would be, the
/// answers. All of them come from one block, whose number and time are among them, which separate calls can't promise.
///
/// @dev The answer is `abi.encode(uint256 chainId, uint256 blockNumber, uint256 timestamp, bytes32 registryCodeHash,
/// bytes[] results)`, each result `abi.encode(bool ok, bytes data)` of a static call to the registry.
///
/// Nodes treat the answer as new code: at most 24,576 bytes (EIP-170) at 200 gas a byte, and at most 49,152 bytes of
/// creation code with arguments (EIP-3860). A page of 120 calls that answer with one word fits. The first byte is that
/// of a chain id below 2^248, hence zero, never the 0xEF that EIP-3541 forbids. `blockNumber` is what the chain's
/// NUMBER opcode says, on some rollups that of the layer below. A registry without code has the code hash zero or that
/// of no bytes, and its calls succeed with no data: check the code hash before anything else.
contract RegistryLens {
    constructor(address registry, bytes[] memory calls) {
        bytes[] memory results = new bytes[](calls.length);
        for (uint256 i = 0; i < calls.length; ++i) {
            (bool ok, bytes memory data) = registry.staticcall(calls[i]);
            results[i] = abi.encode(ok, data);
        }
        bytes memory answer = abi.encode(block.chainid, block.number, block.timestamp, registry.codehash, results);
        assembly ("memory-safe") {
            return(add(answer, 32), mload(answer))
        }
    }
}
