internal import TelemetryCore

/// A simulated connection: both directions and both ends.
// SAFETY: used only under the network's lock.
final class SimulatedConnection: @unchecked Sendable {
  struct End {
    var token: HandlerToken?
    var isClosed = false
    var isReset = false
  }

  let link: SimulatedLink
  /// The directions, indexed by the writing side.
  var flows = [SimulatedFlow(), SimulatedFlow()]
  var ends = [End(), End()]

  private let creation: MonotonicInstant

  init(link: SimulatedLink, at now: MonotonicInstant) {
    self.link = link
    creation = now
  }

  func isClosed(_ side: SimulatedSide) -> Bool { ends[side.rawValue].isClosed }

  /// The number of bytes that a side can still write before the next cut, or nil if there is none.
  func distanceToCut(from side: SimulatedSide) -> Int? {
    let cuts = link.faults.compactMap { fault -> Int? in
      guard case .cut(let bytes, side) = fault else { return nil }
      return bytes
    }
    return cuts.min().map { max(0, $0 - flows[side.rawValue].written) }
  }

  func isBlackHole(from side: SimulatedSide, at now: MonotonicInstant) -> Bool {
    link.faults.contains { fault in
      switch fault {
      case .blackHole(let bytes, side): flows[side.rawValue].written >= bytes
      case .deadAfter(let age): now - creation >= age
      default: false
      }
    }
  }

  func stall(from side: SimulatedSide, between before: Int, and after: Int) -> Duration {
    for fault in link.faults {
      if case .stall(let bytes, side, let duration) = fault, before <= bytes, bytes < after { return duration }
    }
    return .zero
  }
}
