import TelemetryCore
import TestThreads
import Testing

@testable import OTLPFile

@Suite(.ownThreads) struct TornLineTests {
  private func remedy(_ text: String) throws -> TornLine.Remedy? {
    let bytes = Array(text.utf8)
    return try TornLine.remedy(size: bytes.count) { (offset, count) throws(SystemError) in
      Array(bytes[offset..<offset + count])
    }
  }

  @Test func aWholeFileNeedsNothing() throws {
    #expect(try remedy("{\"resourceSpans\":[]}\n") == nil)
    #expect(try remedy("\n") == nil)
  }

  @Test(arguments: [
    "{", "{\"reso", "{\"resourceSpans\":[{\"sco", "{\"resourceLogs\":[]}", "{\"resourceMetrics\"", "\0\0\0\0",
  ])
  func aLineOfOursIsCut(torn: String) throws {
    #expect(try remedy(torn) == .cut(to: 0))
    #expect(try remedy("first\nsecond\n" + torn) == .cut(to: 13))
    let long = String(repeating: "x", count: 200_000) + "\n"
    #expect(
      try remedy(long + torn + String(repeating: "y", count: torn.utf8.count > 20 ? 150_000 : 0)) == .cut(to: 200_001))
  }

  @Test(arguments: ["x", "{\"other\":1", "{\"resourceSpan\"", "a note without a line break"])
  func anotherLineStays(text: String) throws {
    #expect(try remedy(text) == .breakLine)
    #expect(try remedy("{\"resourceSpans\":[]}\n" + text) == .breakLine)
  }
}
