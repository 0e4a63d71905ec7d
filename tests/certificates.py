"""Certificates of a private CA, for servers and clients in tests."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True)
class Certificates:
    """A private CA, and a client's certificate and key of it."""

    authority: trustme.CA
    ca: str
    cert: str
    key: str

    @classmethod
    def written(cls, folder: Path) -> Certificates:
        """Make them, as files in a folder."""
        authority = trustme.CA()
        issued = authority.issue_cert("client.example")
        ca, cert, key = folder / "ca.pem", folder / "client.pem", folder / "client.key"
        authority.cert_pem.write_to_path(str(ca))
        issued.cert_chain_pems[0].write_to_path(str(cert))
        issued.private_key_pem.write_to_path(str(key))
        return cls(authority, str(ca), str(cert), str(key))

    def server(self, name: str = "127.0.0.1", *, of_clients: bool = False) -> ssl.SSLContext:
        """The context of a server of this name; `of_clients`: it requires a certificate from clients."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert(name).configure_cert(context)
        if of_clients:
            context.verify_mode = ssl.CERT_REQUIRED
            self.authority.configure_trust(context)
        return context
