import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct ActiveExportsTests {
  @Test("a waiter for the running exports doesn't wait for later ones")
  func waitForRunning() throws {
    var calls = ActiveExports()
    let nobody = calls.waitForRunning(.traces)
    #expect(nobody == nil)
    let (first, second) = (calls.begin(.traces), calls.begin(.traces))
    let waiting = calls.waitForRunning(.traces)
    let done = try #require(waiting)
    let third = calls.begin(.traces)
    calls.end(second)
    #expect(done.current == nil)
    calls.end(first)
    #expect(done.current != nil && calls.count == 1)
    calls.end(third)
  }

  @Test("a signal waits for its own exports") func signals() throws {
    var exports = ActiveExports()
    let spans = exports.begin(.traces)
    let logs = exports.begin(.logs)
    let nobody = exports.waitForRunning(.metrics)
    #expect(nobody == nil)
    let waiting = exports.waitForRunning(.logs)
    let done = try #require(waiting)
    exports.end(spans)
    #expect(done.current == nil)
    exports.end(logs)
    #expect(done.current != nil)
  }
}
