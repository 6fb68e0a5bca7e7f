// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The public record of credential batches: who anchored which root, when, and what became of it.
///
/// @notice An issuer computes a Merkle tree over the leaves of a batch of credentials and anchors its root here.
/// From then on anyone can ask whether one credential belongs to a batch of that issuer, since when, and whether
/// it was suspended or revoked. No personal data is ever written: only roots, bits and public addresses.
///
/// @notice Nobody owns the registry and nothing in it can be upgraded, paused or erased. One deployment serves every
/// issuer of a chain. It holds no money and has no constructor argument, so that its runtime code is the same, byte
/// for byte, wherever it is deployed.
///
/// @notice Each address is an issuer with a namespace of its own, which needs no registration. Only the keys that an
/// issuer appointed write there. Records are found by (issuer, root), never by root alone: somebody who
/// copies a root from the mempool only anchors it under their own name.
///
/// @notice What can't be undone: an anchored batch (its key, time and leaf count), a revocation, a ratification, a
/// distrust, a used nonce. What can: a suspension, a key's roles, a profile, an accreditation. The events remain.
///
/// @dev The logs, each with the time of its block, are enough to rebuild every storage slot. Each mapping sits in one
/// slot number and each record in one word, so `eth_getProof` can show any of them:
///
/// slot 0  batches         [issuer][root]                the batch word: key 160, anchoredAt 40, leafCount 32,
///                                                       revoked 8, suspended 8, ratified 8
///             + 1         [index / 256]                 revoked bits, of leaf `index` bit `index % 256`
///             + 2         [index / 256]                 suspended bits
/// slot 1  keys            [issuer][account]             roles 8, since 40, expiresAt 40, distrustedFrom 40, count 64
/// slot 2  accreditations  [accreditor][subject][scope]  validFrom 40, validUntil 40
/// slot 3  profiles        [issuer]                      digest
/// slot 4  nonces          [signer]                      next nonce
///
/// Widths are in bits, lowest first. The two mappings of status bits sit one and two slots after the batch word. The
/// count of an issuer's batches is in its own key word, [issuer][issuer], which anchoring reads anyway. Times are
/// block times in seconds since 1970.
///
/// Repeating a call that anchors or sets a status and would change nothing succeeds, changes nothing and emits
/// nothing. It is thus safe to send a transaction again after a lost answer.
interface ICredentialRegistry {
    // ---------------------------------------------------------------------------------------------------- types

    /// @notice What the registry says of one credential. Zero is unsafe on purpose: an answer that was never
    /// written must not read as good. Only `Active` is good.
    enum Status {
        /// No such batch, or the batch has no leaf of that index.
        Unknown,
        /// Anchored, neither suspended nor revoked, by a key that is not distrusted for that time.
        Active,
        /// Withdrawn for now; the issuer may reinstate it.
        Suspended,
        /// Withdrawn for ever.
        Revoked,
        /// Anchored by a key at or after the moment from which the issuer distrusts it, and not ratified since.
        Distrusted,
        /// The leaf, index and proof do not lead to the root.
        InvalidProof
    }

    /// @notice What to do with the status of a credential or a batch. Zero does nothing but revert.
    enum Action {
        None,
        Suspend,
        Reinstate,
        Revoke
    }

    /// @notice A root to anchor and the number of leaves under it.
    struct NewBatch {
        /// Root of the batch's SHA-256 tree.
        bytes32 root;
        /// Number of leaves, at least 1. With an index it fixes the number and sides of the siblings of a proof.
        uint32 leafCount;
    }

    /// @notice A choice among 256 neighbouring credentials of a batch.
    struct Word {
        /// Leaf index / 256.
        uint256 index;
        /// Bit `i` stands for leaf `256 * index + i`.
        uint256 mask;
    }

    /// @notice The record of an anchored batch.
    struct Batch {
        /// The key that anchored it: the sender, or the signer of `anchorBySig`. Zero if there is no such batch.
        address key;
        /// Time of the block that anchored it.
        uint40 anchoredAt;
        /// Number of leaves.
        uint32 leafCount;
        /// The whole batch is revoked, for ever.
        bool revoked;
        /// The whole batch is suspended.
        bool suspended;
        /// An admin vouched for it although its key is distrusted for that time.
        bool ratified;
        /// From when on the issuer distrusts `key`; zero if it does not. The batch reads Distrusted if this is not
        /// zero, not later than `anchoredAt`, and `ratified` is false.
        uint40 distrustedFrom;
    }

    /// @notice What an account may do for an issuer.
    struct Key {
        /// Sum of roles: anchor 1, suspend 2, revoke 4, accredit 8, admin 16.
        uint8 roles;
        /// When this record last changed; zero if never, in which case the issuer itself holds all roles.
        uint40 since;
        /// First moment at which the roles no longer hold; zero for never.
        uint40 expiresAt;
        /// What it anchored at or after this time reads Distrusted; zero if it is trusted.
        uint40 distrustedFrom;
    }

    // --------------------------------------------------------------------------------------------------- events

    /// @notice A batch was anchored, for ever.
    /// @param key The sender, or the signer of `anchorBySig`.
    /// @param sequence 1 for the issuer's first batch, then without a gap; equals `countOf(issuer)` right after.
    event BatchAnchored(
        address indexed issuer, bytes32 indexed root, address indexed key, uint32 leafCount, uint64 sequence
    );

    /// @notice The status of some credentials of a batch changed.
    /// @param index Leaf index / 256.
    /// @param mask The bits that changed, and no other; bit `i` stands for leaf `256 * index + i`.
    /// @param reason The issuer's code, see `setStatus`.
    event StatusChanged(
        address indexed issuer,
        bytes32 indexed root,
        address indexed key,
        Action action,
        uint256 index,
        uint256 mask,
        uint32 reason
    );

    /// @notice The status of a whole batch changed.
    event BatchStatusChanged(
        address indexed issuer, bytes32 indexed root, address indexed key, Action action, uint32 reason
    );

    /// @notice An admin vouched for a batch of a distrusted key.
    event BatchRatified(address indexed issuer, bytes32 indexed root, address indexed admin);

    /// @notice The roles of a key were set; they hold from this block on. No roles: the key was removed.
    event KeySet(address indexed issuer, address indexed account, address indexed admin, uint8 roles, uint40 expiresAt);

    /// @notice A key lost its roles for ever, and the batches that it anchored at or after `from` their standing.
    event KeyDistrusted(address indexed issuer, address indexed account, address indexed admin, uint40 from);

    /// @notice The issuer points to a profile document with this SHA-256 digest.
    event ProfileSet(address indexed issuer, address indexed admin, bytes32 digest, string uri);

    /// @notice An accreditor endorsed a subject for a scope and a time window, or changed that window.
    event Accredited(
        address indexed accreditor,
        address indexed subject,
        bytes32 indexed scope,
        address key,
        uint40 validFrom,
        uint40 validUntil,
        string uri
    );

    /// @notice A nonce was used by a signature or given up by its signer. No signature over it is accepted again.
    event NonceUsed(address indexed signer, uint256 nonce);

    // --------------------------------------------------------------------------------------------------- errors

    /// @notice The key holds no such role for the issuer.
    error RoleMissing(address issuer, address key, uint8 role);
    /// @notice The key held the role until `expiresAt`.
    error KeyExpired(address issuer, address key, uint40 expiresAt);
    /// @notice An empty list: surely a mistake of the caller, and better refused than paid for.
    error NothingGiven();
    /// @notice A batch without leaves can't prove anything.
    error EmptyBatch(address issuer, bytes32 root);
    /// @notice The root is anchored already, with another leaf count.
    error LeafCountDiffers(address issuer, bytes32 root, uint32 anchored, uint32 given);
    /// @notice The issuer has anchored no such root.
    error BatchUnknown(address issuer, bytes32 root);
    /// @notice The batch has no leaf of that index.
    error IndexBeyondBatch(uint256 index, uint32 leafCount);
    /// @notice The mask names a leaf that the batch does not have.
    error MaskBeyondBatch(uint256 index, uint256 mask, uint32 leafCount);
    /// @notice `Action.None` was given.
    error ActionMissing();
    /// @notice Ratifying in advance would let a stolen admin key shield its own batches.
    error BatchNotDistrusted(address issuer, bytes32 root);
    /// @notice The zero address can't be a key.
    error AccountIsZero();
    /// @notice There are bits in `roles` that mean nothing.
    error RolesUnknown(uint8 roles);
    /// @notice The expiry is not in the future.
    error ExpiryInPast(uint40 expiresAt, uint256 time);
    /// @notice An admin key has no expiry, or an issuer could be left without an admin.
    error AdminCannotExpire(address issuer, address account);
    /// @notice An admin can't drop or distrust itself; another admin can.
    error AdminCannotDropItself(address issuer, address account);
    /// @notice A distrusted key never has a role again.
    error KeyIsDistrusted(address issuer, address account);
    /// @notice The start of a distrust is neither zero nor in the future, and only moves back.
    error DistrustOutOfRange(uint40 current, uint40 given, uint256 time);
    /// @notice A window can't end before it begins.
    error WindowReversed(uint40 validFrom, uint40 validUntil);
    /// @notice The signer wanted it by then or not at all.
    error DeadlinePassed(uint256 deadline, uint256 time);
    /// @notice The signature is not the signer's over this message, on this chain, for this registry.
    error SignatureInvalid(address signer);
    /// @notice Not the nonce that comes next.
    error NonceDiffers(address signer, uint256 expected, uint256 given);

    // ------------------------------------------------------------------------------------------------ anchoring

    /// @notice Anchor a batch for `issuer`. The sender needs the role anchor.
    /// @notice For ever: the batch, its key, its time and its leaf count. A root anchored by mistake can be revoked
    /// with `setBatchStatus`. A root that a stolen key anchored before its owner did is not lost: `ratifyBatch` keeps
    /// it good when that key is distrusted.
    /// @dev Anchoring a root again with the same leaf count changes nothing and emits nothing, also by another key.
    /// Reverts: RoleMissing, KeyExpired, EmptyBatch, LeafCountDiffers.
    function anchor(address issuer, bytes32 root, uint32 leafCount) external;

    /// @notice Anchor several batches for `issuer`, all or none of them.
    /// @dev As `anchor`; also reverts with NothingGiven.
    function anchorMany(address issuer, NewBatch[] calldata batches) external;

    /// @notice Anchor batches that `signer`, a key of `issuer` with the role anchor, signed for; anyone may send and
    /// pay for it.
    /// @notice It needs no nonce: a second sending changes nothing, and somebody who sends it first does what the
    /// signer wanted. Until the deadline it can only be stopped by taking the role from the signer.
    /// @dev EIP-712 message `Anchor(address issuer,address key,NewBatch[] batches,uint256 deadline)NewBatch(bytes32
    /// root,uint32 leafCount)` (on one line), with `key` the signer, so that a wallet contract's owner does not sign
    /// for all of the owner's wallets at once. `deadline` is the last second at which it holds.
    ///
    /// The signature is first read as ECDSA: 65 bytes r, s, v, with s in the lower half and v 27 or 28; the 64 byte
    /// form of EIP-2098 is none. If it isn't the signer's and the signer has code, the signer is asked by ERC-1271.
    /// Reverts: as `anchorMany`, DeadlinePassed, SignatureInvalid.
    function anchorBySig(
        address issuer,
        NewBatch[] calldata batches,
        address signer,
        uint256 deadline,
        bytes calldata signature
    ) external;

    // --------------------------------------------------------------------------------------------------- status

    /// @notice Revoke one credential, for ever. The sender needs the role revoke.
    /// @param reason As in `setStatus`.
    /// @dev Reverts: RoleMissing, KeyExpired, BatchUnknown, IndexBeyondBatch.
    function revoke(address issuer, bytes32 root, uint256 index, uint32 reason) external;

    /// @notice Suspend, reinstate or revoke any number of credentials of a batch; 256 neighbours cost one write.
    /// The sender needs the role suspend to suspend or reinstate, the role revoke to revoke.
    /// @notice Revocation is for ever; reinstating lifts a suspension and nothing else.
    /// @param reason A number that tells the public why, which the registry keeps in the event and does not
    /// interpret: 0 not given, 1 issued in error, 2 replaced by another credential, 3 requirements not met,
    /// 4 misconduct, 5 asked for by the holder, 6 a key was compromised, 7 under review, 8 review closed; an issuer
    /// may define its own from 1000 on. It must never say anything about health or private life.
    /// @dev Reverts: RoleMissing, KeyExpired, BatchUnknown, MaskBeyondBatch, NothingGiven, ActionMissing.
    function setStatus(address issuer, bytes32 root, Action action, uint32 reason, Word[] calldata words) external;

    /// @notice As `setStatus`, by a key of the issuer that signed for it; anyone may send and pay for it.
    /// @dev EIP-712 message `SetStatus(address issuer,bytes32 root,address key,uint8 action,uint32 reason,Word[]
    /// words,uint256 nonce,uint256 deadline)Word(uint256 index,uint256 mask)` (on one line), `key` the signer.
    /// A suspension can be lifted, so that a replay would matter: `nonce` is the signer's next one. The nonce is used
    /// also if nothing changes. Signature as in `anchorBySig`. Reverts: as `setStatus`, DeadlinePassed,
    /// SignatureInvalid, NonceDiffers.
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
    ) external;

    /// @notice Give up the sender's next nonce, so that a signature over it that nobody sent yet is void.
    /// @param nonce The sender's next nonce; another one reverts, so that a repeated call gives up no second one.
    /// @dev Reverts: NonceDiffers.
    function invalidateNonce(uint256 nonce) external;

    /// @notice Suspend, reinstate or revoke a whole batch in one write, roles as in `setStatus`.
    /// @notice Revocation is for ever. The flags of the batch and the bits of its credentials are independent: to
    /// reinstate the batch leaves a credential suspended that was suspended by itself.
    /// @dev Reverts: RoleMissing, KeyExpired, BatchUnknown, ActionMissing.
    function setBatchStatus(address issuer, bytes32 root, Action action, uint32 reason) external;

    /// @notice Vouch for a batch although its key is distrusted for that time. The sender needs the role admin.
    /// @notice For ever; a batch that was ratified by mistake can still be revoked. Only a batch that reads
    /// distrusted now can be ratified: otherwise a stolen admin key could shield its own batches in advance.
    /// @dev Reverts: RoleMissing, BatchUnknown, BatchNotDistrusted.
    function ratifyBatch(address issuer, bytes32 root) external;

    // ----------------------------------------------------------------------------------------------------- keys

    /// @notice Set what `account` may do for `issuer`; no roles removes it. The sender needs the role admin.
    /// @notice What the key did before stays as it is. The roles of a key that was only removed can be given back.
    /// @notice An issuer always has an admin: an admin can't drop its own role, has no expiry, and a new issuer is
    /// its own admin. A stolen admin key is the one thing that the registry can't mend if it removes the others first;
    /// keep it cold and let other keys do the daily work.
    /// @param expiresAt First second at which the roles no longer hold, in the future; zero for never.
    /// @dev Reverts: RoleMissing, AccountIsZero, RolesUnknown, ExpiryInPast, AdminCannotExpire,
    /// AdminCannotDropItself, KeyIsDistrusted.
    function setKey(address issuer, address account, uint8 roles, uint40 expiresAt) external;

    /// @notice Distrust a key from a moment on, in one write: it loses its roles for ever, and all that it anchored
    /// at or after `from` reads Distrusted until ratified. Older batches stay good. The sender needs the role admin.
    /// @notice For ever; repeated, the moment only moves back.
    /// @param from Time in seconds, not zero and not in the future; 1 distrusts all that the key ever anchored.
    /// @dev Status changes that the key made stand; suspensions can be lifted, revocations can't.
    /// Reverts: RoleMissing, AccountIsZero, AdminCannotDropItself, DistrustOutOfRange.
    function distrustKey(address issuer, address account, uint40 from) external;

    // ----------------------------------------------------------------------------- profile and accreditation

    /// @notice Point to the issuer's profile document. The sender needs the role admin. A zero digest withdraws it.
    /// @param digest SHA-256 of the document: with the document signed by the issuer's DID, it binds both ways.
    /// @param uri Where it was published; a hint that readers need not follow.
    /// @dev Reverts: RoleMissing.
    function setProfile(address issuer, bytes32 digest, string calldata uri) external;

    /// @notice Endorse `subject` in public in the name of `accreditor`, for a scope and a time. The sender needs the
    /// role accredit of the accreditor. Setting it again replaces the window; two zeros withdraw it.
    /// @param scope What for, as the accreditor defines it, for example the SHA-256 of a statement.
    /// @param validFrom First second of the window.
    /// @param validUntil First second after it.
    /// @dev Reverts: RoleMissing, KeyExpired, WindowReversed.
    function accredit(
        address accreditor,
        address subject,
        bytes32 scope,
        uint40 validFrom,
        uint40 validUntil,
        string calldata uri
    ) external;

    // ---------------------------------------------------------------------------------------------------- views

    /// @notice Whether a leaf is the one of that index in a batch, and the credential's status.
    /// @dev The tree is that of merkletools: SHA-256, parent = H(left || right), an odd last node is promoted. Index
    /// and the anchored leaf count alone fix how many siblings there are and on which side each one goes, so for an
    /// index exactly one leaf verifies, with exactly one proof; an inner node does not.
    /// Never reverts for a wrong proof or a wrong index.
    /// @param proof Siblings from the leaf to the root.
    /// @return status InvalidProof if the proof doesn't lead to the root; otherwise as `statusOf`.
    /// @return anchoredAt When the batch was anchored; zero if Unknown or InvalidProof.
    function verify(address issuer, bytes32 root, bytes32 leaf, uint256 index, bytes32[] calldata proof)
        external
        view
        returns (Status status, uint40 anchoredAt);

    /// @notice The status of the credential with that index, without a proof that it is yours.
    /// @dev Revoked before Distrusted, Distrusted before Suspended: what can't be lifted comes first.
    function statusOf(address issuer, bytes32 root, uint256 index) external view returns (Status);

    /// @notice The status bits of single credentials, 256 a word; the flags of the batch are not in them.
    /// @param first Index of the first word wanted.
    /// @param count Number of words wanted; words after the batch's last one are left out, not reverted.
    function statusWords(address issuer, bytes32 root, uint256 first, uint256 count)
        external
        view
        returns (uint256[] memory revoked, uint256[] memory suspended);

    /// @notice The record of a batch; all zeros if there is none.
    function batchOf(address issuer, bytes32 root) external view returns (Batch memory);

    /// @notice What `account` may do for `issuer`. An issuer whose own record was never set shows all roles.
    /// @dev An expired key still shows its roles, with `expiresAt` in the past.
    function keyOf(address issuer, address account) external view returns (Key memory);

    /// @notice Number of batches that the issuer ever anchored: shows whether a list of its events is complete.
    function countOf(address issuer) external view returns (uint64);

    /// @notice The window of an accreditation; two zeros if there is none.
    function accreditationOf(address accreditor, address subject, bytes32 scope)
        external
        view
        returns (uint40 validFrom, uint40 validUntil);

    /// @notice Digest of the issuer's profile document; zero if there is none.
    function profileOf(address issuer) external view returns (bytes32);

    /// @notice The nonce that the next `setStatusBySig` of `signer` must carry.
    function nonceOf(address signer) external view returns (uint256);

    /// @notice The EIP-712 domain separator of this registry on this chain, right also after the chain forked.
    function domainSeparator() external view returns (bytes32);

    /// @notice The parts of that domain, by EIP-5267.
    function eip712Domain()
        external
        view
        returns (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        );

    /// @notice Version of the registry's rules, also the version of its EIP-712 domain.
    function version() external view returns (string memory);
}
