package import HTTP2Transport
internal import TelemetryCore

/// Converts an HTTP/2 response, or the lack of one, into the result of a call.
struct ResponseReader {
  let response: HTTP2Response
  let limit: Int
  let inflater: (any MessageInflater)?
  /// If true, the caller's deadline has passed.
  let deadlineHasPassed: Bool

  /// A fast check for the response to almost every export: a success with an empty, uncompressed message.
  static func isPlainSuccess(_ response: HTTP2Response) -> Bool {
    guard response.failure == nil, response.body.count == MessageReader.prefixSize else { return false }
    return response.body.allSatisfy { $0 == 0 } && response.trailers.has("grpc-status", "0")
  }

  var result: GRPCResult {
    guard let failure = response.failure else { return complete }
    // The response was complete before the reset (RULES 5.2.16).
    if case .reset(code: 0) = failure, status(in: response.trailers) != nil { return complete }
    return failed(failure)
  }

  // MARK: A complete response

  private enum Status {
    case code(Int)
    case unreadable
  }

  /// The status stands in the trailers, or in the headers of a Trailers-Only response (RULES 5.2.2).
  private var complete: GRPCResult {
    if let status = status(in: response.trailers) { return complete(status, response.trailers) }
    if let status = status(in: response.headers) { return complete(status, response.headers) }
    return withoutStatus
  }

  private func status(in fields: ReceivedHeaders) -> Status? {
    unsafe fields.withValue(for: "grpc-status") { value in
      unsafe ResponseReader.integer(value).map { .code($0) } ?? .unreadable
    }
  }

  private func complete(_ status: Status, _ fields: ReceivedHeaders) -> GRPCResult {
    guard case .code(let number) = status else {
      return refusal(.unknown, fields, default: "unreadable grpc-status")
    }
    guard number == 0 else {
      let code = GRPCStatusCode(rawValue: number)
      if code == .cancelled, deadlineHasPassed { return deadlineExceeded }  // RULES 5.5.3
      return refusal(code, fields, default: number > 16 ? "grpc-status \(number)" : "")
    }
    do throws(MessageReader.Failure) {
      let encoding = response.body.first == 1 ? response.headers.value(for: "grpc-encoding") : nil
      let body = try MessageReader.read(response.body, encoding: encoding, limit: limit, inflater: inflater)
      return GRPCResult(code: .ok, message: "", cause: .server, fate: .processed, body: body)
    } catch {
      return GRPCResult(code: error.code, message: error.message, cause: .protocolViolation, fate: .processed)
    }
  }

  private func refusal(_ code: GRPCStatusCode, _ fields: ReceivedHeaders, default text: String) -> GRPCResult {
    let message = unsafe fields.withValue(for: "grpc-message") { unsafe StatusMessage.decoded($0) } ?? ""
    let details = unsafe fields.withValue(for: "grpc-status-details-bin") { unsafe StatusMessage.binary($0) }
    return GRPCResult(
      code: code, message: message.isEmpty ? text : message, cause: .server, fate: response.fate,
      statusDetails: details ?? nil, pushback: pushback(in: fields),
      acceptedEncodings: code == .unimplemented ? acceptedEncodings(fields) : [])
  }

  /// A negative or unreadable number forbids another attempt (RULES 5.10.5).
  private func pushback(in fields: ReceivedHeaders) -> ServerPushback {
    let pushback = unsafe fields.withValue(for: "grpc-retry-pushback-ms") { value -> ServerPushback in
      guard let milliseconds = unsafe ResponseReader.integer(value, signed: true),
        (0...Int(Int32.max)).contains(milliseconds)
      else { return .stop }
      return .retry(after: .milliseconds(milliseconds))
    }
    return pushback ?? .none
  }

  /// - Returns: The value of decimal digits; nil for blanks, leading zeros (RULES 5.2.4) or an unexpected sign.
  static func integer(_ text: UnsafeBufferPointer<UInt8>, signed: Bool = false) -> Int? {
    let isNegative = unsafe signed && text.first == UInt8(ascii: "-")
    let digits = unsafe isNegative ? text.dropFirst() : text[...]
    guard unsafe digits.count <= 10, unsafe digits.count == 1 || digits.first != UInt8(ascii: "0"),
      let value = unsafe Int(decimal: String(decoding: digits, as: UTF8.self))
    else { return nil }
    return isNegative ? -value : value
  }

  private func acceptedEncodings(_ fields: ReceivedHeaders) -> [String] {
    let name: StaticString = "grpc-accept-encoding"
    let values = fields.values(for: name) + (fields.value(for: name) == nil ? response.headers.values(for: name) : [])
    return values.flatMap { $0.split(separator: ",") }.prefix(16).map { name in
      String(name.drop { $0 == " " }.prefix { $0 != " " }).sanitized(limit: 32)
    }
  }

  /// A response without a gRPC status, mostly of a proxy (RULES 5.3).
  private var withoutStatus: GRPCResult {
    let code: GRPCStatusCode =
      switch response.status {
      case 400, 431: .internal
      case 401: .unauthenticated
      case 403: .permissionDenied
      case 404: .unimplemented
      case 429, 502, 503, 504: .unavailable
      default: .unknown
      }
    let type = response.headers.value(for: "content-type")?.sanitized(limit: 100)
    let message = "HTTP status \(response.status) without grpc-status, content-type \(type ?? "missing")"
    // A proxy that lost the server, or waited too long for a response, may have forwarded the request.
    let fate = response.status == 502 || response.status == 504 ? RequestFate.unknown : response.fate
    let pause = code == .unavailable ? RetryAfter.pause(in: response.headers) : nil
    return GRPCResult(
      code: code, message: message, cause: .server, fate: fate, pushback: pause.map { .retry(after: $0) } ?? .none)
  }

  // MARK: No complete response

  private var deadlineExceeded: GRPCResult {
    let isUnsent = response.fate == .neverProcessed
    return GRPCResult(
      code: .deadlineExceeded,
      message: isUnsent ? "not sent by the deadline: the connection had no room" : "no response by the deadline",
      cause: .deadline, fate: response.fate)
  }

  private func failed(_ failure: HTTP2Failure) -> GRPCResult {
    switch failure {
    case .deadline: return deadlineExceeded
    case .cancelled: return local(.cancelled, "cancelled by the caller", .cancelled)
    case .reset(let code): return reset(code)
    case .goAway(let code, let debug):
      let text = debug.isEmpty ? "" : ": \(debug.sanitized(limit: 200))"
      return local(.unavailable, "the server ended the connection (GOAWAY \(HTTP2ErrorCode.name(of: code))\(text))")
    case .connectionLost(let reason):
      return local(.unavailable, "connection lost: \(reason.sanitized(limit: 300))")
    case .notAccepted, .noStreamAvailable: return local(.unavailable, "the connection takes no more requests")
    case .responseTooLarge:
      return local(
        .resourceExhausted, "response message larger than the limit of \(limit) bytes", .protocolViolation)
    case .headersTooLarge:
      // The status may have arrived before the field that is too large.
      for fields in [response.trailers, response.headers] {
        if let status = status(in: fields), case .code(1...) = status { return complete(status, fields) }
      }
      return local(.resourceExhausted, "response headers or trailers larger than permitted", .protocolViolation)
    case .malformed(let reason):
      return local(.internal, "malformed response: \(reason.sanitized(limit: 200))", .protocolViolation)
    case .invalidRequest(let reason):
      return local(.internal, "the request can't be sent: \(reason)", .protocolViolation)
    case .requestHeadersTooLarge(let bytes, let limit, let isServerLimit, let largest):
      let whose = isServerLimit ? "the server takes at most \(limit)" : "at most \(limit) can be sent"
      let name = largest.sanitized(limit: 100)
      return local(
        .internal, "request headers of \(bytes) bytes, and \(whose); the largest is '\(name)'", .protocolViolation)
    }
  }

  private func local(
    _ code: GRPCStatusCode, _ message: String, _ cause: GRPCResult.Cause = .transport
  ) -> GRPCResult {
    GRPCResult(code: code, message: message, cause: cause, fate: response.fate)
  }

  /// Maps an error code of RST_STREAM (RULES 5.4). An unknown code is INTERNAL_ERROR (RFC 9113, 7).
  private func reset(_ error: UInt32) -> GRPCResult {
    let code: GRPCStatusCode =
      switch error {
      case 7: .unavailable
      case 8: .cancelled
      case 11: .resourceExhausted
      case 12: .permissionDenied
      case 13: .unknown
      default: .internal
      }
    if code == .cancelled, deadlineHasPassed { return deadlineExceeded }
    return local(code, "stream reset by the server (\(HTTP2ErrorCode.name(of: error)))")
  }
}

extension GRPCResult {
  /// The result of a response outside of a channel, for the fuzzer.
  package init(reading response: HTTP2Response, limit: Int, inflater: (any MessageInflater)?) {
    self = ResponseReader(response: response, limit: limit, inflater: inflater, deadlineHasPassed: false).result
  }
}
