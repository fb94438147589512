import Synchronization
import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct InputProblemLogTests {
  @Test func onlyTheFirstProblemsArePrinted() {
    let lines = Mutex<[String]>([])
    let log = InputProblemLog(limit: 2) { line in lines.withLock { $0.append(line) } }
    log.add("one")
    log.conclude()
    log.add("two\u{1B}[31m")
    log.add("three")
    log.add("four")
    log.conclude()
    #expect(lines.withLock { $0 } == ["one", "two [31m", "… and 2 more"])
  }
}
