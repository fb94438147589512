import OTLPExport
import OTLPWire
import TelemetryCore
import TestSupport
import TestThreads
import Testing

@testable import OTLPTesting

/// The collector over HTTP/1.1 on real sockets, without our own client.
@Suite(.ownThreads) struct HTTPRequestTests {
  private static let message = ExportRequestEncoder().encode(SpanBatch(StandardWorkload().spans(0..<3))).protobuf

  /// Sends requests on one connection, and returns all that is answered until the collector closes it.
  private func exchange(_ collector: LoopbackCollector, _ requests: [UInt8]) async throws -> String {
    let client = try #require(Loopback.Client(collector.port))
    client.send(requests)
    return await client.readToEnd()
  }

  private func request(
    _ body: [UInt8], _ type: String = "application/x-protobuf", path: String = "/v1/traces", _ more: String = "",
    closes: Bool = true
  ) -> [UInt8] {
    let head =
      "POST \(path) HTTP/1.1\r\nHost: x\r\nContent-Type: \(type)\r\nContent-Length: \(body.count)\r\n\(more)"
      + (closes ? "Connection: close\r\n" : "") + "\r\n"
    return Array(head.utf8) + body
  }

  @Test("protobuf and JSON, plain and gzip, on one connection")
  func encodings() async throws {
    let collector = try await LoopbackCollector()
    let protobuf = Self.message.array
    let json = try OTLPJSON.json(of: Self.message, as: .traceRequest).array
    let gzip = "Content-Encoding: gzip\r\n"
    let answer = try await exchange(
      collector,
      request(protobuf, closes: false) + request(Gzip.compress(protobuf), "application/x-protobuf", gzip, closes: false)
        + request(json, "application/json; charset=utf-8", closes: false)
        + request(Gzip.compress(json), "application/json", gzip))
    #expect(answer.components(of: "HTTP/1.1 200 OK\r\n") == 4)
    #expect(answer.components(of: "content-type: application/json") == 2)
    #expect(answer.hasSuffix("connection: close\r\n\r\n{}"), "\(answer)")
    #expect(collector.spans == Array((0..<4).map { _ in StandardWorkload().spans(0..<3) }.joined()))
    #expect(collector.counts.connections == 1)
    await collector.stop()
  }

  @Test("a request that can't be taken gets its status, and a google.rpc.Status (3.2.4)")
  func refusals() async throws {
    let collector = try await LoopbackCollector()
    func status(_ request: [UInt8]) async throws -> Substring {
      try await exchange(collector, request).dropFirst("HTTP/1.1 ".count).prefix(3)
    }
    #expect(try await status(request([0xFF])) == "400")
    #expect(try await status(request(Array("{".utf8), "application/json")) == "400")
    #expect(try await status(request([], "text/plain")) == "415")
    #expect(try await status(request([], path: "/v1/other")) == "404")
    #expect(try await status(request([1], "application/x-protobuf", "Content-Encoding: br\r\n")) == "415")
    #expect(try await status(request([UInt8](repeating: 0, count: 5 << 20))) == "413")
    #expect(try await status(Array("NONSENSE\r\n\r\n".utf8)) == "400")
    let get = try await exchange(
      collector, Array("GET /v1/traces HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".utf8))
    #expect(get.hasPrefix("HTTP/1.1 405 Method Not Allowed\r\n") && get.contains("\r\nallow: POST\r\n"), "\(get)")
    let answer = try await exchange(collector, request(Array(#"{"resourceSpans":7}"#.utf8), "application/json"))
    #expect(
      answer.contains(#"{"code":3,"message":"the body is no OTLP JSON: \"resourceSpans\" must be an array"#),
      "\(answer)")
    await collector.stop()
  }

  @Test(
    "a pause of any length becomes Retry-After",
    arguments: [Duration.seconds(Int64.max), .nanoseconds(1), .seconds(-1)])
  func anyPause(pause: Duration) async throws {
    let collector = try await LoopbackCollector()
    collector.script(.status(.unavailable, retryDelay: pause))
    let answer = try await exchange(collector, request(Self.message.array))
    #expect(answer.hasPrefix("HTTP/1.1 503 "), "\(answer)")
    #expect(answer.contains("retry-after: ") == (pause > .zero), "\(answer)")
    await collector.stop()
  }

  @Test("all of many requests are answered to a client that begins to read late")
  func lateReader() async throws {
    let collector = try await LoopbackCollector()
    let client = try #require(Loopback.Client(collector.port))
    let count = 20_000
    client.send(
      Array(repeatElement(Array("GET / HTTP/1.1\r\n\r\n".utf8), count: count).joined())
        + Array("GET / HTTP/1.0\r\n\r\n".utf8))
    #expect(await Loopback.wait { collector.requestCount > 5_000 })
    let answer = await client.readToEnd()
    #expect(answer.components(of: "HTTP/1.1 ") == count + 1)
    await collector.stop()
  }

  /// Waits for the response to a request that keeps the connection, and for what follows `action`.
  private func exchange(_ collector: LoopbackCollector, then action: () async -> Void) async throws -> String {
    let client = try #require(Loopback.Client(collector.port))
    client.send(request(Self.message.array, closes: false))
    #expect(await collector.waitForSpans(3, within: Loopback.patience))
    await action()
    let answer = await client.readToEnd()
    #expect(collector.counts.openConnections == 0)
    return answer
  }

  @Test("a GOAWAY ends an HTTP/1.1 connection that is kept, without a byte that is no response")
  func goAwayOfKept() async throws {
    let collector = try await LoopbackCollector()
    let answer = try await exchange(collector) { await collector.goAway() }
    #expect(answer.hasSuffix("content-length: 0\r\n\r\n"), "\(answer)")
    await collector.stop()
  }

  @Test("the maximum age ends an HTTP/1.1 connection without a byte that is no response")
  func oldConnection() async throws {
    var configuration = LoopbackCollector.Configuration()
    configuration.maxConnectionAge = .milliseconds(300)
    let collector = try await LoopbackCollector(configuration)
    let answer = try await exchange(collector) {}
    #expect(answer.hasSuffix("content-length: 0\r\n\r\n"), "\(answer)")
    await collector.stop()
  }

  @Test(
    "a scripted GOAWAY ends an HTTP/1.1 connection, after the response if that follows",
    arguments: [LoopbackCollector.LastStream.all, .current, .beforeCurrent, .none])
  func scriptedGoAway(lastStream: LoopbackCollector.LastStream) async throws {
    let collector = try await LoopbackCollector()
    collector.script(.goAway(lastStream: lastStream))
    let answer = try await exchange(collector, request(Self.message.array, closes: false))
    let isCovered = lastStream == .all || lastStream == .current
    #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n") == isCovered && answer.isEmpty != isCovered, "\(answer)")
    #expect(collector.spanCount == (isCovered ? 3 : 0))
    #expect(collector.counts.openConnections == 0)
    await collector.stop()
  }

  @Test("scripted responses are translated to HTTP's (3.2)")
  func translation() async throws {
    let collector = try await LoopbackCollector()
    let body = Self.message.array
    let json = try OTLPJSON.json(of: Self.message, as: .traceRequest).array
    collector.script(
      .status(.unavailable, message: "busy", retryDelay: .milliseconds(1500)),
      .partialSuccess(rejected: 2, message: "m"),
      .status(.invalidArgument, message: "bad", afterHeaders: true), .http(status: 418, body: "tea"))
    let answer = try await exchange(
      collector,
      request(json, "application/json", closes: false) + request(json, "application/json", closes: false)
        + request(body, closes: false) + request(body))
    #expect(
      answer.contains("HTTP/1.1 503 Service Unavailable\r\n") && answer.contains("retry-after: 2\r\n"), "\(answer)")
    #expect(answer.contains(#"{"partialSuccess":{"rejectedSpans":"2","errorMessage":"m"}}"#))
    #expect(answer.contains("HTTP/1.1 400 Bad Request\r\n"))
    #expect(answer.contains("HTTP/1.1 418 Status\r\n") && answer.hasSuffix("3\r\ntea\r\n0\r\n\r\n"))
    #expect(collector.spanCount == 1)
    await collector.stop()
  }
}

extension String {
  fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
