"""What strangers write into credentials is shown as text. None of it runs, and none of it makes a request."""

from __future__ import annotations

from typing import Any

from tests.browser.payloads import COUNT, HOST, LINKS, NAMES, PICTURES, TEXTS
from tests.browser.reports import credential
from tests.browser.steps import as_bytes, choose

WATCH = (
    "top.ran = 0; top.broken = []; addEventListener('securitypolicyviolation', (e) => top.broken.push(e.blockedURI))"
)


class Watched:
    """A page whose every request and every start of a script is noticed."""

    def __init__(self, page: Any, site: str) -> None:
        self.page = page
        self.foreign: list[str] = []
        self.dialogs: list[str] = []
        page.on("request", lambda asked: self._asked(asked.url, site))
        page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))
        page.evaluate(WATCH)

    def _asked(self, address: str, site: str) -> None:
        own = (f"{site}/v1/page", f"{site}/icon.svg", "data:image/svg+xml;base64,", "data:image/png;base64,")
        if not address.startswith(own):
            self.foreign.append(address)

    def assert_quiet(self, what: str) -> None:
        """Nothing ran, nothing was asked, and the policy had nothing to stop."""
        assert self.page.evaluate("top.ran") == 0, what
        assert self.page.evaluate("top.broken") == [], what
        assert self.foreign == [], what
        assert self.dialogs == [], what
        assert self.page.faults == [], what


def infested(text: str, *, link: str = "", picture: str = "", name: str | None = None) -> bytes:
    """Put `text` into everything that is shown, `link` into everything that is a link, `picture` where pictures are."""
    link = link or text
    about = {
        "identifier": [{"type": "IdentityObject", "hashed": False, "identityHash": text, "identityType": "name"}],
        "result": [{"value": text, "resultDescription": "x"}, {"status": text}],
        "achievement": {
            "name": text if name is None else name,
            "achievementType": text,
            "description": text,
            "criteria": {"id": link, "narrative": text},
            "tag": [text, text],
            "image": {"id": picture or link, "type": "Image"},
            "alignment": [{"targetName": text, "targetCode": text, "targetFramework": text, "targetUrl": link}],
            "resultDescription": [{"id": "x", "name": text, "valueMax": text}],
        },
    }
    document = credential(
        credentialSubject=about,
        id=text,
        issuer={"id": text, "name": text},
        evidence=[{"id": link, "name": text, "narrative": text}],
        validFrom=text,
        validUntil=text,
    )
    return as_bytes(document)


def test_there_are_200_payloads_or_more() -> None:
    assert COUNT >= 200


def test_no_hostile_text_runs_or_asks(open_page: Any, site: str) -> None:
    watched = Watched(open_page(site), site)
    for text in TEXTS:
        choose(watched.page, ("a.json", infested(text)))
        watched.assert_quiet(text)
        assert watched.page.locator("#result img").get_attribute("src").startswith("data:image/svg+xml;base64,")


def test_no_hostile_link_becomes_one(open_page: Any, site: str) -> None:
    watched = Watched(open_page(site), site)
    for link in LINKS:
        choose(watched.page, ("a.json", infested("x", link=link)))
        assert watched.page.locator(".content a").count() == 0, link
        watched.assert_quiet(link)


def test_no_hostile_picture_runs_or_asks(open_page: Any, site: str) -> None:
    watched = Watched(open_page(site), site)
    for picture in PICTURES:
        choose(watched.page, ("a.json", infested("x", link="x", picture=picture)))
        watched.page.wait_for_timeout(30)
        source = watched.page.locator("#result img").get_attribute("src")
        assert source.startswith(("data:image/svg+xml;base64,", "data:image/png;base64,")), picture
        assert HOST not in source
        watched.assert_quiet(picture)


def test_no_hostile_name_of_a_file_runs_or_asks(open_page: Any, site: str) -> None:
    watched = Watched(open_page(site), site)
    page = watched.page
    for start in range(0, len(NAMES), 10):
        names = NAMES[start : start + 10]
        # Through a drop: there a name may be anything.
        page.evaluate("document.querySelector('#result').replaceChildren()")
        page.evaluate(
            """([names, text]) => {
              const transfer = new DataTransfer();
              for (const name of names) transfer.items.add(new File([text], name));
              dispatchEvent(new DragEvent("drop", {dataTransfer: transfer, cancelable: true}));
            }""",
            [list(names), infested("<img src=x onerror=top.ran=1>").decode()],
        )
        page.wait_for_selector("#verdict")
        watched.assert_quiet(str(names))
        choose(page, (names[0].replace("/", "_"), infested("x")))
        watched.assert_quiet(names[0])


def test_nothing_runs_without_the_policy_either(open_page: Any, site: str) -> None:
    """The policy is the second wall; the first must hold alone."""
    watched = Watched(open_page(site, bypass_csp=True), site)
    for text in TEXTS:
        choose(watched.page, ("a.json", infested(text, link="javascript:top.ran=1")))
        watched.page.wait_for_timeout(5)
        watched.assert_quiet(text)
