"""The parts of Benchmarks/run that measure the transport and bad networks."""
import concurrent.futures

import black_holes
from measuring import *

ROUND_TRIP = 200  # milliseconds, of the link with delay
LIMIT, GRACE = 500, 50  # milliseconds: what a call to a black hole is given, and what it may take longer
BLACKHOLE_ROUNDS = 10


def measure_transport():
    """The channel against the C client, which both send one ready message again and again."""
    output([os.path.join(ROOT, "Fixtures", "make_certificates.sh"), path("TLS")])
    for tls in (False, True):
        for window, words in ((65_535, "64 KiB"), (16 << 20, "16 MiB")):
            with sink(window, tls) as (port, _):
                authorities = [path("TLS/ca.pem")] if tls else []
                ours = lambda calls, at_once=1: [
                    driver("export-bench"), port, path("c.bin"), at_once, calls, 1, *authorities]
                limit = lambda calls, at_once=1: [path("cclient"), port, path("c.bin"), at_once, calls, 1, *authorities]
                # How often a small window opens while an export runs varies; OpenSSL's part doesn't.
                transport_rows(f"transport, {'TLS' if tls else 'plaintext'}, windows of {words}: ", limit, ours,
                               calls=200 if tls else 600, rounds=1 if tls else 3)


def transport_rows(name, limit, ours, calls, rounds):
    c_count, our_count = (each(instructions, command, 20, 20 + calls, rounds) for command in (limit, ours))
    ratio = our_count / c_count
    row(name + "user instructions of an export, one at a time", count(c_count), "-", "at most 1.6 × C's",
        f"{count(our_count)} ({ratio:.2f} ×)", round(ratio, 2) <= 1.6)
    c_times, times = [], []
    for _ in range(9):
        c_times.append(float(re.search(r"cpu_us/export ([\d.]+)", output(limit(1000, 8))).group(1)))
        times.append(float(values(output(ours(1000, 8)))["microsecondsPerCall"][0]))
    # Of pairs: what disturbs the machine for a while disturbs both of a pair.
    ratio = statistics.median(our_time / c_time for our_time, c_time in zip(times, c_times))
    row(name + "CPU µs of an export, eight at once", count(statistics.median(c_times)), "-", "at most 1.3 × C's",
        f"{count(statistics.median(times))} ({ratio:.2f} ×)", round(ratio, 2) <= 1.3)


@contextlib.contextmanager
def link(port):
    """A link with delay to a port; gives the port at its near end."""
    relay = subprocess.Popen([sys.executable, os.path.join(HERE, "relay.py"), str(port), str(ROUND_TRIP / 2)],
                             stdout=subprocess.PIPE, text=True)
    try:
        yield int(relay.stdout.readline())
    finally:
        relay.kill()
        relay.wait()


def over_link(window, *words):
    """Batches a second over the link to the C server."""
    with sink(window) as (server, _), link(server) as port:
        result = values(output([driver("link-bench"), port, *words]))
        if result["lost"] != ["0"]:
            raise RuntimeError(f"{result['lost'][0]} spans lost over the link with windows of {window:,}")
        return float(result["batchesPerSecond"][0])


def measure_link():
    name = f"batches of 512 spans a second, round trip {ROUND_TRIP} ms, "
    alone, together = over_link(16 << 20, 1, 2, 30), over_link(16 << 20, 16, 200, 400)
    row(name + "windows of 16 MiB, up to 16 at once", "-", "-", "at least 10 × one at a time",
        f"{together:.1f} ({together / alone:.1f} × {alone:.1f})", together >= 10 * alone)
    alone, together = over_link(65_535, 1, 1, 5), over_link(65_535, 16, 3, 10)
    row(name + "windows of 64 KiB, up to 16 at once: the connection's window is the limit", "-", "-", "none lost",
        f"{together:.2f} ({together / alone:.1f} × {alone:.2f}), 0 lost")


def measure_blackholes():
    """All servers at once: a process for each waits most of the time."""
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
