// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICredentialRegistry} from "./ICredentialRegistry.sol";

/// @title The registry; `ICredentialRegistry` says what each function means and what can't be undone.
/// @dev Records are packed by hand into the layout that the interface documents, because one read and one
/// write per record is the whole cost. There is no constructor and no immutable: the runtime code is one constant.
contract CredentialRegistry is ICredentialRegistry {
    uint256 private constant ROLE_ANCHOR = 1;
    uint256 private constant ROLE_SUSPEND = 2;
    uint256 private constant ROLE_REVOKE = 4;
    uint256 private constant ROLE_ACCREDIT = 8;
    uint256 private constant ROLE_ADMIN = 16;
    uint256 private constant ALL_ROLES = 31;

    // A batch word: key 160, anchoredAt 40, leafCount 32, three flags of 8.
    uint256 private constant ANCHORED_AT_SHIFT = 160;
    uint256 private constant LEAF_COUNT_SHIFT = 200;
    uint256 private constant BATCH_REVOKED = 1 << 232;
    uint256 private constant BATCH_SUSPENDED = 1 << 240;
    uint256 private constant BATCH_RATIFIED = 1 << 248;

    // A key word: roles 8, since 40, expiresAt 40, distrustedFrom 40, batchCount 64.
    uint256 private constant SINCE_SHIFT = 8;
    uint256 private constant EXPIRES_AT_SHIFT = 48;
    uint256 private constant DISTRUSTED_FROM_SHIFT = 88;
    uint256 private constant BATCH_COUNT_SHIFT = 128;
    uint256 private constant ONE_BATCH = 1 << BATCH_COUNT_SHIFT;

    string private constant NAME = "Credroot Registry";
    string private constant VERSION = "1";
    bytes32 private constant NAME_HASH = keccak256("Credroot Registry");
    bytes32 private constant VERSION_HASH = keccak256("1");
    bytes32 private constant DOMAIN_TYPE =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant NEW_BATCH_TYPE = keccak256("NewBatch(bytes32 root,uint32 leafCount)");
    bytes32 private constant ANCHOR_TYPE = keccak256(
        "Anchor(address issuer,address key,NewBatch[] batches,uint256 deadline)NewBatch(bytes32 root,uint32 leafCount)"
    );
    bytes32 private constant WORD_TYPE = keccak256("Word(uint256 index,uint256 mask)");
    bytes32 private constant SET_STATUS_TYPE = keccak256(
        "SetStatus(address issuer,bytes32 root,address key,uint8 action,uint32 reason,Word[] words,"
        "uint256 nonce,uint256 deadline)Word(uint256 index,uint256 mask)"
    );
    /// A greater `s` has a twin in the lower half: accepting both would give each signature two spellings.
    uint256 private constant HALF_CURVE_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;
    bytes4 private constant ERC1271_MAGIC = 0x1626ba7e;

    /// One packed word; a struct so that its slot is hashed out once, then read and written through a reference.
    struct Slot {
        uint256 word;
    }

    /// All about one batch: its word, then 256 status bits a word. One hash finds all three.
    struct Record {
        uint256 word;
        mapping(uint256 index => Slot) revoked;
        mapping(uint256 index => Slot) suspended;
    }

    mapping(address issuer => mapping(bytes32 root => Record)) private _batches;
    mapping(address issuer => mapping(address account => Slot)) private _keys;
    mapping(address accreditor => mapping(address subject => mapping(bytes32 scope => uint256))) private
        _accreditations;
    mapping(address issuer => bytes32) private _profiles;
    mapping(address signer => uint256) private _nonces;

    // ------------------------------------------------------------------------------------------------ anchoring

    /// @inheritdoc ICredentialRegistry
    function anchor(address issuer, bytes32 root, uint32 leafCount) external {
        (Slot storage own, uint256 before) = _ownSlotForAnchoring(issuer, msg.sender);
        uint256 grown = _anchor(issuer, root, leafCount, msg.sender, before);
        if (grown != before) own.word = grown;
    }

    /// @inheritdoc ICredentialRegistry
    function anchorMany(address issuer, NewBatch[] calldata batches) external {
        _anchorMany(issuer, batches, msg.sender);
    }

    /// @inheritdoc ICredentialRegistry
    function anchorBySig(
        address issuer,
        NewBatch[] calldata batches,
        address signer,
        uint256 deadline,
        bytes calldata signature
    ) external {
        uint256 offset;
        assembly ("memory-safe") {
            offset := batches.offset
        }
        bytes32 hashes = _hashOfPairs(NEW_BATCH_TYPE, offset, batches.length);
        _requireSignature(
            keccak256(abi.encode(ANCHOR_TYPE, issuer, signer, hashes, deadline)), signer, deadline, signature
        );
        _anchorMany(issuer, batches, signer);
    }

    function _anchorMany(address issuer, NewBatch[] calldata batches, address key) private {
        if (batches.length == 0) revert NothingGiven();
        (Slot storage own, uint256 before) = _ownSlotForAnchoring(issuer, key);
        uint256 grown = before;
        for (uint256 i = 0; i < batches.length; ++i) {
            grown = _anchor(issuer, batches[i].root, batches[i].leafCount, key, grown);
        }
        if (grown != before) own.word = grown;
    }

    /// The issuer's own key record, which holds its batch count, and its word; reverts unless `key` may anchor.
    function _ownSlotForAnchoring(address issuer, address key)
        private
        view
        returns (Slot storage own, uint256 ownWord)
    {
        own = _keys[issuer][issuer];
        ownWord = own.word;
        uint256 word = key == issuer ? ownWord : _keys[issuer][key].word;
        _requireNoneMissing(ROLE_ANCHOR & ~_rolesIn(word, issuer, key), issuer, key);
    }

    /// Writes the batch unless it is there. Returns the issuer's own word `own` with the count that holds then, which
    /// the caller stores.
    function _anchor(address issuer, bytes32 root, uint32 leafCount, address key, uint256 own)
        private
        returns (uint256)
    {
        if (leafCount == 0) revert EmptyBatch(issuer, root);
        Record storage record = _batches[issuer][root];
        uint256 batch = record.word;
        if (batch != 0) {
            if (_leafCount(batch) != leafCount) revert LeafCountDiffers(issuer, root, _leafCount(batch), leafCount);
            return own;
        }
        record.word = uint256(uint160(key)) | (uint256(uint40(block.timestamp)) << ANCHORED_AT_SHIFT)
            | (uint256(leafCount) << LEAF_COUNT_SHIFT);
        unchecked {
            // 2^64 batches can't be reached, so the count never leaves its 64 bits.
            own += ONE_BATCH;
        }
        emit BatchAnchored(issuer, root, key, leafCount, uint64(own >> BATCH_COUNT_SHIFT));
        return own;
    }

    // --------------------------------------------------------------------------------------------------- status

    /// @inheritdoc ICredentialRegistry
    function revoke(address issuer, bytes32 root, uint256 index, uint32 reason) external {
        _requireRole(issuer, msg.sender, ROLE_REVOKE);
        (Record storage record, uint256 batch) = _requireBatch(issuer, root);
        if (index >= _leafCount(batch)) revert IndexBeyondBatch(index, _leafCount(batch));
        uint256 bit = 1 << (index & 255);
        index >>= 8;
        Slot storage bits = record.revoked[index];
        uint256 word = bits.word;
        if (word & bit != 0) return;
        bits.word = word | bit;
        emit StatusChanged(issuer, root, msg.sender, Action.Revoke, index, bit, reason);
    }

    /// @inheritdoc ICredentialRegistry
    function setStatus(address issuer, bytes32 root, Action action, uint32 reason, Word[] calldata words) external {
        _setStatus(issuer, root, msg.sender, action, reason, words);
    }

    /// @inheritdoc ICredentialRegistry
    function setStatusBySig(
        address issuer,
        bytes32 root,
        Action action,
        uint32 reason,
        Word[] calldata words,
        address signer,
        uint256 nonce,
        uint256 deadline,
        bytes calldata signature
    ) external {
        uint256 offset;
        assembly ("memory-safe") {
            offset := words.offset
        }
        bytes32 hashes = _hashOfPairs(WORD_TYPE, offset, words.length);
        _requireSignature(
            keccak256(abi.encode(SET_STATUS_TYPE, issuer, root, signer, action, reason, hashes, nonce, deadline)),
            signer,
            deadline,
            signature
        );
        _useNonce(signer, nonce);
        _setStatus(issuer, root, signer, action, reason, words);
    }

    /// @inheritdoc ICredentialRegistry
    function invalidateNonce(uint256 nonce) external {
        _useNonce(msg.sender, nonce);
    }

    /// @inheritdoc ICredentialRegistry
    function setBatchStatus(address issuer, bytes32 root, Action action, uint32 reason) external {
        _requireRole(issuer, msg.sender, _roleFor(action));
        (Record storage record, uint256 batch) = _requireBatch(issuer, root);
        uint256 changed = batch;
        if (action == Action.Revoke) changed |= BATCH_REVOKED;
        else if (action == Action.Suspend) changed |= BATCH_SUSPENDED;
        else changed &= ~BATCH_SUSPENDED;
        if (changed == batch) return;
        record.word = changed;
        emit BatchStatusChanged(issuer, root, msg.sender, action, reason);
    }

    /// @inheritdoc ICredentialRegistry
    function ratifyBatch(address issuer, bytes32 root) external {
        _requireRole(issuer, msg.sender, ROLE_ADMIN);
        (Record storage record, uint256 batch) = _requireBatch(issuer, root);
        if (batch & BATCH_RATIFIED != 0) return;
        if (!_byDistrustedKey(issuer, batch)) revert BatchNotDistrusted(issuer, root);
        record.word = batch | BATCH_RATIFIED;
        emit BatchRatified(issuer, root, msg.sender);
    }

    function _setStatus(address issuer, bytes32 root, address key, Action action, uint32 reason, Word[] calldata words)
        private
    {
        if (words.length == 0) revert NothingGiven();
        _requireRole(issuer, key, _roleFor(action));
        (Record storage record, uint256 batch) = _requireBatch(issuer, root);
        uint32 leafCount = _leafCount(batch);
        for (uint256 i = 0; i < words.length; ++i) {
            uint256 index = words[i].index;
            uint256 mask = words[i].mask;
            // Bits past the batch's end: all of them from its last word on, some in its last word, else none.
            uint256 beyond = 0;
            unchecked {
                if (index >= leafCount >> 8) {
                    beyond = index > leafCount >> 8 ? type(uint256).max : type(uint256).max << (leafCount & 255);
                }
            }
            if (mask & beyond != 0) revert MaskBeyondBatch(index, mask, leafCount);
            Slot storage bits = action == Action.Revoke ? record.revoked[index] : record.suspended[index];
            uint256 word = bits.word;
            uint256 changed = mask & (action == Action.Reinstate ? word : ~word);
            if (changed == 0) continue;
            bits.word = word ^ changed;
            emit StatusChanged(issuer, root, key, action, index, changed, reason);
        }
    }

    // ----------------------------------------------------------------------------------------------------- keys

    /// @inheritdoc ICredentialRegistry
    function setKey(address issuer, address account, uint8 roles, uint40 expiresAt) external {
        _requireRole(issuer, msg.sender, ROLE_ADMIN);
        if (account == address(0)) revert AccountIsZero();
        if (roles > ALL_ROLES) revert RolesUnknown(roles);
        if (expiresAt != 0 && expiresAt <= block.timestamp) revert ExpiryInPast(expiresAt, block.timestamp);
        if (roles & ROLE_ADMIN == 0) {
            if (account == msg.sender) revert AdminCannotDropItself(issuer, account);
        } else if (expiresAt != 0) {
            revert AdminCannotExpire(issuer, account);
        }
        Slot storage key = _keys[issuer][account];
        uint256 word = key.word;
        if (_distrustedFrom(word) != 0) revert KeyIsDistrusted(issuer, account);
        _writeKey(key, word, roles | (uint256(expiresAt) << EXPIRES_AT_SHIFT));
        emit KeySet(issuer, account, msg.sender, roles, expiresAt);
    }

    /// @inheritdoc ICredentialRegistry
    function distrustKey(address issuer, address account, uint40 from) external {
        _requireRole(issuer, msg.sender, ROLE_ADMIN);
        if (account == address(0)) revert AccountIsZero();
        if (account == msg.sender) revert AdminCannotDropItself(issuer, account);
        Slot storage key = _keys[issuer][account];
        uint256 word = key.word;
        uint40 current = _distrustedFrom(word);
        if (from == 0 || from > block.timestamp || (current != 0 && from > current)) {
            revert DistrustOutOfRange(current, from, block.timestamp);
        }
        if (from == current) return;
        _writeKey(key, word, uint256(from) << DISTRUSTED_FROM_SHIFT);
        emit KeyDistrusted(issuer, account, msg.sender, from);
    }

    /// Replaces a key word by `fields` as of now; only the batch count is kept.
    function _writeKey(Slot storage key, uint256 word, uint256 fields) private {
        key.word = (word >> BATCH_COUNT_SHIFT << BATCH_COUNT_SHIFT) | (uint256(uint40(block.timestamp)) << SINCE_SHIFT)
            | fields;
    }

    // ----------------------------------------------------------------------------- profile and accreditation

    /// @inheritdoc ICredentialRegistry
    function setProfile(address issuer, bytes32 digest, string calldata uri) external {
        _requireRole(issuer, msg.sender, ROLE_ADMIN);
        _profiles[issuer] = digest;
        emit ProfileSet(issuer, msg.sender, digest, uri);
    }

    /// @inheritdoc ICredentialRegistry
    function accredit(
        address accreditor,
        address subject,
        bytes32 scope,
        uint40 validFrom,
        uint40 validUntil,
        string calldata uri
    ) external {
        _requireRole(accreditor, msg.sender, ROLE_ACCREDIT);
        if (validUntil < validFrom) revert WindowReversed(validFrom, validUntil);
        _accreditations[accreditor][subject][scope] = uint256(validFrom) | (uint256(validUntil) << 40);
        emit Accredited(accreditor, subject, scope, msg.sender, validFrom, validUntil, uri);
    }

    // ---------------------------------------------------------------------------------------------------- views

    /// @inheritdoc ICredentialRegistry
    function verify(address issuer, bytes32 root, bytes32 leaf, uint256 index, bytes32[] calldata proof)
        external
        view
        returns (Status status, uint40 anchoredAt)
    {
        Record storage record = _batches[issuer][root];
        uint256 batch = record.word;
        if (batch == 0) return (Status.Unknown, 0);
        if (index >= _leafCount(batch) || !_leads(leaf, index, _leafCount(batch), proof, root)) {
            return (Status.InvalidProof, 0);
        }
        return (_statusIn(record, issuer, batch, index), _anchoredAt(batch));
    }

    /// @inheritdoc ICredentialRegistry
    function statusOf(address issuer, bytes32 root, uint256 index) external view returns (Status) {
        Record storage record = _batches[issuer][root];
        uint256 batch = record.word;
        if (index >= _leafCount(batch)) return Status.Unknown;
        return _statusIn(record, issuer, batch, index);
    }

    /// @inheritdoc ICredentialRegistry
    function statusWords(address issuer, bytes32 root, uint256 first, uint256 count)
        external
        view
        returns (uint256[] memory revoked, uint256[] memory suspended)
    {
        Record storage record = _batches[issuer][root];
        uint256 end = (uint256(_leafCount(record.word)) + 255) >> 8;
        uint256 size = first < end ? end - first : 0;
        if (count < size) size = count;
        revoked = new uint256[](size);
        suspended = new uint256[](size);
        for (uint256 i = 0; i < size; ++i) {
            revoked[i] = record.revoked[first + i].word;
            suspended[i] = record.suspended[first + i].word;
        }
    }

    /// @inheritdoc ICredentialRegistry
    function batchOf(address issuer, bytes32 root) external view returns (Batch memory batch) {
        uint256 word = _batches[issuer][root].word;
        batch.key = address(uint160(word));
        batch.anchoredAt = _anchoredAt(word);
        batch.leafCount = _leafCount(word);
        batch.revoked = word & BATCH_REVOKED != 0;
        batch.suspended = word & BATCH_SUSPENDED != 0;
        batch.ratified = word & BATCH_RATIFIED != 0;
        batch.distrustedFrom = _distrustedFrom(_keys[issuer][batch.key].word);
    }

    /// @inheritdoc ICredentialRegistry
    function keyOf(address issuer, address account) external view returns (Key memory key) {
        uint256 word = _keys[issuer][account].word;
        key.roles = account == issuer && _since(word) == 0 ? uint8(ALL_ROLES) : uint8(word);
        key.since = _since(word);
        key.expiresAt = _expiresAt(word);
        key.distrustedFrom = _distrustedFrom(word);
    }

    /// @inheritdoc ICredentialRegistry
    function countOf(address issuer) external view returns (uint64) {
        return uint64(_keys[issuer][issuer].word >> BATCH_COUNT_SHIFT);
    }

    /// @inheritdoc ICredentialRegistry
    function accreditationOf(address accreditor, address subject, bytes32 scope)
        external
        view
        returns (uint40 validFrom, uint40 validUntil)
    {
        uint256 window = _accreditations[accreditor][subject][scope];
        return (uint40(window), uint40(window >> 40));
    }

    /// @inheritdoc ICredentialRegistry
    function profileOf(address issuer) external view returns (bytes32) {
        return _profiles[issuer];
    }

    /// @inheritdoc ICredentialRegistry
    function nonceOf(address signer) external view returns (uint256) {
        return _nonces[signer];
    }

    /// @inheritdoc ICredentialRegistry
    function domainSeparator() public view returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_TYPE, NAME_HASH, VERSION_HASH, block.chainid, address(this)));
    }

    /// @inheritdoc ICredentialRegistry
    function eip712Domain()
        external
        view
        returns (
            bytes1 fields,
            string memory name,
            string memory version_,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        )
    {
        return (0x0f, NAME, VERSION, block.chainid, address(this), bytes32(0), new uint256[](0));
    }

    /// @inheritdoc ICredentialRegistry
    function version() external pure returns (string memory) {
        return VERSION;
    }

    // ------------------------------------------------------------------------------------- roles and records

    /// Reverts unless `key` holds `role` for `issuer` now.
    function _requireRole(address issuer, address key, uint256 role) private view {
        _requireNoneMissing(role & ~_rolesIn(_keys[issuer][key].word, issuer, key), issuer, key);
    }

    function _requireNoneMissing(uint256 missing, address issuer, address key) private pure {
        if (missing != 0) revert RoleMissing(issuer, key, uint8(missing));
    }

    /// The roles that `word`, the key word of `key` for `issuer`, grants now; more bits than roles may be set.
    function _rolesIn(uint256 word, address issuer, address key) private view returns (uint256) {
        if (key == issuer && _since(word) == 0) return ALL_ROLES;
        uint40 expiresAt = _expiresAt(word);
        if (expiresAt != 0 && expiresAt <= block.timestamp) revert KeyExpired(issuer, key, expiresAt);
        return word;
    }

    function _roleFor(Action action) private pure returns (uint256) {
        if (action == Action.None) revert ActionMissing();
        return action == Action.Revoke ? ROLE_REVOKE : ROLE_SUSPEND;
    }

    function _requireBatch(address issuer, bytes32 root) private view returns (Record storage record, uint256 batch) {
        record = _batches[issuer][root];
        batch = record.word;
        if (batch == 0) revert BatchUnknown(issuer, root);
    }

    /// The status of a leaf that exists: `batch` is its batch's word and `index` below its leaf count.
    function _statusIn(Record storage record, address issuer, uint256 batch, uint256 index)
        private
        view
        returns (Status)
    {
        uint256 bit = 1 << (index & 255);
        index >>= 8;
        if (batch & BATCH_REVOKED != 0 || record.revoked[index].word & bit != 0) return Status.Revoked;
        if (batch & BATCH_RATIFIED == 0 && _byDistrustedKey(issuer, batch)) return Status.Distrusted;
        if (batch & BATCH_SUSPENDED != 0 || record.suspended[index].word & bit != 0) return Status.Suspended;
        return Status.Active;
    }

    function _byDistrustedKey(address issuer, uint256 batch) private view returns (bool) {
        uint40 from = _distrustedFrom(_keys[issuer][address(uint160(batch))].word);
        return from != 0 && from <= _anchoredAt(batch);
    }

    function _anchoredAt(uint256 batch) private pure returns (uint40) {
        return uint40(batch >> ANCHORED_AT_SHIFT);
    }

    function _leafCount(uint256 batch) private pure returns (uint32) {
        return uint32(batch >> LEAF_COUNT_SHIFT);
    }

    function _since(uint256 word) private pure returns (uint40) {
        return uint40(word >> SINCE_SHIFT);
    }

    function _expiresAt(uint256 word) private pure returns (uint40) {
        return uint40(word >> EXPIRES_AT_SHIFT);
    }

    function _distrustedFrom(uint256 word) private pure returns (uint40) {
        return uint40(word >> DISTRUSTED_FROM_SHIFT);
    }

    // ------------------------------------------------------------------------------------------------- proofs

    /// Whether `proof` leads from `leaf` at `index` to `root` in a tree of `count` leaves.
    function _leads(bytes32 leaf, uint256 index, uint256 count, bytes32[] calldata proof, bytes32 root)
        private
        view
        returns (bool)
    {
        bool valid;
        assembly ("memory-safe") {
            let next := proof.offset
            let sound := 1
            // Index of the last node of the level; the root's level has one node.
            for { let last := sub(count, 1) } last { last := shr(1, last) } {
                // A node has a sibling unless it is the last and has an even index: then it moves up as it is. A path
                // that is too short reads past its end here and is refused below.
                if or(and(index, 1), xor(index, last)) {
                    let side := shl(5, and(index, 1))
                    mstore(side, leaf)
                    mstore(xor(side, 32), calldataload(next))
                    sound := and(sound, staticcall(gas(), 2, 0, 64, 0, 32))
                    sound := and(sound, eq(returndatasize(), 32))
                    leaf := mload(0)
                    next := add(next, 32)
                }
                index := shr(1, index)
            }
            // A failed call (no gas left) or a chain without SHA-256 must not read as a wrong proof, nor a stale word
            // as a digest.
            if iszero(sound) { revert(0, 0) }
            valid := and(eq(leaf, root), eq(next, add(proof.offset, shl(5, proof.length))))
        }
        return valid;
    }

    // ---------------------------------------------------------------------------------------------- signatures

    function _useNonce(address signer, uint256 nonce) private {
        uint256 expected = _nonces[signer];
        if (nonce != expected) revert NonceDiffers(signer, expected, nonce);
        unchecked {
            _nonces[signer] = nonce + 1;
        }
        emit NonceUsed(signer, nonce);
    }

    /// EIP-712 hash of an array of structs of two words each, which lie in the call data from `offset` on.
    function _hashOfPairs(bytes32 structType, uint256 offset, uint256 count) private pure returns (bytes32 digest) {
        assembly ("memory-safe") {
            // Free memory: one struct behind its type, then the hashes of all.
            let pair := mload(64)
            let hashes := add(pair, 96)
            mstore(pair, structType)
            for { let i := 0 } lt(i, count) { i := add(i, 1) } {
                calldatacopy(add(pair, 32), add(offset, shl(6, i)), 64)
                mstore(add(hashes, shl(5, i)), keccak256(pair, 96))
            }
            digest := keccak256(hashes, shl(5, count))
        }
    }

    function _requireSignature(bytes32 structHash, address signer, uint256 deadline, bytes calldata signature)
        private
        view
    {
        if (block.timestamp > deadline) revert DeadlinePassed(deadline, block.timestamp);
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", domainSeparator(), structHash));
        if (!_isEcdsa(digest, signer, signature) && !_isErc1271(digest, signer, signature)) {
            revert SignatureInvalid(signer);
        }
    }

    function _isEcdsa(bytes32 digest, address signer, bytes calldata signature) private pure returns (bool) {
        if (signature.length != 65) return false;
        bytes32 s = bytes32(signature[32:64]);
        // ecrecover itself refuses any v but 27 and 28, and answers zero then.
        if (uint256(s) > HALF_CURVE_ORDER) return false;
        address recovered = ecrecover(digest, uint8(signature[64]), bytes32(signature[0:32]), s);
        return recovered == signer && recovered != address(0);
    }

    /// Asks the signer's contract. A static call can't change anything here or elsewhere, and of the answer only the
    /// first word is copied, however long it is.
    function _isErc1271(bytes32 digest, address signer, bytes calldata signature) private view returns (bool valid) {
        if (signer.code.length == 0) return false;
        bytes memory question = abi.encodeWithSelector(ERC1271_MAGIC, digest, signature);
        assembly ("memory-safe") {
            valid := staticcall(gas(), signer, add(question, 32), mload(question), 0, 32)
            valid := and(valid, gt(returndatasize(), 31))
            valid := and(valid, eq(mload(0), shl(224, 0x1626ba7e)))
        }
    }
}
