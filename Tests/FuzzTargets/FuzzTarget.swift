/// The readers of bytes from a server, a file or the environment. For any bytes, a target must return and keep its rules.
/// A violation ends the process, which a fuzzer detects.
package enum FuzzTarget: String, Sendable, CaseIterable {
  /// HTTP/2 bytes of a server, for exporter, channel and connection.
  case http2
  /// TLS bytes of a server, for the client's engine.
  case tls
  /// A proxy's response to CONNECT.
  case proxy
  /// A response's headers, message and trailers.
  case grpc
  /// A response of an OTLP/HTTP server: the lines of its head, then its body.
  case http
  /// Requests of HTTP/1.1 at the receiver.
  case http1
  /// `grpc-status-details-bin`.
  case details
  /// `ExportTraceServiceResponse`.
  case response
  /// A gzip body.
  case gzip
  /// Environment variables, one `NAME=value` a line.
  case environment
  /// Headers of a request, one `name: value` a line, into every propagator.
  case headers
  /// OTLP JSON.
  case json
  /// `ExportTraceServiceRequest`.
  case traces
  /// `ExportMetricsServiceRequest`.
  case metrics
  /// `ExportLogsServiceRequest`.
  case logs

  /// Reads `bytes`.
  package func run(_ bytes: [UInt8]) {
    switch self {
    case .http2: ServerBytes.run(bytes)
    case .tls: TLSBytes.run(bytes)
    case .proxy: ProxyAnswers.run(bytes)
    case .grpc: Messages.response(bytes)
    case .http: HTTPMessages.response(bytes)
    case .http1: HTTPMessages.requests(bytes)
    case .details: Messages.details(bytes)
    case .response: Messages.exportResponse(bytes)
    case .gzip: Messages.gzip(bytes)
    case .environment: EnvironmentLines.run(bytes)
    case .headers: HeaderLines.run(bytes)
    case .json: Spans.json(bytes)
    case .traces: Spans.request(bytes)
    case .metrics: Metrics.request(bytes)
    case .logs: LogRecords.request(bytes)
    }
  }
}

/// Ends the process if a rule is broken, in every build.
func rule(_ holds: Bool, _ text: @autoclosure () -> String) {
  if !holds { fatalError("a rule is broken: \(text())") }
}

/// Ends the process if text from outside could fake a line of a log.
func expectOneLine(_ text: String) {
  rule(
    text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F },
    "control characters in \(text.debugDescription)")
}
