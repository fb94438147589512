import OTLPTesting
import TelemetrySDK
import TestSupport
import TestThreads
import Testing

/// `otlp exec` with real commands.
@Suite(.ownThreads) struct ExecCommandTests {
  private static let traceID = "0af7651916cd43dd8448eb211c80319c"
  private static let parent = "00-\(traceID)-b7ad6b7169203331-01"
  static let patient = ["--timeout", "60", "--export-timeout", "120", "--shutdown-timeout", "120"]

  private func exec(
    _ arguments: [String], _ collector: LoopbackCollector, environment: [String: String] = [:], input: String = ""
  ) async throws -> Tool.Result {
    try await Tool.run(
      ["exec", "--endpoint", collector.endpoint] + Self.patient + arguments, environment: environment, input: input)
  }

  @Test(
    "the exit code is the command's own, and the span has it",
    arguments: [
      (["sh", "-c", "exit 0"], 0, nil, ""), (["sh", "-c", "exit 3"], 3, "3", "exit code 3"),
      (["sh", "-c", "exit 64"], 64, "64", "exit code 64"),
      (["sh", "-c", "kill -9 $$"], 137, "SIGKILL", "ended by SIGKILL"),
      (["sh", "-c", "kill -TERM $$"], 143, "SIGTERM", "ended by SIGTERM"),
      (["no-such-command"], 127, "not_found", "command not found"),
      (["/no/such/command"], 127, "not_found", "command not found"),
      (["/etc/passwd"], 126, "not_executable", "Permission denied"),
      (["/"], 126, "not_executable", "Permission denied"),
    ] as [([String], Int32, AttributeValue?, String)])
  func exitCode(_ command: [String], _ code: Int32, _ type: AttributeValue?, _ failure: String) async throws {
    let collector = try await LoopbackCollector()
    let run = try await exec(["--"] + command, collector)
    #expect(run.code == code && run.output.isEmpty)
    let span = try #require(collector.spans.first, "\(run.errors)")
    #expect(span.status == (code == 0 ? .unset : .error(failure)))
    #expect(span.attributes["process.exit.code"] == .int(Int64(code)) && span.attributes["error.type"] == type)
    #expect(span.kind == .client && !span.parentSpanID.isValid && collector.spanCount == 1)
    if code == 126 || code == 127 {
      #expect(run.errors == "otlp exec: \(command[0]): \(failure)\n" && span.attributes["process.pid"] == nil)
    } else {
      #expect(run.errors.isEmpty && span.attributes["process.pid"] != nil && span.name == "sh")
    }
    await collector.stop()
  }

  @Test func theSpanHasWhatTheOptionsSay() async throws {
    let collector = try await LoopbackCollector()
    let run = try await exec(
      [
        "--name", "backup", "--kind", "internal", "--attribute", "n=3", "--service", "cron", "--resource-attribute",
        "team=red", "--record-arguments", "/bin/sh", "-c", "exit 0",
      ], collector)
    #expect(run.code == 0 && run.errors.isEmpty)
    let span = try #require(collector.spans.first)
    #expect(span.name == "backup" && span.kind == .internal && span.resource.attributes["team"] == "red")
    #expect(span.resource.attributes["service.name"] == "cron" && span.attributes["n"] == 3)
    #expect(span.attributes["process.executable.name"] == "sh" && span.attributes["process.command"] == "/bin/sh")
    #expect(span.attributes["process.executable.path"] == "/bin/sh")
    #expect(span.attributes["process.command_args"] == AttributeValue(["/bin/sh", "-c", "exit 0"]))
    #expect(span.endTimeUnixNano > span.startTimeUnixNano)
    await collector.stop()
  }

  @Test("arguments are recorded on demand alone")
  func secrets() async throws {
    let collector = try await LoopbackCollector()
    _ = try await exec(["--", "true", "--password", "hunter2"], collector)
    #expect(!"\(collector.spans)".contains("hunter2") && collector.spanCount == 1)
    await collector.stop()
  }

  @Test("nested commands make a tree that continues the environment's trace")
  func nesting() async throws {
    let collector = try await LoopbackCollector()
    let own = [Tool.path, "exec", "--endpoint", collector.endpoint] + Self.patient
    let run = try await exec(
      ["--name", "outer"] + own + ["--name", "middle"] + own + ["--name", "inner", "--", "env"], collector,
      environment: ["TRACEPARENT": Self.parent, "TRACESTATE": "a=b", "BAGGAGE": "user=7"])
    #expect(run.code == 0 && run.errors.isEmpty)
    var spans: [String: SpanData] = [:]
    for span in collector.spans { spans[span.name] = span }
    #expect(spans.count == 3 && spans.values.allSatisfy { "\($0.traceID)" == Self.traceID && $0.traceState == "a=b" })
    let (outer, middle, inner) = (
      try #require(spans["outer"]), try #require(spans["middle"]), try #require(spans["inner"])
    )
    #expect("\(outer.parentSpanID)" == "b7ad6b7169203331" && middle.parentSpanID == outer.spanID)
    #expect(inner.parentSpanID == middle.spanID && inner.flags == 0x301)
    let lines = run.output.split(separator: "\n")
    #expect(lines.contains("TRACEPARENT=00-\(Self.traceID)-\(inner.spanID)-01"))
    #expect(lines.contains("TRACESTATE=a=b") && lines.contains("BAGGAGE=user=7"))
    #expect(lines.count { $0.hasPrefix("TRACEPARENT=") } == 1)
    await collector.stop()
  }

  @Test("OTEL_PROPAGATORS decides what is carried, and a context that can't be read isn't passed on")
  func propagators() async throws {
    let collector = try await LoopbackCollector()
    let b3 = try await exec(["env"], collector, environment: ["OTEL_PROPAGATORS": "b3", "TRACEPARENT": Self.parent])
    let span = try #require(collector.spans.first)
    #expect(b3.output.contains("\nB3=\(span.traceID)-\(span.spanID)-1\n") || b3.output.hasPrefix("B3=\(span.traceID)"))
    #expect(b3.output.contains("TRACEPARENT=\(Self.parent)"))  // of no propagator's concern
    let garbage = try await exec(["env"], collector, environment: ["TRACEPARENT": "garbage", "TRACESTATE": "old=1"])
    #expect(garbage.output.contains("TRACEPARENT=00-") && !garbage.output.contains("TRACESTATE"))
    let none = try await exec(["env"], collector, environment: ["OTEL_PROPAGATORS": "none", "TRACESTATE": "old=1"])
    #expect(!none.output.contains("TRACEPARENT") && none.output.contains("TRACESTATE=old=1"))
    await collector.stop()
  }

  @Test("what isn't sampled or is disabled carries the context on and sends nothing")
  func unsampled() async throws {
    let collector = try await LoopbackCollector()
    let off = try await exec(["env"], collector, environment: ["OTEL_TRACES_SAMPLER": "always_off"])
    #expect(off.code == 0 && off.output.contains(/TRACEPARENT=00-[0-9a-f]{32}-[0-9a-f]{16}-02\n/) && off.errors.isEmpty)
    for environment in [["OTEL_SDK_DISABLED": "true"], ["OTEL_TRACES_EXPORTER": "none"]] {
      let run = try await exec(
        ["env"], collector, environment: environment.merging(["TRACEPARENT": Self.parent]) { $1 })
      #expect(run.code == 0 && run.output.contains("TRACEPARENT=\(Self.parent)\n") && run.errors.isEmpty)
    }
    #expect(collector.spanCount == 0)
    let console = try await exec(["echo", "data"], collector, environment: ["OTEL_TRACES_EXPORTER": "console"])
    #expect(console.output == "data\n" && console.errors.contains("echo  client"))
    await collector.stop()
  }

  @Test("input, output, arguments and environment pass byte for byte")
  func bytes() async throws {
    let collector = try await LoopbackCollector()
    let copied = try await exec(["cat"], collector, input: "a\nb")
    #expect(copied.output == "a\nb")
    let options = try await exec(["echo", "--json", "--help", "--", "-x"], collector)
    #expect(options.output == "--json --help -- -x\n")
    // A shell makes bytes that aren't UTF-8.
    let script = """
      export RAW="$(printf 'r\\377')"
      "$0" exec --endpoint \(collector.endpoint) -- sh -c 'printf %s "$1$RAW" | od -An -tx1' sh "$(printf 'a\\376')"
      """
    let shell = try ChildProcess(["/bin/sh", "-c", script, Tool.path], input: "")
    #expect(await shell.wait() == 0)
    #expect(shell.output.split(whereSeparator: \.isWhitespace) == ["61", "fe", "72", "ff"], "\(shell.errors)")
    await collector.stop()
  }

  @Test("a script without a first line is run by the shell, as execvp does")
  func plainScript() async throws {
    let collector = try await LoopbackCollector()
    let folder = try TestFiles.makeDirectory()
    defer { TestFiles.remove(folder) }
    try TestFiles.write("echo \"$0 $1 $2\"; exit 5\n", to: folder + "/otlp-script")
    let made = try ChildProcess(["/bin/chmod", "755", folder + "/otlp-script"], input: "")
    #expect(await made.wait() == 0)
    let run = try await exec(["--", folder + "/otlp-script", "a b", "c"], collector)
    #expect(run.code == 5 && run.output == "\(folder)/otlp-script a b c\n", "\(run.errors)")
    let found = try ChildProcess(
      [
        "/bin/sh", "-c",
        "PATH=$PATH:\(folder); exec '\(Tool.path)' exec --endpoint \(collector.endpoint) -- otlp-script x",
      ],
      input: "")
    #expect(await found.wait() == 5)
    #expect(found.output == "\(folder)/otlp-script x \n")
    #expect(collector.spans.allSatisfy { $0.name == "otlp-script" && $0.attributes["process.exit.code"] == 5 })
    #expect(collector.spans.allSatisfy { $0.attributes["process.executable.path"] == .string(folder + "/otlp-script") })
    #expect(collector.spanCount == 2)
    await collector.stop()
  }

  @Test("children that the tool has inherited are reaped, as the first process of a container must")
  func reaping() async throws {
    let collector = try await LoopbackCollector()
    // A process that has ended is in /proc until it is reaped.
    let script = """
      true & export CHILD=$!
      exec '\(Tool.path)' exec --endpoint \(collector.endpoint) -- sh -c \
        'while [ -e /proc/$CHILD ]; do sleep 0.02; done; exit 3'
      """
    let process = try ChildProcess(["/bin/sh", "-c", script], input: "")
    #expect(await process.wait() == 3, "\(process.errors)")
    await collector.stop()
  }

  @Test("the command inherits signals and descriptors as if it had been started directly")
  func inheritance() async throws {
    let collector = try await LoopbackCollector()
    let own = "'\(Tool.path)' exec --endpoint \(collector.endpoint) --"
    for (before, ignored) in [("", 0), ("trap '' HUP PIPE;", 0x1001)] as [(String, UInt64)] {
      let shell = try ChildProcess(
        ["/bin/sh", "-c", "\(before) exec \(own) grep -E 'Sig(Blk|Ign)' /proc/self/status"], input: "")
      #expect(await shell.wait() == 0)
      let numbers = shell.output.split(separator: "\n").compactMap { UInt64($0.suffix(16), radix: 16) }
      // The C library uses two real-time signals for itself.
      #expect(numbers.map { $0 & 0x7FFF_FFFF } == [0, ignored])
    }
    let closed = try ChildProcess(["/bin/sh", "-c", "exec \(own) sh -c 'ls /proc/$$/fd' <&-"], input: "")
    #expect(await closed.wait() == 0)
    #expect(!closed.output.split(separator: "\n").contains("0"), "\(closed.output)")
    await collector.stop()
  }

  @Test("a dead collector changes no exit code, and delays by the shutdown timeout at most")
  func deadCollector() async throws {
    let (held, deaf) = (Loopback.HeldPort(), Loopback.Deaf())
    for port in [held.number, deaf.port] {
      let start = ContinuousClock.now
      let run = try await Tool.run([
        "exec", "--endpoint", "http://127.0.0.1:\(port)", "--shutdown-timeout", "300ms", "--", "sh", "-c",
        "echo data; exit 5",
      ])
      #expect(run.code == 5 && run.output == "data\n")
      #expect(run.errors.split(separator: "\n").count == 1)
      #expect(run.errors.hasPrefix("otlp exec: 1 of 1 span was not delivered ("))
      // The time of an attempt is 10 s; a busy machine starts processes slowly.
      #expect(ContinuousClock.now - start < .seconds(8))
    }
  }

  @Test("bad telemetry configuration doesn't keep the command from running, a bad option does")
  func badConfiguration() async throws {
    let run = try await Tool.run(
      ["exec", "--", "sh", "-c", "echo $TRACEPARENT; exit 4"],
      environment: ["OTEL_EXPORTER_OTLP_ENDPOINT": "ftp://x", "TRACEPARENT": Self.parent])
    #expect(run.code == 4 && run.output == Self.parent + "\n")
    #expect(run.errors.hasPrefix("otlp exec: OTEL_EXPORTER_OTLP_ENDPOINT: 'ftp://x' is not allowed"))
    #expect(run.errors.hasSuffix("; the command runs without telemetry\n"))
    for arguments in [
      ["--endpoint", "ftp://x"], ["--nonsense"], ["--attribute", "novalue"], ["--name", ""], ["--json"],
    ] {
      let refused = try await Tool.run(["exec"] + arguments + ["--", "echo", "ran"])
      #expect(refused.code == 64 && refused.output.isEmpty && refused.errors.contains(arguments[0]))
    }
    let empty = try await Tool.run(["exec"])
    #expect(empty.code == 64)
    #expect(empty.errors == "otlp exec: a command is missing: otlp exec [OPTIONS] -- COMMAND [ARG...]\n")
  }
}
