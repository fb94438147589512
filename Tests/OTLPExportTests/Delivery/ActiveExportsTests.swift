import TelemetryCore
import Testing

@testable import OTLPExport

/// Who waits for whom.
@Suite struct ActiveExportsTests {
  @Test("who waits for the running calls isn't held up by later ones")
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
