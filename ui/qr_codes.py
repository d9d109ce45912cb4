"""QR codes as SVG paths: an address that a phone can read from a screen or from paper."""

from __future__ import annotations

from dataclasses import dataclass

import qrcode

QUIET = 4


@dataclass(frozen=True)
class QrCode:
    """size: of the square, quiet zone included, in modules; path: its dark modules, for ``d``."""

    size: int
    path: str


def qr_code(text: str) -> QrCode:
    """The code of a text, with the quiet zone of four modules that ISO/IEC 18004 asks for."""
    code = qrcode.QRCode(border=QUIET, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(text)
    code.make(fit=True)
    matrix = code.get_matrix()
    path = "".join(
        f"M{x} {y}h1v1h-1z"
        for y, row in enumerate(matrix)
        for x, is_dark in enumerate(row)
        if is_dark
    )
    return QrCode(size=len(matrix), path=path)
