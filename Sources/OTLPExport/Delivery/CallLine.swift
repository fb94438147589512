internal import TelemetryCore

/// Exports that wait until they may call the server, in the order of coming. Part of an actor.
struct CallLine {
  enum Word: Sendable {
    /// The call is counted as begun.
    case go(Destination.Call)
    /// Something has changed.
    case lookAgain
  }

  typealias Place = Promise<Word>

  private var places: [Place] = []
  /// When the first may be able to go.
  private(set) var timer: (id: TelemetryLoop.TimerID, end: MonotonicInstant)?

  var isEmpty: Bool { places.isEmpty }
  var first: Place? { places.first }

  mutating func join() -> Place {
    let place = Place()
    places.append(place)
    return place
  }

  mutating func leave(_ place: Place) { places.removeAll { $0 === place } }

  /// Has all who wait look again, in turn.
  mutating func lookAgain() {
    let all = places
    places.removeAll()
    for place in all { place.fulfil(.lookAgain) }
  }

  /// Arms the one timer; nil for none.
  mutating func arm(_ end: MonotonicInstant?, on loop: TelemetryLoop, _ action: @escaping @Sendable () -> Void) {
    guard timer?.end != end else { return }
    if let timer { loop.cancel(timer.id) }
    timer = end.map { (loop.schedule(at: Deadline($0), action), $0) }
  }

  mutating func timerFired() { timer = nil }
}
