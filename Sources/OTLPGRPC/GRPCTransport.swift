package import GRPCClient
internal import HTTP2Transport
package import OTLPExport
internal import OTLPWire
package import TelemetryCore

/// What a gRPC channel does for the exporter; tests put another in its place.
package protocol GRPCCalling: Sendable {
  /// How many connections have come about so far.
  var connectionsMade: Int { get }
  func unary(
    path: String, message: BufferSlice, encoding: GRPCEncoding, metadata: [GRPCMetadata], deadline: Deadline
  ) async -> GRPCResult
  /// Has those who wait for a connection wait no longer than it takes.
  func resetConnectBackoff() async
  func shutdown(deadline: Deadline) async
}

extension GRPCChannel: GRPCCalling {}

/// Carries export requests over gRPC.
package struct GRPCTransport: OTLPTransport {
  private let channel: any GRPCCalling
  private let path: String

  package init(_ channel: any GRPCCalling, path: String = ExportRequest.path) {
    self.channel = channel
    self.path = path
  }

  package func send(
    _ message: BufferSlice, isCompressed: Bool, headers: OTLPHeaders?, deadline: Deadline
  ) async -> AttemptResult {
    let result = await channel.unary(
      path: path, message: message, encoding: isCompressed ? .gzip : .identity,
      metadata: headers.map(GRPCTransport.metadata) ?? [], deadline: deadline)
    return GRPCTransport.read(result)
  }

  package var connectionsMade: Int { channel.connectionsMade }

  package func expedite() async { await channel.resetConnectBackoff() }

  package func shutdown(deadline: Deadline) async { await channel.shutdown(deadline: deadline) }

  /// Headers as gRPC sends them; their values are secrets.
  static func metadata(_ headers: OTLPHeaders) -> [GRPCMetadata] {
    HeaderRules.metadata(headers).map { GRPCMetadata(name: $0.name, value: $0.value) }
  }

  /// What a call's result means for the export.
  package static func read(_ result: GRPCResult) -> AttemptResult {
    guard result.code == .ok else { return .failed(failure(result)) }
    do throws(WireError) {
      return .accepted(try ExportResponse(protobuf: result.body))
    } catch {
      // 5.2.12
      return .failed(
        AttemptFailure(
          code: GRPCStatusCode.internal.rawValue, status: GRPCStatusCode.internal.name,
          message: "the server accepted the call with a response that isn't OTLP's: \(error)",
          origin: .protocolViolation, fate: .processed))
    }
  }

  private static func failure(_ result: GRPCResult) -> AttemptFailure {
    let details = details(result)
    var message = result.message
    if let violations = details?.fieldViolations, !violations.isEmpty {  // 1.5.8
      message += " (" + violations.joined(separator: "; ") + ")"
    }
    if let tls = result.tlsError {
      message = tls.message
    } else if result.cause == .connect || result.cause == .cancelled, let connectFailure = result.connectFailure {
      message = connectFailure
    }
    return AttemptFailure(
      code: result.code.rawValue, status: result.code.name, message: message.sanitized(limit: 500),
      origin: origin(result.cause), fate: fate(result.fate), pushback: pushback(result.pushback),
      retryInfo: details?.retryInfo, acceptedEncodings: result.acceptedEncodings,
      isTLS: result.tlsError != nil && result.cause != .server,
      isUnconnected: result.isUnconnected || result.connectFailure != nil)
  }

  /// Details that contradict the status are passed over (5.2.8).
  private static func details(_ result: GRPCResult) -> RPCStatus? {
    guard result.cause == .server, let bytes = result.statusDetails, let details = try? RPCStatus(protobuf: bytes),
      details.code == 0 || Int(details.code) == result.code.rawValue
    else { return nil }
    return details
  }

  private static func origin(_ cause: GRPCResult.Cause) -> AttemptFailure.Origin {
    switch cause {
    case .server: .server
    case .deadline: .deadline
    case .cancelled: .cancelled
    case .connect: .connect
    case .transport: .transport
    case .protocolViolation: .protocolViolation
    }
  }

  private static func fate(_ fate: StreamFate) -> AttemptFailure.Fate {
    switch fate {
    case .neverProcessed: .neverProcessed
    case .unknown: .unknown
    case .processed: .processed
    }
  }

  private static func pushback(_ pushback: GRPCResult.Pushback) -> AttemptFailure.Pushback {
    switch pushback {
    case .none: .none
    case .retry(let delay): .retry(after: delay)
    case .stop: .stop
    }
  }
}

/// Inflates responses for the channel.
struct ResponseInflater: MessageInflater {
  func inflate(_ message: UnsafeRawBufferPointer, limit: Int) throws(MessageInflaterError) -> [UInt8] {
    do throws(GzipError) {
      return try unsafe Gzip.inflate(message, limit: limit)
    } catch {
      throw error == .tooLarge ? .tooLarge : .damaged
    }
  }
}
