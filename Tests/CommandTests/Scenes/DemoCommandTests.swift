import OTLPTesting
import TestSupport
import TestThreads
import Testing

@Suite(.ownThreads) struct DemoCommandTests {
  @Test func aTraceIsExportedInPlaintextAndOverTLS() async throws {
    let run = try await Tool.run(["demo"])
    #expect(run.code == 0)
    #expect(run.output.contains("in plaintext"))
    #expect(run.output.contains("over TLS"))
    #expect(run.output.contains("POST /checkout"))
    #expect(run.output.contains("exported 20, dropped 0"))
    #expect(run.output.contains("shop-web, payment, warehouse"))
    #expect(run.errors.isEmpty)
  }

  @Test func theJSONIsOneLine() async throws {
    let run = try await Tool.run(["demo", "--json"])
    #expect(run.code == 0)
    #expect(run.output.split(separator: "\n").count == 1)
    #expect(run.json("exported") == "20")
    #expect(run.dropped.isEmpty)
    #expect(run.json("endpoint")?.hasPrefix("\"http://127.0.0.1:") == true)
  }

  #if HTTP
    @Test func theEnvironmentsProtocolIsUsed() async throws {
      let run = try await Tool.run(["demo"], environment: ["OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"])
      #expect(run.code == 0 && run.errors.isEmpty, "\(run.errors)")
      #expect(run.output.contains("exported 20, dropped 0"))
    }
  #endif

  @Test func theEnvironmentCanNameTheEndpoint() async throws {
    let collector = try await LoopbackCollector()
    for name in ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] {
      let run = try await Tool.run(["demo", "--json"], environment: [name: collector.endpoint])
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.json("endpoint") == "\"\(collector.endpoint)\"")
    }
    #expect(collector.spanCount == 20)
    let own = try await Tool.run(["demo", "--json"], environment: ["OTEL_EXPORTER_OTLP_ENDPOINT": " \n"])
    #expect(own.json("exported") == "20")
    await collector.stop()
  }

  @Test("the tracer makes the trace: calls to another service have a remote parent")
  func tracer() async throws {
    let collector = try await LoopbackCollector()
    let run = try await Tool.run(["demo", "--endpoint", collector.endpoint])
    #expect(run.code == 0, "\(run.errors)")
    let spans = collector.spans
    #expect(Set(spans.map(\.traceID)).count == 1 && spans.allSatisfy { $0.scope.name == "otlp.demo" })
    for span in spans {
      guard let parent = spans.first(where: { $0.spanID == span.parentSpanID }) else {
        #expect(span.name == "POST /checkout" && !span.parentSpanID.isValid)
        continue
      }
      #expect((span.flags & 0x200 != 0) == (parent.resource != span.resource), "\(span.name)")
      #expect(span.startTimeUnixNano >= parent.startTimeUnixNano)
    }
    let failed = try #require(spans.first { $0.status.code == .error })
    #expect(failed.status.message == "gateway timeout" && failed.events.map(\.name) == ["exception"])
    await collector.stop()
  }

  @Test("no private key is left after a signal", arguments: [2, 15] as [Int32])
  func noPrivateKeyIsLeft(_ signal: Int32) async throws {
    let folder = try TestFiles.makeDirectory()
    defer { TestFiles.remove(folder) }
    let process = try Tool.start(["demo"], environment: ["TMPDIR": folder])
    // The round over TLS has started.
    #expect(await Loopback.wait { process.output.contains("in plaintext") })
    process.send(signal)
    _ = await process.wait()
    for directory in TestFiles.names(in: folder) {
      let files = TestFiles.names(in: folder + "/" + directory)
      #expect(!files.contains { $0.hasSuffix(".key") }, "\(files)")
      TestFiles.remove(folder + "/" + directory)
    }
  }
}
