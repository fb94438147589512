"""The measurements of Benchmarks/run, and its table."""
import contextlib, hashlib, os, re, resource, shutil, socket, statistics, struct, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
LIMITS = os.path.join(HERE, "limits")
SPANS, MESSAGE_BYTES = 512, 338_552
work = tempfile.mkdtemp(prefix="otlp-bench-")  # Removed at the end.
problems = []


def say(*text):
    print(*text, file=sys.stderr, flush=True)


def path(name):
    return os.path.join(work, name)


def driver(name):
    return os.path.join(HERE, ".build", "release", name)


def output(command, **options):
    """Runs a command and returns its standard output. A failure ends the part of the benchmark."""
    done = subprocess.run([str(word) for word in command], text=True, capture_output=True, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{os.path.basename(str(command[0]))} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def values(text):
    """Reads the `name value` lines of a driver into a list for each name."""
    found = {}
    for name, value in re.findall(r"^(\S+) (\S+)$", text, re.M):
        found.setdefault(name, []).append(value)
    return found


# Counters: each runs a command and returns a number.

def instructions(command):
    log = path("callgrind.log")
    output(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", f"--log-file={log}", *command])
    return int(re.search(r"Collected : (\d+)", open(log).read()).group(1))


def allocations(command):
    done = subprocess.run(
        [str(word) for word in command], text=True, capture_output=True,
        env={**os.environ, "LD_PRELOAD": path("mcount.so")})
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: {done.stderr[-2000:]}")
    return int(re.findall(r"MALLOCS (\d+)", done.stderr)[-1])


def system_calls(command):
    log = path("strace.log")
    output(["strace", "-f", "-c", "-o", log, *command])
    return int(re.search(r"^100\.00\s+\S+\s+(?:\d+\s+)?(\d+)\s.*total$", open(log).read(), re.M).group(1))


def switches(command):
    with open(os.devnull, "w") as null:
        child = subprocess.Popen([str(word) for word in command], stdout=null, stderr=null)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {child.returncode}")
    return usage.ru_nvcsw


def each(count, command, short, long, rounds=1):
    """The cost of one more repetition: the median of the differences between a long and a short run."""
    return statistics.median(
        (count(command(long)) - count(command(short))) / (long - short) for _ in range(rounds))


@contextlib.contextmanager
def sink(window, tls=False):
    """Starts the C server on a free port; yields the port and a function that reads a counter, by default of spans.

    In TLS the server allows only the cipher suite of the C client, so that both clients encrypt alike.
    """
    # This socket reserves the port while the server runs. The socket doesn't listen, so the server can.
    place = socket.socket()
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    place.bind(("127.0.0.1", 0))
    port = place.getsockname()[1]
    stats = path(f"sink.{port}.stats")
    counts = ("requests", "spans", "bytes", "last", "malformed", "connections", "cpu")
    secrets = ["-t", path("TLS/server.pem"), path("TLS/server.key")] if tls else []
    if tls:
        with open(path("openssl.conf"), "w") as file:
            file.write("openssl_conf=a\n[a]\nssl_conf=b\n[b]\nsystem_default=c\n[c]\n"
                       "Ciphersuites=TLS_AES_128_GCM_SHA256\n")
    server = subprocess.Popen([path("sink"), str(port), stats, "-w", str(window), *secrets], stderr=subprocess.DEVNULL,
                              env={**os.environ, "OPENSSL_CONF": path("openssl.conf")} if tls else None)
    try:
        deadline = time.monotonic() + 10
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            if time.monotonic() > deadline:
                raise RuntimeError("the sink doesn't start")
            time.sleep(0.01)
        yield port, lambda name="spans": struct.unpack("7Q", open(stats, "rb").read(56))[counts.index(name)]
    finally:
        server.kill()
        server.wait()
        place.close()


# The table.

rows = []


def row(measure, limit, earlier, required, ours, met=None):
    """Adds a row; `met` False marks a figure that misses the requirement."""
    rows.append((measure, limit, earlier, required, ours if met is not False else f"**{ours}** (missed)"))
    say(f"  {measure}: C {limit}, ours {ours}{'' if met is not False else ' MISSED'}")
    if met is False:
        problems.append(measure)


def count(number):
    return f"{number:,.0f}" if abs(number) >= 100 or number == round(number) else f"{number:,.1f}"


def counted(measure, limit, earlier, bound, ours):
    row(measure, "-" if limit != limit else count(limit), earlier, f"at most {bound:,}", count(ours), round(ours, 1) <= bound)


def compile_c(name, libraries, output_name=None, flags=()):
    output(["gcc", "-O3", "-w", *flags, "-o", path(output_name or name), os.path.join(LIMITS, name + ".c"), *libraries])
