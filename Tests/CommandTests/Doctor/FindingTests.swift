import Glibc
import HTTP2Transport
import OTLPExport
import OTLPGRPC
import TelemetryCore
import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct FindingTests {
  @Test(arguments: [EMFILE, ENFILE]) func exhaustedDescriptorsAreNotAFaultOfTheNetwork(_ code: Int32) throws {
    let endpoint = try Endpoint("http://127.0.0.1:4317", insecure: false)
    let context = ProbeContext(.init(endpoint: "http://127.0.0.1:4317"), endpoint: endpoint)
    let error = SystemError(call: "socket", code: code)
    let finding = Finding(.network(.connect(address: .ipv4(0x7F00_0001, port: 4317), error: error)), context)
    #expect(finding.mistake == .exportFailed)
    #expect(finding.advice.contains("ulimit"))
    #expect(finding.problem.contains("\(error)"))
  }
}
