extension Telemetry {
  /// A protocol of the exporter ``TracesExporter/otlp``. This version has one.
  public struct OTLPProtocol: Sendable, Hashable, CustomStringConvertible {
    /// The name in `OTEL_EXPORTER_OTLP_PROTOCOL`.
    public let description: String

    /// OTLP over gRPC.
    public static let grpc = OTLPProtocol(description: "grpc")

    /// The names that the specification has, also of protocols that this build lacks.
    static let names = ["grpc", "http/protobuf", "http/json"]
  }
}
