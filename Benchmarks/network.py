"""The parts of Benchmarks/run that measure the transport, bad networks and idleness."""
import concurrent.futures

import black_holes
from measuring import *

ROUND_TRIP = 200  # Milliseconds of the link with delay.
LIMIT, GRACE = 500, 50  # Milliseconds: the deadline of a call to a black hole, and the allowed delay.
BLACKHOLE_ROUNDS = 10
SETTLE, IDLE = 15, 60  # Seconds: the end of threads that are kept for 10 s, and the measured time.


@contextlib.contextmanager
def http_sink():
    """Starts the C server of HTTP/1.1 on a free port; yields the port."""
    place = socket.socket()
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    place.bind(("127.0.0.1", 0))
    port = place.getsockname()[1]
    server = subprocess.Popen([path("httpsink"), str(port)])
    try:
        deadline = time.monotonic() + 10
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            if time.monotonic() > deadline:
                raise RuntimeError("the sink doesn't start")
            time.sleep(0.01)
        yield port
    finally:
        server.kill()
        server.wait()
        place.close()


def measure_transport():
    """Compares the channel with the C client; both send one encoded message repeatedly."""
    make_certificates()
    for tls in (False, True):
        for window, words in ((65_535, "64 KiB"), (16 << 20, "16 MiB")):
            with sink(window, tls) as (port, _):
                authorities = [path("TLS/ca.pem")] if tls else []
                ours = lambda calls, at_once=1: [
                    driver("export-bench"), port, path("c.bin"), at_once, calls, 1, *authorities]
                limit = lambda calls, at_once=1: [path("cclient"), port, path("c.bin"), at_once, calls, 1, *authorities]
                # The number of window updates during an export varies; OpenSSL's part doesn't.
                transport_rows(f"transport, {'TLS' if tls else 'plaintext'}, windows of {words}: ", limit, ours,
                               calls=200 if tls else 600, rounds=1 if tls else 3)


def make_certificates():
    output([os.path.join(ROOT, "Fixtures", "make_certificates.sh"), path("TLS")])


def transport_rows(name, limit, ours, calls, rounds):
    c_count, our_count = (each(instructions, command, 20, 20 + calls, rounds) for command in (limit, ours))
    ratio = our_count / c_count
    row(name + "user instructions of an export, one at a time", count(c_count), "-", "at most 1.6 × C's",
        f"{count(our_count)} ({ratio:.2f} ×)", round(ratio, 2) <= 1.6)
    c_times, times = [], []
    for _ in range(9):
        c_times.append(float(re.search(r"cpu_us/export ([\d.]+)", output(limit(1000, 8))).group(1)))
        times.append(float(values(output(ours(1000, 8)))["microsecondsPerCall"][0]))
    # The median of pairs: a disturbance of the machine affects both runs of a pair.
    ratio = statistics.median(our_time / c_time for our_time, c_time in zip(times, c_times))
    row(name + "CPU µs of an export, eight at once", count(statistics.median(c_times)), "-", "at most 1.3 × C's",
        f"{count(statistics.median(times))} ({ratio:.2f} ×)", round(ratio, 2) <= 1.3)


@contextlib.contextmanager
def link(port):
    """Starts a link with delay to a port; yields the port at its near end."""
    relay = subprocess.Popen([sys.executable, os.path.join(HERE, "relay.py"), str(port), str(ROUND_TRIP / 2)],
                             stdout=subprocess.PIPE, text=True)
    try:
        yield int(relay.stdout.readline())
    finally:
        relay.kill()
        relay.wait()


def over_link(window, *words):
    """Sends batches over the link to the C server; returns the batches per second, and the warning of a limit."""
    with sink(window) as (server, received), link(server) as port:
        probes = received("connections")
        result = values(output([driver("link-bench"), port, *words]))
        if result["lost"] != ["0"]:
            raise RuntimeError(f"{result['lost'][0]} spans lost over the link with windows of {window:,}")
        return (float(result["batchesPerSecond"][0]), result["saysLimit"] == ["true"],
                received("connections") - probes)


def measure_link():
    name = f"batches of 512 spans a second, round trip {ROUND_TRIP} ms, "
    (alone, *_), (together, *_) = over_link(16 << 20, 1, 1, 2, 30), over_link(16 << 20, 1, 16, 200, 400)
    row(name + "windows of 16 MiB, up to 16 at once", "-", "-", "at least 10 × one at a time",
        f"{together:.1f} ({together / alone:.1f} × {alone:.1f})", together >= 10 * alone)
    (alone, *_), (together, says_limit, _) = over_link(65_535, 1, 1, 1, 5), over_link(65_535, 1, 16, 5, 15)
    row(name + "windows of 64 KiB, up to 16 at once: the connection's window is the limit", "-", "-",
        "none lost, the limit named", f"{together:.2f} ({together / alone:.1f} × {alone:.2f}), 0 lost"
        + (", a warning names the limit" if says_limit else ", no warning"), says_limit)
    one = together
    together, _, connections = over_link(65_535, 4, 16, 20, 40)
    row(name + "windows of 64 KiB, up to 16 at once, `maxConnections` 4", "-", "-", "at least 2 × one connection",
        f"{together:.2f} ({together / one:.1f} × {one:.2f}) over {connections} connections, 0 lost",
        together >= 2 * one and connections == 4)


def measure_idle():
    """Plaintext, TLS, and a control with five calls, all in the same minute."""
    make_certificates()
    with sink(64 << 20) as plain, sink(64 << 20, tls=True) as tls, concurrent.futures.ThreadPoolExecutor(3) as pool:
        address = lambda server, scheme: f"{scheme}://127.0.0.1:{server[0]}"
        runs = [pool.submit(idle_calls, *words) for words in (
            ("plain", 0, address(plain, "http")), ("tls", 0, address(tls, "https"), path("TLS/ca.pem")),
            ("control", 5, address(plain, "http")))]
        ours, in_tls, control = (run.result() for run in runs)
        probes = 1  # The connection that checked that the server runs.
        connections = [plain[1]("connections") - probes, tls[1]("connections") - probes]
    if control.count("getppid") != 5:
        raise RuntimeError(f"strace shows {control.count('getppid')} of the control's 5 calls: {control}")
    if connections != [2, 1]:
        raise RuntimeError(f"{connections} connections for 2 processes in plaintext and 1 in TLS: they weren't open")
    calls = ours + in_tls
    row(f"system calls of an idle process with an open connection, {IDLE} s, plaintext and TLS", "-", "-", "0",
        f"{len(calls)} (of a control that makes 5: {control.count('getppid')})"
        + "".join(f", {call}" for call in calls), not calls)


def idle_calls(name, calls, *words):
    """Returns the names of the system calls that idle-bench starts while idle, with `calls` control calls."""
    log = path(f"idle.{name}")
    child = subprocess.Popen(["strace", "-f", "-o", log, driver("idle-bench"), *words], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, text=True)
    try:
        if child.stdout.readline() != f"exported {SPANS}\n":
            raise RuntimeError(f"idle-bench {name} exports nothing")
        time.sleep(SETTLE)
        before = os.path.getsize(log)
        for _ in range(calls):
            print(file=child.stdin, flush=True)
        time.sleep(IDLE)
        with open(log) as file:
            file.seek(before)
            # The end of a call that began before: `<... read resumed>`.
            found = re.findall(r"^\d+ +(\w+)\(", file.read(), re.M)
        child.stdin.close()
        if child.stdout.read() != f"exported {SPANS + 1}\n" or child.wait() != 0:
            raise RuntimeError(f"idle-bench {name} exports nothing after it was idle")
        return found
    finally:
        child.stdin.close()  # Ends the process if strace leaves it running.
        child.kill()
        child.wait()


def measure_blackholes():
    """Measures all servers at once, since their processes mostly wait."""
    with concurrent.futures.ThreadPoolExecutor(len(black_holes.SERVERS)) as pool:
        late = dict(zip(black_holes.SERVERS, pool.map(lateness, black_holes.SERVERS.items())))
    for name, delays in late.items():
        worst = {call: max(map(float, times)) for call, times in delays.items()}
        row(f"server that {name}: return of " + ", ".join(worst) + f" after the deadline, worst of {BLACKHOLE_ROUNDS}",
            "-", "-", f"at most {GRACE} ms each", " / ".join(f"{ms:.1f}" for ms in worst.values()) + " ms",
            max(worst.values()) <= GRACE)


def lateness(server):
    name, serve = server
    scheme = "https" if "TLS" in name else "http"
    command = [driver("blackhole-bench"), f"{scheme}://127.0.0.1:{serve()}", LIMIT, BLACKHOLE_ROUNDS]
    return values(output(command))


def measure_memory():
    result = values(output([driver("pipeline-bench"), "stall", black_holes.reads_nothing(), 40]))
    sizes = [float(size) for size in result["residentMegabytes"]]
    early, late = max(sizes[10:20]), max(sizes[30:])
    row("resident memory while the server reads nothing, spans at full speed for 40 s", "-", "-", "no growth (1 MB)",
        f"{late:.1f} MB, {late - early:+.1f} MB from the second ten seconds to the last",
        late - early <= 1 and result["balanced"] == ["true"])
