package import HTTP2Transport
public import OTLPExport
public import TelemetryCore
public import TelemetrySDK

/// Sends spans to an OTLP server over gRPC. Thread-safe.
public final class OTLPGRPCExporter: SpanExporter {
  /// Makes an exporter; nothing is sent or connected until the first export.
  /// - Throws: An ``OTLPError`` that names the value or the file that can't be used.
  public init(
    _ configuration: Configuration = Configuration(), runtime: Runtime = .shared,
    diagnostics: Diagnostics = .standardError
  ) throws(OTLPError) {
    fatalError("not there yet")
  }

  /// For the simulation: a given loop and network.
  package init(
    _ configuration: Configuration, loop: EventLoop, network: any Network, diagnostics: Diagnostics
  ) throws(OTLPError) {
    fatalError("not there yet")
  }

  /// As configured.
  public var maxConcurrentExports: Int { fatalError("not there yet") }

  /// The loop that the connection lives on.
  public var eventLoop: EventLoop? { fatalError("not there yet") }

  /// Delivers a batch, with as many attempts as its deadline and the server allow.
  public func export(_ batch: [SpanData], deadline: Deadline) async -> ExportOutcome {
    fatalError("not there yet")
  }

  /// Waits until the exports that run now have ended; false if they had not by `deadline`.
  public func forceFlush(deadline: Deadline) async -> Bool { fatalError("not there yet") }

  /// Refuses further exports, gives those that run until `deadline`, then ends them and the connection.
  public func shutdown(deadline: Deadline) async { fatalError("not there yet") }
}
