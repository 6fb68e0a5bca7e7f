"""A few lines of assembler, and one contract written in it that does whatever a test of a node needs.

The contract takes 32-byte words: what to do, then its arguments.
"""

from __future__ import annotations

OPCODES = {
    "STOP": 0x00,
    "ADD": 0x01,
    "SUB": 0x03,
    "EQ": 0x14,
    "CALLER": 0x33,
    "CALLVALUE": 0x34,
    "CALLDATALOAD": 0x35,
    "CALLDATASIZE": 0x36,
    "CALLDATACOPY": 0x37,
    "CODECOPY": 0x39,
    "TIMESTAMP": 0x42,
    "NUMBER": 0x43,
    "CHAINID": 0x46,
    "POP": 0x50,
    "MLOAD": 0x51,
    "MSTORE": 0x52,
    "SLOAD": 0x54,
    "SSTORE": 0x55,
    "JUMPI": 0x57,
    "GAS": 0x5A,
    "JUMPDEST": 0x5B,
    "TLOAD": 0x5C,
    "TSTORE": 0x5D,
    "MCOPY": 0x5E,
    "PUSH0": 0x5F,
    "DUP1": 0x80,
    "ADDRESS": 0x30,
    "LOG2": 0xA2,
    "CALL": 0xF1,
    "RETURN": 0xF3,
    "REVERT": 0xFD,
    "INVALID": 0xFE,
    "BALANCE": 0x31,
    "ISZERO": 0x15,
    "LOG4": 0xA4,
    "STATICCALL": 0xFA,
    "SWAP1": 0x90,
    "JUMP": 0x56,
}

STORE, REVERT, LOAD, WASTE, NEST, NEW_OPCODES, CONTEXT = range(1, 8)

_SOURCE = """
    PUSH0 CALLDATALOAD
    DUP1 1 EQ @store JUMPI
    DUP1 2 EQ @revert JUMPI
    DUP1 3 EQ @load JUMPI
    DUP1 4 EQ @waste JUMPI
    DUP1 5 EQ @nest JUMPI
    DUP1 6 EQ @new JUMPI
    DUP1 7 EQ @context JUMPI
    STOP
store:
    64 CALLDATALOAD 32 CALLDATALOAD SSTORE
    64 CALLDATALOAD PUSH0 MSTORE
    64 CALLDATALOAD 32 CALLDATALOAD 32 PUSH0 LOG2
    STOP
revert:
    32 CALLDATASIZE SUB 32 PUSH0 CALLDATACOPY
    32 CALLDATASIZE SUB PUSH0 REVERT
load:
    32 CALLDATALOAD SLOAD PUSH0 MSTORE 32 PUSH0 RETURN
waste:
    INVALID
nest:
    32 CALLDATALOAD ISZERO @bottom JUMPI
    5 PUSH0 MSTORE
    1 32 CALLDATALOAD SUB 32 MSTORE
    32 PUSH0 64 PUSH0 PUSH0 ADDRESS GAS CALL POP
    1 PUSH0 MLOAD ADD PUSH0 MSTORE 32 PUSH0 RETURN
bottom:
    PUSH0 PUSH0 MSTORE 32 PUSH0 RETURN
new:
    7 PUSH0 TSTORE
    PUSH0 TLOAD PUSH0 MSTORE
    32 PUSH0 32 MCOPY
    32 32 RETURN
context:
    CHAINID PUSH0 MSTORE NUMBER 32 MSTORE TIMESTAMP 64 MSTORE
    96 PUSH0 RETURN
"""


def assemble(source: str) -> bytes:
    """Return the code of mnemonics, numbers (pushed), ``label:`` lines and ``@label`` pushes of two bytes."""
    code = bytearray()
    labels: dict[str, int] = {}
    uses: dict[int, str] = {}
    for word in source.split():
        if word.endswith(":"):
            labels[word[:-1]] = len(code)
            code.append(OPCODES["JUMPDEST"])
        elif word.startswith("@"):
            code += b"\x61\x00\x00"
            uses[len(code) - 2] = word[1:]
        elif word.isdigit():
            size = max(1, (int(word).bit_length() + 7) // 8)
            code += bytes([0x5F + size]) + int(word).to_bytes(size, "big")
        else:
            code.append(OPCODES[word])
    for place, label in uses.items():
        code[place : place + 2] = labels[label].to_bytes(2, "big")
    return bytes(code)


def creation_code(runtime: bytes) -> bytes:
    """Return code whose execution returns `runtime`."""
    head = assemble(f"{len(runtime):03d}".lstrip("0") + " DUP1 @end PUSH0 CODECOPY PUSH0 RETURN end:")[:-1]
    return head + runtime


def words(*values: int) -> bytes:
    """Return calldata of 32-byte words."""
    return b"".join(value.to_bytes(32, "big") for value in values)


RUNTIME = assemble(_SOURCE)
CREATION = creation_code(RUNTIME)
