"""Pictures of the workbook for the README: `.venv/bin/python -m docs.pictures_of_workbook`.

Needs LibreOffice (soffice) and poppler-utils (pdftotext, pdftoppm) on PATH.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from model.outputs.workbook import write_workbook
from model.scenario.resolve import load

CASES = ("base", "lender_case", "delay_2031", "copper_low")
IMAGES = Path(__file__).parent / "images"
PAGES = {"workbook-summary": "Summary", "workbook-waterfall": "Waterfall"}  # the first printed page of a sheet
DOTS_PER_INCH = 96


def main() -> None:
    """Write the pictures."""
    for program in ("soffice", "pdftotext", "pdftoppm"):
        if shutil.which(program) is None:
            raise SystemExit(f"no {program} on PATH: install the packages libreoffice-calc and poppler-utils")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_workbook([load(case) for case in CASES], folder / "book.xlsx")
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        subprocess.run(
            ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", name, str(folder / "book.xlsx")],
            check=True,
            capture_output=True,
        )
        printed = folder / "book.pdf"
        text = subprocess.run(["pdftotext", str(printed), "-"], check=True, capture_output=True, text=True).stdout
        titles = [page.strip().split("\n")[0] for page in text.split("\f")]
        for picture, title in PAGES.items():
            page = str(titles.index(title) + 1)
            subprocess.run(
                [
                    "pdftoppm",
                    "-r",
                    str(DOTS_PER_INCH),
                    "-f",
                    page,
                    "-l",
                    page,
                    "-singlefile",
                    "-png",
                    str(printed),
                    str(IMAGES / picture),
                ],
                check=True,
            )


if __name__ == "__main__":
    main()
