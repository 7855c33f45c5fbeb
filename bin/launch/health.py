"""Whether the pages answer."""

import http.client
from urllib.parse import urlsplit

from launch.options import Options, scheme

SECONDS = 2.0  # for one answer; asked again until the supervisor's patience ends


def answers(chosen: Options, port: int) -> bool:
    """Asks /healthz/ as the proxy would, or as a browser on this machine."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(chosen.host, chosen.host)
    name = urlsplit(chosen.public_url).hostname or "localhost"
    connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
    try:
        connection.request(
            "GET", "/healthz/", headers={"Host": name, "X-Forwarded-Proto": scheme(chosen, port)}
        )
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
