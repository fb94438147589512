#if DistributedTracing
  import TelemetryCore
  import TestThreads
  import Testing
  import Tracing

  @testable import TelemetryTracing

  @Suite(.ownThreads) struct AttributeStoreTests {
    @Test func takenAttributesComeBackChanged() {
      var store = AttributeStore()
      store.set(["a": 1])
      var taken = store.take()
      #expect(taken.attributes == ["a": 1] && store.attributes.isEmpty)
      taken.attributes["b"] = 2
      #expect(store.giveBack(taken) == nil && store.attributes == ["a": 1, "b": 2])
    }

    @Test func laterChangesWinOverThoseThatWereTakenBefore() {
      var store = AttributeStore()
      store.set(["a": 1, "same": 1])
      var first = store.take()
      var second = store.take()
      #expect(second.attributes.isEmpty)
      second.attributes["same"] = 2
      first.attributes["b"] = 3
      #expect(store.giveBack(second) == nil && store.giveBack(first) == nil)
      #expect(store.attributes == ["a": 1, "b": 3, "same": 2])
      // In the other order.
      first = store.take()
      second = store.take()
      second.attributes["same"] = 4
      #expect(store.giveBack(first) == nil && store.giveBack(second) == nil)
      #expect(store.attributes == ["a": 1, "b": 3, "same": 4])
    }

    @Test func anEndWaitsForTakenAttributes() {
      var store = AttributeStore()
      store.set(["a": 1])
      var taken = store.take()
      #expect(store.end(at: 5) == nil && !store.isRecording && store.end(at: 6) == nil)
      store.set(["late": 1])
      var late = store.take()
      late.attributes["late"] = 1
      #expect(store.giveBack(late) == nil)
      taken.attributes["b"] = 2
      let end = store.giveBack(taken)
      #expect(end?.unixNano == 5 && end?.attributes == ["a": 1, "b": 2] && store.attributes == ["a": 1, "b": 2])
      #expect(store.end(at: 7) == nil)
    }

    @Test func nothingChangesAfterTheEnd() {
      var store = AttributeStore()
      store.set(["a": 1])
      #expect(store.end(at: 5)?.attributes == ["a": 1])
      store.set(["b": 1])
      var taken = store.take()
      taken.attributes["c"] = 1
      #expect(store.giveBack(taken) == nil && store.attributes == ["a": 1] && store.end(at: 6) == nil)
    }

    /// Random changes of up to three users at once, beside a model: no key that was set before the end is lost.
    @Test(arguments: 0..<50 as Range<UInt64>) func noAttributeIsLost(seed: UInt64) {
      var random = SeededRandom(seed: seed)
      var store = AttributeStore()
      var taken: [AttributeStore.Taken] = []
      var keys: Set<String> = []
      var end: AttributeStore.End?
      for step in 0..<200 {
        switch random.next() % 4 {
        case 0 where taken.count < 3, 1 where taken.count < 3: taken.append(store.take())
        default:
          guard !taken.isEmpty else { continue }
          var one = taken.remove(at: Int(random.next() % UInt64(taken.count)))
          one.attributes["\(step)"] = step
          end = store.giveBack(one) ?? end
          keys.insert("\(step)")
        }
      }
      end = store.end(at: 1) ?? end
      for one in taken { end = store.giveBack(one) ?? end }
      var found: Set<String> = []
      end?.attributes.forEach { key, _ in found.insert(key) }
      #expect(end != nil && found == keys)
    }
  }
#endif
