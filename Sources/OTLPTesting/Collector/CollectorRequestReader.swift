internal import OTLPWire
internal import TelemetrySDK

/// Reads a request by its protocol, which its content type names.
enum CollectorRequestReader {
  typealias Refusal = GRPCRequestReader.Refusal

  case grpc(GRPCRequestReader)
  case http(HTTPRequestReader)

  init(configuration: LoopbackCollector.Configuration, fields: [LoopbackCollector.Field]) {
    let type = fields.first { $0.name == "content-type" }?.value ?? ""
    let path = fields.first { $0.name == ":path" }?.value ?? ""
    // A request without a type is gRPC's unless it has one of HTTP's paths.
    let isHTTP = type.isEmpty ? path.hasPrefix("/v1/") : !type.hasPrefix("application/grpc")
    self =
      isHTTP
      ? .http(HTTPRequestReader(configuration: configuration, fields: fields))
      : .grpc(GRPCRequestReader(configuration: configuration, fields: fields))
  }

  var fields: [LoopbackCollector.Field] {
    switch self {
    case .grpc(let reader): reader.fields
    case .http(let reader): reader.fields
    }
  }

  /// The signal whose export the request is; nil for another method.
  var signal: OTLPSignal? {
    switch self {
    case .grpc(let reader): reader.signal
    case .http(let reader): reader.signal
    }
  }

  func value(_ name: String) -> String? { fields.first { $0.name == name }?.value }

  /// Refuses a request for its headers.
  func checkHeaders() throws(Refusal) {
    switch self {
    case .grpc(let reader): try reader.checkHeaders()
    case .http(let reader): try reader.checkHeaders()
    }
  }

  /// Refuses a request for its five-byte prefix, which HTTP's have not.
  func checkPrefix(_ prefix: [UInt8]) throws(Refusal) {
    if case .grpc(let reader) = self { try reader.checkPrefix(prefix) }
  }

  /// The refusal of a body without end.
  func tooLong() -> Refusal {
    switch self {
    case .grpc(let reader):
      Refusal(.resourceExhausted, "grpc: received message larger than max \(reader.configuration.maxMessageBytes)")
    case .http(let reader): reader.tooLarge
    }
  }

  /// The message of a complete body in protobuf, decompressed.
  func message(_ body: [UInt8]) throws(Refusal) -> GRPCRequestReader.Message {
    switch self {
    case .grpc(let reader): try reader.message(body)
    case .http(let reader): try reader.message(body)
    }
  }

  /// The refusal of a message that can't be decoded: INTERNAL, as gRPC's servers answer, and 400 over HTTP (3.2.6).
  func undecodable(_ error: WireError) -> Refusal {
    switch self {
    case .grpc: Refusal(.internal, "grpc: error unmarshalling request: \(error)")
    case .http(let reader): reader.undecodable(error)
    }
  }

  /// A response in the request's protocol: responses are made in gRPC's.
  func translated(_ response: LoopbackCollector.Response) -> LoopbackCollector.Response {
    guard case .http(let reader) = self else { return response }
    var translation = reader.translation
    return .steps(at: response.start, translation.steps(response.steps))
  }
}
