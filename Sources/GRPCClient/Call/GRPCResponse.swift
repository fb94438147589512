package import HTTP2Transport
internal import TelemetryCore

/// Turns an HTTP/2 response, or the want of one, into a call's result.
struct GRPCResponse {
  let response: HTTP2Response
  let limit: Int
  let inflater: (any GRPCInflater)?
  /// Whether the caller's deadline has passed by now.
  let deadlineHasPassed: Bool

  /// Whether it is a success with an empty message, uncompressed: the answer to almost every export, seen at little cost.
  static func isPlainSuccess(_ response: HTTP2Response) -> Bool {
    guard response.failure == nil, response.body.count == GRPCMessage.prefixSize else { return false }
    return response.body.allSatisfy { $0 == 0 } && response.trailers.has("grpc-status", "0")
  }

  var result: GRPCResult {
    guard let failure = response.failure else { return complete }
    // The response was complete before the reset: 5.2.16.
    if case .reset(code: 0) = failure, status(in: response.trailers) != nil { return complete }
    return failed(failure)
  }

  // MARK: A complete response

  private enum Status {
    case code(Int)
    case unreadable
  }

  /// The fields that hold the status: the trailers, or the headers where there are no others (Trailers-Only).
  private var complete: GRPCResult {
    if let status = status(in: response.trailers) { return complete(status, response.trailers) }
    if let status = status(in: response.headers) { return complete(status, response.headers) }
    return withoutStatus
  }

  private func status(in fields: ReceivedHeaders) -> Status? {
    unsafe fields.withValue(for: "grpc-status") { value in
      unsafe GRPCText.integer(value).map { .code($0) } ?? .unreadable
    }
  }

  private func complete(_ status: Status, _ fields: ReceivedHeaders) -> GRPCResult {
    guard case .code(let number) = status else {
      return refusal(.unknown, fields, default: "unreadable grpc-status")
    }
    guard number == 0 else {
      let code = GRPCStatusCode(rawValue: number)
      if code == .cancelled, deadlineHasPassed { return deadlineExceeded }  // 5.5.3
      return refusal(code, fields, default: number > 16 ? "grpc-status \(number)" : "")
    }
    do throws(GRPCMessage.Failure) {
      let encoding = response.body.first == 1 ? response.headers.value(for: "grpc-encoding") : nil
      let body = try GRPCMessage.read(response.body, encoding: encoding, limit: limit, inflater: inflater)
      return GRPCResult(code: .ok, message: "", cause: .server, fate: .processed, body: body)
    } catch {
      return GRPCResult(code: error.code, message: error.message, cause: .protocolViolation, fate: .processed)
    }
  }

  private func refusal(_ code: GRPCStatusCode, _ fields: ReceivedHeaders, default text: String) -> GRPCResult {
    let message = unsafe fields.withValue(for: "grpc-message") { unsafe GRPCText.message($0) } ?? ""
    let details = unsafe fields.withValue(for: "grpc-status-details-bin") { unsafe GRPCText.binary($0) }
    return GRPCResult(
      code: code, message: message.isEmpty ? text : message, cause: .server, fate: response.fate,
      statusDetails: details ?? nil, pushback: pushback(in: fields),
      acceptedEncodings: code == .unimplemented ? acceptedEncodings(fields) : [])
  }

  /// 5.10.5: a negative or unreadable number forbids another attempt.
  private func pushback(in fields: ReceivedHeaders) -> GRPCResult.Pushback {
    let pushback = unsafe fields.withValue(for: "grpc-retry-pushback-ms") { value -> GRPCResult.Pushback in
      guard let milliseconds = unsafe GRPCText.integer(value, signed: true), (0...Int(Int32.max)).contains(milliseconds)
      else { return .stop }
      return .retry(after: .milliseconds(milliseconds))
    }
    return pushback ?? .none
  }

  private func acceptedEncodings(_ fields: ReceivedHeaders) -> [String] {
    let name: StaticString = "grpc-accept-encoding"
    let values = fields.values(for: name) + (fields.value(for: name) == nil ? response.headers.values(for: name) : [])
    return values.flatMap { $0.split(separator: ",") }.prefix(16).map { name in
      String(name.drop { $0 == " " }.prefix { $0 != " " }).sanitized(limit: 32)
    }
  }

  /// 5.3: what was answered isn't gRPC; a proxy, mostly.
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
    // A proxy that lost its back end, or its patience, may have passed the request on before.
    let fate = response.status == 502 || response.status == 504 ? StreamFate.unknown : response.fate
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
      return local(.unavailable, "the server ended the connection (GOAWAY \(GRPCResponse.name(of: code))\(text))")
    case .connectionLost(let reason):
      return local(.unavailable, "connection lost: \(reason.sanitized(limit: 300))")
    case .notAccepted, .heldUp: return local(.unavailable, "the connection takes no more requests")
    case .responseTooLarge:
      return local(
        .resourceExhausted, "response message larger than the limit of \(limit) bytes", .protocolViolation)
    case .headersTooLarge:
      // What the status is may have come before.
      for fields in [response.trailers, response.headers] {
        if let status = status(in: fields), case .code(1...) = status { return complete(status, fields) }
      }
      return local(.resourceExhausted, "response headers or trailers larger than permitted", .protocolViolation)
    case .malformed(let what):
      return local(.internal, "malformed response: \(what.sanitized(limit: 200))", .protocolViolation)
    case .invalidRequest(let what): return local(.internal, "the request can't be sent: \(what)", .protocolViolation)
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

  /// 5.4. An unknown code is INTERNAL_ERROR (RFC 9113, 7).
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
    return local(code, "stream reset by the server (\(GRPCResponse.name(of: error)))")
  }

  private static let errorNames: [StaticString] = [
    "NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT", "STREAM_CLOSED",
    "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR", "CONNECT_ERROR", "ENHANCE_YOUR_CALM",
    "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
  ]

  /// The name of an HTTP/2 error code.
  static func name(of error: UInt32) -> String {
    error < UInt32(errorNames.count) ? "\(errorNames[Int(error)])" : "error \(error)"
  }
}

extension GRPCResult {
  /// What a response means that came another way than through a channel: for the fuzzer.
  package init(reading response: HTTP2Response, limit: Int, inflater: (any GRPCInflater)?) {
    self = GRPCResponse(response: response, limit: limit, inflater: inflater, deadlineHasPassed: false).result
  }
}
