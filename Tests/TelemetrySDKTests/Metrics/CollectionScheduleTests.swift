import TelemetryCore
import TestThreads
import Testing

@testable import TelemetrySDK

/// Each input in each state, by name and in random order.
@Suite(.ownThreads) struct CollectionScheduleTests {
  typealias CollectionID = CollectionSchedule.CollectionID

  private static let first = CollectionID(number: 1)
  private static let second = CollectionID(number: 2)

  private static func at(_ seconds: Double) -> MonotonicInstant { .zero + .seconds(seconds) }
  private static func deadline(_ seconds: Double) -> Deadline { Deadline(at(seconds)) }

  private static func schedule(_ producers: Int = 2) -> CollectionSchedule {
    CollectionSchedule(interval: .seconds(60), timeout: .seconds(30), producers: producers, at: .zero)
  }

  /// A schedule whose first collection has begun at its tick.
  private static func running(_ producers: Int = 2) -> CollectionSchedule {
    var schedule = schedule(producers)
    #expect(
      schedule.nextAction(at: at(60))
        == .begin(id: first, producers: Array(0..<producers), deadline: deadline(90)))
    return schedule
  }

  // MARK: No collection

  @Test("the first collection begins after the interval, and calls all producers")
  func tick() {
    var schedule = Self.schedule()
    #expect(schedule.nextAction(at: Self.at(59.9)) == nil && schedule.nextDeadline == Self.deadline(60))
    schedule = Self.running()
    #expect(schedule.nextDeadline == Self.deadline(90) && schedule.nextTick == Self.deadline(120))
  }

  @Test("a demand begins a collection at once, which gets half of the demand's time and doesn't move the ticks")
  func demand() {
    var schedule = Self.schedule()
    schedule.demanded(by: Self.deadline(20))
    #expect(
      schedule.nextAction(at: Self.at(10))
        == .begin(id: Self.first, producers: [0, 1], deadline: Self.deadline(15)))
    #expect(schedule.demand == nil && schedule.nextTick == Self.deadline(60))
  }

  @Test("of two demands the earlier deadline counts; one that has passed, or never does, leaves the timeout")
  func demandDeadlines() {
    for (deadlines, expected) in [
      ([30, 20], 15), ([20, 30], 15), ([5], 40), ([Double.infinity], 40), ([200], 40),
    ] as [([Double], Double)] {
      var schedule = Self.schedule()
      for seconds in deadlines { schedule.demanded(by: seconds.isFinite ? Self.deadline(seconds) : .never) }
      #expect(
        schedule.nextAction(at: Self.at(10))
          == .begin(id: Self.first, producers: [0, 1], deadline: Self.deadline(expected)), "\(deadlines)")
    }
  }

  @Test("missed ticks are left out, and the ticks keep their phase")
  func missedTicks() {
    var schedule = Self.schedule(0)
    #expect(
      schedule.nextAction(at: Self.at(200)) == .begin(id: Self.first, producers: [], deadline: Self.deadline(230)))
    #expect(schedule.nextTick == Self.deadline(240))
  }

  @Test("after a shutdown has begun only its demand begins a collection")
  func stopped() {
    var schedule = Self.schedule()
    schedule.stopTicking()
    #expect(schedule.nextAction(at: Self.at(1000)) == nil && schedule.nextDeadline == .never)
    schedule.demanded(by: Self.deadline(1010))
    #expect(
      schedule.nextAction(at: Self.at(1000))
        == .begin(id: Self.first, producers: [0, 1], deadline: Self.deadline(1005)))
  }

  @Test("a collection without producers ends at once")
  func noProducers() {
    var schedule = Self.running(0)
    #expect(schedule.nextAction(at: Self.at(60)) == .end(id: Self.first, late: []))
    #expect(schedule.running == nil && schedule.nextAction(at: Self.at(60)) == nil)
  }

  // MARK: A running collection

  @Test("a collection ends when all producers have returned")
  func allReturned() {
    var schedule = Self.running()
    #expect(schedule.producerReturned(1) == true)
    #expect(schedule.nextAction(at: Self.at(61)) == nil)
    #expect(schedule.producerReturned(0) == true)
    #expect(schedule.nextAction(at: Self.at(61)) == .end(id: Self.first, late: []))
    #expect(schedule.nextAction(at: Self.at(61)) == nil && schedule.nextDeadline == Self.deadline(120))
  }

  @Test("at its deadline a collection ends without the late producers, whose calls are cancelled once")
  func late() {
    var schedule = Self.running()
    #expect(schedule.producerReturned(0) == true)
    #expect(schedule.nextAction(at: Self.at(90)) == .cancel(producer: 1))
    #expect(schedule.nextAction(at: Self.at(90)) == .end(id: Self.first, late: [1]))
    #expect(schedule.nextAction(at: Self.at(100)) == nil && schedule.nextDeadline == Self.deadline(120))
    // The call still hangs, so the next collection leaves that producer out.
    #expect(
      schedule.nextAction(at: Self.at(120)) == .begin(id: Self.second, producers: [0], deadline: Self.deadline(150)))
    #expect(schedule.producerReturned(1) == false, "its collection has ended")
    #expect(schedule.producerReturned(0) == true)
    #expect(schedule.nextAction(at: Self.at(121)) == .end(id: Self.second, late: []))
    #expect(
      schedule.nextAction(at: Self.at(180))
        == .begin(
          id: CollectionID(number: 3), producers: [0, 1], deadline: Self.deadline(210)))
  }

  @Test("a tick in a running collection is left out")
  func tickWhileRunning() {
    var schedule = CollectionSchedule(interval: .seconds(10), timeout: .seconds(30), producers: 1, at: .zero)
    #expect(
      schedule.nextAction(at: Self.at(10)) == .begin(id: Self.first, producers: [0], deadline: Self.deadline(40)))
    #expect(schedule.nextAction(at: Self.at(35)) == nil && schedule.nextTick == Self.deadline(40))
    #expect(schedule.producerReturned(0) == true)
    #expect(schedule.nextAction(at: Self.at(36)) == .end(id: Self.first, late: []))
    #expect(schedule.nextAction(at: Self.at(36)) == nil)
  }

  @Test("a demand in a running collection shortens it once, without cancelling, and begins another")
  func demandWhileRunning() {
    var schedule = Self.running(1)
    schedule.demanded(by: Self.deadline(70))
    #expect(schedule.nextAction(at: Self.at(62)) == nil && schedule.nextDeadline == Self.deadline(66))
    #expect(schedule.nextAction(at: Self.at(64)) == nil && schedule.nextDeadline == Self.deadline(66))
    #expect(schedule.nextAction(at: Self.at(66)) == .end(id: Self.first, late: [0]))
    #expect(
      schedule.nextAction(at: Self.at(66)) == .begin(id: Self.second, producers: [], deadline: Self.deadline(68)))
    #expect(schedule.nextAction(at: Self.at(66)) == .end(id: Self.second, late: []))
    #expect(schedule.nextAction(at: Self.at(89)) == nil && schedule.nextDeadline == Self.deadline(90))
    #expect(schedule.nextAction(at: Self.at(90)) == .cancel(producer: 0))
  }

  @Test("a call that nobody made, or that returns twice, is ignored")
  func strayReturns() {
    var schedule = Self.schedule()
    #expect(schedule.producerReturned(0) == false)
    schedule = Self.running()
    #expect(schedule.producerReturned(0) == true)
    #expect(schedule.producerReturned(0) == false)
  }

  // MARK: Any order

  @Test(
    "in any order of inputs, calls of a producer never overlap, and each demand gets a collection", arguments: 0..<300)
  func anyOrder(_ seed: Int) {
    var random = SeededRandom(seed: UInt64(seed))
    var schedule = CollectionSchedule(
      interval: .milliseconds(1 + random.next(3000)), timeout: .milliseconds(1 + random.next(3000)),
      producers: random.next(4), at: .zero)
    var now = MonotonicInstant.zero
    var (out, running, waitsSince): (Set<Int>, CollectionID?, MonotonicInstant?) = ([], nil, nil)
    for _ in 0..<400 {
      switch random.next(4) {
      case 0:
        schedule.demanded(by: Deadline(now + .milliseconds(random.next(4000) - 500)))
        waitsSince = waitsSince ?? now
      case 1, 2:
        guard let producer = out.randomElement(using: &random) else { break }
        out.remove(producer)
        _ = schedule.producerReturned(producer)
      default: now = now + .milliseconds(random.next(700))
      }
      var steps = 0
      while let action = schedule.nextAction(at: now) {
        steps += 1
        switch action {
        case .begin(let id, let producers, let deadline):
          #expect(running == nil && out.isDisjoint(with: producers) && deadline > Deadline(now), "seed \(seed)")
          (running, waitsSince) = (id, nil)
          out.formUnion(producers)
        case .cancel(let producer): #expect(out.contains(producer), "seed \(seed)")
        case .end(let id, let late):
          #expect(running == id && out.isSuperset(of: late), "seed \(seed)")
          running = nil
        }
        if steps > 20 { break }
      }
      #expect(steps <= 20 && schedule.nextDeadline > Deadline(now), "seed \(seed): it spins")
      if let waitsSince { #expect(now - waitsSince <= schedule.timeout, "seed \(seed): a demand is forgotten") }
      #expect(waitsSince == nil || running != nil, "seed \(seed)")
    }
  }
}
