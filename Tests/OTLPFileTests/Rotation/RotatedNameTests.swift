import TestThreads
import Testing

@testable import OTLPFile

@Suite(.ownThreads) struct RotatedNameTests {
  // 2026-11-30T16:06:54.123456789Z
  private static let time: UInt64 = 1_796_054_814_123_456_789

  @Test(arguments: [
    ("/var/log/traces.jsonl", "traces-20261130T160654.123456789Z.jsonl", "/var/log/"),
    ("traces", "traces-20261130T160654.123456789Z", ""),
    ("a.b/.hidden", ".hidden-20261130T160654.123456789Z", "a.b/"),
    ("a/b.tar.gz", "b.tar-20261130T160654.123456789Z.gz", "a/"),
  ])
  func theNameHasTheTimeBeforeItsExtension(path: String, name: String, folder: String) {
    let names = RotatedName(path)
    #expect(names.name(at: Self.time) == name)
    #expect(names.folder == folder)
    #expect(names.folderPath == (folder.isEmpty ? "." : folder))
  }

  @Test func onlyNamesOfThisFormAreFinishedFiles() {
    let names = RotatedName("/x/t.jsonl")
    let old = names.name(at: Self.time - 1)
    let new = names.name(at: Self.time)
    let others = [
      "t.jsonl", "t-.jsonl", "t-20261130T160654.12345678Z.jsonl", "t-20261130T160654.123456789Z.json",
      "u-20261130T160654.123456789Z.jsonl", "t-2026113aT160654.123456789Z.jsonl",
      "t-20261130T160654.123456789Z.jsonl.gz",
      "at-20261130T160654.123456789Z.jsonl",
    ]
    #expect(names.finished(among: others + [new, old]) == [old, new])
  }

  @Test func aClockThatWasSetBackDoesNotBreakTheOrder() {
    let names = RotatedName("t.jsonl")
    let last = names.name(at: Self.time)
    #expect(names.name(at: Self.time - 5, after: [last]) == "t-20261130T160654.123456790Z.jsonl")
    #expect(names.name(at: Self.time, after: [last]) == "t-20261130T160654.123456790Z.jsonl")
    #expect(names.name(at: Self.time + 1, after: [last]) == "t-20261130T160654.123456790Z.jsonl")
    #expect(names.name(at: Self.time + 9, after: [last]) == names.name(at: Self.time + 9))
    let nines = "t-20261130T160659.999999999Z.jsonl"
    let next = names.name(at: 0, after: [nines])
    #expect(next == "t-20261130T160660.000000000Z.jsonl" && next > nines)
    #expect(names.finished(among: [next]) == [next])
  }
}
