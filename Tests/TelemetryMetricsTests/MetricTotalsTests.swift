import TelemetrySDK
import TestThreads
import Testing

@testable import TelemetryMetrics

@Suite(.ownThreads) struct MetricTotalsTests {
  private func metrics(_ instrument: SelfMetrics.Instrument, _ value: SelfMetrics.Value) -> SelfMetrics {
    SelfMetrics([
      .init("m", instrument, unit: "1", description: "", points: [.init(["k": "v", "n": 1], value)])
    ])
  }

  private func key(_ suffix: String = "") -> MetricChange.Key {
    .init(label: "m" + suffix, dimensions: [.init(name: "k", value: "v"), .init(name: "n", value: "1")])
  }

  @Test func aCounterChangesByTheDifference() {
    var totals = MetricTotals()
    func change(_ total: Int) -> [MetricChange.Update] {
      let changes = totals.changes(to: metrics(.counter, .sum(total)))
      #expect(changes.allSatisfy { $0.key == key() })
      return changes.map(\.update)
    }
    #expect(change(0) == [.count(0)])
    #expect(change(5) == [.count(5)] && change(5) == [] && change(9) == [.count(4)])
    // Another component with the same name began at 0.
    #expect(change(2) == [.count(2)] && change(3) == [.count(1)])
  }

  @Test func anUpDownCounterIsALevel() {
    var totals = MetricTotals()
    for level in [0, 7, 7, 3] {
      let changes = totals.changes(to: metrics(.upDownCounter, .sum(level)))
      #expect(changes == [.init(key: key(), update: .level(level))])
    }
  }

  @Test func aHistogramIsItsCountAndItsSum() {
    var totals = MetricTotals()
    #expect(
      totals.changes(to: metrics(.histogram, .histogram(count: 2, sum: 0.5))) == [
        .init(key: key(".count"), update: .count(2)), .init(key: key(".sum"), update: .sum(0.5)),
      ])
    #expect(totals.changes(to: metrics(.histogram, .histogram(count: 2, sum: 0.5))).isEmpty)
    #expect(
      totals.changes(to: metrics(.histogram, .histogram(count: 3, sum: 0.75))).map(\.update) == [
        .count(1), .sum(0.25),
      ])
  }

  @Test func pointsWithOtherAttributesAreApart() {
    var totals = MetricTotals()
    let metrics = SelfMetrics([
      .init(
        "m", .counter, unit: "1", description: "",
        points: [.init([:], .sum(1)), .init(["error.type": "timeout"], .sum(2))])
    ])
    #expect(totals.changes(to: metrics).map(\.update) == [.count(1), .count(2)])
    #expect(totals.changes(to: metrics).isEmpty)
  }
}
