#if DistributedTracing
  import TelemetryCore
  import TestThreads
  import Testing
  import Tracing

  @testable import TelemetryTracing

  @Suite(.ownThreads) struct AttributeStoreTests {
    @Test func takenAttributesComeBackChanged() {
      var store = AttributeStore()
      store.put(["a": 1])
      var taken = store.take()
      #expect(taken.attributes == ["a": 1] && store.attributes.isEmpty)
      taken.attributes["b"] = 2
      #expect(store.take(back: taken) == nil && store.attributes == ["a": 1, "b": 2])
    }

    @Test func laterChangesWinOverThoseThatWereTakenBefore() {
      var store = AttributeStore()
      store.put(["a": 1, "same": 1])
      var first = store.take()
      var second = store.take()
      #expect(second.attributes.isEmpty)
      second.attributes["same"] = 2
      first.attributes["b"] = 3
      #expect(
        store.take(back: second) == nil
          && store.take(back: first) == nil)
      #expect(store.attributes == ["a": 1, "b": 3, "same": 2])
      // In the other order.
      first = store.take()
      second = store.take()
      second.attributes["same"] = 4
      #expect(
        store.take(back: first) == nil
          && store.take(back: second) == nil)
      #expect(store.attributes == ["a": 1, "b": 3, "same": 4])
    }

    @Test func anEndWaitsForTakenAttributes() {
      var store = AttributeStore()
      store.put(["a": 1])
      var taken = store.take()
      #expect(store.end(at: 5) == nil && !store.isRecording && store.end(at: 6) == nil)
      store.put(["late": 1])
      var late = store.take()
      late.attributes["late"] = 1
      #expect(store.take(back: late) == nil)
      taken.attributes["b"] = 2
      let end = store.take(back: taken)
      #expect(end?.unixNano == 5 && end?.attributes == ["a": 1, "b": 2] && store.attributes == ["a": 1, "b": 2])
      #expect(store.end(at: 7) == nil)
    }

    @Test func nothingChangesAfterTheEnd() {
      var store = AttributeStore()
      store.put(["a": 1])
      #expect(store.end(at: 5)?.attributes == ["a": 1])
      store.put(["b": 1])
      var taken = store.take()
      taken.attributes["c"] = 1
      #expect(
        store.take(back: taken) == nil && store.attributes == ["a": 1]
          && store.end(at: 6) == nil)
    }

    /// Random changes of up to three users at once, beside a model: no key that was set before the end is lost.
    @Test(arguments: 0..<50 as Range<UInt64>) func noAttributeIsLost(seed: UInt64) {
      var random = SeededRandom(seed: seed)
      var store = AttributeStore()
      var taken: [(attributes: SpanAttributes, isAll: Bool)] = []
      var keys: Set<String> = []
      var end: AttributeStore.End?
      for step in 0..<200 {
        switch random.next() % 4 {
        case 0 where taken.count < 3, 1 where taken.count < 3: taken.append(store.take())
        default:
          guard !taken.isEmpty else { continue }
          var one = taken.remove(at: Int(random.next() % UInt64(taken.count)))
          one.attributes["\(step)"] = step
          end = store.take(back: one) ?? end
          keys.insert("\(step)")
        }
      }
      end = store.end(at: 1) ?? end
      for one in taken { end = store.take(back: one) ?? end }
      var found: Set<String> = []
      end?.attributes.forEach { key, _ in found.insert(key) }
      #expect(end != nil && found == keys)
    }
  }

  extension AttributeStore {
    /// Gives attributes back, and merges as often as the store asks for.
    fileprivate mutating func take(back taken: (attributes: SpanAttributes, isAll: Bool)) -> End? {
      var taken = taken
      while true {
        switch giveBack(taken.attributes, isAll: taken.isAll) {
        case .done: return nil
        case .end(let end): return end
        case .merge(var earlier, let later, let isAll):
          earlier.merge(later)
          taken = (earlier, isAll)
        }
      }
    }

    fileprivate mutating func put(_ attributes: SpanAttributes) {
      var attributes = attributes
      exchange(&attributes)
    }
  }
#endif
