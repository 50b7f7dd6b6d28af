"""The content security policy every page carries, and the one for pages that draw a terminal."""

from typing import Final

_PARTS: Final = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "frame-src": "'self'",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


def _written(parts: dict[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in parts.items())


POLICY: Final = _written(_PARTS)
#: The terminal and the player measure text and place it with style elements of their own; scripts
#: stay as strict as everywhere.
TERMINAL_POLICY: Final = _written(
    _PARTS | {"style-src": "'self' 'unsafe-inline'", "script-src": "'self' 'wasm-unsafe-eval'"}
)
