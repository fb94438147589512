package import GRPCClient
internal import HTTP2Transport
package import OTLPExport
package import OTLPWire
package import TelemetryCore

/// Sends export requests over gRPC.
package struct GRPCExportClient: ExportClient {
  private let channel: GRPCChannel

  package init(_ channel: GRPCChannel) { self.channel = channel }

  package func send(
    _ message: OutgoingMessage, headers: OTLPHeaders?, deadline: Deadline
  ) async -> Result<ExportResponse, AttemptFailure> {
    let result = await channel.unary(
      path: message.signal.grpcPath, message: message.bytes, encoding: message.isCompressed ? .gzip : .identity,
      metadata: headers.map(HeaderRules.metadata) ?? [], deadline: deadline)
    return GRPCExportClient.read(result)
  }

  package var connectionsMade: Int { channel.connectionsMade }

  package func expedite() { channel.assumeIsolated { $0.resetConnectBackoff() } }

  package func shutdown(deadline: Deadline) async { await channel.shutdown(deadline: deadline) }

  /// Reads the response, or the failure, from a call's result.
  package static func read(_ result: GRPCResult) -> Result<ExportResponse, AttemptFailure> {
    guard result.code == .ok else { return .failure(failure(result)) }
    do throws(WireError) {
      return .success(try ExportResponse(protobuf: result.body))
    } catch {
      // 5.2.12
      return .failure(
        AttemptFailure(
          .drop, status: GRPCStatusCode.internal.name,
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
    message = message.sanitized(limit: 500)
    return AttemptFailure(
      GRPCFailureMeaning.meaning(of: result, message: message), status: result.code.name, message: message,
      origin: origin(result.cause), fate: fate(result), pushback: result.pushback,
      retryInfo: details?.retryInfo, isTLS: result.tlsError != nil && result.cause != .server,
      isUnconnected: result.isUnconnected || result.connectFailure != nil, isCutShort: isCutShort(result))
  }

  private static func isCutShort(_ result: GRPCResult) -> Bool {
    guard result.fate == .neverProcessed, result.connectFailure == nil else { return false }
    return [.deadline, .connect, .cancelled].contains(result.cause)
  }

  /// The status details, unless they contradict the status (5.2.8).
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

  private static func fate(_ result: GRPCResult) -> RequestFate {
    // A server, or a proxy before it, that ran out of time may have passed the request on.
    if result.cause == .server, result.code == .deadlineExceeded || result.code == .cancelled { return .unknown }
    return result.fate
  }
}
