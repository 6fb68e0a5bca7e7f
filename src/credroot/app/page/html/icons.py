"""Signs beside words: each outcome and each tone has a shape of its own, so that colour is never all there is."""

from __future__ import annotations

from credroot.app.page.words.conclusion import Tone
from credroot.core.report import Outcome
from credroot.core.text.markup import Markup

_TICK = '<path d="m7 12.5 3.4 3.5L17 8.5"/>'
_CROSS = '<path d="m8 8 8 8m0-8-8 8"/>'
_QUESTION = '<path d="M9.3 9.4a2.8 2.8 0 1 1 3.9 2.9c-.9.4-1.2.9-1.2 1.8"/><path d="M12 17.2v.1"/>'
_PAUSE = '<path d="M9.5 8v8m5-8v8"/>'
_DASH = '<path d="M8 12h8"/>'
_NOTE = '<path d="M12 7.5v5.5"/><path d="M12 16.6v.1"/>'

_CIRCLE = '<circle class="disc" cx="12" cy="12" r="11"/>'
_OCTAGON = '<path class="disc" d="M7.4 1h9.2L23 7.4v9.2L16.6 23H7.4L1 16.6V7.4z"/>'
_SHIELD = '<path class="disc" d="M12 .8 21.6 4v7.6c0 6-4 10-9.6 11.8C6.4 21.6 2.4 17.6 2.4 11.6V4z"/>'
_DIAMOND = '<path class="disc" d="M12 .6 23.4 12 12 23.4 .6 12z"/>'

_TONES = {
    Tone.GOOD: _SHIELD + _TICK,
    Tone.BAD: _OCTAGON + _CROSS,
    Tone.WITHDRAWN: _CIRCLE + _PAUSE,
    Tone.UNSURE: _DIAMOND + _QUESTION,
}
_OUTCOMES = {
    Outcome.PASSED: _CIRCLE + _TICK,
    Outcome.FAILED: _OCTAGON + _CROSS,
    Outcome.UNKNOWN: _DIAMOND + _QUESTION,
    Outcome.SKIPPED: _CIRCLE + _DASH,
    Outcome.WARNING: _DIAMOND + _NOTE,
}


def icon(tone: Tone) -> Markup:
    """Draw the sign of a conclusion."""
    return _drawing(_TONES[tone])


def outcome_icon(outcome: Outcome) -> Markup:
    """Draw the sign of a check's outcome."""
    return _drawing(_OUTCOMES[outcome])


def _drawing(shapes: str) -> Markup:
    return Markup(f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{shapes}</svg>')
