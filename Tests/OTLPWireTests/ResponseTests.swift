import TestThreads
import Testing

@testable import OTLPWire

@Suite(.ownThreads) struct ResponseTests {
  @Test("1.3.3: an absent and an empty partial success are full success")
  func success() throws {
    #expect(try !ExportResponse(protobuf: []).hasPartialSuccess)
    #expect(try !ExportResponse(protobuf: [0x0A, 0]).hasPartialSuccess)
    #expect(try !ExportResponse(protobuf: [0x0A, 2, 0x08, 0]).hasPartialSuccess)
    #expect(ExportResponse().protobuf == [])
  }

  // 1.3.1, 1.3.4
  @Test(arguments: [
    ExportResponse(rejectedItems: 5, errorMessage: "too old"), ExportResponse(errorMessage: "a warning"),
    ExportResponse(rejectedItems: 300), ExportResponse(rejectedItems: -1, errorMessage: "negative"),
  ])
  func partialSuccess(response: ExportResponse) throws {
    #expect(response.hasPartialSuccess)
    #expect(try ExportResponse(protobuf: response.protobuf) == response)
  }

  @Test func asTheReferenceWritesIt() throws {
    #expect(
      ExportResponse(rejectedItems: 5, errorMessage: "no").protobuf == [0x0A, 6, 0x08, 5, 0x12, 2, 0x6E, 0x6F])
  }

  @Test func malformed() {
    #expect(throws: WireError.self) { try ExportResponse(protobuf: [0x0A, 9]) }
    #expect(throws: WireError.self) { try ExportResponse(protobuf: [0x0A, 3, 0x12, 1, 0xFF]) }
  }
}

// 1.5.3, 1.5.4
@Suite(.ownThreads) struct RPCStatusTests {
  @Test func retryInfo() throws {
    // code 8, message "slow", details: Any of RetryInfo with 1.5 s, as the reference writes it.
    let type = Array("type.googleapis.com/google.rpc.RetryInfo".utf8)
    let info: [UInt8] = [0x0A, 8, 0x08, 1, 0x10, 0x80, 0xCA, 0xB5, 0xEE, 0x01]
    let detail = [0x0A, UInt8(type.count)] + type + [0x12, UInt8(info.count)] + info
    let bytes = [0x08, 8, 0x12, 4] + Array("slow".utf8) + [0x1A, UInt8(detail.count)] + detail
    let status = RPCStatus(code: 8, message: "slow", retryInfo: .init(delay: .milliseconds(1500)))
    #expect(try RPCStatus(protobuf: bytes) == status)
    #expect(status.protobuf == bytes)
  }

  @Test(
    "1.5.6: a delay that isn't positive is none, but the info is there",
    arguments: [nil, .zero, .seconds(-5), .nanoseconds(-1)] as [Duration?])
  func noDelay(delay: Duration?) throws {
    let status = RPCStatus(code: 8, retryInfo: .init(delay: delay))
    #expect(try RPCStatus(protobuf: status.protobuf).retryInfo == .init(delay: nil))
  }

  @Test func noDetails() throws {
    #expect(try RPCStatus(protobuf: []) == RPCStatus(code: 0))
    #expect(try RPCStatus(protobuf: RPCStatus(code: 14, message: "down").protobuf).retryInfo == nil)
  }

  @Test("absurd delays are kept within what a Duration holds")
  func absurdDelay() throws {
    let type = Array("x/google.rpc.RetryInfo".utf8)
    let info: [UInt8] = [0x0A, 10, 0x08] + [UInt8](repeating: 0xFF, count: 8) + [0x7F]
    let detail = [0x0A, UInt8(type.count)] + type + [0x12, UInt8(info.count)] + info
    let status = try RPCStatus(protobuf: [0x1A, UInt8(detail.count)] + detail)
    #expect(status.retryInfo?.delay == .seconds(315_576_000_000))
  }

  @Test("1.5.8: field violations are read; other and broken details are passed over")
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

  @Test("negative codes take ten bytes (trap 14)")
  func negativeCode() throws {
    #expect(RPCStatus(code: -1).protobuf == [0x08] + [UInt8](repeating: 0xFF, count: 9) + [1])
    #expect(try RPCStatus(protobuf: RPCStatus(code: -1).protobuf).code == -1)
  }
}
