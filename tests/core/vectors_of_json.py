"""JSON texts that have one meaning, and those that are refused, each with its reason."""

from __future__ import annotations

from typing import Any

VALID: dict[str, tuple[str, str, Any]] = {
    "empty-object": ("no members", "{}", {}),
    "scalar": ("a value need not be an object", "1", 1),
    "white-space": ("all four kinds around a value", " \t\r\n[1 , 2 ] \n", [1, 2]),
    "escapes": ("every escape", '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00"', '"\\/\b\f\n\r\té😀'),
    "nested-32": ("the deepest nesting", "[" * 32 + "]" * 32, eval("[" * 32 + "]" * 32)),
    "brackets-in-a-string": ("not nested", '["[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["]', ["[" * 37]),
    "colon-in-a-string": ("no key", '{"a:b":"c:d"}', {"a:b": "c:d"}),
    "same-key-in-two-objects": ("not twice in one", '[{"a":1},{"a":{"a":2}}]', [{"a": 1}, {"a": {"a": 2}}]),
    "integer-largest": ("2^53 - 1", "9007199254740991", 2**53 - 1),
    "integer-smallest": ("-(2^53 - 1)", "-9007199254740991", -(2**53) + 1),
    "integer-minus-zero": ("the integer zero", "-0", 0),
    "float-minus-zero": ("a float that keeps its sign, and is canonically 0", "-0.0", -0.0),
    "float-large": ("a float may be large", "1e300", 1e300),
    "float-with-many-digits": ("written with a point, so a float", "12345678901234567890.0", 12345678901234567890.0),
    "float-tiny": ("rounded to zero, as by every reader", "1e-400", 0.0),
    "long-digits-in-a-string": ("no number", '["99999999999999999999", 1e30]', ["99999999999999999999", 1e30]),
}

INVALID: dict[str, tuple[str, str, str]] = {
    "empty": ("nothing", "", "json.syntax"),
    "duplicate-key": ("a key twice", '{"a":1,"a":1}', "json.duplicate_key"),
    "duplicate-key-escaped": ("a key twice in two spellings", '{"a":1,"\\u0061":2}', "json.duplicate_key"),
    "duplicate-key-nested": ("deep inside", '[[{"x":{"a":{},"b":[],"a":{}}}]]', "json.duplicate_key"),
    "duplicate-key-behind-escapes": (
        "quotes and backslashes in keys",
        '{"\\\\":1,"\\"":2,"\\\\":3}',
        "json.duplicate_key",
    ),
    "duplicate-empty-key": ("the empty key twice", '{"":1,"":2}', "json.duplicate_key"),
    "nested-33": ("one too deep", "[" * 33 + "]" * 33, "json.too_deep"),
    "nested-33-objects": ("one too deep", '{"a":' * 33 + "1" + "}" * 33, "json.too_deep"),
    "nested-33-behind-an-escaped-quote": ("one too deep", '["\\"",' + "[" * 32 + "]" * 33, "json.too_deep"),
    "never-closed": ("opened 64 times", "[" * 64, "json.too_deep"),
    "not-closed": ("opened once", "[", "json.syntax"),
    "closed-wrongly": ("brackets of two kinds", "[}", "json.syntax"),
    "integer-2-to-53": ("beyond what every reader holds", "9007199254740992", "json.number"),
    "integer-negative": ("beyond what every reader holds", "[-9007199254740992]", "json.number"),
    "integer-2-to-63": ("beyond 63 bits", '{"a":9223372036854775808}', "json.number"),
    "integer-below-minus-2-to-63": ("beyond 63 bits", '{"a":-9223372036854775809}', "json.number"),
    "integer-2-to-64": ("a parser would round it", '{"a":18446744073709551616}', "json.number"),
    "integer-of-400-digits": ("a parser would make it infinite", "9" * 400, "json.number"),
    "integer-beside-a-large-float": ("one of each", "[1e30,100000000000000000000]", "json.number"),
    "float-infinite": ("beyond a float", "[1e400]", "json.number"),
    "nan": ("not a number", "[NaN]", "json.number"),
    "infinity": ("no number of JSON", '{"a":Infinity}', "json.number"),
    "minus-infinity": ("no number of JSON", "-Infinity", "json.number"),
    "leading-zero": ("01", "01", "json.syntax"),
    "leading-plus": ("+1", "+1", "json.syntax"),
    "no-digits-behind-the-point": ("1.", "1.", "json.syntax"),
    "no-digits-before-the-point": (".5", ".5", "json.syntax"),
    "hexadecimal": ("0x10", "0x10", "json.syntax"),
    "surrogate-high": ("half a character, escaped", '"\\ud800"', "json.surrogate"),
    "surrogate-low": ("half a character, escaped", '["\\uDC00"]', "json.surrogate"),
    "surrogates-reversed": ("the halves in wrong order", '"\\udc00\\ud800"', "json.surrogate"),
    "surrogate-in-a-key": ("half a character in a key", '{"\\ud83d":1}', "json.surrogate"),
    "surrogate-then-letter": ("half a character before a letter", '"\\ud83dx"', "json.surrogate"),
    "control-character": ("a line end inside a string", '"a\nb"', "json.syntax"),
    "nul": ("a zero byte behind the value", "1\x00", "json.syntax"),
    "two-values": ("more than one value", "{} {}", "json.syntax"),
    "trailing-comma": ("a comma before the end", "[1,]", "json.syntax"),
    "comment": ("a comment", "[1] // one", "json.syntax"),
    "single-quotes": ("quotes of another kind", "['a']", "json.syntax"),
    "key-without-quotes": ("a bare key", "{a:1}", "json.syntax"),
    "unknown-escape": ("an escape that is none", '"\\x41"', "json.syntax"),
    "backslash-outside": ("a backslash before a quote, outside", '\\"[[[', "json.syntax"),
    "unknown-word": ("a word", "True", "json.syntax"),
    "no-break-space": ("white space that is none", "\u00a01", "json.syntax"),
    "byte-order-mark": ("a mark in front", "\ufeff{}", "json.bom"),
}

BYTES: dict[str, tuple[str, str, str]] = {
    "utf-8-broken": ("a byte that UTF-8 never has", "22ff22", "json.not_utf8"),
    "utf-8-overlong": ("a quote in two bytes", "22c0a222", "json.not_utf8"),
    "utf-8-surrogate": ("half a character in three bytes", "22eda08022", "json.not_utf8"),
    "utf-8-beyond": ("a character beyond the last one", "22f490808022", "json.not_utf8"),
    "utf-8-cut": ("a character without its end", "22e282", "json.not_utf8"),
    "utf-16": ("another encoding", "fffe31000a00", "json.not_utf8"),
    "latin-1": ("another encoding", "22e922", "json.not_utf8"),
}


def json_vectors() -> dict[str, dict[str, Any]]:
    """Give all vectors by name."""
    named: dict[str, dict[str, Any]] = {}
    for name, (description, text, value) in VALID.items():
        named[f"valid-{name}"] = {"description": description, "valid": True, "text": text, "value": value}
    for name, (description, text, code) in INVALID.items():
        named[name] = {"description": description, "valid": False, "text": text, "code": code}
    for name, (description, data, code) in BYTES.items():
        named[name] = {"description": description, "valid": False, "hex": data, "code": code}
    return named
