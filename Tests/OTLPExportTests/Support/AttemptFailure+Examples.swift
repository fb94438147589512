import GRPCClient
import HTTP2Transport
import OTLPExport
import OTLPGRPC
import OTLPWire
import TelemetryCore

/// Failures as the gRPC client reports them.
extension AttemptFailure {
  /// A status from the server.
  static func server(
    _ code: Int, _ message: String = "no", retryInfo: Duration?? = .none, pushback: ServerPushback = .none,
    acceptedEncodings: [String] = []
  ) -> AttemptFailure {
    var failure = read(
      GRPCResult(
        code: GRPCStatusCode(rawValue: code), message: message, cause: .server, fate: .processed,
        acceptedEncodings: acceptedEncodings))
    failure.pushback = pushback
    if case .some(let delay) = retryInfo { failure.retryInfo = RPCStatus.RetryInfo(delay: delay) }
    return failure
  }

  static func transport(_ fate: RequestFate, code: Int = 14) -> AttemptFailure {
    read(
      GRPCResult(code: GRPCStatusCode(rawValue: code), message: "connection lost", cause: .transport, fate: fate))
  }

  static func protocolViolation(_ code: Int, _ message: String) -> AttemptFailure {
    read(
      GRPCResult(
        code: GRPCStatusCode(rawValue: code), message: message, cause: .protocolViolation, fate: .processed))
  }

  static let connect = read(
    GRPCResult(
      code: .unavailable, message: "refused", cause: .connect, fate: .neverProcessed, connectFailure: "refused"))
  /// An attempt without time: no connection was made, and none failed.
  static let noTime = read(
    GRPCResult(
      code: .unavailable, message: "no connection by the deadline", cause: .connect, fate: .neverProcessed,
      isUnconnected: true))
  static let ownDeadline = read(
    GRPCResult(code: .deadlineExceeded, message: "no answer", cause: .deadline, fate: .unknown))
  static let ownCancel = read(GRPCResult(code: .cancelled, message: "stopped", cause: .cancelled, fate: .unknown))

  private static func read(_ result: GRPCResult) -> AttemptFailure {
    guard case .failure(let failure) = GRPCExportClient.read(result) else { preconditionFailure("\(result)") }
    return failure
  }
}
