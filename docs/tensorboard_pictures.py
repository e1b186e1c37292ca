"""Takes the pictures on tensorboard.md: runs the page's program, and TensorBoard, and looks at it with Chromium.

`pip install playwright tensorboard pillow`; CHROMIUM is the path of the browser.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

HERE = Path(__file__).parent
PORT = 6123
PAGES = {"graph": "graphs", "scalars": "scalars", "histograms": "histograms"}
LOAD_S = 10  # that a page takes until all is drawn


def program() -> str:
    """Return the program of the page."""
    block = re.search(r"^```python\n(.*?)^```$", (HERE / "tensorboard.md").read_text(), re.S | re.M)
    assert block is not None
    return block[1]


def picture(name: str) -> Path:
    """Return where the picture of a page lies."""
    return HERE / "drawings" / f"tensorboard_{name}.png"


@contextmanager
def tensorboard(logs: str) -> Iterator[str]:
    """Serve a folder of events; yield the address."""
    address = f"http://localhost:{PORT}/"
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", logs, "--port", str(PORT)]
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        for _ in range(60):
            time.sleep(1)
            try:
                urllib.request.urlopen(address).close()
                break
            except OSError:
                continue
        yield address
    finally:
        server.terminate()


def take(address: str) -> None:
    """Take the pictures, in 64 colours."""
    from PIL import Image
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", "--disable-background-networking", "--enable-unsafe-swiftshader"],
        )
        page = browser.new_page(viewport={"width": 1100, "height": 640})
        for name, place in PAGES.items():
            page.goto(f"{address}#{place}")
            page.wait_for_timeout(LOAD_S * 1000)
            Image.open(BytesIO(page.screenshot())).convert("RGB").quantize(64).save(picture(name), optimize=True)
        browser.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-c", program()], check=True, cwd=folder)
        with tensorboard(str(Path(folder) / "logs")) as address:
            take(address)
