"""A maker of devices on loopback: its trust registry on disk, and the status list that it serves."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from crypto.encoding import Json, canonical_json, parse_json
from crypto.signing import SigningKey
from ssi.device.credential import DEVICE_TYPE, DeviceClaims, issue_device_credential
from ssi.status_list import PublishedStatusList, Status, StatusList, sign_status_list
from ssi.trust import sign_registry
from ssi.trust_parts import issuer_part, marketplace_part
from tests.ssi.device.makers import BAND, BAND_KEY, MAKER
from tests.ssi.parties import AUTHORITY, NOW, assembled, certificate, ed25519, terms

PLACE = 17


@dataclass
class Maker:
    """Who makes devices; `statuses` say what it says of them, by their place in its list."""

    folder: Path
    url: str = ""
    statuses: dict[int, Status] = field(default_factory=dict)
    now: datetime = NOW
    silent: bool = False

    @property
    def uri(self) -> str:
        """Where its list lies."""
        return f"{self.url}/status-lists/1"

    @property
    def settings(self) -> dict[str, str]:
        """What an office's settings say to trust this maker."""
        return {"registry": str(self.folder / "trust.jwt"), "authority": str(self.folder / "authority.json")}

    def credential(self, claims: DeviceClaims = BAND, key: SigningKey = BAND_KEY, **times: datetime) -> str:
        """A device's credential of a year, unless told otherwise."""
        stated = terms(uri=self.uri, index=PLACE, **times)
        return issue_device_credential(claims, key.public, issuer=MAKER, terms=stated)

    def list(self) -> str:
        """Its status list as it is now."""
        published = PublishedStatusList(
            uri=self.uri,
            statuses=StatusList.of(2**10, self.statuses),
            issued_at=self.now,
            expires_at=self.now + timedelta(hours=1),
            ttl_seconds=1,
        )
        return sign_status_list(published, MAKER.key, kid=MAKER.kid)

    def write_registry(self, *credential_types: str, others: Sequence[dict[str, Json]] = ()) -> None:
        """The registry that trusts it for these types, and others as their parts say."""
        self.folder.mkdir(exist_ok=True)
        part = issuer_part(
            MAKER.issuer_id,
            "Maker",
            keys={MAKER.kid: MAKER.key.public},
            credential_types=list(credential_types),
            status_uri_prefix=f"{self.url}/status-lists/",
        )
        market = marketplace_part(
            "market",
            "Marketplace",
            url="http://127.0.0.1:8000",
            verifying_key=ed25519("market").public,
            tls_certificate=certificate("market"),
        )
        token = sign_registry(assembled([part, market, *others]), AUTHORITY)
        (self.folder / "trust.jwt").write_text(token)
        (self.folder / "authority.json").write_bytes(canonical_json(AUTHORITY.public.to_jwk()))

    def trust(self, office: Path) -> None:
        """Have the registry trust the office of a folder as well, as its part says."""
        part = parse_json((office / "public.json").read_bytes())
        assert isinstance(part, dict)
        self.write_registry(DEVICE_TYPE, others=[part])


@contextmanager
def making(folder: Path) -> Iterator[Maker]:
    """A maker for as long as the block lasts."""
    maker = Maker(folder)

    class _Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(503 if maker.silent else 200)
            self.send_header("Content-Type", "application/statuslist+jwt")
            self.end_headers()
            self.wfile.write(b"" if maker.silent else maker.list().encode())

        def log_message(self, *_arguments: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), _Handler) as server:
        maker.url = f"http://127.0.0.1:{server.server_port}"
        maker.write_registry(DEVICE_TYPE)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield maker
        finally:
            server.shutdown()
            thread.join()
