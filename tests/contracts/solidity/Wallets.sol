// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// Wallets that answer ERC-1271 questions, well and badly. For tests only.

interface IRegistry {
    function anchor(address issuer, bytes32 root, uint32 leafCount) external;
    function invalidateNonce(uint256 nonce) external;
}

/// Says yes to what its owner signed.
contract OwnedWallet {
    address private immutable owner;

    constructor(address owner_) {
        owner = owner_;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        (bytes32 r, bytes32 s, uint8 v) = abi.decode(signature, (bytes32, bytes32, uint8));
        return ecrecover(digest, v, r, s) == owner ? bytes4(0x1626ba7e) : bytes4(0xffffffff);
    }

    /// Sends what its owner wants, so that the wallet can be an issuer itself.
    function run(address to, bytes calldata data) external {
        require(msg.sender == owner);
        (bool ok, bytes memory answer) = to.call(data);
        if (!ok) {
            assembly ("memory-safe") {
                revert(add(answer, 32), mload(answer))
            }
        }
    }
}

/// Answers any call with the bytes that it was made with.
contract FixedAnswer {
    bytes private answer;

    constructor(bytes memory answer_) {
        answer = answer_;
    }

    fallback(bytes calldata) external returns (bytes memory) {
        return answer;
    }
}

/// Says yes by a revert.
contract RevertingYes {
    fallback() external {
        assembly ("memory-safe") {
            mstore(0, shl(224, 0x1626ba7e))
            revert(0, 32)
        }
    }
}

/// Says yes with a million bytes behind it.
contract EndlessYes {
    fallback() external {
        assembly ("memory-safe") {
            mstore(0, shl(224, 0x1626ba7e))
            return(0, 1000000)
        }
    }
}

/// Tries to anchor and to use up its nonce while it is asked, then says yes.
contract ReenteringYes {
    function isValidSignature(bytes32, bytes calldata) external returns (bytes4) {
        (bool anchored,) =
            msg.sender.call(abi.encodeCall(IRegistry.anchor, (address(this), keccak256("re-entered"), 1)));
        (bool used,) = msg.sender.call(abi.encodeCall(IRegistry.invalidateNonce, (0)));
        return anchored || used ? bytes4(0xffffffff) : bytes4(0x1626ba7e);
    }
}

/// Burns all gas that it is given.
contract GasBurner {
    fallback() external {
        assembly ("memory-safe") {
            invalid()
        }
    }
}
