import TestThreads
import Testing

@testable import OTLPWire

@Suite(.ownThreads) struct RPCStatusTests {
  @Test("RetryInfo reads from and writes to the reference's bytes (1.5.3, 1.5.4)")
  func retryInfo() throws {
    // Code 8, message "slow", details: an Any with a RetryInfo of 1.5 s.
    let type = Array("type.googleapis.com/google.rpc.RetryInfo".utf8)
    let info: [UInt8] = [0x0A, 8, 0x08, 1, 0x10, 0x80, 0xCA, 0xB5, 0xEE, 0x01]
    let detail = [0x0A, UInt8(type.count)] + type + [0x12, UInt8(info.count)] + info
    let bytes = [0x08, 8, 0x12, 4] + Array("slow".utf8) + [0x1A, UInt8(detail.count)] + detail
    let status = RPCStatus(code: 8, message: "slow", retryInfo: .init(delay: .milliseconds(1500)))
    #expect(try RPCStatus(protobuf: bytes) == status)
    #expect(status.protobuf == bytes)
  }

  @Test(
    "a delay that isn't positive is nil, and RetryInfo stays present (1.5.6)",
    arguments: [nil, .zero, .seconds(-5), .nanoseconds(-1)] as [Duration?])
  func noDelay(delay: Duration?) throws {
    let status = RPCStatus(code: 8, retryInfo: .init(delay: delay))
    #expect(try RPCStatus(protobuf: status.protobuf).retryInfo == .init(delay: nil))
  }

  @Test("a status without details has no RetryInfo")
  func noDetails() throws {
    #expect(try RPCStatus(protobuf: []) == RPCStatus(code: 0))
    #expect(try RPCStatus(protobuf: RPCStatus(code: 14, message: "down").protobuf).retryInfo == nil)
  }

  @Test("a longer delay than a protobuf Duration permits becomes the longest one")
  func absurdDelay() throws {
    let type = Array("x/google.rpc.RetryInfo".utf8)
    let info: [UInt8] = [0x0A, 10, 0x08] + [UInt8](repeating: 0xFF, count: 8) + [0x7F]
    let detail = [0x0A, UInt8(type.count)] + type + [0x12, UInt8(info.count)] + info
    let status = try RPCStatus(protobuf: [0x1A, UInt8(detail.count)] + detail)
    #expect(status.retryInfo?.delay == .seconds(315_576_000_000))
  }

  @Test("field violations are read, other and malformed details skipped (1.5.8)")
  func badRequest() throws {
    let type = Array("type.googleapis.com/google.rpc.BadRequest".utf8)
    let violation: [UInt8] = [0x0A, 1, 0x66, 0x12, 3] + Array("bad".utf8)
    let content = [0x0A, UInt8(violation.count)] + violation
    let detail = [0x0A, UInt8(type.count)] + type + [0x12, UInt8(content.count)] + content
    let other: [UInt8] = [0x0A, 3, 0x61, 0x2F, 0x62, 0x12, 1, 0xFF]
    let broken: [UInt8] = [0x12, 200]
    let details: [[UInt8]] = [other, broken, detail]
    let bytes: [UInt8] = details.flatMap { (detail: [UInt8]) -> [UInt8] in [0x1A, UInt8(detail.count)] + detail }
    #expect(try RPCStatus(protobuf: [0x08, 3] + bytes).fieldViolations == ["f: bad"])
  }

  @Test("a negative code has ten bytes (trap 14)")
  func negativeCode() throws {
    #expect(RPCStatus(code: -1).protobuf == [0x08] + [UInt8](repeating: 0xFF, count: 9) + [1])
    #expect(try RPCStatus(protobuf: RPCStatus(code: -1).protobuf).code == -1)
  }
}
