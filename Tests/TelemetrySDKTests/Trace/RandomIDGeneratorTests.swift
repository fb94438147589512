import Dispatch
import Synchronization
import TestThreads
import Testing

@testable import TelemetrySDK

@Suite(.ownThreads) struct RandomIDGeneratorTests {
  @Test("ids of eight threads are valid and all differ")
  func unique() {
    let generator = RandomIDGenerator()
    let traces = Mutex<Set<TraceID>>([])
    let spans = Mutex<Set<SpanID>>([])
    DispatchQueue.concurrentPerform(iterations: 8) { _ in
      let ids = (0..<2000).map { _ in (generator.makeTraceID(), generator.makeSpanID()) }
      #expect(ids.allSatisfy { $0.0.isValid && $0.1.isValid })
      traces.withLock { $0.formUnion(ids.map(\.0)) }
      spans.withLock { $0.formUnion(ids.map(\.1)) }
    }
    #expect(traces.withLock { $0.count } == 16_000 && spans.withLock { $0.count } == 16_000)
    #expect(generator.makesRandomTraceIDs)
  }

  @Test("each bit is set in about half of all ids")
  func distribution() {
    let generator = RandomIDGenerator()
    var counts = [Int](repeating: 0, count: 192)
    for _ in 0..<10_000 {
      let (trace, span) = (generator.makeTraceID(), generator.makeSpanID())
      for bit in 0..<64 {
        counts[bit] += Int(trace.high >> UInt64(bit) & 1)
        counts[64 + bit] += Int(trace.low >> UInt64(bit) & 1)
        counts[128 + bit] += Int(span.value >> UInt64(bit) & 1)
      }
    }
    // Six standard deviations of 50 each.
    #expect(counts.allSatisfy { (4700...5300).contains($0) })
  }

  @Test func processesWhosePositionsMeetMakeOtherTraceIDs() {
    let (left, right) = (RandomSequence(position: 7, offset: 1), RandomSequence(position: 7, offset: 2))
    let (a, b) = (left.nextPair(), right.nextPair())
    #expect(a.1 == b.1 && a.0 != b.0)
  }

  @Test func aForkedChildMakesOtherIDsThanItsParent() {
    let (parent, child) = (RandomSequence(position: 7, offset: 1), RandomSequence(position: 7, offset: 1))
    #expect(parent.nextNonZero() == child.nextNonZero())
    child.forkedChild()
    #expect(parent.nextNonZero() != child.nextNonZero() && parent.nextPair() != child.nextPair())
  }

  @Test func zeroIsLeftOut() {
    // The position before 0, which is mixed to 0.
    let sequence = RandomSequence(position: 0 &- 0x9E37_79B9_7F4A_7C15, offset: 1)
    #expect(sequence.nextNonZero() != 0)
  }
}
