import TestThreads
import Testing

@testable import OTLPWire

@Suite(.ownThreads) struct ExportResponseTests {
  @Test("an absent and an empty partial success are full success (1.3.3)")
  func success() throws {
    #expect(try !ExportResponse(protobuf: []).hasPartialSuccess)
    #expect(try !ExportResponse(protobuf: [0x0A, 0]).hasPartialSuccess)
    #expect(try !ExportResponse(protobuf: [0x0A, 2, 0x08, 0]).hasPartialSuccess)
    #expect(ExportResponse().protobuf == [])
  }

  @Test(
    "a written partial success reads back equal (1.3.1, 1.3.4)",
    arguments: [
      ExportResponse(rejectedItems: 5, errorMessage: "too old"), ExportResponse(errorMessage: "a warning"),
      ExportResponse(rejectedItems: 300), ExportResponse(rejectedItems: -1, errorMessage: "negative"),
    ])
  func partialSuccess(response: ExportResponse) throws {
    #expect(response.hasPartialSuccess)
    #expect(try ExportResponse(protobuf: response.protobuf) == response)
  }

  @Test("the bytes equal those of the reference serializer")
  func bytes() throws {
    #expect(
      ExportResponse(rejectedItems: 5, errorMessage: "no").protobuf == [0x0A, 6, 0x08, 5, 0x12, 2, 0x6E, 0x6F])
  }

  @Test("malformed bytes throw")
  func malformed() {
    #expect(throws: WireError.self) { try ExportResponse(protobuf: [0x0A, 9]) }
    #expect(throws: WireError.self) { try ExportResponse(protobuf: [0x0A, 3, 0x12, 1, 0xFF]) }
  }
}
