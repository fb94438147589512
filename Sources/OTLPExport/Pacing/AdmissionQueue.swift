internal import TelemetryCore

/// The waiting room before a server: exports whose turn hasn't come, and those in the pause before their next attempt.
/// In the order of coming. Part of an actor.
struct AdmissionQueue {
  enum Word: Sendable {
    /// The call is counted as begun, and the place is given up.
    case go(Destination.Call)
    /// Something has changed.
    case lookAgain
  }

  /// An export's place. Confined to the queue's actor.
  final class Place {
    let export: Int
    /// The end of the export's own back-off.
    fileprivate(set) var notBefore: MonotonicInstant?
    private(set) var promise = Promise<Word>()

    fileprivate init(export: Int, notBefore: MonotonicInstant?) {
      self.export = export
      self.notBefore = notBefore
    }

    /// A new promise after one that said ``Word/lookAgain``.
    func renew() { promise = Promise() }
  }

  private var places: [Place] = []
  /// When the queue is looked at again.
  private(set) var timer: (id: TelemetryLoop.TimerID, end: MonotonicInstant)?

  var isEmpty: Bool { places.isEmpty }

  mutating func join(export: Int, notBefore: MonotonicInstant?) -> Place {
    let place = Place(export: export, notBefore: notBefore)
    places.append(place)
    return place
  }

  mutating func leave(_ place: Place) { places.removeAll { $0 === place } }

  /// The first place whose own back-off is over.
  /// - Parameter isPaced: The server's pace takes the place of each export's own.
  func first(at now: MonotonicInstant, isPaced: Bool) -> Place? {
    isPaced ? places.first : places.first { $0.notBefore.map { $0 <= now } ?? true }
  }

  /// When the next back-off ends.
  func nextEnd(after now: MonotonicInstant) -> MonotonicInstant? {
    places.lazy.compactMap(\.notBefore).filter { $0 > now }.min()
  }

  /// Ends the back-offs that would last until `deadline` or longer.
  func expedite(deadline: Deadline) {
    for place in places where place.notBefore.map({ Deadline($0) >= deadline }) ?? false { place.notBefore = nil }
  }

  /// Has one export's back-off end at `instant`, if it would end later.
  func shortenPause(of place: Place, to instant: MonotonicInstant) {
    if let notBefore = place.notBefore { place.notBefore = min(notBefore, instant) }
  }

  /// Ends all back-offs.
  func endBackoffs() { for place in places { place.notBefore = nil } }

  /// Has all who wait look again, in turn; their places stay.
  func lookAgain() {
    for place in places {
      let promise = place.promise
      place.renew()
      promise.fulfil(.lookAgain)
    }
  }

  /// Arms the one timer; nil for none.
  mutating func arm(_ end: MonotonicInstant?, on loop: TelemetryLoop, _ action: @escaping @Sendable () -> Void) {
    guard timer?.end != end else { return }
    if let timer { loop.cancel(timer.id) }
    timer = end.map { (loop.schedule(at: Deadline($0), action), $0) }
  }

  mutating func timerFired() { timer = nil }
}
