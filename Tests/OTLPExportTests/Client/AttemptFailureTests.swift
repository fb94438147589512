import OTLPExport
import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct AttemptFailureTests {
  @Test func anEmptyMessageAddsNoColon() {
    #expect(AttemptFailure.server(14, "").text == "UNAVAILABLE")
    #expect(AttemptFailure.server(14, "busy").text == "UNAVAILABLE: busy")
  }

  @Test func possibleDuplicates() {
    #expect(!AttemptFailure.server(14).mayHaveBeenDelivered)
    #expect(!AttemptFailure.connect.mayHaveBeenDelivered)
    #expect(!AttemptFailure.transport(.neverProcessed).mayHaveBeenDelivered)
    #expect(AttemptFailure.transport(.unknown).mayHaveBeenDelivered)
    #expect(AttemptFailure.ownDeadline.mayHaveBeenDelivered)
    #expect(AttemptFailure.server(4).mayHaveBeenDelivered)
    var proxy = AttemptFailure.server(14)
    proxy.fate = .unknown
    #expect(proxy.mayHaveBeenDelivered)
  }
}
