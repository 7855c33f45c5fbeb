"""Pictures of the page of a capture, as a person sees it: `python -m launch.picture [FOLDER]`."""

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from launch import ROOT, trial

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, FilePayload, Page

CAPTURE = ROOT / "diagnoses" / "refused_on_path" / "fires.pcap"
NAME = "ssh-refused.pcap"  # as whoever uploads it would call it
WIDTH, HEIGHT = 1280, 1120  # CSS pixels
CHROMIUM = "/usr/bin/chromium"
PATIENCE = 60_000  # milliseconds for one step
# name of the file, language, colours
PICTURES = (
    ("capture-page.png", "en", "light"),
    ("capture-page-dark.png", "en", "dark"),
    ("capture-page-ja.png", "ja", "light"),
)


def named(content: bytes) -> "FilePayload":
    """A file as a browser's dialogue would give it."""
    return {"name": NAME, "mimeType": "application/octet-stream", "buffer": content}


def upload(page: "Page", url: str) -> str:
    """Uploads our capture as a person would; returns the address of its page, once the verdict is there."""
    page.goto(url)
    page.set_input_files("input[type=file]", named(CAPTURE.read_bytes()))
    page.wait_for_url("**/captures/*/", timeout=PATIENCE)
    page.wait_for_selector("text=/hop 2|2 ホップ/", timeout=PATIENCE)
    return page.url


def take(context: "BrowserContext", address: str, language: str, colours: str, file: Path) -> None:
    """One picture."""
    page = context.new_page()
    page.emulate_media(color_scheme="dark" if colours == "dark" else "light")
    page.goto(address)
    page.click(f"form[action$='/language/'] button[value={language}]")
    page.goto(address)
    page.screenshot(path=file)
    page.close()


def main() -> None:
    """Writes all pictures into the folder that is named, docs/pictures otherwise."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as d, trial.started(Path(d)) as product, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
        page = context.new_page()
        page.goto(product.link)
        address = upload(page, product.url)
        for name, language, colours in PICTURES:
            take(context, address, language, colours, folder / name)
            print(folder / name)
        browser.close()


if __name__ == "__main__":
    main()
