#if HTTP
  import OTLPTesting
  import TestSupport
  import TestThreads
  import Testing

  /// Processes that export over HTTP: forks, idle connections, memory.
  @Suite(.ownThreads, .serialized)
  struct HTTPTests {
    private static let strace = "/usr/bin/strace"
    private static let lives = [
      "/usr/bin/env", "MALLOC_ARENA_MAX=1", "GLIBC_TUNABLES=glibc.malloc.tcache_count=0",
    ]

    @Test("parent and children export, and each span arrives once (pain 21)", arguments: [false, true], [false, true])
    func prefork(tls: Bool, own: Bool) async throws {
      let place = try await CollectorPlace(tls: tls)
      _ = try await Subject.run(
        "prefork", place.options + ["children=4", "spans=100", "own=\(own ? 1 : 0)", "protocol=http/protobuf"])
      #expect(place.collector.spanCount == 300 + 4 * 200)
      #expect(place.duplicates == 0)
    }

    @Test(
      "an idle connection makes no system call (ARCHITECTURE P4)",
      .enabled(if: Peers.isRequired || TestFiles.isExecutable(strace)), arguments: [false, true])
    func idle(tls: Bool) async throws {
      let place = try await CollectorPlace(tls: tls)
      let trace = try TestFiles.makeDirectory()
      defer { TestFiles.remove(trace) }
      _ = try await Subject.run(
        "idle", place.options + ["settle=3", "seconds=15", "protocol=http/json"],
        prefix: [Self.strace, "-f", "-o", trace + "/calls"])
      let calls = TestFiles.read(trace + "/calls").split(separator: "\n")
      let begin = try #require(calls.firstIndex { $0.contains("idle begins") })
      let end = try #require(calls.firstIndex { $0.contains("idle ends") })
      let between = calls[(begin + 1)..<end].filter {
        !$0.contains("clock_nanosleep(") && !$0.contains("clock_nanosleep resumed")
      }
      #expect(between.isEmpty, "\(between.joined(separator: "\n"))")
    }

    @Test(
      "OpenSSL isn't cleaned up at exit, when a telemetry thread may still use it",
      arguments: [false, true], [["protocol=http/protobuf"], []])
    func exit(tls: Bool, options: [String]) async throws {
      let files = try TestCertificates()
      let collector = try await LoopbackCollector(.init(port: 0, tls: tls ? files.mutualServer : nil))
      let tlsOptions = ["ca=\(files.authority)", "certificate=\(files.clientCertificate)", "key=\(files.clientKey)"]
      let output = try await Subject.run(
        "openssl-at-exit", ["endpoint=\(collector.endpoint)"] + (tls ? tlsOptions : []) + options)
      #expect(output == "done\n")
      await collector.stop()
    }

    @Test("after a shutdown all threads end, and the memory in use doesn't grow", arguments: [false, true])
    func lives(tls: Bool) async throws {
      let place = try await CollectorPlace(tls: tls)
      let isMeasured = TestFiles.variable("ASAN_OPTIONS") == nil && TestFiles.variable("TSAN_OPTIONS") == nil
      let output = try await Subject.run(
        "lives",
        place.options + ["protocol=http/protobuf"] + (isMeasured ? ["count=40"] : ["count=10", "measure=0"]),
        prefix: Self.lives)
      guard isMeasured else { return }
      let line = try #require(output.split(separator: "\n").first { $0.hasPrefix("sizes ") })
      let sizes = line.split(separator: " ").dropFirst().compactMap { Int($0) }
      try #require(sizes.count == 40)
      let early = sizes[8..<24].min() ?? 0
      let late = sizes[24..<40].min() ?? 0
      #expect(late - early < 16 * 64, "\(sizes)")
    }
  }
#endif
