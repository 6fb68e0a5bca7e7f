"""What people do on the page, as functions."""

from __future__ import annotations

import base64
import json
from typing import Any

AXE_RUN = """async () => {
  const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const found = await axe.run(document, {runOnly: rules});
  return found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`);
}"""
DROP = """async ([name, data]) => {
  const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name));
  const begin = performance.now();
  const shown = new Promise((done, never) => {
    setTimeout(() => never(new Error("no verdict came")), 60_000);
    new MutationObserver((_, observer) => {
      if (!document.querySelector("#verdict")) return;
      observer.disconnect();
      requestAnimationFrame(() => done(performance.now() - begin));
    }).observe(document.querySelector("#result"), {childList: true});
  });
  const event = new DragEvent("drop", {dataTransfer: transfer, bubbles: true, cancelable: true});
  document.querySelector("#drop").dispatchEvent(event);
  return shown;
}"""


def as_bytes(document: Any) -> bytes:
    """Write a credential as a file has it."""
    return json.dumps(document, ensure_ascii=False).encode()


def choose(page: Any, *files: tuple[str, bytes]) -> None:
    """Choose files with the button and wait for the verdict."""
    page.evaluate("document.querySelector('#result').replaceChildren()")
    page.set_input_files(
        "#file", [{"name": name, "mimeType": "application/octet-stream", "buffer": data} for name, data in files]
    )
    page.wait_for_selector("#verdict")


def drop(page: Any, name: str, data: bytes) -> float:
    """Drop a file on the page; give the milliseconds to the verdict."""
    return float(page.evaluate(DROP, [name, base64.b64encode(data).decode()]))


def heading(page: Any) -> str:
    """Give the verdict."""
    return str(page.locator("#verdict").inner_text())


def violations(page: Any, axe: str) -> list[str]:
    """Give what axe-core finds wrong with the page as it stands."""
    page.evaluate(axe)
    found: list[str] = page.evaluate(AXE_RUN)
    return found
