// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CredentialRegistry} from "contracts/CredentialRegistry.sol";
import {ICredentialRegistry} from "contracts/ICredentialRegistry.sol";
import {cheats} from "./Cheats.sol";

/// Acts on the registry as any of a few accounts, for one issuer, and notes what it saw. Calls that the registry refuses
/// are fine: the invariants are about what remains.
contract Handler {
    struct Seen {
        address key;
        uint40 anchoredAt;
        uint32 leafCount;
        bool revoked;
    }

    CredentialRegistry public immutable registry;
    address public constant ISSUER = address(0x1001);
    uint256 private constant ACCOUNTS = 4;
    uint256 private constant ROOTS = 6;

    uint256 public anchored;
    mapping(bytes32 => Seen) public seen;
    mapping(bytes32 => mapping(uint256 => bool)) public wasRevoked;
    mapping(address => uint40) public distrustedFrom;

    constructor(CredentialRegistry registry_) {
        registry = registry_;
    }

    function account(uint256 number) public pure returns (address) {
        return address(uint160(0x1001 + number % ACCOUNTS));
    }

    function root(uint256 number) public pure returns (bytes32) {
        return keccak256(abi.encode("root", number % ROOTS));
    }

    function pass(uint16 time) external {
        cheats.warp(block.timestamp + time);
    }

    function anchor(uint256 who, uint256 which, uint16 count) external {
        cheats.prank(account(who));
        registry.anchor(ISSUER, root(which), count);
        note(root(which));
    }

    function anchorMany(uint256 who, uint256 first, uint16 count) external {
        ICredentialRegistry.NewBatch[] memory batches = new ICredentialRegistry.NewBatch[](2);
        batches[0] = ICredentialRegistry.NewBatch(root(first), count);
        batches[1] = ICredentialRegistry.NewBatch(root(first / ROOTS), count);
        cheats.prank(account(who));
        registry.anchorMany(ISSUER, batches);
        note(root(first));
        note(root(first / ROOTS));
    }

    function revoke(uint256 who, uint256 which, uint8 index) external {
        cheats.prank(account(who));
        registry.revoke(ISSUER, root(which), index, 0);
        wasRevoked[root(which)][index] = true;
    }

    function setStatus(uint256 who, uint256 which, uint8 action, uint8 index, uint256 mask) external {
        ICredentialRegistry.Word[] memory words = new ICredentialRegistry.Word[](1);
        // Mostly within the batch, at times beyond its end.
        words[0] = ICredentialRegistry.Word(index % 4 == 0 ? index % 7 : 0, mask % 4 == 0 ? mask : mask % 1024);
        cheats.prank(account(who));
        registry.setStatus(ISSUER, root(which), ICredentialRegistry.Action(action % 4), 0, words);
    }

    function setBatchStatus(uint256 who, uint256 which, uint8 action) external {
        cheats.prank(account(who));
        registry.setBatchStatus(ISSUER, root(which), ICredentialRegistry.Action(action % 4), 0);
        if (action % 4 == 3) seen[root(which)].revoked = true;
    }

    function ratifyBatch(uint256 who, uint256 which) external {
        cheats.prank(account(who));
        registry.ratifyBatch(ISSUER, root(which));
    }

    function setKey(uint256 who, uint256 whom, uint8 roles, uint16 life) external {
        cheats.prank(account(who));
        uint40 expiresAt = life % 3 == 0 ? uint40(block.timestamp) + life : 0;
        registry.setKey(ISSUER, account(whom), roles % 33, expiresAt);
    }

    function distrustKey(uint256 who, uint256 whom, uint16 ago) external {
        cheats.prank(account(who));
        uint40 from = uint40(block.timestamp) - ago;
        registry.distrustKey(ISSUER, account(whom), from);
        uint40 before = distrustedFrom[account(whom)];
        if (before == 0 || from < before) distrustedFrom[account(whom)] = from;
    }

    function note(bytes32 which) private {
        ICredentialRegistry.Batch memory batch = registry.batchOf(ISSUER, which);
        if (seen[which].leafCount == 0) {
            anchored += 1;
            seen[which] = Seen(batch.key, batch.anchoredAt, batch.leafCount, false);
        }
    }

    function counts() external pure returns (uint256 accounts, uint256 roots) {
        return (ACCOUNTS, ROOTS);
    }
}

contract InvariantsTest {
    CredentialRegistry private registry;
    Handler private handler;

    function setUp() public {
        cheats.warp(1_767_225_600);
        registry = new CredentialRegistry();
        handler = new Handler(registry);
        // So that two of the accounts can do something from the start.
        address issuer = handler.ISSUER();
        address second = handler.account(1);
        cheats.prank(issuer);
        registry.setKey(issuer, second, 31, 0);
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_a_batch_never_changes_its_key_time_or_count() external view {
        (, uint256 roots) = handler.counts();
        for (uint256 i = 0; i < roots; ++i) {
            bytes32 root = handler.root(i);
            ICredentialRegistry.Batch memory batch = registry.batchOf(handler.ISSUER(), root);
            (address key, uint40 anchoredAt, uint32 leafCount, bool revoked) = handler.seen(root);
            require(batch.key == key && batch.anchoredAt == anchoredAt && batch.leafCount == leafCount, "batch changed");
            require(batch.revoked == revoked, "a batch's revocation was lifted");
        }
    }

    function invariant_the_count_is_the_number_of_batches() external view {
        require(registry.countOf(handler.ISSUER()) == handler.anchored(), "count");
    }

    function invariant_what_was_revoked_stays_revoked_and_no_bit_is_beyond_the_last_leaf() external view {
        (, uint256 roots) = handler.counts();
        for (uint256 i = 0; i < roots; ++i) {
            bytes32 root = handler.root(i);
            (,, uint32 leafCount,) = handler.seen(root);
            // The words are read from storage, not by the registry's own view, which ends at the last leaf.
            bytes32 record = keccak256(abi.encode(root, keccak256(abi.encode(handler.ISSUER(), uint256(0)))));
            for (uint256 word = 0; word < 4; ++word) {
                for (uint256 kind = 1; kind <= 2; ++kind) {
                    uint256 bits = uint256(
                        cheats.load(address(registry), keccak256(abi.encode(word, uint256(record) + kind)))
                    );
                    uint256 left = leafCount > word * 256 ? leafCount - word * 256 : 0;
                    require(left >= 256 || bits >> left == 0, "a bit beyond the last leaf");
                }
            }
            for (uint256 index = 0; index < 40; ++index) {
                if (handler.wasRevoked(root, index)) {
                    require(
                        registry.statusOf(handler.ISSUER(), root, index) == ICredentialRegistry.Status.Revoked,
                        "a revocation was lifted"
                    );
                }
            }
        }
    }

    function invariant_an_issuer_always_has_an_admin() external view {
        (uint256 accounts,) = handler.counts();
        uint256 admins = 0;
        for (uint256 i = 0; i < accounts; ++i) {
            ICredentialRegistry.Key memory key = registry.keyOf(handler.ISSUER(), handler.account(i));
            if (key.roles & 16 != 0) {
                require(key.expiresAt == 0, "an admin expires");
                admins += 1;
            }
        }
        require(admins > 0, "no admin");
    }

    function invariant_a_distrusted_key_has_no_role_and_its_date_only_moves_back() external view {
        (uint256 accounts,) = handler.counts();
        for (uint256 i = 0; i < accounts; ++i) {
            address account = handler.account(i);
            uint40 from = handler.distrustedFrom(account);
            ICredentialRegistry.Key memory key = registry.keyOf(handler.ISSUER(), account);
            require(key.distrustedFrom == from && (from == 0 || key.roles == 0), "distrust");
        }
    }
}
