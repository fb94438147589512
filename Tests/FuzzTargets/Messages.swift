internal import GRPCClient
internal import HTTP2Transport
internal import OTLPExport
internal import OTLPGRPC
internal import OTLPWire
internal import TelemetryCore

/// The parts of a server's response.
enum Messages {
  private static let limit = 1 << 20

  /// Reads a response: lines of `name: value` for headers, an empty line, lines for trailers, an empty line, the body.
  static func response(_ bytes: [UInt8]) {
    var rest = bytes[...]
    let (headers, trailers) = (fields(&rest), fields(&rest))
    let status = headers.first { $0.name == ":status" }.flatMap { Int($0.value) } ?? 200
    let response = HTTP2Response(
      status: status, headers: ReceivedHeaders(headers), trailers: ReceivedHeaders(trailers), body: Array(rest),
      fate: .processed)
    let result = GRPCResult(reading: response, limit: limit, inflater: GzipMessageInflater())
    expectOneLine(result.message)
    rule(result.code == .ok || result.body.isEmpty, "a failed call with a message")
    rule(result.body.count <= limit, "a message of \(result.body.count) bytes")
    if case .failure(let failure) = GRPCExportClient.read(result) { expectOneLine(failure.message) }
  }

  private static func fields(_ rest: inout ArraySlice<UInt8>) -> [(name: String, value: String)] {
    var fields: [(name: String, value: String)] = []
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      let line = rest[..<end]
      rest = rest[(end + 1)...]
      guard let colon = line.dropFirst().firstIndex(of: UInt8(ascii: ":")) else { break }
      // The connection limits the size of fields.
      fields.append(
        (
          String(decoding: line[..<colon], as: UTF8.self).lowercased(),
          String(decoding: line[(colon + 1)...].drop { $0 == 0x20 }.prefix(8192), as: UTF8.self)
        ))
    }
    return fields
  }

  static func details(_ bytes: [UInt8]) {
    guard let status = try? RPCStatus(protobuf: bytes) else { return }
    rule(status.fieldViolations.count <= 16 * max(1, bytes.count), "\(status.fieldViolations.count) violations")
    if let delay = status.retryInfo?.delay { rule(delay > .zero, "a delay of \(delay)") }
    guard let again = try? RPCStatus(protobuf: status.protobuf) else {
      return rule(false, "what was written can't be read")
    }
    rule(again.code == status.code && again.message == status.message, "read back as another status")
    rule(again.retryInfo == status.retryInfo, "read back as \(String(describing: again.retryInfo))")
  }

  static func exportResponse(_ bytes: [UInt8]) {
    guard let response = try? ExportResponse(protobuf: bytes) else { return }
    let isPartial = response.rejectedItems != 0 || !response.errorMessage.isEmpty
    rule(response.hasPartialSuccess == isPartial, "an empty partial success")
  }

  static func gzip(_ bytes: [UInt8]) {
    guard let inflated = try? Gzip.inflate(bytes, limit: limit) else { return }
    rule(inflated.count <= limit, "inflated to \(inflated.count) bytes")
    rule(
      (try? Gzip.inflate(Gzip.compress(inflated, level: 1), limit: limit)) == inflated, "compressed to something else")
  }
}
