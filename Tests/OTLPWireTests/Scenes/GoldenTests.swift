import COTLPOpenSSL
import OTLPTesting
import TelemetryCore
import TelemetrySDK
import TestSupport
import TestThreads
import Testing

@testable import OTLPWire

/// Our encodings against requests from the reference serializer (`Fixtures/make_golden.py`).
@Suite(.ownThreads) struct GoldenTests {
  private static let folder = TestFiles.root + "/Fixtures/Golden"
  private static let all = TestFiles.names(in: folder).filter { $0.hasSuffix(".binpb") }.map { String($0.dropLast(6)) }
  static let logs = all.filter { $0.hasPrefix("logs-") }
  static let metrics = all.filter { $0.hasPrefix("metrics-") }
  static let spans = all.filter { !$0.hasPrefix("logs-") && !$0.hasPrefix("metrics-") }

  private static func bytes(_ name: String) -> [UInt8] { TestFiles.bytes("\(folder)/\(name).binpb") }
  private static func json(_ name: String) -> [UInt8] { TestFiles.bytes("\(folder)/\(name).json") }

  @Test("the golden files exist")
  func goldenFiles() {
    #expect(Self.spans.count >= 15 && Self.logs.count >= 9 && Self.metrics.count >= 4)
  }

  @Test("our bytes equal the reference's (traps 12, 13, 14, 19 and 20)", arguments: spans)
  func sameBytes(name: String) throws {
    let spans = try OTLPJSON.decode(Self.json(name))
    #expect(ExportRequestEncoder().encode(SpanBatch(spans)).protobuf.array == Self.bytes(name))
  }

  @Test("our bytes of log records equal the reference's", arguments: logs)
  func sameBytesOfLogs(name: String) throws {
    let message = try OTLPJSON.protobuf(of: Self.json(name), as: .logsRequest)
    #expect(message == Self.bytes(name))
    let records = try ExportRequestDecoder.decode(message, as: LogRecord.self)
    #expect(ExportRequestEncoder().encode(LogRecordBatch(records)).protobuf.array == Self.bytes(name))
    #expect(try Self.ourJSON(name, .logsRequest) == Self.json(name))
  }

  @Test("our bytes of metrics equal the reference's", arguments: metrics)
  func sameBytesOfMetrics(name: String) throws {
    let message = try OTLPJSON.protobuf(of: Self.json(name), as: .metricsRequest)
    #expect(message == Self.bytes(name))
    let metrics = try ExportRequestDecoder.decode(message, as: Metric.self)
    #expect(ExportRequestEncoder().encode(MetricBatch(metrics)).protobuf.array == Self.bytes(name))
    #expect(try Self.ourJSON(name, .metricsRequest) == Self.json(name))
  }

  /// The line that we write of the reference's bytes.
  private static func ourJSON(_ name: String, _ type: MessageType) throws -> [UInt8] {
    try OTLPJSON.json(of: BufferSlice(bytes(name)), as: type).array + [0x0A]
  }

  @Test("the reference's bytes and its JSON decode to equal spans", arguments: spans)
  func sameSpans(name: String) throws {
    let fromBytes = try ExportRequestDecoder.decode(Self.bytes(name))
    let fromJSON = try OTLPJSON.decode(Self.json(name))
    let again = try OTLPJSON.decode(OTLPJSON.encode(fromBytes))
    // Descriptions are compared, because NaN is not equal to itself.
    #expect("\(fromBytes.map(ComparableSpan.init))" == "\(fromJSON.map(ComparableSpan.init))")
    #expect("\(fromBytes.map(ComparableSpan.init))" == "\(again.map(ComparableSpan.init))")
  }

  @Test("the standard workload has its published checksum")
  func workload() {
    let message = ExportRequestEncoder().encode(SpanBatch(StandardWorkload().spans(0..<512))).protobuf.array
    var digest = [UInt8](repeating: 0, count: 32)
    EVP_Digest(message, message.count, &digest, nil, EVP_sha256(), nil)
    let hex = digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    #expect(hex == "368331e87f6ba5d5929aa8ccce781a6c887754c3141aa9027a9e705007a00ef3")
  }
}

/// A span with the contents of its resource and scope, which their descriptions don't have.
private struct ComparableSpan {
  let span: SpanData
  let resource: (Attributes, UInt32, String)
  let scope: (String, String, Attributes, UInt32, String)

  init(_ span: SpanData) {
    var bare = span
    bare.resource = .empty
    bare.scope = .empty
    // Removes the cached size bound, which is in the description.
    let name = bare.name
    bare.name = name
    self.span = bare
    resource = (span.resource.attributes, span.resource.droppedAttributesCount, span.resource.schemaURL)
    scope = (
      span.scope.name, span.scope.version, span.scope.attributes, span.scope.droppedAttributesCount,
      span.scope.schemaURL
    )
  }
}
