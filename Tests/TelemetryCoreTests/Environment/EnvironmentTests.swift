import Synchronization
import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct EnvironmentTests {
  private final class DiagnosticLog: Sendable {
    private let entries = Mutex<[DiagnosticEvent]>([])
    var events: [DiagnosticEvent] { entries.withLock { $0 } }
    var diagnostics: Diagnostics { Diagnostics { event in self.entries.withLock { $0.append(event) } } }
  }

  private func reader(_ text: String) -> (Environment, DiagnosticLog) {
    let log = DiagnosticLog()
    return (Environment(["X": text, "Y": "7"], diagnostics: log.diagnostics), log)
  }

  @Test(
    "white space and line breaks at the ends of a value don't count (RULES D20)",
    arguments: ["\n", "\r\n", " \t\n", "\u{A0}"])
  func trimmed(space: String) {
    for (before, after) in [("", space), (space, ""), (space, space)] {
      func read(_ text: String) -> Environment { Environment(["X": before + text + after]) }
      #expect(read("a b").string(["X"])?.value == "a b")
      #expect(read("TRUE").boolean(["X"])?.value == true)
      #expect(read("12").integer("X", in: 0...20) == 12)
      #expect(read("12").timeout(["X"])?.value == .milliseconds(12))
      #expect(read("GZip").value(["X"], allowed: "") { $0 == "gzip" ? 1 : nil }?.value == 1)
      #expect(read("").string(["X"]) == nil, "empty is unset (2.6.1)")
    }
  }

  @Test(
    "a number has decimal digits alone",
    arguments: ["+5", "-1", "1.5", "0x10", "1e3", "5s", "99999999999999999999", "٣"])
  func badNumbers(text: String) {
    let (reader, log) = reader(text)
    #expect(reader.integer("X", in: 0...100) == nil)
    #expect(reader.timeout(["X"]) == nil)
    #expect(log.events.map(\.message) == ["an environment variable is ignored", "an environment variable is ignored"])
    #expect(log.events.first?.description.contains("variable=X value='\(text)' allowed=0 to 100") == true)
  }

  @Test func aNumberOutOfRangeIsIgnoredAndTheNextVariableCounts() throws {
    let (reader, log) = reader("101")
    let found = try #require(reader.integer(["X", "Y"], in: 0...100))
    #expect(found == ("Y", 7))
    #expect(log.events.count == 1)
  }

  @Test func aWordOtherThanTrueAndFalseIsFalseWithAWarning() throws {  // 2.6.2
    let (reader, log) = reader("yes")
    #expect(try #require(reader.boolean(["X"])) == ("X", false))
    #expect(log.events.count == 1)
  }

  @Test(
    "no warning shows a secret in the wrong variable",
    arguments: [
      "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----", "http://me:hunter2@host",
      "hunter2" + String(repeating: "x", count: 64), "line\nhunter2",
    ])
  func secrets(text: String) {
    let (reader, log) = reader(text)
    _ = (reader.integer("X", in: 0...1), reader.boolean(["X"]), reader.timeout(["X"]))
    reader.ignored("X", text, allowed: "")
    reader.ignored("X", entry: 1, name: text, allowed: "")
    #expect(log.events.count == 5)
    #expect(log.events.allSatisfy { !$0.description.contains("hunter2") })
  }
}
