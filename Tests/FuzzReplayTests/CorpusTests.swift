import FuzzTargets
import TestSupport
import TestThreads
import Testing

/// The fuzzers' corpus: inputs that reach far into the readers, and inputs of former bugs. `Tests/fuzz` finds more.
@Suite(.ownThreads) struct CorpusTests {
  @Test("each target keeps its rules for its corpus", arguments: FuzzTarget.allCases)
  func replays(_ target: FuzzTarget) throws {
    let folder = "\(TestFiles.root)/Fixtures/Corpus/\(target.rawValue)"
    let names = TestFiles.names(in: folder)
    #expect(!names.isEmpty, "no corpus in \(folder)")
    for name in names { target.run(TestFiles.bytes("\(folder)/\(name)")) }
  }

  @Test("`Tests/fuzz` without arguments runs every target")
  func theScriptRunsEachTarget() throws {
    let script = TestFiles.read(TestFiles.root + "/Tests/fuzz").split(separator: "\n")
    let line = try #require(script.first { $0.hasPrefix("all=(") })
    #expect(line == "all=(\(FuzzTarget.allCases.map(\.rawValue).joined(separator: " ")))")
  }

  @Test("the readers keep their rules for the reference serializer's messages")
  func replaysGoldenMessages() {
    let folder = TestFiles.root + "/Fixtures/Golden"
    let names = TestFiles.names(in: folder)
    #expect(names.count >= 30, "no golden messages in \(folder)")
    for name in names {
      let target: FuzzTarget = name.hasPrefix("logs-") ? .logs : name.hasPrefix("metrics-") ? .metrics : .traces
      (name.hasSuffix(".json") ? .json : target).run(TestFiles.bytes("\(folder)/\(name)"))
    }
  }
}
