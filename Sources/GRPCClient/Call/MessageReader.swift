internal import TelemetryCore

/// Reads the message in the body of a unary response.
enum MessageReader {
  static let prefixSize = 5
  /// The largest length in the four bytes of the prefix.
  static let maxMessageBytes = Int(UInt32.max)

  /// The body doesn't hold exactly one readable message.
  struct Failure: Error, Hashable {
    let code: GRPCStatusCode
    let message: String
  }

  /// - Parameters:
  ///   - encoding: The response's `grpc-encoding`; nil if there is none.
  ///   - limit: The largest message, before and after inflation.
  /// - Returns: The inflated message of `body`.
  static func read(
    _ body: [UInt8], encoding: String?, limit: Int, inflater: (any MessageInflater)?
  ) throws(Failure) -> [UInt8] {
    // OK without a message is a success: the message could only report a partial success (RULES D18).
    guard !body.isEmpty else { return [] }
    guard body[0] <= 1 else {
      throw Failure(code: .internal, message: "response message with the unknown flags \(body[0])")
    }
    guard body.count >= prefixSize else { throw Failure(code: .internal, message: "cut response message") }
    let length = Int(body[1]) << 24 | Int(body[2]) << 16 | Int(body[3]) << 8 | Int(body[4])
    guard length <= limit else { throw tooLarge("\(length) bytes", limit) }
    guard body.count >= prefixSize + length else { throw Failure(code: .internal, message: "cut response message") }
    guard body.count == prefixSize + length else {
      throw Failure(code: .unimplemented, message: "more than one response message")
    }
    if body[0] == 1 { return try inflate(body, encoding, limit, inflater) }
    return length == 0 ? [] : Array(body[prefixSize...])
  }

  private static func inflate(
    _ body: [UInt8], _ encoding: String?, _ limit: Int, _ inflater: (any MessageInflater)?
  ) throws(Failure) -> [UInt8] {
    guard let encoding, encoding != "identity" else {
      throw Failure(code: .internal, message: "compressed response message without grpc-encoding")
    }
    guard encoding == "gzip", let inflater else {
      let known = inflater == nil ? "identity is" : "identity and gzip are"
      let name = encoding.sanitized(limit: 50)
      throw Failure(code: .internal, message: "response message in the encoding '\(name)'; \(known) understood")
    }
    let result = unsafe body.withUnsafeBytes { bytes -> Result<[UInt8], GzipError> in
      do throws(GzipError) {
        let message = unsafe UnsafeRawBufferPointer(rebasing: bytes[prefixSize...])
        return .success(try unsafe inflater.inflate(message, limit: limit))
      } catch {
        return .failure(error)
      }
    }
    switch result {
    case .success(let message) where message.count <= limit: return message
    case .success, .failure(.tooLarge): throw tooLarge("more than that once inflated", limit)
    case .failure(.damaged): throw Failure(code: .internal, message: "the response message can't be inflated")
    }
  }

  private static func tooLarge(_ size: String, _ limit: Int) -> Failure {
    Failure(code: .resourceExhausted, message: "response message larger than the limit of \(limit) bytes: \(size)")
  }
}
