import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credroot.core.errors import InputError
from credroot.core.text.multibase import encode_base64url
from credroot.credential.status import bitstring

EMPTY_LIST_OF_THE_SPECIFICATION = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"


def refusal(text):
    with pytest.raises(InputError) as caught:
        bitstring.decode(text)
    return caught.value.code


def gzip_of_zeros(size):
    deflate = zlib.compressobj(wbits=31)
    piece = bytes(1 << 20)
    return b"".join(deflate.compress(piece) for _ in range(size >> 20)) + deflate.flush()


def test_the_empty_list_is_written_as_the_specification_prints_it():
    assert bitstring.encode(bitstring.pack({})) == EMPTY_LIST_OF_THE_SPECIFICATION


def test_entry_zero_is_the_left_most_bit_of_the_first_byte():
    assert bitstring.pack({0: 1})[:2] == b"\x80\x00"
    assert bitstring.pack({7: 1, 8: 1})[:2] == b"\x01\x80"
    assert bitstring.value_at(b"\x40", 1) == 1
    assert bitstring.value_at(b"\x40", 0) == 0


def test_an_entry_of_several_bits_starts_with_its_most_significant_one():
    assert bitstring.pack({0: 0b10, 1: 0b01}, entries=4, entry_bits=2) == b"\x90"
    assert bitstring.pack({2: 0b101}, entries=8, entry_bits=3) == b"\x02\x80\x00"


@given(st.integers(1, 8), st.data())
def test_what_is_packed_is_read_back(entry_bits, data):
    values = data.draw(st.dictionaries(st.integers(0, 99), st.integers(0, (1 << entry_bits) - 1)))
    packed = bitstring.pack(values, entries=100, entry_bits=entry_bits)
    read = [bitstring.value_at(packed, index, entry_bits=entry_bits) for index in range(100)]
    assert read == [values.get(index, 0) for index in range(100)]


@given(st.binary(max_size=400))
def test_any_bits_survive_their_text(bits):
    decoded = bitstring.decode(bitstring.encode(bits))
    assert decoded.bits == bits
    assert decoded.multibase


def test_the_same_bits_always_have_the_same_text():
    bits = bitstring.pack({3: 1, 99_999: 1})
    assert bitstring.encode(bits) == bitstring.encode(bits)
    assert bitstring.encode(bits).startswith("uH4sIAAAAAAAAA")  # no time, no name


def test_a_text_without_prefix_or_with_padding_is_read_and_told():
    bits = bitstring.pack({5: 1})
    text = bitstring.encode(bits)
    padded = text + "=" * (-(len(text) - 1) % 4)
    for other in (text[1:], padded[1:], padded + "="):
        assert bitstring.decode(other) == bitstring.DecodedBits(bits, multibase=False)


@pytest.mark.parametrize("index", [-1, 800])
def test_an_entry_outside_the_list_is_refused(index):
    with pytest.raises(InputError) as caught:
        bitstring.value_at(bytes(100), index)
    assert caught.value.code == "status_list.range"


def test_a_partial_entry_at_the_end_is_no_entry():
    assert bitstring.entry_count(b"\0", entry_bits=3) == 2
    with pytest.raises(InputError):
        bitstring.value_at(b"\0", 2, entry_bits=3)


@pytest.mark.parametrize("entry_bits", [0, 9, -1])
def test_an_entry_has_one_to_eight_bits(entry_bits):
    with pytest.raises(InputError) as caught:
        bitstring.pack({}, entry_bits=entry_bits)
    assert caught.value.code == "status_list.entry_size"


@pytest.mark.parametrize("values", [{-1: 1}, {bitstring.MINIMUM_ENTRIES: 1}, {0: 2}, {0: -1}])
def test_what_does_not_fit_is_not_packed(values):
    with pytest.raises(InputError) as caught:
        bitstring.pack(values)
    assert caught.value.code == "status_list.range"


def test_no_larger_list_is_written_than_is_read():
    with pytest.raises(InputError) as caught:
        bitstring.pack({}, entries=8 * bitstring.MAX_LIST_BYTES + 1)
    assert caught.value.code == "status_list.too_large"


@pytest.mark.parametrize("text", ["", "u", "u!", "z6Mk", "uAAAA", "H4sI", EMPTY_LIST_OF_THE_SPECIFICATION[:-8]])
def test_a_text_that_is_no_gzip_member_is_refused(text):
    assert refusal(text) == "status_list.encoding"


def test_a_second_gzip_member_is_refused():
    member = gzip_of_zeros(1 << 20)
    assert refusal(encode_base64url(member + member)) == "status_list.encoding"


def test_a_flipped_bit_in_the_packed_list_is_refused():
    packed = bytearray(gzip_of_zeros(1 << 20))
    packed[-6] ^= 1  # in the CRC
    assert refusal(encode_base64url(bytes(packed))) == "status_list.encoding"


def test_a_bomb_is_refused_at_the_cap_and_the_rest_is_never_inflated():
    packed = bytearray(gzip_of_zeros(4 * bitstring.MAX_LIST_BYTES))
    packed[len(packed) // 2] ^= 0xFF  # whoever inflates as far as this finds that it is no gzip
    with pytest.raises(zlib.error):
        zlib.decompress(packed, 16 + zlib.MAX_WBITS)
    tracemalloc.start()
    try:
        assert refusal(encode_base64url(bytes(packed))) == "status_list.too_large"
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * bitstring.MAX_LIST_BYTES


def test_a_text_over_the_cap_is_refused_unread():
    assert refusal("u" * (bitstring.MAX_ENCODED_CHARS + 1)) == "status_list.too_large"


def test_the_largest_list_that_is_allowed_is_read():
    bits = bytes(bitstring.MAX_LIST_BYTES)
    assert bitstring.decode(bitstring.encode(bits)).bits == bits


@given(st.text(max_size=200) | st.binary(max_size=200).map(encode_base64url))
def test_no_text_does_more_than_be_refused(text):
    try:
        code = str(bitstring.decode(text))
    except InputError as error:
        code = error.code
    assert code.startswith(("DecodedBits", "status_list.encoding", "status_list.too_large"))
