"""Servers that accept no spans. Each function listens on a port of this machine until the process ends, and returns the
port."""
import socket, struct, threading, time

# HTTP/2 frames: SETTINGS (with INITIAL_WINDOW_SIZE), its acknowledgement, WINDOW_UPDATE for the connection.
settings = lambda window: struct.pack(">BHBBIHI", 0, 6, 4, 0, 0, 4, window)
ACKNOWLEDGEMENT = struct.pack(">BHBBI", 0, 0, 4, 1, 0)
more_window = lambda bytes: struct.pack(">BHBBII", 0, 4, 8, 0, 0, bytes)


def absent():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def filtered():
    """The queue of connections is full: the system silently drops each SYN."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    fillers = [socket.socket() for _ in range(4)]
    for filler in fillers:
        filler.setblocking(False)
        filler.connect_ex(listener.getsockname())
    kept.extend([listener, *fillers])
    return listener.getsockname()[1]


def silent():
    return serve(lambda connection: drain(connection))


def stalls_in_tls():
    """Sends only the beginning of a ServerHello."""
    def talk(connection):
        connection.recv(1 << 16)
        connection.sendall(bytes.fromhex("160303007a020000760303"))
        drain(connection)
    return serve(talk)


def reads_slowly():
    """Reads one byte per second from a small buffer, with large HTTP/2 windows."""
    def talk(connection):
        connection.sendall(settings(0x7FFFFFFF) + more_window(0x7FFF0000 - 65_535) + ACKNOWLEDGEMENT)
        while connection.recv(1):
            time.sleep(1)
    return serve(talk, buffer=2048)


def grants_no_window():
    def talk(connection):
        connection.sendall(settings(0) + ACKNOWLEDGEMENT)
        drain(connection)
    return serve(talk)


def reads_nothing():
    """Sends the HTTP/2 preface, and never reads."""
    def talk(connection):
        connection.sendall(bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]))  # An empty SETTINGS frame.
        threading.Event().wait()

    return serve(talk)


SERVERS = {"is absent": absent, "is filtered (no RST)": filtered, "accepts and is silent": silent,
           "stalls in the TLS handshake": stalls_in_tls, "reads a byte a second": reads_slowly,
           "never grants window": grants_no_window}
kept = []


def drain(connection):
    while connection.recv(1 << 16):
        pass


def serve(talk, buffer=None):
    listener = socket.socket()
    if buffer:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)

    def run(connection):
        with connection:
            try:
                talk(connection)
            except OSError:
                pass  # The client has closed the connection.

    def accept():
        while True:
            threading.Thread(target=run, args=(listener.accept()[0],), daemon=True).start()
    threading.Thread(target=accept, daemon=True).start()
    return listener.getsockname()[1]
