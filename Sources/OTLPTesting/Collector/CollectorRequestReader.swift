internal import OTLPWire
internal import TelemetrySDK

/// Reads a request, or refuses it with a response.
protocol CollectorRequestReader {
  typealias Message = GRPCRequestReader.Message
  typealias Refusal = GRPCRequestReader.Refusal

  var fields: [LoopbackCollector.Field] { get }

  /// The signal whose export the request is; nil for another method.
  var signal: OTLPSignal? { get }

  /// Refuses a request for its headers.
  func checkHeaders() throws(Refusal)

  /// Refuses a request for its five-byte prefix. Default: refuses none.
  func checkPrefix(_ prefix: [UInt8]) throws(Refusal)

  /// The refusal of a body that is longer than any may be.
  var tooLarge: Refusal { get }

  /// The message of a complete body in protobuf, decompressed.
  func message(_ body: [UInt8]) throws(Refusal) -> Message

  /// The refusal of a message that can't be decoded.
  func undecodable(_ error: WireError) -> Refusal

  /// A response in the request's protocol. Default: as it is, since responses are made in gRPC's.
  func translated(_ response: LoopbackCollector.Response) -> LoopbackCollector.Response
}

extension CollectorRequestReader {
  func value(_ name: String) -> String? { fields.first { $0.name == name }?.value }
  func checkPrefix(_ prefix: [UInt8]) throws(Refusal) {}
  func translated(_ response: LoopbackCollector.Response) -> LoopbackCollector.Response { response }
}

extension LoopbackCollector.Configuration {
  /// The reader of a request, by the protocol that its content type names.
  func reader(of fields: [LoopbackCollector.Field]) -> any CollectorRequestReader {
    let http = HTTPRequestReader(configuration: self, fields: fields)
    let type = http.value("content-type") ?? ""
    // A request without a type is gRPC's unless it has one of HTTP's paths.
    let isHTTP = type.isEmpty ? http.path.hasPrefix("/v1/") : !type.hasPrefix("application/grpc")
    return isHTTP ? http : GRPCRequestReader(configuration: self, fields: fields)
  }
}
