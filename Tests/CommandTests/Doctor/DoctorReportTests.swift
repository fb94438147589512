import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct DoctorReportTests {
  @Test func textAndJSONHaveAllParts() {
    let report = DoctorReport(
      endpoint: "http://h:1", rows: [.init("endpoint", "http://h:1", source: "--endpoint")],
      checks: [
        Check(step: .configuration, result: .passed, details: ["all values can be used"]),
        Check(step: .name, result: .passed, details: ["h: 1.2.3.4", "i: 1.2.3.5"], elapsed: .microseconds(12_345)),
        Check(step: .connection, result: .failed, details: []),
      ], findings: [Finding(.portRefused, "no process \"listens\"", advice: "start it")])
    #expect(
      report.text == """
        configuration
          endpoint             http://h:1                         --endpoint

        checks of http://h:1
          ok    configuration            all values can be used
          ok    name           12.3 ms   h: 1.2.3.4
                                         i: 1.2.3.5
          FAIL  connection               see below
          -     tls                      not tried
          -     http2                    not tried
          -     export                   not tried

        portRefused: no process "listens"
          what to do: start it

        """)
    let parts: [String] = [
      #"{"endpoint":"http://h:1","healthy":false,"mistakes":[{"mistake":"portRefused","#,
      #""what":"no process \"listens\"","advice":"start it"}],"#,
      #""configuration":[{"name":"endpoint","value":"http://h:1","source":"--endpoint"}],"#,
      #""checks":{"configuration":{"result":"passed","details":["all values can be used"]},"#,
      #""name":{"result":"passed","details":["h: 1.2.3.4","i: 1.2.3.5"],"milliseconds":12.345},"#,
      #""connection":{"result":"failed","details":[]},"tls":{"result":"skipped","details":[]},"#,
      #""http2":{"result":"skipped","details":[]},"export":{"result":"skipped","details":[]}},"error":"no process \"listens\""}"#,
    ]
    #expect(report.json == parts.joined())
    #expect(report.exitCode == ExitCode.loss)
  }
}
