internal import TelemetryCore

/// The exports that wait before a server, in order of arrival: for admission, or for the end of their back-off. Part of
/// an actor.
struct AdmissionQueue {
  /// The reason for waking a waiting export.
  enum Wakeup: Sendable {
    /// The export is admitted: the call counts as begun, and the place is given up.
    case admitted(Destination.Call)
    /// The export's deadline or its reasons to stop may have changed. The export stays in the queue.
    case changed
  }

  /// An export's place in the queue. Confined to the queue's actor.
  final class Place {
    let export: Int
    /// The end of the export's own back-off.
    fileprivate(set) var notBefore: MonotonicInstant?
    private(set) var promise = Promise<Wakeup>()

    fileprivate init(export: Int, notBefore: MonotonicInstant?) {
      self.export = export
      self.notBefore = notBefore
    }

    /// Replaces a promise that was fulfilled with ``Wakeup/changed``.
    func renew() { promise = Promise() }
  }

  private var places: [Place] = []
  private(set) var timer: (id: TelemetryLoop.TimerID, end: MonotonicInstant)?

  var isEmpty: Bool { places.isEmpty }

  mutating func join(export: Int, notBefore: MonotonicInstant?) -> Place {
    let place = Place(export: export, notBefore: notBefore)
    places.append(place)
    return place
  }

  mutating func leave(_ place: Place) { places.removeAll { $0 === place } }

  /// The first place without a back-off at `now`.
  /// - Parameter isSuspended: True if the circuit is open: its pauses replace the exports' own.
  func first(at now: MonotonicInstant, isSuspended: Bool) -> Place? {
    isSuspended ? places.first : places.first { $0.notBefore.map { $0 <= now } ?? true }
  }

  /// The earliest end of a back-off.
  func nextBackoffEnd(after now: MonotonicInstant) -> MonotonicInstant? {
    places.lazy.compactMap(\.notBefore).filter { $0 > now }.min()
  }

  /// Ends the back-offs that would reach `deadline`.
  func expedite(deadline: Deadline) {
    for place in places where place.notBefore.map({ Deadline($0) >= deadline }) ?? false { place.notBefore = nil }
  }

  /// Moves the end of an export's back-off to `instant` if that is earlier.
  func shortenBackoff(of place: Place, to instant: MonotonicInstant) {
    if let notBefore = place.notBefore { place.notBefore = min(notBefore, instant) }
  }

  func endBackoffs() { for place in places { place.notBefore = nil } }

  /// Wakes all exports in order with ``Wakeup/changed``.
  func wakeAll() {
    for place in places {
      let promise = place.promise
      place.renew()
      promise.fulfil(.changed)
    }
  }

  /// Moves the queue's only timer to `end`; nil stops the timer.
  mutating func arm(_ end: MonotonicInstant?, on loop: TelemetryLoop, _ action: @escaping @Sendable () -> Void) {
    guard timer?.end != end else { return }
    if let timer { loop.cancel(timer.id) }
    timer = end.map { (loop.schedule(at: Deadline($0), action), $0) }
  }

  mutating func timerFired() { timer = nil }
}
