"""Whether Aye's service answers at the socket named: exit code 0, else 1. For install.sh; Python alone is needed."""

import http.client
import socket
import sys


class Service(http.client.HTTPConnection):
    """HTTP over a UNIX socket."""

    def connect(self) -> None:
        """To the socket that the command line names."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(5)
        self.sock.connect(sys.argv[1])


try:
    service = Service("aye")
    service.request("GET", "/health/live")
    sys.exit(0 if service.getresponse().status == 200 else 1)
except (OSError, http.client.HTTPException):
    sys.exit(1)
