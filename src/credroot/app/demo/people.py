"""What the demonstration starts from: 25 made-up people with names in many scripts, and one achievement."""

from __future__ import annotations

ROSTER_NAME = "roster.csv"
ACHIEVEMENT_NAME = "data-analytics.json"
BATCH_NAME = "data-analytics-2026"
ISSUER_NAME = "Example University"
ISSUER_URL = "https://university.example"

_NAMES = (
    "Ada Lovelace-Byron",
    "José Muñoz Peña",
    "Zoë Kravchenko",
    "Søren Ångström",
    "Łukasz Wójcik",
    "Αλέξανδρος Νικολάου",
    "Мария Петрова",
    "محمد العلي",
    "שרה כהן",
    "王小明",
    "山田 花子",
    "김민준",
    "अनन्या शर्मा",
    "Nguyễn Thị Minh Khai",
    "Οδυσσέας Παπαδόπουλος",
    "Siobhán O'Brien",
    "Þórdís Jónsdóttir",
    "Çağla Yıldız",
    "Ngozi Okonkwo",
    "Jean-Luc d'Aubigné",
    "Müller, Anna",
    "Rómulo Gonçalves",
    "Тарас Шевчук",
    "ณัฐวุฒิ ใจดี",
    "Kwame Mensah",
)


def demo_roster() -> bytes:
    """Give the roster as a spreadsheet would save it: UTF-8, comma, quoted where a name has one."""
    lines = ["name,email,issued_on,result,evidence"]
    for number, name in enumerate(_NAMES, 1):
        quoted = f'"{name}"' if "," in name else name
        lines.append(
            f"{quoted},learner{number:02d}@students.example,2026-06-30,{70 + number % 30},"
            f"https://portfolio.example/{number:02d}"
        )
    return ("\r\n".join(lines) + "\r\n").encode()


DEMO_ACHIEVEMENT = """\
{
  "id": "https://university.example/achievements/data-analytics",
  "type": ["Achievement"],
  "achievementType": "MicroCredential",
  "name": "Data Analytics Foundations",
  "description": "Prepares, analyses and presents data sets of everyday size, and says what they do not show.",
  "criteria": {
    "narrative": "Passed the proctored examination and presented an analysis of a data set of their own choice."
  },
  "inLanguage": "en",
  "creditsAvailable": 5,
  "tag": ["data analysis", "statistics", "visualisation"],
  "alignment": [
    {
      "type": ["Alignment"],
      "targetName": "Data Scientists",
      "targetUrl": "https://www.onetonline.org/link/summary/15-2051.00",
      "targetCode": "15-2051.00",
      "targetFramework": "O*NET-SOC"
    }
  ],
  "resultDescription": [
    {
      "id": "urn:uuid:5fbd1d5b-5a5a-4e7f-9a3e-6e2a36e3e1a4",
      "type": ["ResultDescription"],
      "name": "Final score",
      "resultType": "Percent",
      "valueMin": "0",
      "valueMax": "100"
    }
  ]
}
"""
