"""How the demonstration's issuer looks: a theme and a logo, to be copied and changed."""

from __future__ import annotations

THEME_NAME = "theme.toml"
LOGO_NAME = "logo.svg"

DEMO_THEME = f"""\
format = "credroot/theme/v1"

colour = "#1d4e89"     # badge, headings, buttons; text is set in a shade of it that can be read
accent = "#f5b841"     # the badge's ring and the thin rules
shape = "hexagon"      # of the badge: hexagon, circle, shield
layout = "portrait"    # of the certificate: portrait, landscape
fonts = []             # of the certificate, before its own
logo = "{LOGO_NAME}"      # PNG or SVG, beside this file
logo_text = "Coat of arms of Example University: a shield with an open book"

[[signatories]]        # at most three
name = "Prof. Dr Amina Okafor"
role = "Dean of Continuing Education"

[[signatories]]
name = "Jon Ellis"
role = "Registrar"

[texts]                # in place of the words in the batch's language
note = "Entered in the register of Example University."
# title = "Certificate"
# awarded = "This is to certify that"
# earned = "has earned"
# mail_subject = "Your credential: {{skill}}"
# mail_opening = "{{issuer}} has issued you the credential {{skill}}."
"""

DEMO_LOGO = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 120" role="img">
  <title>Example University</title>
  <path fill="#1d4e89" d="M60 4 110 20v42c0 29-20 45-50 54C30 107 10 91 10 62V20Z"/>
  <path fill="none" stroke="#f5b841" stroke-width="3" d="M60 12 102 26v36c0 24-16 37-42 46C34 99 18 86 18 62V26Z"/>
  <path fill="#fff" d="M58 44c-8-6-18-7-28-6v34c10-1 20 0 28 6ZM62 44c8-6 18-7 28-6v34c-10-1-20 0-28 6Z"/>
  <path fill="#f5b841" d="m60 80 3.5 7.2 7.9 1.1-5.7 5.6 1.3 7.9-7-3.7-7 3.7 1.3-7.9-5.7-5.6 7.9-1.1Z"/>
</svg>
"""
