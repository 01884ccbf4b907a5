"""Reaching out: every kind of socket."""

from tests.sandbox.attacks.attack import Attack

REACHING = (
    Attack(
        "tcp_to_the_app",
        'import socket\nattempt("tcp", lambda: socket.create_connection(("127.0.0.1", TCP_PORT), 2))',
        uid_matters=True,
    ),
    Attack(
        "udp_to_the_app",
        """
import socket
def send():
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"stolen", ("127.0.0.1", UDP_PORT))
attempt("udp", send)
""",
    ),
    Attack(
        "unix_socket_by_path",
        """
import socket
def connect():
    s = socket.socket(socket.AF_UNIX); s.connect("UNIX_SOCKET"); return s
attempt("unix", connect)
""",
    ),
    Attack(
        "unix_socket_abstract",
        """
import socket
def connect():
    s = socket.socket(socket.AF_UNIX); s.connect(chr(0) + "ABSTRACT_SOCKET"); return s
attempt("abstract", connect)
""",
    ),
    Attack(
        "netlink_packet_and_raw_sockets",
        """
import socket
attempt("netlink", lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0))
attempt("packet", lambda: socket.socket(17, socket.SOCK_RAW, 3))
attempt("raw", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))
attempt("vsock", lambda: socket.socket(40, socket.SOCK_STREAM))
attempt("alg", lambda: socket.socket(38, socket.SOCK_SEQPACKET))
""",
    ),
    Attack("name_lookup", 'import socket\nattempt("dns", lambda: socket.getaddrinfo("example.org", 80))'),
    Attack(
        "listen",
        """
import socket
def listen():
    s = socket.socket(); s.bind(("0.0.0.0", 0)); s.listen(); return s.getsockname()
attempt("listen", listen)
attempt("pair", socket.socketpair)
""",
    ),
    Attack(
        "download",
        """
import urllib.request
attempt("http", lambda: urllib.request.urlopen("http://127.0.0.1:TCP_PORT/", timeout=2).read())
""",
    ),
    Attack(
        "asyncio_loop",
        """
import asyncio
async def fetch():
    return await asyncio.open_connection("127.0.0.1", TCP_PORT)
attempt("asyncio", lambda: asyncio.run(fetch()))
""",
    ),
)
