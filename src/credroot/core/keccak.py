"""Keccak-256 as Ethereum uses it: the padding of before FIPS 202.

For the few short inputs of a verification, such as the checksum of an address. Written out here because loading a
compiled one costs more than hashing in plain Python: tens of milliseconds in a cold process against one.
"""

from __future__ import annotations

_RATE = 136  # bytes taken in at a time: 1600 bits of state less twice the 256 of the digest
_MASK = (1 << 64) - 1
_FULL_TURN = 64  # bits of a lane


def _round_constants() -> tuple[int, ...]:
    """Give the 24 constants of step iota, from the linear feedback shift register that defines them."""
    constants = []
    register = 1
    for _ in range(24):
        constant = 0
        for exponent in range(7):
            if register & 1:
                constant |= 1 << ((1 << exponent) - 1)
            register = register << 1 ^ (0x171 if register & 0x80 else 0)
        constants.append(constant)
    return tuple(constants)


def _lane_walk() -> tuple[tuple[int, int], ...]:
    """Give (lane, left turn in bits) along the cycle in which step pi moves the lanes, from lane (1, 0)."""
    walk = []
    x, y = 1, 0
    for step in range(24):
        x, y = y, (2 * x + 3 * y) % 5
        walk.append((x + 5 * y, (step + 1) * (step + 2) // 2 % _FULL_TURN))
    return tuple(walk)


_IOTA = _round_constants()
_WALK = _lane_walk()


def keccak256(data: bytes) -> bytes:
    """Give the 32-byte Keccak-256 of `data`.

    Source: the Keccak reference, version 3.0, sections 1.2 and 2.1; the yellow paper's KEC.
    """
    padding = bytearray(_RATE - len(data) % _RATE)
    padding[0] |= 0x01
    padding[-1] |= 0x80
    padded = data + padding
    state = [0] * 25
    for start in range(0, len(padded), _RATE):
        for lane in range(_RATE // 8):
            at = start + 8 * lane
            state[lane] ^= int.from_bytes(padded[at : at + 8], "little")
        _permute(state)
    return b"".join(lane.to_bytes(8, "little") for lane in state[:4])


def _permute(state: list[int]) -> None:
    """Apply Keccak-f[1600] to 25 lanes of 64 bits, lane (x, y) at 5 y + x, in place."""
    for constant in _IOTA:
        parity = [state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20] for x in range(5)]
        for x in range(5):  # theta
            ahead = parity[(x + 1) % 5]
            change = parity[x - 1] ^ (ahead << 1 | ahead >> 63) & _MASK
            for lane in range(x, 25, 5):
                state[lane] ^= change
        carried = state[1]
        for lane, turn in _WALK:  # rho and pi
            turned = (carried << turn | carried >> (_FULL_TURN - turn)) & _MASK
            carried, state[lane] = state[lane], turned
        for start in range(0, 25, 5):  # chi
            a, b, c, d, e = state[start : start + 5]
            state[start : start + 5] = (a ^ ~b & c, b ^ ~c & d, c ^ ~d & e, d ^ ~e & a, e ^ ~a & b)
        state[0] ^= constant  # iota
