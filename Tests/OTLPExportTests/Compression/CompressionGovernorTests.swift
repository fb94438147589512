import OTLPExport
import OTLPTesting
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct CompressionGovernorTests {
  private var governor = CompressionGovernor()
  private var now = MonotonicInstant(nanoseconds: 1_000_000_000)

  /// Offers a message every `pause`, each compressed in `time` to `result`.
  /// - Returns: The number of compressed messages.
  private mutating func offer(
    _ count: Int, of bytes: Int = 300_000, to result: Int? = 40_000, took time: Duration, every pause: Duration
  ) -> Int {
    (0..<count).count { _ in
      now = now + pause
      guard governor.admits(bytes: bytes, at: now) else { return false }
      governor.compressed(bytes, to: result, took: time)
      return true
    }
  }

  @Test mutating func smallMessagesAreNotCompressed() {
    #expect(offer(10, of: 1023, took: .zero, every: .seconds(1)) == 0)
    #expect(offer(10, of: 1024, to: 300, took: .zero, every: .seconds(1)) == 10)
  }

  @Test mutating func rareMessagesAreCompressed() {
    #expect(offer(1000, took: .milliseconds(3), every: .milliseconds(100)) == 1000)
  }

  @Test(arguments: [Int64(1), 3, 20, 200]) mutating func compressionTakesNoMoreThanItsShare(milliseconds: Int64) {
    // A message every millisecond: the processor is short.
    let time = Duration.milliseconds(milliseconds)
    let start = now
    let count = offer(20_000, took: time, every: .milliseconds(1))
    let share = (now - start) / Int(CompressionGovernor.timeDivisor)
    #expect(time * count <= share + CompressionGovernor.burst + time)
    #expect(time * (count + 1) >= share)  // and doesn't stop for good
  }

  @Test mutating func idleTimeIsNotSavedUp() {
    _ = offer(1, took: .milliseconds(1), every: .seconds(3600))
    #expect(offer(1000, took: .milliseconds(10), every: .zero) == 5)
  }

  @Test(arguments: [Int?.none, 299_000]) mutating func incompressibleMessagesAreRarelyTried(result: Int?) {
    #expect(offer(1, to: result, took: .zero, every: .seconds(1)) == 1)
    #expect(offer(16, to: result, took: .zero, every: .seconds(1)) == 0)
    #expect(offer(1, to: result, took: .zero, every: .seconds(1)) == 1)
    #expect(offer(32, to: result, took: .zero, every: .seconds(1)) == 0)
    #expect(offer(100_000, to: result, took: .zero, every: .seconds(1)) < 110)
    // Compression resumes as soon as a probe finds other content.
    #expect(offer(3000, took: .zero, every: .seconds(1)) > 1900)
  }

  @Test mutating func oneBadMessageChangesNothing() {
    _ = offer(10, took: .zero, every: .seconds(1))
    _ = offer(1, to: nil, took: .zero, every: .seconds(1))
    #expect(offer(10, took: .zero, every: .seconds(1)) == 10)
  }

  @Test mutating func whileItemsWaitTheResponseTimeDecides() {
    // The compression of such a message takes 3 ms.
    _ = offer(5, took: .milliseconds(3), every: .seconds(1))
    func admits(_ responseTime: Duration?, bytes: Int = 300_000) -> Bool {
      var copy = governor
      return copy.admits(bytes: bytes, at: now + .seconds(1), responseTime: responseTime)
    }
    #expect(admits(nil))
    #expect(!admits(.zero) && !admits(.milliseconds(11)))
    #expect(admits(.milliseconds(13)) && admits(.seconds(1)))
    #expect(admits(.milliseconds(11), bytes: 200_000))
    // A new governor compresses the first message to measure the time.
    governor = CompressionGovernor()
    #expect(admits(.zero))
  }

  @Test(arguments: [(Duration.milliseconds(1), false), (.seconds(1), true)])
  func messagesStayUncompressedWhileExportsWaitForQuickResponses(responseTime: Duration, isCompressed: Bool) throws {
    try simulate(seed: 1) { simulation in
      // On the virtual clock compression takes no time.
      var governor = CompressionGovernor()
      governor.compressed(338_552, to: 40_000, took: .milliseconds(3))
      let fixture = DeliveryFixture(simulation, standard: .after(responseTime, .accept), governor: governor) {
        $0.compression.set(.auto)
      }
      #expect(await fixture.export(512).exported == 512)
      #expect(fixture.client.calls[0].isCompressed)  // no other export is in progress
      let exports = (0..<8).map { _ in simulation.task { await fixture.export(512) } }
      for export in exports { #expect(await export.value.exported == 512) }
      #expect(fixture.client.calls.last?.isCompressed == isCompressed)
    }
  }

  @Test func theDeliveryAsksTheGovernor() throws {
    try simulate(seed: 1) { simulation in
      let fixture = DeliveryFixture(simulation) { $0.compression.set(.auto) }
      #expect(await fixture.export(1).exported == 1)
      #expect(await fixture.export(512).exported == 512)
      #expect(fixture.client.calls.map(\.isCompressed) == [false, true])
      #expect(fixture.client.calls[1].spans == StandardWorkload().spans(0..<512))
    }
  }

  @Test func names() {
    #expect(OTLPCompression.auto.description == "auto")
    #expect(OTLPCompression.gzip(level: 6).description == "gzip")
  }
}
