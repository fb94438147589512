import GRPCClient
import HTTP2Transport
import OTLPExport
import OTLPGRPC
import OTLPWire
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

/// The reading of a call's result.
@Suite(.ownThreads) struct GRPCExportClientTests {
  private func failure(_ result: GRPCResult) throws -> AttemptFailure {
    guard case .failure(let failure) = GRPCExportClient.read(result) else { throw Unexpected() }
    return failure
  }

  private struct Unexpected: Error {}

  private func refusal(
    _ code: GRPCStatusCode, details: RPCStatus? = nil, pushback: ServerPushback = .none
  ) -> GRPCResult {
    GRPCResult(
      code: code, message: "no", cause: .server, fate: .processed, statusDetails: details?.protobuf,
      pushback: pushback)
  }

  @Test func okWithAnEmptyBodyIsSuccess() throws {  // 1.1.4, trap 27
    let result = GRPCResult(code: .ok, message: "", cause: .server, fate: .processed)
    guard case .success(let response) = GRPCExportClient.read(result) else { throw Unexpected() }
    #expect(!response.hasPartialSuccess)
  }

  @Test func okWithABrokenBodyIsInternal() throws {  // 5.2.12
    let result = GRPCResult(code: .ok, message: "", cause: .server, fate: .processed, body: [0x0A, 0xFF])
    let failure = try failure(result)
    #expect(failure.status == "INTERNAL")
    #expect(failure.meaning == .drop)
  }

  @Test func retryInfoIsReadFromTheDetails() throws {  // 1.5.3
    let details = RPCStatus(code: 8, retryInfo: .init(delay: .seconds(2)))
    #expect(try failure(refusal(.resourceExhausted, details: details)).retryInfo?.delay == .seconds(2))
    let zero = RPCStatus(code: 8, retryInfo: .init(delay: nil))
    #expect(try failure(refusal(.resourceExhausted, details: zero)).retryInfo != nil)
    #expect(try failure(refusal(.resourceExhausted)).retryInfo == nil)
  }

  @Test func detailsThatContradictTheStatusAreIgnored() throws {  // 5.2.8
    let details = RPCStatus(code: 14, retryInfo: .init(delay: .seconds(2)))
    #expect(try failure(refusal(.resourceExhausted, details: details)).retryInfo == nil)
    let broken = GRPCResult(
      code: .unavailable, message: "", cause: .server, fate: .processed, statusDetails: [0xFF, 0xFF])
    #expect(try failure(broken).retryInfo == nil)
  }

  @Test func fieldViolationsStandInTheMessage() throws {  // 1.5.8
    func field(_ tag: UInt8, _ bytes: [UInt8]) -> [UInt8] { [tag, UInt8(bytes.count)] + bytes }
    let violation = field(0x0A, Array("spans".utf8)) + field(0x12, Array("too many".utf8))
    let any = field(0x0A, Array("type.googleapis.com/google.rpc.BadRequest".utf8)) + field(0x12, field(0x0A, violation))
    let result = GRPCResult(
      code: .invalidArgument, message: "no", cause: .server, fate: .processed,
      statusDetails: [0x08, 3] + field(0x1A, any))
    #expect(try failure(result).message == "no (spans: too many)")
  }

  @Test func pushbackAndFateAreKept() throws {
    #expect(try failure(refusal(.unavailable, pushback: .stop)).pushback == .stop)
    #expect(
      try failure(refusal(.unavailable, pushback: .retry(after: .seconds(1)))).requestedPause == .seconds(1))
    let lost = GRPCResult(code: .unavailable, message: "lost", cause: .transport, fate: .unknown)
    #expect(try failure(lost).mayHaveBeenDelivered)
    let refused = GRPCResult(code: .unavailable, message: "", cause: .transport, fate: .neverProcessed)
    #expect(try !failure(refused).mayHaveBeenDelivered)
  }

  @Test func aFailedConnectionExplainsTheFailure() throws {
    let result = GRPCResult(
      code: .unavailable, message: "not connected to x: refused", cause: .connect, fate: .neverProcessed,
      connectFailure: "connect to 127.0.0.1:4317: Connection refused")
    #expect(try failure(result).message == "connect to 127.0.0.1:4317: Connection refused")
    var tls = result
    tls.tlsError = TLSError(.certificateExpired, "the certificate of x has expired")
    #expect(try failure(tls).message == "the certificate of x has expired")
    #expect(try failure(tls).isTLS)
  }

  @Test func onlyAnAttemptWithoutTimeIsCutShort() throws {
    let late = GRPCResult(code: .deadlineExceeded, message: "late", cause: .deadline, fate: .neverProcessed)
    #expect(try failure(late).isCutShort)
    var silent = late
    silent.fate = .unknown
    #expect(try !failure(silent).isCutShort)
    var refused = GRPCResult(code: .unavailable, message: "no", cause: .connect, fate: .neverProcessed)
    #expect(try failure(refused).isCutShort)
    refused.connectFailure = "connect to 127.0.0.1:4317: Connection refused"
    #expect(try !failure(refused).isCutShort)
    #expect(try !failure(refusal(.unavailable)).isCutShort)
  }
}
