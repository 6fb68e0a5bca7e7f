// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CredentialRegistry} from "contracts/CredentialRegistry.sol";
import {ICredentialRegistry} from "contracts/ICredentialRegistry.sol";
import {cheats} from "./Cheats.sol";

/// The few of halmos's cheat codes that these proofs use.
interface SymbolicCheats {
    function enableSymbolicStorage(address target) external;
    function createCalldata(string memory contractName) external pure returns (bytes memory);
    function createAddress(string memory name) external pure returns (address);
    function createUint256(string memory name) external pure returns (uint256);
    function createBytes32(string memory name) external pure returns (bytes32);
}

/// Proofs by halmos: from any storage whatever, after any one call with any arguments by any sender. Each is a step of
/// an induction, so it holds for every history. Signed calls end in the same inner functions as the plain ones, which
/// halmos can reach without a model of ECDSA; they are left out here.
contract ProofsTest {
    SymbolicCheats private constant svm = SymbolicCheats(address(uint160(uint256(keccak256("svm cheat code")))));

    CredentialRegistry private registry;
    address private issuer;
    address private sender;
    bytes32 private root;

    function setUp() public {
        registry = new CredentialRegistry();
    }

    function anyState() private {
        svm.enableSymbolicStorage(address(registry));
        issuer = svm.createAddress("issuer");
        sender = svm.createAddress("sender");
        root = svm.createBytes32("root");
        // Of a real chain: 2020 to some ten thousand years from now.
        uint256 time = svm.createUint256("time");
        cheats.assume(time > 1_577_836_800 && time < 1 << 39);
        cheats.warp(time);
    }

    function anyCall() private {
        bytes memory data = svm.createCalldata("CredentialRegistry");
        bytes4 selector = bytes4(data);
        cheats.assume(selector != registry.anchorBySig.selector && selector != registry.setStatusBySig.selector);
        cheats.prank(sender);
        (bool ok,) = address(registry).call(data);
        cheats.assume(ok);
    }

    function check_an_anchored_batch_never_changes_and_no_flag_of_it_is_lost() public {
        anyState();
        ICredentialRegistry.Batch memory before = registry.batchOf(issuer, root);
        cheats.assume(before.leafCount != 0);
        anyCall();
        ICredentialRegistry.Batch memory then = registry.batchOf(issuer, root);
        assert(then.key == before.key && then.anchoredAt == before.anchoredAt && then.leafCount == before.leafCount);
        assert(then.revoked || !before.revoked);
        assert(then.ratified || !before.ratified);
    }

    function check_a_revoked_credential_stays_revoked() public {
        anyState();
        uint256 index = svm.createUint256("index");
        cheats.assume(registry.statusOf(issuer, root, index) == ICredentialRegistry.Status.Revoked);
        anyCall();
        assert(registry.statusOf(issuer, root, index) == ICredentialRegistry.Status.Revoked);
    }

    function check_a_distrusted_key_has_no_role_and_its_date_only_moves_back() public {
        anyState();
        address account = svm.createAddress("account");
        ICredentialRegistry.Key memory before = registry.keyOf(issuer, account);
        cheats.assume(before.distrustedFrom != 0 && before.roles == 0);
        anyCall();
        ICredentialRegistry.Key memory then = registry.keyOf(issuer, account);
        assert(then.roles == 0 && then.distrustedFrom != 0 && then.distrustedFrom <= before.distrustedFrom);
    }

    function check_who_has_no_role_changes_no_batch() public {
        anyState();
        cheats.assume(registry.keyOf(issuer, sender).roles == 0);
        ICredentialRegistry.Batch memory before = registry.batchOf(issuer, root);
        uint64 count = registry.countOf(issuer);
        anyCall();
        ICredentialRegistry.Batch memory then = registry.batchOf(issuer, root);
        assert(then.key == before.key && then.anchoredAt == before.anchoredAt && then.leafCount == before.leafCount);
        assert(then.revoked == before.revoked && then.suspended == before.suspended);
        assert(then.ratified == before.ratified && then.distrustedFrom == before.distrustedFrom);
        assert(registry.countOf(issuer) == count);
    }

    function check_who_has_no_role_changes_no_key_or_profile() public {
        anyState();
        address account = svm.createAddress("account");
        cheats.assume(registry.keyOf(issuer, sender).roles == 0);
        ICredentialRegistry.Key memory before = registry.keyOf(issuer, account);
        bytes32 profile = registry.profileOf(issuer);
        anyCall();
        ICredentialRegistry.Key memory then = registry.keyOf(issuer, account);
        assert(then.roles == before.roles && then.since == before.since && then.expiresAt == before.expiresAt);
        assert(then.distrustedFrom == before.distrustedFrom && registry.profileOf(issuer) == profile);
    }

    function check_an_admin_that_acts_remains_an_admin() public {
        anyState();
        ICredentialRegistry.Key memory before = registry.keyOf(issuer, sender);
        cheats.assume(before.roles & 16 != 0 && before.expiresAt == 0 && before.distrustedFrom == 0);
        anyCall();
        ICredentialRegistry.Key memory then = registry.keyOf(issuer, sender);
        assert(then.roles & 16 != 0 && then.expiresAt == 0 && then.distrustedFrom == 0);
    }

    function check_the_count_grows_by_one_exactly_with_a_new_batch(uint32 leafCount) public {
        anyState();
        uint64 before = registry.countOf(issuer);
        cheats.assume(before < type(uint64).max);
        bool isNew = registry.batchOf(issuer, root).leafCount == 0;
        cheats.prank(sender);
        registry.anchor(issuer, root, leafCount);
        assert(registry.countOf(issuer) == before + (isNew ? 1 : 0));
        assert(registry.batchOf(issuer, root).leafCount == leafCount);
    }
}
