"""TLS: certificates of the user, checked before the first request, and readable errors."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from slo.observe.files import check_regular, failed, unusable

if TYPE_CHECKING:
    from slo.observe.access import Access
    from slo.observe.errors import ObserveError

_REASONS = {
    "WRONG_VERSION_NUMBER": "the server does not use TLS on this port; try http://",
    "HTTP_REQUEST": "the server does not use TLS on this port; try http://",
    "CERTIFICATE_REQUIRED": "the server requires a client certificate; add --client-cert",
    "HANDSHAKE_FAILURE": "the TLS handshake failed; the server may require a client certificate, see --client-cert",
    "UNKNOWN_CA": "the server rejects the client certificate: unknown CA",
    "BAD_CERTIFICATE": "the server rejects the client certificate",
    "CERTIFICATE_EXPIRED": "the server rejects the client certificate: expired",
}
_MISMATCH = "KEY_VALUES_MISMATCH"


class _EncryptedError(Exception):
    """OpenSSL asked for a passphrase."""


def check_files(access: Access) -> None:
    """Load the certificates once, so that an error names the file.

    Raises:
        ObserveError: one of them cannot be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if access.ca_file:
        named_by = access.named_by("ca_file")
        check_regular(access.ca_file, named_by)
        try:
            context.load_verify_locations(access.ca_file)
        except (OSError, ValueError) as error:
            raise _failed(access.ca_file, error, "this file has no certificate in PEM format", named_by) from None
    if access.client_cert:
        _check_client(context, access)


def _check_client(context: ssl.SSLContext, access: Access) -> None:
    cert, key = access.client_cert, access.client_key
    check_regular(cert, access.named_by("client_cert"))  # OpenSSL does not say which of the two is missing
    if key:
        check_regular(key, access.named_by("client_key"))
    named_by = access.named_by("client_key" if key else "client_cert")
    try:
        context.load_cert_chain(cert, key or None, password=_refuse_passphrase)
    except _EncryptedError:
        raise unusable(key or cert, "this key has a passphrase; name a key without one", named_by) from None
    except (OSError, ValueError) as error:
        what = "the key does not match the certificate" if getattr(error, "reason", "") == _MISMATCH else ""
        missing = "" if key else "; name the file of the key with --client-key"
        what = what or f"no certificate and private key in PEM format{missing}"
        raise _failed(key or cert, error, what, named_by) from None


def _refuse_passphrase() -> str:
    raise _EncryptedError


def _failed(file: str, error: OSError | ValueError, otherwise: str, named_by: str) -> ObserveError:
    if isinstance(error, OSError) and not isinstance(error, ssl.SSLError):
        return failed(file, error, named_by)
    return unusable(file, otherwise, named_by)


def reason(error: ssl.SSLError) -> str:
    """Return what failed, and the fix where one is known."""
    if isinstance(error, ssl.SSLCertVerificationError):
        if "mismatch" in error.verify_message:
            return f"the certificate is for another host: {error.verify_message.rstrip('.')}"
        return f"the certificate cannot be verified ({error.verify_message}); name the file of its CA with --ca-file"
    if isinstance(error, ssl.SSLEOFError):
        return "the server closed the TLS connection; it may require a client certificate, see --client-cert"
    name = error.reason or ""
    known = next((text for end, text in _REASONS.items() if name.endswith(end)), None)
    return known or f"TLS failed: {name.lower().replace('_', ' ') or error}"
