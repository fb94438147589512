internal import OTLPExport
internal import OTLPWire
internal import TelemetrySDK

/// Reads the message of a gRPC request.
struct GRPCRequestReader: CollectorRequestReader {
  typealias Response = LoopbackCollector.Response

  struct Message {
    var bytes: ArraySlice<UInt8>
    var isCompressed: Bool
  }

  struct Refusal: Error {
    let response: Response

    init(_ code: LoopbackCollector.StatusCode, _ message: String) {
      response = .status(code, message: message)
    }

    init(response: Response) { self.response = response }
  }

  let configuration: LoopbackCollector.Configuration
  let fields: [LoopbackCollector.Field]

  var signal: OTLPSignal? { value(":path").flatMap { path in OTLPSignal.all.first { $0.grpcPath == path } } }

  func checkHeaders() throws(Refusal) {
    let path = value(":path") ?? ""
    guard signal != nil || configuration.answersAnyMethod else {
      throw Refusal(.unimplemented, "unknown method \(path)")
    }
    for (name, value) in configuration.requiredHeaders where self.value(name) != value {
      throw Refusal(.unauthenticated, "the header \(name) is missing or wrong")
    }
  }

  /// Refuses a request for its five-byte prefix, with the messages of gRPC's Go server.
  func checkPrefix(_ prefix: [UInt8]) throws(Refusal) {
    guard prefix.count >= 5 else { return }
    let length = GRPCRequestReader.length(prefix[...])
    if length > configuration.maxMessageBytes {
      throw Refusal(
        .resourceExhausted,
        "grpc: received message larger than max (\(length) vs. \(configuration.maxMessageBytes))")
    }
  }

  var tooLarge: Refusal {
    Refusal(.resourceExhausted, "grpc: received message larger than max \(configuration.maxMessageBytes)")
  }

  func message(_ body: [UInt8]) throws(Refusal) -> Message {
    guard body.count >= 5 else { throw Refusal(.internal, "the request holds no message") }
    try checkPrefix(Array(body.prefix(5)))
    let bytes = body.dropFirst(5)
    guard GRPCRequestReader.length(body[...]) == bytes.count else {
      throw Refusal(.internal, "the request's length is not that of its message")
    }
    switch body[0] {
    case 0: return Message(bytes: bytes, isCompressed: false)
    case 1: return Message(bytes: try inflate(bytes)[...], isCompressed: true)
    default: throw Refusal(.internal, "grpc: received unexpected payload format \(body[0])")
    }
  }

  /// INTERNAL, as gRPC's servers answer.
  func undecodable(_ error: WireError) -> Refusal {
    Refusal(.internal, "grpc: error unmarshalling request: \(error)")
  }

  private func inflate(_ bytes: ArraySlice<UInt8>) throws(Refusal) -> [UInt8] {
    let encoding = value("grpc-encoding") ?? "identity"
    guard encoding != "identity" else {
      throw Refusal(.internal, "grpc: compressed flag set with identity or empty encoding")
    }
    guard encoding == "gzip", configuration.acceptsGzip else {
      throw Refusal(
        response: .unknownEncoding(
          "grpc: Decompressor is not installed for grpc-encoding \"\(encoding)\"",
          accepted: configuration.acceptsGzip ? "identity,gzip" : "identity"))
    }
    do throws(GzipError) {
      return try Gzip.inflate(Array(bytes), limit: configuration.maxMessageBytes)
    } catch .tooLarge {
      throw Refusal(
        .resourceExhausted,
        "grpc: received message after decompression larger than max \(configuration.maxMessageBytes)")
    } catch {
      throw Refusal(.internal, "grpc: failed to decompress the received message: gzip: invalid data")
    }
  }

  private static func length(_ prefix: ArraySlice<UInt8>) -> Int {
    prefix.dropFirst().prefix(4).reduce(0) { $0 << 8 | Int($1) }
  }
}
