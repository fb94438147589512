import TelemetrySDK
import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct RunReportTests {
  @Test func theJSONHasAllMembersInOrder() {
    var report = RunReport(endpoint: "http://h\"\n:1")
    report.ledger.ended = 10
    report.ledger.exported = 7
    report.ledger.dropped = [.queueFull: 2, .timeout: 1, .refused: 0]
    report.elapsed = .seconds(2)
    report.cpuTime = .milliseconds(1)
    #expect(
      report.json
        == #"{"endpoint":"http://h\"\n:1","ended":10,"exported":7,"rejected":0,"dropped":{"#
        + #""queueFull":2,"byteBudget":0,"timeout":1,"shutdown":0,"afterShutdown":0,"tooLarge":0,"refused":0,"#
        + #""unreachable":0,"exporterFailed":0},"#
        + #""queued":0,"inFlight":0,"possibleDuplicates":0,"exports":0,"attempts":0,"seconds":2.000,"#
        + #""spansPerSecond":3.500,"cpuMicrosPerSpan":100.000,"latencyMillis":{"p50":0.000,"p99":0.000}}"#)
    #expect(report.lossMessage("why") == "3 of 10 spans were not delivered (queueFull 2, timeout 1): why")
  }

  @Test func sentencesAgreeWithTheirNumbers() {
    var report = RunReport(endpoint: "")
    report.ledger.ended = 1
    report.ledger.dropped = [.timeout: 1]
    #expect(report.lossMessage(nil) == "1 of 1 span was not delivered (timeout 1)")
    report.ledger.ended = 6
    #expect(report.lossMessage(nil)?.hasPrefix("6 of 6 spans were") == true)
    report.ledger.exported = 5
    #expect(report.lossMessage(nil) == "1 of 6 spans was not delivered (timeout 1)")
    report.signal = nil
    #expect(report.lossMessage(nil)?.hasPrefix("1 of 6 items was") == true)
    #expect(report.text.contains("µs CPU per item"))
  }

  @Test func theSignalsCountsSumUp() {
    var report = RunReport(endpoint: "", signal: nil)
    var ledger = Ledger()
    (ledger.ended, ledger.exported, ledger.queued, ledger.inFlight) = (10, 3, 5, 2)
    report.signals = [.logs: ledger]
    #expect(
      report.json.contains(
        #""logs":{"ended":10,"exported":3,"rejected":0,"dropped":0,"queued":5,"inFlight":2}"#), "\(report.json)")
  }
}
