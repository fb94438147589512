import TelemetryCore
import TestThreads
import Testing

@testable import OTLPExport

/// Who sleeps, and what ends that.
@Suite(.ownThreads) struct CallRegisterTests {
  private func at(_ seconds: Int64) -> MonotonicInstant { .init(nanoseconds: seconds * 1_000_000_000) }

  @Test("a hurry ends the sleeps that would outlast it, the server's too")
  func hurryWakes() {
    var calls = CallRegister()
    let promises = [5, 10, 15].map { (seconds: Int64) in
      let promise = Promise<Bool>()
      calls.sleep(calls.begin(), until: at(seconds), isServers: seconds == 15, promise)
      return promise
    }
    calls.hurry(deadline: Deadline(at(10)))
    #expect(promises.map { $0.current } == [nil, true, true])
  }

  @Test("a hurry that comes between the decision to sleep and the sleep counts, one before doesn't")
  func hurryOvertakes() {
    var calls = CallRegister()
    calls.hurry(deadline: Deadline(at(1)))
    let decided = calls.hurries
    #expect(!calls.isOvertaken(at(5), since: decided))
    calls.hurry(deadline: Deadline(at(4)))
    #expect(calls.isOvertaken(at(5), since: decided) && calls.isOvertaken(at(4), since: decided))
    #expect(!calls.isOvertaken(at(3), since: decided))
    #expect(!calls.isOvertaken(at(5), since: calls.hurries))
  }

  @Test("who waits for the running calls isn't held up by later ones")
  func waitForRunning() throws {
    var calls = CallRegister()
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
