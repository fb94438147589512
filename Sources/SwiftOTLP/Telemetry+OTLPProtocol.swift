extension Telemetry {
  /// A protocol of the exporter ``SignalExporter/otlp``.
  public struct OTLPProtocol: Sendable, Hashable, CustomStringConvertible {
    /// The name in `OTEL_EXPORTER_OTLP_PROTOCOL`.
    public let description: String

    /// OTLP over gRPC.
    public static let grpc = OTLPProtocol(description: "grpc")

    /// OTLP over HTTP in protobuf. Needs the package's trait `HTTP`.
    public static let httpProtobuf = OTLPProtocol(description: "http/protobuf")

    /// OTLP over HTTP in JSON. Needs the package's trait `HTTP`.
    public static let httpJSON = OTLPProtocol(description: "http/json")

    /// The names that the specification has, also of protocols that this build lacks.
    static let names = ["grpc", "http/protobuf", "http/json"]
  }
}
