#!/usr/bin/env python3
"""A link with delay: forwards TCP connections to a port of this machine and delays each byte, at any rate.

    relay.py PORT MILLISECONDS      (each way); prints its own port
"""
import collections, select, socket, sys, time


def relay(target, delay):
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    peer = {}                                # The other end of each connection.
    under_way = collections.deque()          # (time of arrival, destination, bytes); the constant delay keeps the order
    while True:
        wait = max(0, under_way[0][0] - time.monotonic()) if under_way else None
        readable, _, _ = select.select([listener, *peer], [], [], wait)
        now = time.monotonic()
        while under_way and under_way[0][0] <= now:
            arrive(*under_way.popleft()[1:])
        for end in readable:
            if end is listener:
                client, server = listener.accept()[0], socket.create_connection(("127.0.0.1", target))
                for one, other in ((client, server), (server, client)):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    peer[one] = other
            else:
                data = receive(end)
                under_way.append((now + delay, peer[end], data))
                if not data:
                    del peer[end]


def receive(end):
    try:
        return end.recv(1 << 20)
    except OSError:
        return b""


def arrive(end, data):
    try:
        end.sendall(data) if data else end.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # The connection is closed.


if __name__ == "__main__":
    relay(int(sys.argv[1]), float(sys.argv[2]) / 1000)
