// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CredentialRegistry} from "contracts/CredentialRegistry.sol";
import {ICredentialRegistry} from "contracts/ICredentialRegistry.sol";
import {cheats} from "./Cheats.sol";

/// Properties for any argument. The tree is built here the slow way, level by level.
contract FuzzTest {
    CredentialRegistry private registry;

    function setUp() public {
        registry = new CredentialRegistry();
        cheats.warp(1_767_225_600);
    }

    function testFuzz_every_leaf_of_a_tree_verifies_and_no_changed_proof_does(
        uint256 seed,
        uint16 count_,
        uint16 index_,
        uint256 flip
    ) public {
        uint256 count = uint256(count_) % 300 + 1;
        uint256 index = uint256(index_) % count;
        bytes32[] memory level = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            level[i] = sha256(abi.encode(seed, i));
        }
        bytes32 leaf = level[index];
        (bytes32 root, bytes32[] memory path) = climb(level, index);
        registry.anchor(address(this), root, uint32(count));
        require(status(root, leaf, index, path) == ICredentialRegistry.Status.Active, "a leaf of the tree");
        require(status(root, bytes32(uint256(leaf) ^ 1), index, path) != ICredentialRegistry.Status.Active, "leaf");
        require(status(root, leaf, index + (flip % 7) + 1, path) != ICredentialRegistry.Status.Active, "index");
        if (path.length > 0) {
            uint256 place = flip % path.length;
            path[place] ^= bytes32(uint256(1) << (flip % 256));
            require(status(root, leaf, index, path) == ICredentialRegistry.Status.InvalidProof, "sibling");
        }
    }

    function testFuzz_random_bytes_prove_nothing(bytes32 leaf, uint256 index, bytes32[] calldata path, uint32 count)
        public
    {
        bytes32 root = keccak256("no preimage is known");
        cheats.assume(count != 0 && leaf != root);
        registry.anchor(address(this), root, count);
        require(status(root, leaf, index, path) == ICredentialRegistry.Status.InvalidProof, "forged");
    }

    function testFuzz_a_stranger_writes_nothing(address issuer, address stranger, bytes32 root, uint32 count, uint40 from)
        public
    {
        cheats.assume(stranger != issuer && count != 0);
        cheats.prank(issuer);
        registry.anchor(issuer, root, count);
        bytes[8] memory calls = [
            abi.encodeCall(registry.anchor, (issuer, keccak256(abi.encode(root)), count)),
            abi.encodeCall(registry.revoke, (issuer, root, 0, 0)),
            abi.encodeCall(registry.setBatchStatus, (issuer, root, ICredentialRegistry.Action.Suspend, 0)),
            abi.encodeCall(registry.ratifyBatch, (issuer, root)),
            abi.encodeCall(registry.setKey, (issuer, stranger, 31, 0)),
            abi.encodeCall(registry.distrustKey, (issuer, issuer, from)),
            abi.encodeCall(registry.setProfile, (issuer, root, "")),
            abi.encodeCall(registry.accredit, (issuer, stranger, root, 0, from, ""))
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            cheats.prank(stranger);
            (bool ok,) = address(registry).call(calls[i]);
            require(!ok, "a stranger wrote");
        }
        require(registry.statusOf(issuer, root, 0) == ICredentialRegistry.Status.Active, "changed");
    }

    function testFuzz_status_bits_stay_within_the_leaf_count(uint32 count, uint256 index, uint256 mask, uint8 action_)
        public
    {
        cheats.assume(count != 0);
        bytes32 root = keccak256("root");
        registry.anchor(address(this), root, count);
        if (index % 2 == 0) index = (uint256(count) >> 8) + (index >> 1) % 3;
        if (index > 1 && index % 5 == 0) index -= 1;
        ICredentialRegistry.Word[] memory words = new ICredentialRegistry.Word[](1);
        words[0] = ICredentialRegistry.Word(index, mask);
        ICredentialRegistry.Action action = ICredentialRegistry.Action(1 + action_ % 3);
        bool beyond = false;
        for (uint256 bit = 0; bit < 256; ++bit) {
            if (mask >> bit & 1 == 1 && (index >= 1 << 24 || index * 256 + bit >= count)) beyond = true;
        }
        (bool ok,) = address(registry).call(abi.encodeCall(registry.setStatus, (address(this), root, action, 0, words)));
        require(ok != beyond, "the end of the batch");
    }

    function testFuzz_only_the_signer_signs(uint256 key, uint256 other, bytes32 root, uint32 count, uint256 deadline)
        public
    {
        key = key % (2 ** 255) + 1;
        other = other % (2 ** 255) + 1;
        cheats.assume(key != other && count != 0 && deadline >= block.timestamp);
        address signer = cheats.addr(key);
        ICredentialRegistry.NewBatch[] memory batches = new ICredentialRegistry.NewBatch[](1);
        batches[0] = ICredentialRegistry.NewBatch(root, count);
        registry.setKey(address(this), signer, 1, 0);
        bytes32 digest = anchorDigest(signer, batches, deadline);
        bytes memory call = abi.encodeCall(
            registry.anchorBySig, (address(this), batches, signer, deadline, signature(other, digest))
        );
        (bool ok,) = address(registry).call(call);
        require(!ok, "another key signed");
        registry.anchorBySig(address(this), batches, signer, deadline, signature(key, digest));
        require(registry.batchOf(address(this), root).key == signer, "not the signer's batch");
    }

    function testFuzz_a_signature_is_for_one_chain(uint256 key, uint64 otherChain, bytes32 root) public {
        key = key % (2 ** 255) + 1;
        cheats.assume(otherChain != block.chainid && otherChain != 0);
        address signer = cheats.addr(key);
        ICredentialRegistry.NewBatch[] memory batches = new ICredentialRegistry.NewBatch[](1);
        batches[0] = ICredentialRegistry.NewBatch(root, 1);
        registry.setKey(address(this), signer, 1, 0);
        bytes memory signed = signature(key, anchorDigest(signer, batches, type(uint256).max));
        cheats.chainId(otherChain);
        (bool ok,) = address(registry).call(
            abi.encodeCall(registry.anchorBySig, (address(this), batches, signer, type(uint256).max, signed))
        );
        require(!ok, "replayed");
    }

    function anchorDigest(address signer, ICredentialRegistry.NewBatch[] memory batches, uint256 deadline)
        private
        view
        returns (bytes32)
    {
        bytes memory hashes;
        for (uint256 i = 0; i < batches.length; ++i) {
            hashes = bytes.concat(
                hashes,
                keccak256(
                    abi.encode(
                        keccak256("NewBatch(bytes32 root,uint32 leafCount)"), batches[i].root, batches[i].leafCount
                    )
                )
            );
        }
        bytes32 kind = keccak256(
            "Anchor(address issuer,address key,NewBatch[] batches,uint256 deadline)NewBatch(bytes32 root,uint32 leafCount)"
        );
        return keccak256(
            abi.encodePacked(
                hex"1901",
                registry.domainSeparator(),
                keccak256(abi.encode(kind, address(this), signer, keccak256(hashes), deadline))
            )
        );
    }

    function signature(uint256 key, bytes32 digest) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = cheats.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function status(bytes32 root, bytes32 leaf, uint256 index, bytes32[] memory path)
        private
        view
        returns (ICredentialRegistry.Status answer)
    {
        (answer,) = registry.verify(address(this), root, leaf, index, path);
    }

    function climb(bytes32[] memory level, uint256 index)
        private
        pure
        returns (bytes32 root, bytes32[] memory path)
    {
        bytes32[] memory found = new bytes32[](32);
        uint256 used = 0;
        while (level.length > 1) {
            bytes32[] memory next = new bytes32[]((level.length + 1) / 2);
            for (uint256 i = 0; i < next.length; ++i) {
                bool alone = 2 * i + 1 == level.length;
                next[i] = alone ? level[2 * i] : sha256(abi.encode(level[2 * i], level[2 * i + 1]));
                if (!alone && i == index / 2) found[used++] = level[index ^ 1];
            }
            (level, index) = (next, index / 2);
        }
        path = new bytes32[](used);
        for (uint256 i = 0; i < used; ++i) {
            path[i] = found[i];
        }
        root = level[0];
    }
}
