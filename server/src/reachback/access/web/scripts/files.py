"""A version's text as a file: the very bytes its digest is over."""

from django.http import HttpResponse

from reachback.access.models import ScriptVersion


def file_of(version: ScriptVersion) -> HttpResponse:
    """Return it to be saved, never shown: `sha256sum` says the digest."""
    response = HttpResponse(version.text.encode(), content_type="text/plain; charset=utf-8")
    name = f"script-{version.digest.removeprefix('sha256:')[:12]}-{version.number}.txt"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
