package import TelemetryCore

/// Decides which messages of ``OTLPCompression/auto`` are compressed: not the small ones, not while compression saves
/// little, not beyond its share of the time, so that it is left out when the processor is what is short, and not while
/// items wait for exports whose answers come sooner than compression would pay. Pure.
package struct CompressionGovernor: Sendable {
  /// Smaller messages fit into a packet or two anyway.
  package static let smallest = 1024
  /// Compression may take one part in so many of the elapsed time…
  package static let timeDivisor: Int64 = 10
  /// …and so much at once after a time without it.
  package static let burst = Duration.milliseconds(50)
  // Below this part of the bytes saved, compression isn't worth its time.
  private static let leastSaved = 0.1
  // With items waiting, an answer must take so many times as long as compressing its message.
  private static let leastAnswer = 4.0
  private static let firstSkip = 16
  private static let longestSkip = 1024

  // In nanoseconds, for it is counted for each message.
  private var credit = CompressionGovernor.burst.clampedNanoseconds
  private var counted: MonotonicInstant?
  private var saved: Double?
  /// What compressing a byte takes, in nanoseconds.
  private var perByte: Double?
  private var skip = 0
  private var nextSkip = CompressionGovernor.firstSkip

  package init() {}

  /// Whether a message of `bytes` is to be compressed.
  /// - Parameter responseTime: The average response time if all permitted calls are open and more items wait.
  package mutating func admits(bytes: Int, at now: MonotonicInstant, responseTime: Duration? = nil) -> Bool {
    addCredit(at: now)
    guard bytes >= CompressionGovernor.smallest, credit > 0 else { return false }
    // Where the network takes the time, fewer bytes are what helps the queue.
    if let responseTime, let perByte {
      let time = perByte * Double(bytes) * CompressionGovernor.leastAnswer
      guard time <= Double(responseTime.clampedNanoseconds) else { return false }
    }
    guard skip > 0 else { return true }
    skip -= 1
    return false
  }

  /// A message was compressed; `result` is nil if that made it no smaller.
  package mutating func compressed(_ bytes: Int, to result: Int?, took time: Duration) {
    let nanoseconds = max(time.clampedNanoseconds, 0)
    credit -= nanoseconds
    let cost = Double(nanoseconds) / Double(max(bytes, 1))
    perByte = perByte.map { $0 + (cost - $0) / 4 } ?? cost
    let fraction = result.map { 1 - Double($0) / Double(max(bytes, 1)) } ?? 0
    // A probe after a pause counts alone: what is sent may be another by now.
    let average = saved.map { $0 + (fraction - $0) / 4 } ?? fraction
    guard average < CompressionGovernor.leastSaved else {
      saved = average
      nextSkip = CompressionGovernor.firstSkip
      return
    }
    saved = nil
    skip = nextSkip
    nextSkip = min(nextSkip * 2, CompressionGovernor.longestSkip)
  }

  private mutating func addCredit(at now: MonotonicInstant) {
    if let counted, now > counted {
      let earned = (now - counted).clampedNanoseconds / CompressionGovernor.timeDivisor
      credit = min(credit + earned, CompressionGovernor.burst.clampedNanoseconds)
    }
    counted = now
  }
}
