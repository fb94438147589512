import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct SystemErrorTests {
  @Test func theDescriptionNamesTheCall() {
    #expect(SystemError(call: "connect", code: 111).description.hasPrefix("connect: "))
  }
}
