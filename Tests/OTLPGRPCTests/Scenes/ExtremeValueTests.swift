import OTLPGRPC
import OTLPTesting
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

/// A value of a configuration, however far out, is refused by name or works; none ends the process.
@Suite(.ownThreads) struct ExtremeValueTests {
  private typealias Change = @Sendable (inout OTLPGRPCExporter.Configuration) -> Void

  private static let integers = [Int.min, -1, 0, 1, 2, 1000, 1001, Int(UInt32.max), Int(UInt32.max) + 1, .max]
  private static let durations: [Duration] = [
    Duration(secondsComponent: .min, attosecondsComponent: 0), .nanoseconds(Int64.min), .seconds(-1), .nanoseconds(-1),
    .zero, .nanoseconds(1), .milliseconds(100), .seconds(10), .seconds(86_400), .nanoseconds(Int64.max),
    .milliseconds(Int64.max), Duration(secondsComponent: .max, attosecondsComponent: 999_999_999_999_999_999),
  ]
  private static let texts = [
    "", " ", "\u{0}", "a\u{0}b", "\n", "é", "👩‍👩‍👧", String(repeating: "x", count: 1 << 20), "spiffe://", "spiffe://a//b",
    "[", "[::1", "::1", "-----BEGIN", "http://", "%", "@", "a:99999999999999999999", "/dev/zero", "/proc/self/mem", "/",
  ]

  private static let changes: [(String, Change)] =
    integers.flatMap { value -> [(String, Change)] in
      [
        ("maxConnections \(value)", { $0.maxConnections = value }),
        ("maxRequestSize \(value)", { $0.maxRequestSize = value }),
        ("maxResponseSize \(value)", { $0.maxResponseSize = value }),
        ("maxConcurrentExports \(value)", { $0.maxConcurrentExports = value }),
        ("retry.maxAttempts \(value)", { $0.retry.maxAttempts = value }),
        ("retry.circuitThreshold \(value)", { $0.retry.circuitThreshold = value }),
        ("compression \(value)", { $0.compression = .gzip(level: value) }),
      ]
    }
    + durations.flatMap { value -> [(String, Change)] in
      [
        ("timeout \(value)", { $0.timeout = value }), ("connectTimeout \(value)", { $0.connectTimeout = value }),
        ("maxConnectionAge \(value)", { $0.maxConnectionAge = value }),
        ("certificateReloadInterval \(value)", { $0.certificateReloadInterval = value }),
        ("keepalive \(value)", { $0.keepalive = .init(interval: value, timeout: value, withoutCalls: true) }),
        ("retry.initialBackoff \(value)", { $0.retry.initialBackoff = value }),
        ("retry.maxBackoff \(value)", { $0.retry.maxBackoff = value }),
        ("retry.maxCircuitPause \(value)", { $0.retry.maxCircuitPause = value }),
        ("headerProvider \(value)", { $0.headerProvider = { ProvidedHeaders(["a": "b"], validFor: value) } }),
      ]
    }
    + texts.flatMap { value -> [(String, Change)] in
      [
        ("endpoint", { $0.endpoint = value }), ("serverName", { $0.serverName = value }),
        ("authority", { $0.authority = value }), ("userAgentPrefix", { $0.userAgentPrefix = value }),
        ("header", { $0.headers["x"] = value }), ("header's name", { $0.headers[value] = "x" }),
        ("proxy", { $0.proxy = .http(value) }), ("exceptions", { $0.proxy = .http("p:1", except: [value]) }),
        ("certificate", { ($0.endpoint, $0.certificate) = ("https://127.0.0.1:1", .file(value)) }),
        ("text", { ($0.endpoint, $0.certificate) = ("https://127.0.0.1:1", .pem(value)) }),
      ]
    }
    + [-Double.infinity, -0.0, 1, .nan, .infinity, .greatestFiniteMagnitude].map { value in
      ("retry.multiplier \(value)", { $0.retry.multiplier = value })
    }

  @Test("each accepted value of each property exports")
  func allValues() async throws {
    let spans = StandardWorkload().spans(0..<2)
    for (name, change) in Self.changes {
      var configuration = OTLPGRPCExporter.Configuration(endpoint: "http://127.0.0.1:1")
      change(&configuration)
      #expect(!"\(configuration)".isEmpty)
      let exporter: OTLPGRPCExporter
      do throws(OTLPError) {
        exporter = try OTLPGRPCExporter(configuration, diagnostics: .silent)
      } catch {
        #expect(error.option != nil || error.code == .invalidConfiguration, "\(name): \(error)")
        continue
      }
      let outcome = await exporter.export(SpanBatch(spans), deadline: .after(.milliseconds(5)))
      #expect(outcome.exported == 0, "\(name)")
      await exporter.shutdown(deadline: .after(.milliseconds(5)))
    }
  }
}
