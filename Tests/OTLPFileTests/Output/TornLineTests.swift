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
    "{", "{\"reso", "{\"resourceSpans\":[{\"sco", "{\"resourceLogs\":[]", "{\"resourceMetrics\"", "\0\0\0\0",
  ])
  func aLineOfOursIsCut(torn: String) throws {
    #expect(try remedy(torn) == .cut(to: 0))
    #expect(try remedy("first\nsecond\n" + torn) == .cut(to: 13))
    let long = String(repeating: "x", count: 200_000) + "\n"
    #expect(
      try remedy(long + torn + String(repeating: "y", count: torn.utf8.count > 20 ? 150_000 : 0)) == .cut(to: 200_001))
  }

  @Test(
    "a line that only lacks its break, as another program leaves it, stays",
    arguments: [
      "{\"resourceLogs\":[]}", "{\"resourceSpans\":[{\"a\":\"}]\\\"\"}]} \r",
      "{\"resourceSpans\":[\"\(String(repeating: "]}", count: 60_000))\"]}",
    ])
  func aWholeLineStays(line: String) throws {
    #expect(try remedy(line) == .breakLine)
    #expect(try remedy("first\n" + line) == .breakLine)
    #expect(try remedy(String(line.dropLast(line.hasSuffix("\r") ? 3 : 1))) == .cut(to: 0))
  }

  @Test("zeros at the end are cut, but not other bytes between zeros")
  func zeros() throws {
    let zeros = String(repeating: "\0", count: 100_000)
    #expect(try remedy("first\n" + zeros) == .cut(to: 6))
    #expect(try remedy("first\n" + zeros + "CD001") == .breakLine)
    #expect(try remedy("{\"resourceLogs\":[" + zeros) == .cut(to: 0))
  }

  @Test(arguments: ["x", "{\"other\":1", "{\"resourceSpan\"", "a note without a line break"])
  func anotherLineStays(text: String) throws {
    #expect(try remedy(text) == .breakLine)
    #expect(try remedy("{\"resourceSpans\":[]}\n" + text) == .breakLine)
  }
}
