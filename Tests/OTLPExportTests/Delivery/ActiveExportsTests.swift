import TelemetryCore
import TestThreads
import Testing

@testable import OTLPExport

@Suite(.ownThreads) struct ActiveExportsTests {
  @Test("a waiter for the running exports doesn't wait for later ones")
  func waitForRunning() throws {
    var calls = ActiveExports()
    let nobody = calls.waitForRunning()
    #expect(nobody == nil)
    let (first, second) = (calls.begin(), calls.begin())
    let waiting = calls.waitForRunning()
    let done = try #require(waiting)
    let third = calls.begin()
    calls.end(second)
    #expect(done.current == nil)
    calls.end(first)
    #expect(done.current != nil && calls.count == 1)
    calls.end(third)
  }
}
